"""The bytes of an answer, as the ordinary way would write them."""

from collections.abc import Iterable, Sequence

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from modeldex.serve.exchange import privately
from modeldex.serve.representation import Conditions, Representation, is_unchanged, start

Headers = Iterable[tuple[bytes, bytes]]


class Writer:
    """Writes heads; remembers the part that all answers of a second share."""

    def __init__(self) -> None:
        self._defaults: object = None
        self._openings: dict[int, bytes] = {}

    def head(
        self,
        found: Representation,
        asked: Conditions,
        defaults: Sequence[tuple[bytes, bytes]],
        passing: Headers,
        *,
        is_private: bool,
    ) -> tuple[int, bytes]:
        """Return the status of an answer, and all that goes before its body.

        Args:
            defaults: what the server adds to every answer; a new object where it has changed.
            passing: headers of this one answer.
            is_private: whether no shared cache may keep it.
        """
        status, lasting = _lasting(found, asked, is_private=is_private)
        if defaults is not self._defaults:
            self._defaults, self._openings = defaults, {}
        opening = self._openings.get(status)
        if opening is None:
            opening = self._openings[status] = STATUS_LINE[status] + lines(defaults)
        return status, b"".join((opening, lasting, lines(passing), b"\r\n"))


def lines(headers: Headers) -> bytes:
    """Return headers as they are written."""
    return b"".join([b"%b: %b\r\n" % one for one in headers])


def _lasting(found: Representation, asked: Conditions, *, is_private: bool) -> tuple[int, bytes]:
    """Return the status, and the headers that do not depend on the request; rendered once."""
    status = 304 if is_unchanged(found.etag, found.last_modified, asked) else 200
    name = -status if is_private else status
    head = found.heads.get(name)
    if head is None:
        headers = start(found, asked)["headers"]
        head = found.heads[name] = lines(privately(headers) if is_private else headers)
    return status, head
