"""Keys that sign requests instead of being sent: AWS SigV4, and Google's service accounts.

Both come from their makers' libraries, which are extras: ``modeldex[aws]``, ``modeldex[google]``.
"""

import json
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import msgspec

from modeldex.errors import SourceError
from modeldex.sources.declaration import Key
from modeldex.sources.paging import Request

Sign = Callable[[Request], Request]
Variable = Callable[[Iterable[str]], str | None]
_LIBRARIES = {"aws-sigv4": ("botocore", "aws"), "google": ("google.auth", "google")}
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_TOKEN_TIMEOUT = 20.0


def obstacle(key: Key | None) -> str | None:
    """Return why a key cannot sign here, ``None`` where it can."""
    if key is None:
        return None
    module, extra = _LIBRARIES[key.place]
    return None if _is_installed(module) else f"needs modeldex[{extra}]"


def signer(key: Key, value: str, region: str, variable: Variable) -> Sign:
    """Return what signs requests with *value*, for a key that is not simply sent.

    Raises:
        SourceError: of kind ``auth``, when the credentials are not complete or not readable.
    """
    if key.place == "google":
        return _google(value)
    secret = variable(["AWS_SECRET_ACCESS_KEY"])
    if secret is None:
        raise SourceError("auth", "AWS_SECRET_ACCESS_KEY is not set beside AWS_ACCESS_KEY_ID")
    return _aws(key.name, region, value, secret, variable(["AWS_SESSION_TOKEN"]))


def _aws(service: str, region: str, access: str, secret: str, token: str | None) -> Sign:
    from botocore import auth, awsrequest, credentials  # noqa: PLC0415 - an extra

    holder = credentials.Credentials(access, secret, token)
    signature = auth.SigV4Auth(holder, service, region)

    def sign(request: Request) -> Request:
        query = urlencode(request.query, quote_via=quote, safe="-_.~")  # sent as it is signed
        url = f"{request.url}?{query}" if query else request.url
        signed = awsrequest.AWSRequest("GET", url, headers=dict(request.headers))
        signature.add_auth(signed)
        return Request(url, (), dict(signed.headers.items()))

    return sign


def _google(value: str) -> Sign:
    """Sign with the token of a service account, whose key is a file's path or its content."""
    from google.oauth2 import service_account  # noqa: PLC0415 - an extra

    try:
        text = value if value.lstrip().startswith("{") else Path(value).read_text("utf-8")
        known = json.loads(text)
        account = service_account.Credentials.from_service_account_info(known, scopes=[_SCOPE])
    except (OSError, ValueError, TypeError, AttributeError):  # its text may quote the key
        raise SourceError("auth", "the service account's key file cannot be read") from None

    def sign(request: Request) -> Request:
        if not account.valid:
            try:
                account.refresh(_token_answer)
            except Exception as error:  # google-auth trusts the shape of what it is answered
                raise SourceError("auth", "Google gave no token for the account") from error
        headers = {**request.headers, "authorization": f"Bearer {account.token}"}
        return msgspec.structs.replace(request, headers=headers)

    return sign


class _TokenAnswer(msgspec.Struct):
    """What google-auth wants of an answer."""

    status: int
    headers: dict[str, str]
    data: bytes


def _token_answer(
    url: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    timeout: float = _TOKEN_TIMEOUT,
    **_: Any,
) -> _TokenAnswer:
    """Ask for a token; google-auth's transport, over our HTTP client."""
    from google.auth.exceptions import TransportError  # noqa: PLC0415 - an extra

    try:
        found = httpx2.request(method, url, content=body, headers=headers, timeout=timeout)
    except httpx2.HTTPError as error:
        raise TransportError(error) from error
    return _TokenAnswer(found.status_code, dict(found.headers), found.content)


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
