"""The rows of a catalog in the dialects that list them one by one, encoded once."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from modeldex.dialects import anthropic, google, openai, things
from modeldex.dialects.losses import Losses
from modeldex.dialects.things import Thing
from modeldex.domain.model import Catalog

Tables = dict[str, list[tuple[Any, ...]]]
Say = Callable[[Thing, Losses], dict[str, Any] | None]
_encode = msgspec.json.Encoder().encode
_EITHER: dict[str, Say] = {
    openai.NAME: openai.row,
    anthropic.NAME: anthropic.row,
    google.NAME: google.row,
}


def render(catalog: Catalog) -> tuple[Tables, list[tuple[str, int, bytes]]]:
    """Return the rows of each table of ``schema.ROWS``, and what each dialect lost.

    What is not shown has rows, too, since it can be asked for by name; its losses do not count.
    Where a dialect lists offers and models, the losses are those of its offers.
    """
    lost = {name: Losses() for name in _EITHER}
    tables = dict(_of_either(catalog, lost))
    said = [(name, one.total, _encode(one.found())) for name, one in sorted(lost.items())]
    return tables, said


def content(tables: Tables) -> Iterator[bytes]:
    """Yield what decides whether two catalogs have the same rows."""
    for table, rows in sorted(tables.items()):
        yield table.encode()
        for row in rows:
            yield from (b"" if body is None else body for body in row[1:])


def _of_either(
    catalog: Catalog, lost: dict[str, Losses]
) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    offers = [(things.of_offer(one), one.is_active) for one in catalog.offers]
    models = [things.of_model(one) for one in catalog.models]
    for name, say in _EITHER.items():
        extras = [openai.priced] if name == openai.NAME else []
        yield f"offer_{name}", _rows([say, *extras], offers, lost[name])
        yield f"model_{name}", _rows([say], ((one, False) for one in models), lost[name])


def _rows(
    says: list[Say], found: Iterable[tuple[Thing, bool]], lost: Losses
) -> list[tuple[Any, ...]]:
    """Return the rows of things; only those marked count towards what is lost."""
    unshown = Losses()
    return [
        (rank, *(_body(say(one, lost if counts else unshown)) for say in says))
        for rank, (one, counts) in enumerate(found)
    ]


def _body(value: dict[str, Any] | None) -> bytes | None:
    return None if value is None else _encode(value)
