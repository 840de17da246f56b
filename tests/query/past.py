"""A catalog with a past that is hard, and a plain reading of it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from typing_extensions import override

from modeldex.domain.listing import Listing
from modeldex.domain.model import Catalog
from modeldex.domain.provider import Provider
from modeldex.query.question import Moment
from query.mixed import Oracle, Row
from support import catalogs
from support.remembered import Fact, day

OFFERS = (
    "acme/labs/one", "acme/labs/two", "bolt/labs/one", "bolt/labs/three", "cove/labs/one",
    "cove/orgs/four", "acme/orgs/four",
)  # fmt: skip
PROVIDERS = tuple(Provider(slug=slug, name=slug.title()) for slug in ("acme", "bolt", "cove"))
PRICES = (None, ("0", "0"), ("0.1", "0.2"), ("0.2", "0.1"), ("0.09", "1"), ("0.10", "0.3"))


def today() -> Catalog:
    """Return the offers as they are today: all listed, none of them priced."""
    found: dict[str, list[Listing]] = {}
    for offer in OFFERS:
        found.setdefault(offer.partition("/")[0], []).append(_listed(offer))
    sources = [catalogs.rows(source, ones) for source, ones in found.items()]
    return catalogs.build(*sources, providers=PROVIDERS)


def _listed(offer: str) -> Listing:
    provider, _, native = offer.partition("/")
    name = native.upper() if "o" in native[-4:] else None
    return catalogs.listing(provider, native, name=name, context_length=len(native) * 100)


class Then(Oracle):
    """Answers questions about another moment from the facts themselves; nothing was observed."""

    @staticmethod
    @override
    def speeds(offer: str) -> None:
        """Return that nothing is known."""

    def __init__(self, oracle: Oracle, facts: Sequence[Fact], moment: Moment) -> None:
        self.facts, self.moment = facts, moment
        rows = [self._row(row) for row in oracle.offers]
        self.offers: list[Row] = [row for row in rows if row is not None]
        self.models: list[Row] = oracle.models

    def _row(self, row: Row) -> Row | None:
        holding = [one for one in self.facts if one.offer == row["id"] and self._holds(one)]
        if not holding:
            return None
        best = min(holding, key=lambda one: (one.built.weight, one.built.source))
        begun = any(one.since is not None for one in holding)
        by_books = begun and not self._has_list(row["provider_slug"])
        listed = by_books or any(one.own for one in holding)
        return {
            **row,
            "pricing": _pricing(best),
            "pricing_source": best.built.source if best.prices else None,
            "rates": _rates(best),
            "rate_id": best.built.rate_id,
            "is_free": bool(best.prices) and not any(Decimal(usd) for usd in best.prices or ()),
            "is_active": listed,
            "doubts": None,
            "doubt_kinds": None,
            "status": "available" if listed else "unlisted",
        }

    def _holds(self, one: Fact) -> bool:
        begins, ends = one.since is None or day(one.since) <= self.moment.as_of, one.until
        return begins and (ends is None or day(ends) > self.moment.as_of) and self._believed(one)

    def _believed(self, one: Fact) -> bool:
        if self.moment.known_at is None:
            return one.believed_until is None
        until = one.believed_until
        known = self.moment.known_at
        return day(one.learned) <= known and (until is None or day(until) > known)

    def _has_list(self, provider: str) -> bool:
        return any(
            one.own
            and one.offer.startswith(f"{provider}/")
            and (one.since is None or day(one.since) <= self.moment.as_of)
            and self._believed(one)
            for one in self.facts
        )


def _pricing(one: Fact) -> dict[str, Any] | None:
    if one.prices is None:
        return None
    prompt, completion = one.prices
    return {"prompt": _plain(prompt), "completion": _plain(completion)}


def _rates(one: Fact) -> list[dict[str, str]]:
    meters = zip(("input", "output"), one.prices or (), strict=False)
    return [{"meter": meter, "unit": "token", "usd": _plain(usd)} for meter, usd in meters]


def _plain(usd: str) -> str:
    return f"{Decimal(usd).normalize():f}"
