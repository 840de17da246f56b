"""Rows of tables to values, and back."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Column, Row, Table

from modeldex.domain.history import Event, Fact, Observation, State
from modeldex.domain.listing import SourceRows
from modeldex.errors import StoreError
from modeldex.store import codec, tables
from modeldex.store.base import GoodAnswer, Health, HeldAnswer

_PACKED = {"listings", "pages"}
_STATE = msgspec.json.Decoder(State)
_HELD = [name for name in HeldAnswer.__struct_fields__ if name not in _PACKED]


def columns(table: Table, names: Iterable[str]) -> list[Column[Any]]:
    """Return the columns of a table that bear *names*, in their order."""
    return [table.c[name] for name in names]


HEALTH = columns(tables.sources, Health.__struct_fields__)
LISTINGS = columns(tables.listings, ("source", "is_book", "decoded"))
PAYLOAD = columns(tables.listings, ("source", "is_book", "decoded", "payload", "recorded_at"))
HELD = columns(tables.held_answers, [*_HELD, "decoded", "payload"])
FACTS = columns(tables.facts, Fact.__struct_fields__)
EVENTS = columns(tables.events, Event.__struct_fields__)
OBSERVATIONS = columns(tables.observations, Observation.__struct_fields__)


def health(found: Iterable[Row[Any]]) -> dict[str, Health]:
    """Return the health of sources by their ids, sorted."""
    each = (_struct(Health, row) for row in found)
    return dict(sorted((one.source, one) for one in each))


def listings(found: Iterable[Row[Any]]) -> tuple[SourceRows, ...]:
    """Return the listings of sources, sorted by their ids."""
    each = (source_rows(row) for row in found)
    return tuple(sorted(each, key=lambda one: one.source))


def source_rows(row: Row[Any]) -> SourceRows:
    """Return the listings of one source."""
    return SourceRows(source=row.source, is_book=row.is_book, rows=codec.rows(row.decoded))


def answer(row: Row[Any]) -> GoodAnswer:
    """Return a good answer with its payload."""
    return GoodAnswer(
        rows=source_rows(row), pages=codec.pages(row.payload), recorded_at=row.recorded_at
    )


def held(found: Iterable[Row[Any]]) -> dict[str, HeldAnswer]:
    """Return the held answers by the ids of their sources, sorted."""
    each = (
        HeldAnswer(
            **{name: getattr(row, name) for name in _HELD},
            listings=codec.listings(row.decoded),
            pages=codec.pages(row.payload),
        )
        for row in found
    )
    return dict(sorted((one.source, one) for one in each))


def facts(found: Iterable[Row[Any]]) -> tuple[Fact, ...]:
    """Return facts; equal states are one object.

    Raises:
        StoreError: a state is not what :func:`fact_row` made.
    """
    states: dict[str, State] = {}
    made = []
    for row in found:
        values = dict(zip(Fact.__struct_fields__, row, strict=True))
        text = values["state"]
        if text not in states:
            states[text] = _state(text)
        values["state"] = states[text]
        made.append(Fact(**values))
    return tuple(made)


def events(found: Iterable[Row[Any]]) -> tuple[Event, ...]:
    """Return events."""
    return tuple(_event(row) for row in found)


def observations(found: Iterable[Row[Any]]) -> tuple[Observation, ...]:
    """Return observations."""
    return tuple(_struct(Observation, row) for row in found)


def answer_row(one: GoodAnswer) -> dict[str, Any]:
    """Return a row of ``listings``; where the pages are ``None`` it has none."""
    return {
        "source": one.rows.source,
        "is_book": one.rows.is_book,
        "recorded_at": one.recorded_at,
        "payload": codec.pack(one.pages or ()),
        "decoded": codec.pack(one.rows.rows),
    }


def held_row(one: HeldAnswer) -> dict[str, Any]:
    """Return a row of ``held_answers``."""
    plain = {name: getattr(one, name) for name in _HELD}
    return {**plain, "payload": codec.pack(one.pages), "decoded": codec.pack(one.listings)}


def fact_row(number: int, one: Fact) -> dict[str, Any]:
    """Return a row of ``facts``."""
    state = msgspec.json.encode(one.state, order="deterministic").decode()
    return {**msgspec.structs.asdict(one), "number": number, "state": state}


def event_row(number: int, one: Event) -> dict[str, Any]:
    """Return a row of ``events``."""
    old, new = _text(one.old), _text(one.new)
    return {**msgspec.structs.asdict(one), "number": number, "old": old, "new": new}


def observation_row(number: int, one: Observation) -> dict[str, Any]:
    """Return a row of ``observations``."""
    return {"number": number, **msgspec.structs.asdict(one)}


def _struct(kind: Any, row: Row[Any]) -> Any:
    return kind(**dict(zip(kind.__struct_fields__, row, strict=True)))


def _event(row: Row[Any]) -> Event:
    values = dict(zip(Event.__struct_fields__, row, strict=True))
    return Event(**(values | {"old": _raw(row.old), "new": _raw(row.new)}))


def _state(text: str) -> State:
    try:
        return _STATE.decode(text)
    except msgspec.DecodeError as error:
        raise StoreError(codec.UNREADABLE) from error


def _raw(text: str | None) -> msgspec.Raw | None:
    return None if text is None else msgspec.Raw(text.encode())


def _text(raw: msgspec.Raw | None) -> str | None:
    return None if raw is None else bytes(raw).decode()
