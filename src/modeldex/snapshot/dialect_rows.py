"""The rows of a catalog in the dialects that list them one by one, encoded once."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from modeldex.dialects import (
    anthropic,
    google,
    huggingface,
    openai,
    openrouter,
    things,
    vercel,
)
from modeldex.dialects.losses import Losses
from modeldex.dialects.things import Thing
from modeldex.domain.model import Catalog

Tables = dict[str, list[tuple[Any, ...]]]
Say = Callable[[Thing, Losses], dict[str, Any] | None]
_BARE = b"1"
_encode = msgspec.json.Encoder().encode
_EITHER: dict[str, Say] = {
    openai.NAME: openai.row,
    anthropic.NAME: anthropic.row,
    google.NAME: google.row,
}
_OF_MODELS = {vercel.NAME: vercel.row, huggingface.NAME: huggingface.row}
NAMES = (*_EITHER, openrouter.NAME, *_OF_MODELS)


def render(catalog: Catalog) -> tuple[Tables, list[tuple[str, int, bytes]]]:
    """Return the rows of each table of ``schema.ROWS``, and what each dialect lost.

    What is not shown has rows, too, since it can be asked for by name; its losses do not count.
    Where a dialect lists either offers or models, the losses are those of its offers.
    """
    lost = {name: Losses() for name in NAMES}
    tables = dict(_of_either(catalog, lost)) | dict(_of_models(catalog, lost))
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


def _of_models(
    catalog: Catalog, lost: dict[str, Losses]
) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    models, lost_there = catalog.models, lost[openrouter.NAME]
    for name, say in _OF_MODELS.items():
        yield f"model_{name}", [(r, _body(say(m, lost[name]))) for r, m in enumerate(models)]
    rows = [openrouter.row(one, catalog.date, lost_there) for one in models]
    yield (
        f"model_{openrouter.NAME}",
        [
            (
                rank,
                _body(row),
                _encode(openrouter.head(one)),
                _BARE if row is not None and openrouter.may_make_text(one) else None,
            )
            for rank, (row, one) in enumerate(zip(rows, models, strict=True))
        ],
    )
    yield f"offer_{openrouter.NAME}", list(_endpoints(catalog, lost_there))


def _endpoints(catalog: Catalog, lost: Losses) -> Iterator[tuple[int, bytes]]:
    models = {one.id: one for one in catalog.models}
    providers = {one.slug: one for one in catalog.providers}
    unshown = Losses()
    for rank, offer in enumerate(catalog.offers):
        losses = lost if offer.is_active else unshown
        model, provider = models[offer.model_id], providers[offer.facts.provider]
        found = openrouter.endpoints(offer, model, provider, catalog.date, losses)
        yield rank, b",".join(map(_encode, found))


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
