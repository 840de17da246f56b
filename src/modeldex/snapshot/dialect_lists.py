"""The whole lists of the row dialects, as their clients ask for them most: without parameters."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from modeldex.dialects import anthropic, huggingface, openai, openrouter, things, vercel
from modeldex.dialects.finished import Finished
from modeldex.domain.model import Catalog
from modeldex.snapshot.dialect_rows import Tables


def whole(catalog: Catalog, tables: Tables) -> Iterator[Finished]:
    """Yield each list under ``dialect/list``; the bytes are those that the rows make one by one.

    Args:
        tables: the rows of each table of ``schema.ROWS``.
    """
    shown = [rank for rank, one in enumerate(catalog.offers) if one.is_active]
    rows = tables["offer_openai"]
    lean = (rows[rank][1] for rank in shown)
    yield _list("openai/list", lean)
    full = (rows[rank] for rank in shown)
    yield _list("openai/priced", (body[:-1] + b"," + more[1:] for _, body, more in full if more))
    yield _union(catalog, tables, shown)
    yield _openrouter(catalog, tables)
    for name in (vercel.NAME, huggingface.NAME):
        yield _list(f"{name}/list", (body for _, body in tables[f"model_{name}"] if body))


def _list(name: str, rows: Iterable[bytes]) -> Finished:
    return Finished(name, openai.OPENING + b",".join(rows) + openai.CLOSING)


def _union(catalog: Catalog, tables: Tables, shown: Iterable[int]) -> Finished:
    order = _newest(catalog.offers, shown)
    ids = [catalog.offers[rank].id for rank in order]
    pairs = ((tables["offer_openai"][n][1], tables["offer_anthropic"][n][1]) for n in order)
    body = b",".join(anthropic.union_row(*pair) for pair in pairs)
    first, last = (ids[0], ids[-1]) if ids else (None, None)
    tail = anthropic.closing(first, last, more=False)
    return Finished("anthropic/union", openai.OPENING + body + tail)


def _openrouter(catalog: Catalog, tables: Tables) -> Finished:
    """OpenRouter's own list is that of models that make text, as far as is known."""
    rows = tables["model_openrouter"]
    found = [rank for rank, _, _, bare in rows if bare]
    body = b",".join(rows[rank][1] for rank in _newest(catalog.models, found))
    tail = openrouter.closing(len(found), None)
    return Finished("openrouter/list", openrouter.OPENING + body + tail)


def _newest(listed: Sequence[Any], ranks: Iterable[int]) -> list[int]:
    """Return ranks by when things came out, the newest first, unknown last, ties by id."""
    moments = ((things.released(listed[rank].facts), rank) for rank in ranks)
    return [rank for _, rank in sorted(moments, key=lambda one: (one[0] is None, -(one[0] or 0)))]
