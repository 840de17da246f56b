"""Which rates an offer is billed at, on what evidence, and who was not believed.

In this order: an operator's override in scope and unexpired, the provider's own listing, a book's
entry for that same provider and model, and the same two for the provider that a declaration names
as the one whose prices hold here, too. The rates of one source are taken whole; a price never
crosses providers by accident of name.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from modeldex.domain import decimals, provenance
from modeldex.domain.listing import Kept
from modeldex.domain.provenance import Evidence
from modeldex.domain.provider import Provider
from modeldex.domain.rate import Meter, Rate, standard
from modeldex.domain.rules import Override, Rules
from modeldex.merge.offers import Testimony
from modeldex.merge.precedence import BOOK, CROSS, OVERRIDE, OWN, RATES, ranked
from modeldex.pricing.overrides import Index

Names = Mapping[tuple[str, str], Testimony]  # by provider and id in lower case


class Claim(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one source says an offer costs.

    Attributes:
        kind: ``override``, ``own``, ``book`` or ``cross-reference``.
        since: UTC date since which it says so; ``None`` for an override.
        prices: the standard prices of *rates* today.
    """

    kind: str
    source: str
    since: str | None
    rates: tuple[Rate, ...]
    prices: dict[Meter, Decimal]


class Resolution(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The claims of all sources that state rates, the winner first.

    Attributes:
        override: the operator's statement behind the winner, if it is one.
        referred: the provider whose prices these are, where they come by cross-reference.
    """

    claims: tuple[Claim, ...] = ()
    override: Override | None = None
    referred: str | None = None

    @property
    def winner(self) -> Claim | None:
        """The claim that holds, ``None`` where nobody states a rate."""
        return self.claims[0] if self.claims else None

    @property
    def catalog(self) -> tuple[Claim, ...]:
        """The claims beneath an override."""
        return self.claims[1:] if self.override is not None else self.claims


class Resolver:
    """Resolves the rates of all offers of a catalog; each by index.

    Args:
        said: what is said about every offer.
        today: UTC date for which standard prices are chosen.
    """

    def __init__(
        self,
        said: Iterable[Testimony],
        providers: Mapping[str, Provider],
        rules: Rules,
        today: str,
    ) -> None:
        self.today = today
        self._as = {one.slug: one.priced_as for one in providers.values() if one.priced_as}
        self._names: Names = {
            (one.provider, one.provider_model_id.lower()): one for one in said if self._as
        }
        aliases = {name: one.slug for one in providers.values() for name in one.aliases}
        self._overrides = Index(rules.overrides, today, aliases, rules.audience)

    def resolve(self, said: Testimony) -> Resolution:
        """Return the rates of an offer and what else is said about them."""
        claims, referred = self._claims(said), None
        if not claims and said.provider in self._as:
            referred = self._as[said.provider]
            claims = self._referred(said, referred)
        override = self._overrides.find(said.provider, said.provider_model_id)
        if override is not None:
            claims = [self._claim(OVERRIDE, provenance.OVERRIDE, None, override.rates), *claims]
        return Resolution(
            claims=tuple(claims), override=override, referred=referred if claims else None
        )

    def _claims(self, said: Testimony) -> list[Claim]:
        books = ranked(said.entries, RATES.subject, _source) if said.entries else ()
        stated = ((kind, row) for kind, rows in ((OWN, said.own), (BOOK, books)) for row in rows)
        return [self._kept(kind, row) for kind, row in stated if row.listing.rates]

    def _referred(self, said: Testimony, provider: str) -> list[Claim]:
        other = self._names.get((provider, said.provider_model_id.lower()))
        found = self._claims(other) if other is not None else []
        return [msgspec.structs.replace(one, kind=CROSS) for one in found]

    def _kept(self, kind: str, row: Kept) -> Claim:
        return self._claim(kind, row.listing.source, row.last_changed, row.listing.rates)

    def _claim(self, kind: str, source: str, since: str | None, rates: tuple[Rate, ...]) -> Claim:
        prices = standard(rates, self.today)
        return Claim(kind=kind, source=source, since=since, rates=rates, prices=prices)


def evidence(claims: Sequence[Claim]) -> tuple[Evidence, ...]:
    """Return the evidence for the rates; none where one source alone states any."""
    winner, *others = claims or (None,)
    if winner is None or not others:
        return ()
    lost = tuple((one.source, _shown(one)) for one in others if one.rates != winner.rates)
    return (Evidence(field="rates", source=winner.source, since=winner.since, lost=lost),)


def _shown(one: Claim) -> dict[str, Any]:
    return {meter.value: decimals.plain(usd) for meter, usd in one.prices.items()}


def _source(row: Kept) -> str:
    return row.listing.source
