"""Where a source is asked, with which key: the first request, or why there can be none."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import msgspec

from modeldex.errors import SourceError
from modeldex.sources import signing
from modeldex.sources.declaration import Declaration
from modeldex.sources.paging import Request
from modeldex.sources.parse import is_loopback

Variable = Callable[[Iterable[str]], str | None]
_SENT = ("bearer", "header", "query")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_ANYWHERE = "mirror"  # what an unset setting is called under a mirror, which ignores it


class Addresses:
    """Knows the keys and settings of sources, and the mirror if there is one.

    Args:
        variable: the first of some environment variables that is set.
        mirror: a template such as ``http://127.0.0.1:9100/{source}``; keys are not sent to it.
    """

    def __init__(self, variable: Variable, mirror: str | None) -> None:
        self.variable, self.mirror = variable, mirror

    def obstacle(self, declaration: Declaration) -> str | None:
        """Return why a source with a list cannot be asked, ``None`` where it can."""
        if self.mirror:
            return None
        unset = [name for name in declaration.settings if self._setting(declaration, name) is None]
        if unset:
            return "not configured"
        if not declaration.runs_keyless and self._key(declaration) is None:
            return "no key"
        signed = declaration.key is not None and declaration.key.place not in _SENT
        return signing.obstacle(declaration.key) if signed else None

    def first_request(self, declaration: Declaration) -> Request:
        """Return the request for the first page, without a signature.

        Raises:
            SourceError: its address is not one that may be asked.
        """
        url = self._address(declaration)
        try:
            if self.mirror:
                url = mirrored(url, self.mirror, declaration.id)
            parts = urlsplit(url)
        except ValueError:
            raise SourceError("client", "its address is none that can be asked") from None
        if not self.mirror:
            _check_transport(declaration, url)
        query = [*parse_qsl(parts.query, keep_blank_values=True)]
        query += [(name, self._filled(declaration, v)) for name, v in declaration.query.items()]
        headers = {"accept": "application/json"} | {
            name: self._filled(declaration, value) for name, value in declaration.headers.items()
        }
        bare = urlunsplit(parts._replace(query=""))
        return self._with_key(declaration, Request(bare, tuple(query), headers))

    def signer(self, declaration: Declaration) -> signing.Sign | None:
        """Return what signs each request of a source, ``None`` where its key is simply sent."""
        how, key = declaration.key, self._key(declaration)
        if self.mirror or how is None or key is None or how.place in _SENT:
            return None
        region = self._setting(declaration, "region") or "us-east-1"
        return signing.signer(how, key, region, self.variable)

    def _with_key(self, declaration: Declaration, request: Request) -> Request:
        how, key = declaration.key, self._key(declaration)
        if self.mirror or how is None or key is None or how.place not in _SENT:
            return request
        if not (key.isascii() and key.isprintable()):  # a client's error would quote it
            raise SourceError("auth", "its key holds characters that cannot be sent")
        if how.place == "query":
            return msgspec.structs.replace(request, query=(*request.query, (how.name, key)))
        value = f"Bearer {key}" if how.place == "bearer" else how.prefix + key
        return msgspec.structs.replace(request, headers={**request.headers, how.name: value})

    def _key(self, declaration: Declaration) -> str | None:
        return self.variable(declaration.key.env) if declaration.key else None

    def _setting(self, declaration: Declaration, name: str) -> str | None:
        found = declaration.settings.get(name)
        if found is None:
            return None
        return self.variable(found.env) or found.default or (_ANYWHERE if self.mirror else None)

    def _filled(self, declaration: Declaration, text: str, strip: str = "") -> str:
        for name in declaration.settings:
            value = self._setting(declaration, name) or ""
            text = text.replace(f"{{{name}}}", value.rstrip(strip))
        return text

    def _address(self, declaration: Declaration) -> str:
        url = self._filled(declaration, declaration.url or "", "/")
        # A setting may be an address without a scheme, or a mirror's stand-in.
        return url if _SCHEME.match(url) else f"https://{url}"


def mirrored(url: str, template: str, source: str) -> str:
    """Return *url* at a mirror: scheme and host replaced, path and query kept."""
    parts = urlsplit(url)
    base = template.replace("{source}", source).rstrip("/")
    return base + urlunsplit(("", "", parts.path, parts.query, ""))


def _check_transport(declaration: Declaration, url: str) -> None:
    """Let plain http pass on this machine, and in an operator's own file that says so."""
    if url.startswith("https://") or is_loopback(url):
        return
    if not url.startswith("http://") or not declaration.insecure or declaration.key is not None:
        raise SourceError("client", "its address is not https, so it is not asked")
