"""Where every request that administers is received: who asks, what is sent, what went wrong."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from modeldex.access.principal import ADMIN
from modeldex.errors import AlreadyThere, Changed, DeskError, InUse, NotThere, StoreError
from modeldex.serve import openapi, problems
from modeldex.serve.desk import Desk, Opener
from modeldex.serve.principals import principal_of
from modeldex.serve.schemas.words import TEXT, Schema, ref
from modeldex.telemetry import Log

ROOT = "/v1/admin"
MOST_BYTES = 1 << 16
Handler = Callable[[Request, Desk], Awaitable[Response]]
_JSON = "application/json"
_CODES: dict[type[DeskError], tuple[int, str]] = {
    NotThere: (404, "not_found"),
    AlreadyThere: (409, "already_there"),
    Changed: (412, "changed"),
    InUse: (409, "in_use"),
}
# Packed it would bear a weak tag, which no If-Match matches (RFC 9110 §13.1.1).
_AS_IT_IS = "no-store, no-transform"
_VERSION = re.compile(r'"(\d{1,18})"')
_PARAMETER = re.compile(r"{(\w+)(?::path)?}")


class Refused(Exception):
    """A request that cannot be carried out; its text says what to send."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code = status, code


class Said(msgspec.Struct, frozen=True):
    """What the API's description says of a route.

    Attributes:
        gives: name of the shape of its answers; ``None`` is an answer without a body.
        takes: name of the shape of the body, where it takes one.
        statuses: of what it answers where it succeeds.
        asked: names of its query parameters, with their schemas.
        needs_body: whether a body must be sent.
        is_entry: whether its answers bear a version, for ``If-Match``.
    """

    gives: str | None
    takes: str | None = None
    statuses: tuple[int, ...] = (200,)
    asked: dict[str, Schema] = {}
    needs_body: bool = True
    is_entry: bool = False


NOTHING_SAID = Said(None, statuses=(204,))


class Counter:
    """Adds routes; each is refused to whoever may not administer."""

    def __init__(self, opener: Opener, log: Log) -> None:
        self.opener, self.log = opener, log
        self.routes = APIRouter(prefix=ROOT, tags=["admin"])

    def add(
        self,
        method: str,
        path: str,
        handler: Handler,
        does: str,
        said: Said,
    ) -> None:
        """Let *handler* answer *method* at *path*, below the root.

        Args:
            does: a sentence for the API's description.
            said: what else stands there.
        """

        async def answer(request: Request) -> Response:
            return await self._answered(request, handler)

        self.routes.add_api_route(
            path,
            answer,
            methods=[method],
            name=f"admin {method} {path}",
            summary=does,
            status_code=said.statuses[0],
            response_class=Response,
            openapi_extra=described(method, path, said),
        )

    async def _answered(self, request: Request, handler: Handler) -> Response:
        principal = principal_of(request.scope)
        if not principal.may(ADMIN):
            return _forbidden(is_known=principal.key_id is not None)
        try:
            answer = await handler(request, await self.opener.opened())
        except Refused as error:
            return problems.problem(error.status, error.code, str(error))
        except DeskError as error:
            status, code = _CODES.get(type(error), (409, "conflict"))
            return problems.problem(status, code, str(error))
        except (StoreError, OSError) as error:
            self.log.error("a change could not be made", reason=str(error))
            detail = "The store cannot be used now; the log says why. What is published is served."
            return problems.problem(503, "store_unavailable", detail, headers={"retry-after": "5"})
        answer.headers["cache-control"] = _AS_IT_IS if "etag" in answer.headers else "no-store"
        return answer


def who(request: Request) -> str:
    """Return the id of the key that asks."""
    return principal_of(request.scope).key_id or ""


async def document(request: Request, *, is_optional: bool = False) -> dict[str, Any]:
    """Return the JSON object that is sent, an empty one where nothing need be.

    Raises:
        Refused: it is something else, or too large.
    """
    body = await _body(request)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not body and is_optional and media in {"", _JSON}:
        return {}
    if media != _JSON:
        raise Refused(415, "wrong_content_type", f"Send the body as content-type: {_JSON}.")
    try:
        return msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise Refused(400, "bad_json", "The body is not a JSON object.") from error


def wanted_version(request: Request) -> int | None:
    """Return the version that ``If-Match`` names, ``None`` where any will do.

    Raises:
        Refused: it is not an ETag of an entry.
    """
    given = request.headers.get("if-match", "*").strip()
    if given == "*":
        return None
    found = _VERSION.fullmatch(given)
    if found is None:
        raise Refused(400, "bad_value", 'If-Match must be the ETag of an entry, such as "12".')
    return int(found[1])


def sent(value: Any, status: int = 200, version: int | None = None) -> Response:
    """Return an answer of JSON."""
    answer = Response(msgspec.json.encode(value), status, media_type=_JSON)
    if version is not None:
        answer.headers["etag"] = f'"{version}"'
    return answer


def no_parameters(request: Request, *allowed: str) -> dict[str, str]:
    """Return the query parameters, of which only *allowed* may be there, once each.

    Raises:
        Refused: there are others.
    """
    given = request.query_params.multi_items()
    for name, _ in given:
        if name not in allowed or sum(name == other for other, _ in given) > 1:
            known = f"Allowed, once each: {', '.join(allowed)}." if allowed else "There are none."
            raise Refused(400, "unknown_parameter", f"Unknown parameter {name[:80]!r}. {known}")
    return dict(given)


async def _body(request: Request) -> bytes:
    """Return the body, counted while it comes."""
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > MOST_BYTES:
            raise Refused(413, "body_too_large", f"The body is larger than {MOST_BYTES:,} bytes.")
    return bytes(found)


def _forbidden(*, is_known: bool) -> Response:
    if is_known:
        detail = "This key may not do this; it needs the scope admin."
        return problems.problem(403, "scope_needed", detail)
    detail = "This needs a key: `Authorization: Bearer KEY` or `x-api-key: KEY`."
    headers = {"www-authenticate": 'Bearer realm="modeldex"'}
    return problems.problem(401, "key_needed", detail, headers=headers)


def described(method: str, path: str, said: Said) -> dict[str, Any]:
    """Return what OpenAPI says of a route that administers."""
    named = [
        {"name": name, "in": "path", "required": True, "schema": TEXT}
        for name in _PARAMETER.findall(path)
    ]
    asked = [
        {"name": name, "in": "query", "required": False, "schema": shape}
        for name, shape in said.asked.items()
    ]
    if method != "GET" and "{name" in path:
        named.append(_IF_MATCH)
    errors = (400, 404, 503) if method == "GET" else (400, 404, 409, 412, 413, 415, 503)
    found = openapi.keyed(
        openapi.answers(said.gives, [*named, *asked], errors=errors, statuses=said.statuses)
    )
    if said.gives is None:
        for status in said.statuses:
            del found["responses"][str(status)]["content"]
    if said.is_entry:
        found = openapi.versioned(found)
    if said.takes is None:
        return found
    body = {"content": {_JSON: {"schema": ref(said.takes)}}, "required": said.needs_body}
    return {**found, "requestBody": body}


_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "ETag of the version that is meant; without it any is.",
    "schema": TEXT,
}
