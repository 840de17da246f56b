"""The offers of a snapshot, with what decides their prices, today or at another moment."""

from collections.abc import Iterator, Sequence

import msgspec

from modeldex.dialects.remembered import moment as written
from modeldex.domain import provenance
from modeldex.domain.rate import Rate
from modeldex.pricing import stated
from modeldex.pricing.stated import StatedRate
from modeldex.query import moments, sql_then
from modeldex.query.bills import Priced
from modeldex.query.question import Moment
from modeldex.snapshot import schema
from modeldex.snapshot.reader import Snapshot

_BY_ID = "select n.rank, n.body from names a cross join offer_native n on n.rank = a.rank "
_OFFER = _BY_ID + "where a.name = ? and a.kind in (?, ?) order by a.kind limit 1"
_MODEL = "select rank from names where name in (?, ?) and kind in (?, ?) order by kind limit 1"
_ITS_OFFERS = (
    "select n.rank, n.body from offers o cross join offer_native n on n.rank = o.rank "
    "where o.model = ? and (o.active = 1 or ?) order by o.place"
)
_BEGINNINGS = "select min(valid_from) from facts where offer = ?"


class _Row(msgspec.Struct):
    id: str
    canonical_slug: str
    provider_slug: str
    pricing_source: str | None
    rates: msgspec.Raw


class _Then(msgspec.Struct, frozen=True):
    """What counted for an offer at a moment."""

    listed: bool
    source: str
    rates: bytes | None


_ROW = msgspec.json.Decoder(_Row)
Found = tuple[int, Priced]  # the offer's rank first


class SnapshotRows:
    """The offers of one snapshot; what was read once in a batch is not read again."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._offers: dict[tuple[str, Moment | None], Priced | None] = {}
        self._models: dict[tuple[str, Moment | None], list[Priced] | None] = {}

    @property
    def snapshot(self) -> str | None:
        """Its id."""
        return self._snapshot.id

    def provider(self, name: str) -> str | None:
        """Return the slug of a provider by any of its names."""
        number = self._snapshot.gateways.get(name)
        return None if number is None else self._snapshot.providers[number].slug

    def offer(self, name: str, moment: Moment | None = None) -> Priced | None:
        """Return an offer by its id or an alias of it, at its price of a moment.

        Raises:
            BadValue: too little is remembered of that moment.
        """
        if (name, moment) not in self._offers:
            found = self._read(_OFFER, (name, schema.OFFER, schema.OFFER_ALIAS))
            priced = [one for one, _ in self._then(found, moment)]
            self._offers[name, moment] = next(iter(priced), None)
        return self._offers[name, moment]

    def model(self, name: str, moment: Moment | None = None) -> list[Priced] | None:
        """Return the offers of a model by its id or an alias, in any case: those shown, or then.

        Raises:
            BadValue: too little is remembered of that moment.
        """
        if (name, moment) not in self._models:
            named = (name, name.lower(), schema.MODEL, schema.MODEL_ALIAS)
            ranks = self._snapshot.rows(_MODEL, named)
            self._models[name, moment] = self._of_model(ranks[0][0], moment) if ranks else None
        return self._models[name, moment]

    def _of_model(self, rank: int, moment: Moment | None) -> list[Priced]:
        found = self._read(_ITS_OFFERS, (rank, moment is not None))
        return [one for one, listed in self._then(found, moment) if listed]

    def _read(self, statement: str, values: Sequence[object]) -> list[Found]:
        return [(rank, _priced(body)) for rank, body in self._snapshot.rows(statement, values)]

    def _then(self, found: list[Found], moment: Moment | None) -> Iterator[tuple[Priced, bool]]:
        """Yield offers at their prices of a moment, and whether they were listed then.

        An operator's own price holds at every moment; where nothing is remembered of an offer at
        all, its rates say themselves since when they hold.
        """
        if moment is None:
            yield from ((one, True) for _, one in found)
            return
        moments.check("at", moment.as_of, self._snapshot.horizon)
        moments.check("known_at", moment.known_at, self._snapshot.horizon)
        statement, values = sql_then.in_force(moment, "rank", [rank for rank, _ in found])
        known = {
            rank: _Then(bool(listed), source, rates)
            for rank, _, listed, source, _, _, _, _, rates, _ in self._snapshot.rows(
                statement, values
            )
        }
        for rank, one in found:
            yield self._at(one, rank, known.get(rank), moment)

    def _at(
        self, one: Priced, rank: int, then: _Then | None, moment: Moment
    ) -> tuple[Priced, bool]:
        if one.source == provenance.OVERRIDE:
            return one, then is None or then.listed
        if then is not None:
            rates, doubts = _rates(then.rates or b"[]")
            source = then.source if then.rates is not None else None
            changed = {"rates": rates, "source": source, "doubts": doubts}
            return msgspec.structs.replace(one, **changed), then.listed
        ((begins,),) = self._snapshot.rows(_BEGINNINGS, (rank,))
        if begins is None:
            return one, True
        doubt = "it was not listed then, as far as is remembered"
        if begins > moment.as_of:
            doubt = f"nothing is remembered of its price before {written(begins)}"
        return msgspec.structs.replace(one, rates=(), source=None, doubts=(doubt,)), False


def _priced(body: bytes) -> Priced:
    row = _ROW.decode(body)
    rates, doubts = _rates(row.rates)
    return Priced(
        id=row.id,
        model=row.canonical_slug,
        provider=row.provider_slug,
        source=row.pricing_source,
        rates=rates,
        doubts=doubts,
    )


def _rates(said: bytes | msgspec.Raw) -> tuple[tuple[Rate, ...], tuple[str, ...]]:
    """Return rates, and why there are none where they cannot be read."""
    try:
        found = stated.rates(msgspec.json.decode(said, type=tuple[StatedRate, ...]))
    except msgspec.ValidationError as error:
        # Written by another version: what is not understood is unknown, not ignored.
        return (), (f"its rates cannot be read here: {error}",)
    return found, ()
