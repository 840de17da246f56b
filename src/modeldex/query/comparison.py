"""Compares the offers of models: what each costs per token and per million, and which to take.

An unknown price is null and never the cheapest; every figure is exact.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce

import msgspec

from modeldex.domain import decimals
from modeldex.domain.offer import AVAILABLE, DEPRECATED
from modeldex.pricing import amounts

CRITERIA = ("price", "context", "availability")
_MILLION = Decimal(1_000_000)
_BOTH, _INPUT = "1M input + 1M output tokens", "1M input tokens"


class Pricing(msgspec.Struct, frozen=True):
    """Standard prices in USD, exact: of one token, and of a million. Unknown ones are null."""

    prompt: str | None
    completion: str | None
    prompt_cost_per_1m: str | None
    completion_cost_per_1m: str | None


class Architecture(msgspec.Struct, frozen=True):
    """What goes in and comes out."""

    modality: str | None
    input_modalities: tuple[str, ...]
    output_modalities: tuple[str, ...]
    tokenizer: str | None
    instruct_type: str | None


class Compared(msgspec.Struct, frozen=True):
    """One offer, or a gateway that was asked for and has none: then `available` is false.

    Attributes:
        model_id: what the gateway's own call takes.
        cost_per_1m: what the comparison goes by, see `basis`.
    """

    gateway: str
    available: bool
    id: str | None = None
    model_id: str | None = None
    name: str | None = None
    status: str | None = None
    confirmed: bool | None = None
    pricing: Pricing | None = None
    cost_per_1m: str | None = None
    is_free: bool | None = None
    rate_id: str | None = None
    context_length: int | None = None
    max_output_tokens: int | None = None
    architecture: Architecture | None = None
    provider_site_url: str | None = None
    source_gateway: str | None = None
    health_status: str | None = None
    doubts: tuple[str, ...] = ()


class Recommendation(msgspec.Struct, frozen=True):
    """The offer to take by the criteria, and why; or why there is none."""

    id: str | None
    gateway: str | None
    reason: str
    pricing: Pricing | None


class Savings(msgspec.Struct, frozen=True):
    """What the cheapest offer saves against the dearest, by `basis`; USD, exact.

    Attributes:
        savings_percentage: of the dearest; 30 decimals where it has no finite ones.
        savings_percentage_is_exact: whether that is every digit of it.
    """

    potential_savings_per_1m_tokens: str
    savings_percentage: str
    savings_percentage_is_exact: bool
    cheapest_offer: str
    cheapest_gateway: str
    cheapest_cost: str
    most_expensive_offer: str
    most_expensive_gateway: str
    most_expensive_cost: str


class Comparison(msgspec.Struct, frozen=True):
    """The offers of a model side by side, cheapest first, unknown prices last.

    Attributes:
        model_id: id of the model.
        provider, model: its author and its name, the two parts of the id.
        basis: what costs are of.
        available_count: gateways that offer it.
        total_gateways_checked: gateways that were asked for.
    """

    model_id: str
    provider: str
    model: str
    name: str | None
    basis: str
    comparisons: tuple[Compared, ...]
    recommendation: Recommendation
    savings: Savings | None
    available_count: int
    total_gateways_checked: int


class Row(msgspec.Struct, frozen=True):
    """What an offer's row tells of it; the rest of the row is passed over."""

    id: str
    provider_slug: str
    provider_model_id: str
    name: str | None
    status: str
    confirmed: bool
    pricing: dict[str, str | None] | None
    is_free: bool
    rate_id: str | None
    context_length: int | None
    max_output_tokens: int | None
    architecture: Architecture
    provider_site_url: str | None
    health_status: str
    doubts: tuple[str, ...]


class Head(msgspec.Struct, frozen=True):
    """What a model's head tells of it."""

    id: str
    name: str | None


def compare(
    head: Head, rows: Sequence[Row], gateways: Sequence[str], known: int, criteria: str = "price"
) -> Comparison:
    """Return the comparison of *rows*, the offers of one model that are shown.

    Args:
        gateways: slugs that were asked for; ``()`` means all *known* gateways.
        criteria: one of CRITERIA, of which the recommendation is made.
    """
    chosen = [one for one in rows if not gateways or one.provider_slug in gateways]
    basis = _BOTH if any(_cost(one, _BOTH) is not None for one in chosen) else _INPUT
    costs = {one.id: _cost(one, basis) for one in chosen}
    ordered = sorted(chosen, key=lambda one: _dearness(one, costs[one.id]))
    callable_ = [one for one in ordered if one.status in (AVAILABLE, DEPRECATED)]
    priced = [(cost, one) for one in callable_ if (cost := costs[one.id]) is not None]
    serving = {one.provider_slug for one in chosen}
    author, _, name = head.id.partition("/")
    return Comparison(
        model_id=head.id,
        provider=author,
        model=name,
        name=head.name,
        basis=basis,
        comparisons=(
            *(_compared(one, costs[one.id]) for one in ordered),
            *(Compared(one, available=False) for one in gateways if one not in serving),
        ),
        recommendation=_recommended(callable_, priced, basis, criteria),
        savings=_savings(priced),
        available_count=len(serving),
        total_gateways_checked=len(gateways) or known,
    )


