"""Which web pages of others may read our answers."""

from collections.abc import Iterable

Headers = tuple[tuple[bytes, bytes], ...]
ANY = "*"
_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
_ACCEPTED = (
    b"authorization, x-api-key, x-goog-api-key, content-type, anthropic-version, "
    b"if-none-match, x-request-id"
)
_EXPOSED = (
    b"etag, last-modified, link, x-request-id, retry-after, ratelimit, ratelimit-policy, "
    b"x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, x-modeldex-lossy"
)
_EXPOSING = (b"access-control-expose-headers", _EXPOSED)
_VARY = (b"vary", b"origin")


class Cors:
    """Says who may read; browsers enforce it. Cookies are never asked for.

    Args:
        origins: such as ``https://example.org``; ``*`` is everybody, none is nobody.
    """

    def __init__(self, origins: Iterable[str] = ()) -> None:
        self.origins = frozenset(one.encode() for one in origins)
        self._everybody = ANY.encode() in self.origins

    def headers(self, origin: bytes) -> Headers:
        """Return what any answer says to *origin*, which is empty where none asks."""
        if self._everybody:  # a cache may show a page what was sent to somebody without one
            return ((b"access-control-allow-origin", b"*"), _EXPOSING)
        if not self.origins:
            return ()
        if not self._allows(origin):
            return (_VARY,)
        return ((b"access-control-allow-origin", origin), _EXPOSING, _VARY)

    def preflight(self, origin: bytes) -> Headers:
        """Return what the answer to a preflight says, besides :meth:`headers`."""
        if not self._allows(origin):
            return ()
        return (
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _ACCEPTED),
            (b"access-control-max-age", b"600"),
        )

    def _allows(self, origin: bytes) -> bool:
        return bool(origin) and (self._everybody or origin in self.origins)


def is_preflight(method: str, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Return whether a browser asks what it may ask."""
    return method == "OPTIONS" and any(
        name == b"access-control-request-method" for name, _ in headers
    )
