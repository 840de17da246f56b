"""Ranks of offers and models under each sort: unknown values last, ties by id."""

from collections.abc import Callable, Sequence
from typing import Any

from modeldex.dialects import things
from modeldex.domain.model import Model
from modeldex.domain.offer import Offer
from modeldex.domain.rate import Meter
from modeldex.snapshot import schema

Values = dict[str, Callable[[Any], Any]]


def of_offers(offers: Sequence[Offer], provider_counts: dict[str, int]) -> list[tuple[int, ...]]:
    """Return, for each offer, its rank in each of ``schema.SORT_COLUMNS``."""
    values: Values = {
        "name": lambda one: (one.facts.name or one.facts.provider_model_id).casefold(),
        "created": lambda one: things.released(one.facts),
        "context": lambda one: one.facts.context_length,
        "price": lambda one: one.prices.get(Meter.INPUT),
        "output_price": lambda one: one.prices.get(Meter.OUTPUT),
        "provider_count": lambda one: provider_counts[one.model_id],
    }
    return _ranks(offers, values)


def of_models(models: Sequence[Model], provider_counts: dict[str, int]) -> list[tuple[int, ...]]:
    """Return, for each model, its rank in each of ``schema.SORT_COLUMNS``."""
    values: Values = {
        "name": lambda one: (one.facts.name or one.id.partition("/")[2]).casefold(),
        "created": lambda one: things.released(one.facts),
        "context": lambda one: one.facts.context_length,
        "price": lambda one: _cheapest(one, Meter.INPUT),
        "output_price": lambda one: _cheapest(one, Meter.OUTPUT),
        "provider_count": lambda one: provider_counts[one.id],
    }
    return _ranks(models, values)


def provider_counts(models: Sequence[Model]) -> dict[str, int]:
    """Return how many distinct providers offer each model."""
    return {
        model.id: len({one.facts.provider for one in model.offers if one.is_active})
        for model in models
    }


def _cheapest(model: Model, meter: Meter) -> Any:
    known = (one.prices.get(meter) for one in model.offers if one.is_active)
    return min((price for price in known if price is not None), default=None)


def _ranks(things: Sequence[Any], values: Values) -> list[tuple[int, ...]]:
    columns: list[list[int]] = []
    for sort in schema.SORTS:
        known = [(values[sort](thing), place) for place, thing in enumerate(things)]
        columns += [_column(known, reverse=False), _column(known, reverse=True)]
    return list(zip(*columns, strict=True)) if things else []


def _column(known: list[tuple[Any, int]], *, reverse: bool) -> list[int]:
    # Sorting is stable in both directions, so ties keep the order of ids.
    present = [pair for pair in known if pair[0] is not None]
    present.sort(key=lambda pair: pair[0], reverse=reverse)
    order = [place for _, place in present]
    order += [place for value, place in known if value is None]
    column = [0] * len(order)
    for rank, place in enumerate(order):
        column[place] = rank
    return column
