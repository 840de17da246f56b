"""The bytes of an answer, as the ordinary way would write them."""

from collections.abc import Iterable, Sequence

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from modeldex.access.guards import Admitted
from modeldex.access.quotas import Quota, pattern
from modeldex.serve.edge import Edge
from modeldex.serve.exchange import ADMITTED, privately
from modeldex.serve.representation import Conditions, Representation, is_unchanged, start

Headers = Iterable[tuple[bytes, bytes]]


class Writer:
    """Writes heads of three parts, each of which is rendered as seldom as it changes.

    These are what all answers of a second share, what all answers with a representation share, and
    what belongs to one answer alone.
    """

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self._defaults: object = None
        self._openings: dict[int, bytes] = {}
        self._patterns: dict[Quota | None, bytes] = {}

    def head(
        self,
        found: Representation,
        asked: Conditions,
        defaults: Sequence[tuple[bytes, bytes]],
        name: bytes,
        said: Admitted,
    ) -> tuple[int, tuple[bytes, bytes, bytes]]:
        """Return the status of an answer, and the parts of all that goes before its body.

        Args:
            defaults: what the server adds to every answer; a new object where it has changed.
            name: the request's id.
        """
        status, lasting = _lasting(found, asked, is_private=said.is_private)
        if defaults is not self._defaults:
            self._defaults, self._openings = defaults, {}
        opening = self._openings.get(status)
        if opening is None:
            opening = self._openings[status] = STATUS_LINE[status] + lines(defaults)
        return status, (opening, lasting, self._passing(name, said))

    def _passing(self, name: bytes, said: Admitted) -> bytes:
        """Return what the edge adds to this answer, and the end of its head."""
        charge = said.charge
        quota = None if charge is None else charge.quota
        found = self._patterns.get(quota)
        if found is None:
            found = self._patterns[quota] = self._pattern(quota)
        return found % name if charge is None else found % (name, *charge.numbers)

    def _pattern(self, quota: Quota | None) -> bytes:
        """Return what the edge adds to any answer, with places for an id and for numbers."""
        (name, _), *others = self.edge.headers(b"", b"", ADMITTED)
        always = lines(others).replace(b"%", b"%%")
        counted = b"" if quota is None else lines(pattern(quota))
        return b"".join((name, b": %b\r\n", always, counted, b"\r\n"))


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
