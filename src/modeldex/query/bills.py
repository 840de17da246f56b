"""What usages cost at the offers of a catalog, as the JSON that says so.

Nothing here reads anything but the rows of one catalog.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Protocol

import msgspec

from modeldex.dialects import native
from modeldex.domain.ids import offer_id, slug
from modeldex.domain.rate import Rate
from modeldex.errors import QuestionError
from modeldex.pricing import amounts
from modeldex.pricing.cost import Bill, Line, bill
from modeldex.query.question import Moment
from modeldex.query.used import Asked, question


class NotThere(QuestionError):
    """Nothing in the catalog is called so."""


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """An offer with what decides its price.

    Attributes:
        source: id of the source of its rates.
        doubts: why its rates may not be what they should be.
    """

    id: str
    model: str
    provider: str
    source: str | None
    rates: tuple[Rate, ...]
    doubts: tuple[str, ...] = ()


class Rows(Protocol):
    """A catalog whose offers can be found."""

    @property
    def snapshot(self) -> str | None:
        """Id of the snapshot, ``None`` for what was never published."""

    def provider(self, name: str) -> str | None:
        """Return the slug of a provider by any of its names."""

    def offer(self, name: str, moment: Moment | None) -> Priced | None:
        """Return an offer by its id, at its price of a moment; ``None`` is today."""

    def model(self, name: str, moment: Moment | None) -> list[Priced] | None:
        """Return the offers of a model by its id or an alias that are shown, or were then."""


def answer(rows: Rows, asked: Asked) -> dict[str, Any]:
    """Return the answer to a question: one bill, or those of a model's offers, cheapest first.

    Raises:
        NotThere: the catalog has no such offer, model or provider.
    """
    found, is_model = _offers(rows, asked)
    bills = [(one, bill(asked.usage, one.rates, asked.situation,
                        parts_as_whole=asked.parts_as_whole)) for one in found]  # fmt: skip
    head = _head(rows, asked)
    if not is_model:
        one, made = bills[0]
        return {"object": "cost", **head, **_bill(one, made)}
    bills.sort(key=_by_cost)
    cheapest = next((one.id for one, made in bills if made.total is not None), None)
    return {
        "object": "cost.list",
        **head,
        "model": found[0].model if found else asked.name,
        "cheapest": cheapest,
        "data": [_bill(one, made) for one, made in bills],
    }


def _by_cost(pair: tuple[Priced, Bill]) -> tuple[bool, Fraction, str]:
    one, made = pair
    return made.total is None, made.total or Fraction(0), one.id


def _offers(rows: Rows, asked: Asked) -> tuple[Sequence[Priced], bool]:
    """Return the offers that are meant, and whether a model was asked for.

    With a provider, its own name of an offer is meant before that of a model.
    """
    wanted = None
    if asked.provider is not None:
        wanted = rows.provider(slug(asked.provider))
        if wanted is None:
            raise NotThere("provider", f"There is no provider {asked.provider!r:.80}.")
        named = offer_id(wanted, asked.name)
        offer = rows.offer(asked.name, asked.moment) or rows.offer(named, asked.moment)
        if offer is not None and offer.provider == wanted:
            return [offer], False
    found = None if asked.only_offer else rows.model(asked.name, asked.moment)
    if found is not None:
        return _by(wanted, found, asked)
    offer = rows.offer(asked.name, asked.moment) if wanted is None else None
    if offer is None:
        raise _unknown(asked)
    return [offer], False


def _by(
    wanted: str | None, found: Sequence[Priced], asked: Asked
) -> tuple[Sequence[Priced], bool]:
    """Return the offers of a model by one provider, or by all."""
    if not found and asked.moment is not None:
        at = asked.situation.at.isoformat().replace("+00:00", "Z")
        problem = f"Of {asked.name[:200]!r} no offer was listed at {at}, as far as is remembered."
        raise NotThere("at", problem)
    if wanted is None:
        return found, True
    chosen = [one for one in found if one.provider == wanted]
    if not chosen:
        raise _unknown(asked)
    return chosen, len(chosen) > 1


def _unknown(asked: Asked) -> NotThere:
    kind = "offer" if asked.only_offer else "model"
    by = f" by {asked.provider!r:.80}" if asked.provider else ""
    return NotThere(
        kind, f"No {kind} is called {asked.name[:200]!r}{by}. Ids are those of /v1/models."
    )


def _head(rows: Rows, asked: Asked) -> dict[str, Any]:
    at = asked.situation
    return {
        "snapshot": rows.snapshot,
        "at": at.at.isoformat().replace("+00:00", "Z"),
        "service_tier": at.service_tier,
        "region": at.region,
        "currency": "USD",
        "usage": {
            "shape": asked.usage.shape,
            "meters": {
                meter.value: amounts.text(count) for meter, count in asked.usage.parts.items()
            },
            "input_tokens": asked.usage.input_tokens,
            "output_tokens": asked.usage.output_tokens,
            "notes": list(asked.usage.notes),
        },
    }


def _bill(one: Priced, made: Bill) -> dict[str, Any]:
    total = made.total
    return {
        "offer": one.id,
        "model": one.model,
        "provider": one.provider,
        "total": None if total is None else amounts.text(total),
        "known_total": amounts.text(made.known_total),
        "exact": amounts.is_exact(made.known_total),
        "rate_id": native.rate_id(made.rates),
        "source": one.source,
        "doubts": list(one.doubts),
        "lines": [_line(line) for line in made.lines],
        "missing": [
            {"meter": gap.meter.value, "quantity": amounts.text(gap.quantity),
             "needed": gap.needed}
            for gap in made.missing
        ],
    }  # fmt: skip


def _line(line: Line) -> dict[str, Any]:
    return {
        "meter": line.meter.value,
        "quantity": amounts.text(line.quantity),
        "rate": native.rate_value(line.rate),
        "per": amounts.text(line.per),
        "amount": amounts.text(line.amount),
        "rule": line.rule,
    }


def answers(
    rows: Rows, items: Iterable[object], now: datetime, start: int = 0
) -> list[dict[str, Any]]:
    """Return the answer to each item; one that cannot be answered says why instead.

    Args:
        start: the index of the first item.
    """
    return [_answered(rows, number, one, now) for number, one in enumerate(items, start)]


def _answered(rows: Rows, number: int, raw: object, now: datetime) -> dict[str, Any]:
    try:
        return {"index": number, **answer(rows, question(raw, now))}
    except QuestionError as error:
        code = "not_found" if isinstance(error, NotThere) else "bad_value"
        told = {"code": code, "parameter": error.parameter, "detail": str(error)}
        return {"index": number, "object": "error", "error": told}
