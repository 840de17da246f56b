"""The offers of a snapshot, with what decides their prices."""

from collections.abc import Iterable

import msgspec

from modeldex.pricing import stated
from modeldex.pricing.stated import StatedRate
from modeldex.query.bills import Priced
from modeldex.snapshot import schema
from modeldex.snapshot.reader import Snapshot

_BY_ID = "select n.body from names a cross join offer_native n on n.rank = a.rank "
_OFFER = _BY_ID + "where a.name = ? and a.kind in (?, ?) order by a.kind limit 1"
_MODEL = "select rank from names where name in (?, ?) and kind in (?, ?) order by kind limit 1"
_ITS_OFFERS = (
    "select n.body from offers o cross join offer_native n on n.rank = o.rank "
    "where o.model = ? and o.active = 1 order by o.place"
)


class _Row(msgspec.Struct):
    id: str
    canonical_slug: str
    provider_slug: str
    pricing_source: str | None
    rates: msgspec.Raw


_ROW = msgspec.json.Decoder(_Row)


class SnapshotRows:
    """The offers of one snapshot; what was read once in a batch is not read again."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._offers: dict[str, Priced | None] = {}
        self._models: dict[str, list[Priced] | None] = {}

    @property
    def snapshot(self) -> str | None:
        """Its id."""
        return self._snapshot.id

    def provider(self, name: str) -> str | None:
        """Return the slug of a provider by any of its names."""
        number = self._snapshot.gateways.get(name)
        return None if number is None else self._snapshot.providers[number].slug

    def offer(self, name: str) -> Priced | None:
        """Return an offer by its id or an alias of it."""
        if name not in self._offers:
            kinds = (name, schema.OFFER, schema.OFFER_ALIAS)
            self._offers[name] = next(iter(_read(self._snapshot.rows(_OFFER, kinds))), None)
        return self._offers[name]

    def model(self, name: str) -> list[Priced] | None:
        """Return the shown offers of a model by its id or an alias, in any case."""
        if name not in self._models:
            named = (name, name.lower(), schema.MODEL, schema.MODEL_ALIAS)
            found = self._snapshot.rows(_MODEL, named)
            rows = self._snapshot.rows(_ITS_OFFERS, found[0]) if found else None
            self._models[name] = None if rows is None else [*_read(rows)]
        return self._models[name]


def _read(bodies: Iterable[tuple[bytes]]) -> Iterable[Priced]:
    for (body,) in bodies:
        row = _ROW.decode(body)
        try:
            found = stated.rates(msgspec.json.decode(row.rates, type=tuple[StatedRate, ...]))
            doubts = tuple[str, ...]()
        except msgspec.ValidationError as error:
            # Written by another version: what is not understood is unknown, not ignored.
            found, doubts = (), (f"its rates cannot be read here: {error}",)
        yield Priced(
            id=row.id,
            model=row.canonical_slug,
            provider=row.provider_slug,
            source=row.pricing_source,
            rates=found,
            doubts=doubts,
        )
