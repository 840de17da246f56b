"""The finished JSON of a catalog, and its id: a digest of the logical content."""

import hashlib
from collections.abc import Iterator

import msgspec

from modeldex.dialects import catalogs_of_others, finished, native, remembered
from modeldex.dialects.finished import Finished
from modeldex.domain.history import History
from modeldex.domain.model import Catalog
from modeldex.pricing import quality
from modeldex.snapshot import dialect_lists, dialect_rows, schema
from modeldex.snapshot.memory import sorted_facts

_encode = msgspec.json.Encoder().encode


class Fragments(msgspec.Struct, frozen=True):
    """Bodies in the order of the catalog's offers, models and changes.

    Attributes:
        evidence: rank and body of each offer for which sources had to be settled.
        quality: slug and body of each provider with offers.
        losses: name of each dialect, how much it cannot say, and the list of it.
        rows: of each table of ``schema.ROWS`` its rows, rank first.
        documents: whole documents in other catalogs' shapes.
    """

    offers: list[bytes]
    entries: list[bytes]
    heads: list[bytes]
    changes: list[bytes]
    evidence: list[tuple[int, bytes]]
    quality: list[tuple[str, bytes]]
    losses: list[tuple[str, int, bytes]] = []
    rows: dialect_rows.Tables = {}
    documents: list[Finished] = []


def render(catalog: Catalog) -> Fragments:
    """Return the catalog's rows, encoded once."""
    providers = {one.slug: one for one in catalog.providers}
    rows, losses = dialect_rows.render(catalog)
    documents, lost = finished.render(catalogs_of_others.EMITTERS, catalog)
    return Fragments(
        offers=[_encode(native.offer_row(o, providers[o.facts.provider])) for o in catalog.offers],
        entries=[
            _encode(native.provider_entry(o, providers[o.facts.provider])) for o in catalog.offers
        ],
        heads=[_encode(native.model_head(model)) for model in catalog.models],
        changes=[_encode(remembered.change_row(one)) for one in catalog.history.changes],
        evidence=[
            (rank, _encode(one.evidence))
            for rank, one in enumerate(catalog.offers)
            if one.evidence
        ],
        quality=[(one.provider, _encode(one)) for one in quality.report(catalog.offers)],
        losses=[*losses, *((name, total, _encode(found)) for name, total, found in lost)],
        rows=rows,
        documents=[*dialect_lists.whole(catalog, rows), *documents],
    )


def digest(catalog: Catalog, fragments: Fragments) -> str:
    """Return the id of a catalog: the same for the same content on every host, SQLite and day.

    Neither times of building nor the file's bytes enter it; the order of the rows is by id. What
    is remembered enters it: a past that is imported is another content.
    """
    found = hashlib.sha256(b"modeldex snapshot %d\n" % schema.VERSION)
    for piece in _content(catalog, fragments):
        found.update(piece)
        found.update(b"\n")
    return found.hexdigest()[:32]


def _content(catalog: Catalog, fragments: Fragments) -> Iterator[bytes]:
    yield from fragments.offers
    yield from fragments.heads
    for provider in catalog.providers:
        yield _encode(provider)
    for offer in catalog.offers:
        yield _encode((offer.facts.aliases, offer.observed))
    yield from _remembered(catalog.history)
    yield from fragments.changes
    for _, body in (*fragments.evidence, *fragments.quality):
        yield body
    yield from _in_dialects(fragments)


def _remembered(history: History) -> Iterator[bytes]:
    yield _encode(history.horizon)
    for fact in sorted_facts(history):
        yield _encode(fact)
    for name, rates in sorted(history.rate_sets.items()):
        yield _encode((name, [native.rate_value(rate) for rate in rates]))


def _in_dialects(fragments: Fragments) -> Iterator[bytes]:
    yield from dialect_rows.content(fragments.rows)
    for name, _, body in fragments.losses:
        yield _encode(name)
        yield body
    for one in fragments.documents:
        yield _encode((one.name, one.media_type))
        yield one.body
