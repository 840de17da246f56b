"""Ranks of offers and models under each sort: unknown values last, ties by id."""

from collections.abc import Callable, Sequence
from typing import Any

from modeldex.domain.model import Model
from modeldex.domain.offer import Offer
from modeldex.domain.rate import Meter
from modeldex.snapshot import schema
from modeldex.snapshot.traits import came_out

Value = Callable[[Any], Any]
Values = dict[str, Value]


def of_offers(offers: Sequence[Offer], provider_counts: dict[str, int]) -> list[tuple[int, ...]]:
    """Return, for each offer, its rank in each of ``schema.SORT_COLUMNS``."""
    values: Values = {
        "name": lambda one: (one.facts.name or one.facts.provider_model_id).casefold(),
        "created": lambda one: came_out(one.facts),
        "context": lambda one: one.facts.context_length,
        "price": _price(Meter.INPUT),
        "output_price": _price(Meter.OUTPUT),
        "provider_count": lambda one: provider_counts[one.model_id],
        "latency": _latency,
        "throughput": _throughput,
        "popularity": _requests,
    }
    return _ranks(offers, values)


def of_models(models: Sequence[Model], provider_counts: dict[str, int]) -> list[tuple[int, ...]]:
    """Return, for each model, its rank in each of ``schema.SORT_COLUMNS``."""
    values: Values = {
        "name": lambda one: (one.facts.name or one.id.partition("/")[2]).casefold(),
        "created": lambda one: came_out(one.facts),
        "context": lambda one: one.facts.context_length,
        "price": lambda one: min(_shown(one, _price(Meter.INPUT)), default=None),
        "output_price": lambda one: min(_shown(one, _price(Meter.OUTPUT)), default=None),
        "provider_count": lambda one: provider_counts[one.id],
        "latency": lambda one: min(_shown(one, _latency), default=None),
        "throughput": lambda one: max(_shown(one, _throughput), default=None),
        "popularity": lambda one: max(_shown(one, _requests), default=None),
    }
    return _ranks(models, values)


def provider_counts(models: Sequence[Model]) -> dict[str, int]:
    """Return how many distinct providers offer each model."""
    return {
        model.id: len({one.facts.provider for one in model.offers if one.is_active})
        for model in models
    }


def _price(meter: Meter) -> Value:
    return lambda one: one.prices.get(meter)


def _latency(one: Offer) -> float | None:
    return one.observed.latency_ms.get("p50") if one.observed else None


def _throughput(one: Offer) -> float | None:
    return one.observed.throughput.get("p50") if one.observed else None


def _requests(one: Offer) -> int | None:
    return one.observed.requests if one.observed else None


def _shown(model: Model, value: Value) -> list[Any]:
    """Return what is known of a value among the offers of a model that are shown."""
    known = (value(one) for one in model.offers if one.is_active)
    return [one for one in known if one is not None]


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
