"""Writes a catalog as one SQLite file. Nothing reads it before it is complete and published."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from decimal import Decimal
from itertools import repeat
from pathlib import Path

import msgspec

from modeldex.domain import decimals
from modeldex.domain.calls import WINDOWS
from modeldex.domain.model import Catalog
from modeldex.domain.offer import Offer
from modeldex.snapshot import documents, memory, ranks, schema, spots, traits
from modeldex.snapshot.fragments import Fragments

_PRAGMAS = "pragma page_size = 16384; pragma journal_mode = off; pragma synchronous = off;"


class Head(msgspec.Struct, frozen=True):
    """What a file says of itself. *timestamp* is when its content was first published."""

    id: str
    timestamp: str


def write(file: Path, head: Head, catalog: Catalog, fragments: Fragments, pool: Executor) -> None:
    """Write *catalog* to *file*, which must not exist.

    Args:
        pool: runs the compressions, which release the interpreter's lock.

    Raises:
        sqlite3.Error, OSError: the disk is full or fails; *file* is then incomplete.
    """
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        connection.executescript(_PRAGMAS + schema.TABLES)
        connection.execute("begin")
        _write_documents(
            connection,
            documents.finished(catalog, fragments, head.id, head.timestamp, pool),
        )
        _write_names(connection, head, catalog)
        sets = list(memory.rate_sets(catalog))
        numbers = _write_prices(connection, catalog, sets)
        _write_offers(connection, catalog, numbers)
        _write_bodies(connection, catalog, fragments)
        _write_models(connection, catalog, fragments)
        _insert(connection, "observed", _observed(catalog), 12)
        memory.write(connection, catalog, fragments.changes, sets, numbers)
        connection.execute("commit")
        connection.executescript(schema.INDEXES)
        connection.execute("analyze")
    finally:
        connection.close()


def _write_names(connection: sqlite3.Connection, head: Head, catalog: Catalog) -> None:
    meta = {
        "schema": str(schema.VERSION),
        "id": head.id,
        "timestamp": head.timestamp,
        "date": catalog.date,
        "horizon": str(catalog.history.horizon),
        "offers": str(sum(one.is_active for one in catalog.offers)),
        "models": str(sum(any(o.is_active for o in one.offers) for one in catalog.models)),
    }
    connection.executemany("insert into meta values (?, ?)", meta.items())
    connection.executemany(
        "insert into providers values (?, ?, ?, ?, ?, ?, ?)",
        (
            (number, p.slug, p.name, p.site, p.logo, p.book_only, json.dumps(p.aliases))
            for number, p in enumerate(catalog.providers)
        ),
    )
    connection.executemany("insert or ignore into names values (?, ?, ?)", _names(catalog))


def _write_prices(
    connection: sqlite3.Connection, catalog: Catalog, sets: list[memory.RateSet]
) -> dict[Decimal | None, int]:
    """Write all prices, and return their numbers."""
    prices = traits.numbered(catalog, (one.prices for one in sets))
    rows = ((number, decimals.plain(usd)) for number, usd in enumerate(prices))
    connection.executemany("insert into prices values (?, ?)", rows)
    return {usd: number for number, usd in enumerate(prices)}


def _write_offers(
    connection: sqlite3.Connection, catalog: Catalog, prices: dict[Decimal | None, int]
) -> None:
    providers = {one.slug: number for number, one in enumerate(catalog.providers)}
    authors = {slug: number for number, slug in enumerate(_authors(catalog))}
    models = {one.id: rank for rank, one in enumerate(catalog.models)}
    places = {o.id: place for model in catalog.models for place, o in enumerate(model.offers)}
    counts = ranks.provider_counts(catalog.models)
    order = ranks.of_offers(catalog.offers, counts)
    placed = spots.of(
        [(authors[_author(one.model_id)], models[one.model_id]) for one in catalog.offers]
    )
    words = traits.words(catalog.offers)
    vocabulary = traits.Vocabulary(words)
    connection.executemany("insert into words values (?, ?, ?)", vocabulary.rows())
    rare = vocabulary.rare(words)
    connection.executemany("insert into rare_words values (?, ?, ?)", rare)
    pairs = map(traits.facets, catalog.offers, words, repeat(vocabulary))
    connection.executemany("insert into sets values (?, ?, ?)", spots.rows(pairs, placed))
    connection.executemany(
        "insert into authors values (?, ?, ?)",
        ((number, slug, placed.authors.get(number)) for slug, number in authors.items()),
    )
    _insert(
        connection,
        "offers",
        (
            (
                rank,
                providers[one.facts.provider],
                authors[_author(one.model_id)],
                models[one.model_id],
                one.is_active,
                places[one.id],
                *placed.split(rank),
                *traits.columns(one, words[rank], vocabulary, prices, counts[one.model_id]),
                *order[rank],
            )
            for rank, one in enumerate(catalog.offers)
        ),
        8 + len(schema.TRAITS) + len(schema.SORT_COLUMNS),
    )


def _write_bodies(connection: sqlite3.Connection, catalog: Catalog, fragments: Fragments) -> None:
    _insert(connection, "offer_native", enumerate(fragments.offers), 2)
    _insert(connection, "offer_entry", enumerate(fragments.entries), 2)
    _insert(connection, "offer_evidence", fragments.evidence, 2)
    _insert(connection, "quality", fragments.quality, 2)
    _insert(connection, "losses", fragments.losses, 3)
    for table, found in fragments.rows.items():
        _insert(connection, table, found, 1 + len(schema.ROWS[table]))
    connection.executemany(
        "insert into search (rowid, id, name, author, description) values (?, ?, ?, ?, ?)",
        (_words(rank, one) for rank, one in enumerate(catalog.offers)),
    )


def _write_models(connection: sqlite3.Connection, catalog: Catalog, fragments: Fragments) -> None:
    authors = {slug: number for number, slug in enumerate(_authors(catalog))}
    order = ranks.of_models(catalog.models, ranks.provider_counts(catalog.models))
    _insert(
        connection,
        "models",
        (
            (rank, authors[_author(one.id)], any(o.is_active for o in one.offers), *order[rank])
            for rank, one in enumerate(catalog.models)
        ),
        3 + len(schema.SORT_COLUMNS),
    )
    _insert(connection, "model_native", enumerate(fragments.heads), 2)


def _write_documents(connection: sqlite3.Connection, found: Iterable[documents.Document]) -> None:
    for number, one in enumerate(found):
        row = (number, one.name, one.encoding, one.etag, len(one.body), one.media_type)
        connection.execute("insert into documents values (?, ?, ?, ?, ?, ?)", row)
        view = memoryview(one.body)
        parts = range(0, len(one.body), documents.PART)
        connection.executemany(
            "insert into document_parts values (?, ?, ?)",
            (
                (number, part, view[start : start + documents.PART])
                for part, start in enumerate(parts)
            ),
        )


def _insert(
    connection: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]], columns: int
) -> None:
    places = ", ".join("?" * columns)
    connection.executemany(f"insert into {table} values ({places})", rows)


def _observed(catalog: Catalog) -> Iterator[tuple[object, ...]]:
    providers = {one.slug: number for number, one in enumerate(catalog.providers)}
    authors = {slug: number for number, slug in enumerate(_authors(catalog))}
    for rank, one in enumerate(catalog.offers):
        if (found := one.observed) is None:
            continue
        for name, requests in found.requests_by_window.items():
            yield (
                WINDOWS[name],
                rank,
                one.is_active,
                providers[one.facts.provider],
                authors[_author(one.model_id)],
                one.id,
                one.model_id,
                requests,
                found.tokens_by_window.get(name),
                found.cost_by_window.get(name),
                found.latency_ms.get("p50"),
                found.throughput.get("p50"),
            )


def _names(catalog: Catalog) -> Iterator[tuple[str, int, int]]:
    """Yield every name that resolves to something; of two equal ones of a kind the first holds."""
    for rank, offer in enumerate(catalog.offers):
        yield offer.id, schema.OFFER, rank
        for alias in offer.facts.aliases:
            yield f"{offer.facts.provider}/{alias}", schema.OFFER_ALIAS, rank
    for rank, model in enumerate(catalog.models):
        yield model.id, schema.MODEL, rank
        for alias in model.aliases:
            yield alias, schema.MODEL_ALIAS, rank


def _authors(catalog: Catalog) -> list[str]:
    return sorted({_author(model.id) for model in catalog.models})


def _author(model_id: str) -> str:
    return model_id.partition("/")[0]


def _words(rank: int, one: Offer) -> tuple[object, ...]:
    facts = one.facts
    return rank, one.id, facts.name or "", _author(one.model_id), facts.description or ""