def _cost(one: Row, basis: str) -> Decimal | None:
    """Return what *basis* costs, ``None`` where a price that it needs is unknown."""
    stated = one.pricing or {}
    meters = ("prompt", "completion") if basis == _BOTH else ("prompt",)
    prices = [stated.get(meter) for meter in meters]
    known = [Decimal(price) for price in prices if price is not None]
    return _million(reduce(decimals.EXACT.add, known)) if len(known) == len(prices) else None


def _million(price: Decimal) -> Decimal:
    return decimals.EXACT.multiply(price, _MILLION)


def _dearness(one: Row, cost: Decimal | None) -> tuple[bool, Decimal, str]:
    return cost is None, cost or Decimal(0), one.id


def _compared(one: Row, cost: Decimal | None) -> Compared:
    return Compared(
        gateway=one.provider_slug,
        available=True,
        id=one.id,
        model_id=one.provider_model_id,
        name=one.name,
        status=one.status,
        confirmed=one.confirmed,
        pricing=_pricing(one),
        cost_per_1m=None if cost is None else decimals.plain(cost),
        is_free=one.is_free,
        rate_id=one.rate_id,
        context_length=one.context_length,
        max_output_tokens=one.max_output_tokens,
        architecture=one.architecture,
        provider_site_url=one.provider_site_url,
        source_gateway=one.provider_slug,
        health_status=one.health_status,
        doubts=one.doubts,
    )


def _pricing(one: Row) -> Pricing | None:
    if one.pricing is None:
        return None
    prompt, completion = one.pricing.get("prompt"), one.pricing.get("completion")
    return Pricing(prompt, completion, _per_million(prompt), _per_million(completion))


def _per_million(price: str | None) -> str | None:
    return None if price is None else decimals.plain(_million(Decimal(price)))


def _recommended(
    found: Sequence[Row], priced: Sequence[tuple[Decimal, Row]], basis: str, criteria: str
) -> Recommendation:
    """Return the best of what can be called now; of equals the cheapest, for rows are in order."""
    if criteria == "context":
        best, reason = _longest(found)
    elif criteria == "availability":
        best, reason = _surest(found)
    else:
        best, reason = _cheapest(found, priced, basis)
    if best is None:
        return Recommendation(None, None, reason, None)
    return Recommendation(best.id, best.provider_slug, reason, _pricing(best))


def _cheapest(
    found: Sequence[Row], priced: Sequence[tuple[Decimal, Row]], basis: str
) -> tuple[Row | None, str]:
    if not priced:
        return None, "No offer that can be called states its price."
    unknown = len(found) - len(priced)
    beside = f"; {unknown} more do not state theirs" if unknown else ""
    cost, best = priced[0]
    return best, f"${decimals.plain(cost)} for {basis}: of {len(priced)} the lowest{beside}."


def _longest(found: Iterable[Row]) -> tuple[Row | None, str]:
    known = [one for one in found if one.context_length is not None]
    if not known:
        return None, "No offer that can be called states the length of its context."
    best = max(known, key=lambda one: one.context_length or 0)
    return best, f"The longest context of {len(known)} known ones: {best.context_length} tokens."


def _surest(found: Sequence[Row]) -> tuple[Row | None, str]:
    if not found:
        return None, "No offer can be called."
    best = min(found, key=lambda one: (one.status != AVAILABLE, not one.confirmed))
    listed = "on its gateway's own list" if best.confirmed else "known from a book only"
    return best, f"It is {best.status} and {listed}; of equal ones the cheapest."


def _savings(priced: Sequence[tuple[Decimal, Row]]) -> Savings | None:
    """Return what the first of *priced* saves against the last; one alone saves nothing."""
    if len(priced) < len("ab"):
        return None
    (low, cheapest), (high, dearest) = priced[0], priced[-1]
    saved = decimals.EXACT.subtract(high, low)
    share = Fraction(saved) * 100 / Fraction(high) if high else Fraction(0)
    return Savings(
        potential_savings_per_1m_tokens=decimals.plain(saved),
        savings_percentage=amounts.text(share),
        savings_percentage_is_exact=amounts.is_exact(share),
        cheapest_offer=cheapest.id,
        cheapest_gateway=cheapest.provider_slug,
        cheapest_cost=decimals.plain(low),
        most_expensive_offer=dearest.id,
        most_expensive_gateway=dearest.provider_slug,
        most_expensive_cost=decimals.plain(high),
    )
