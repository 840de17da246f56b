"""The few facts of a request that decide whether it is let in."""

from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

import msgspec

GOOGLE = "/v1beta"  # whose clients put their key into the query
WRONG = b""  # a credential of a form that no key has
_HEADERS = (
    b"authorization",
    b"x-api-key",
    b"x-goog-api-key",
    b"forwarded",
    b"x-forwarded-for",
)


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What the guards look at.

    Attributes:
        peer: address of the connection; ``None`` where the server does not know it.
        path: decoded, as routes are matched.
        query: as it came.
        authorization: this and the other headers: all values joined by commas; empty where absent.
    """

    peer: str | None
    method: str
    path: str
    query: bytes = b""
    authorization: bytes = b""
    x_api_key: bytes = b""
    x_goog_api_key: bytes = b""
    forwarded: bytes = b""
    x_forwarded_for: bytes = b""


def facts(
    peer: str | None,
    method: str,
    path: str,
    query: bytes,
    headers: Iterable[tuple[bytes, bytes]],
) -> Facts:
    """Return the facts of a request.

    Args:
        headers: names in lower case.
    """
    return Facts(peer, method, path, query, *decisive(headers))


def decisive(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, ...]:
    """Return what the guards look at of headers, in the order of the fields of Facts."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _HEADERS:
            found[name] = found[name] + b"," + value if name in found else value
    return tuple([found.get(name, b"") for name in _HEADERS])


def token(of: Facts) -> bytes | None:
    """Return the key that a request gives, ``None`` where it gives none.

    An empty ``Bearer`` is none: so a client that insists on sending something can stay anonymous.
    """
    if not (of.authorization or of.x_api_key or of.x_goog_api_key or b"key=" in of.query):
        return None
    if of.authorization:
        scheme, _, value = of.authorization.strip().partition(b" ")
        if scheme.lower() != b"bearer":
            return WRONG
        if value.strip():
            return value.strip()
    return of.x_api_key.strip() or of.x_goog_api_key.strip() or _in_query(of)


def is_google(path: str) -> bool:
    """Return whether a path is one whose clients put their key into the query."""
    return path.startswith(GOOGLE) and path[len(GOOGLE) : len(GOOGLE) + 1] in ("", "/")


def without_key(path: str, query: bytes) -> bytes:
    """Return a query without the key in it: no log, shelf or route ever sees one."""
    if b"key=" not in query or not is_google(path):
        return query
    return b"&".join(part for part in query.split(b"&") if not part.startswith(b"key="))


def _in_query(of: Facts) -> bytes | None:
    if b"key=" in of.query and is_google(of.path):
        for part in of.query.split(b"&"):
            if part.startswith(b"key=") and len(part) > len(b"key="):
                return unquote_to_bytes(part[len(b"key=") :])
    return None
