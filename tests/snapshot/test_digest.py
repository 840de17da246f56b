"""The id of a catalog is a digest of what it says, and of nothing else."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from modeldex import pipeline
from modeldex.dialects.finished import Finished
from modeldex.domain.listing import Listing
from modeldex.domain.model import Catalog
from modeldex.domain.provider import Provider
from modeldex.snapshot import fragments, schema
from support import catalogs
from support.remembered import Fact, change, remembering
from support.scale import scaled

TESTS = Path(__file__).resolve().parents[1]
LISTINGS = (
    catalogs.priced("acme", "labs/one", "0.000001", "0.000002", name="One"),
    catalogs.priced("bolt", "labs/one", "0.000002", "0.000003", aliases=("one-latest",)),
    catalogs.priced("bolt", "labs/two", "0", "0", capabilities={"tools": True, "vision": False}),
    catalogs.listing("cove", "two", canonical_slug="labs/two", context_length=8192),
    catalogs.listing("cove", "three", input_modalities=("text", "image")),
)
PROVIDERS = (Provider(slug="acme", name="Acme", aliases=("ac",)), Provider(slug="bolt", name="B"))
BUILD = """
import random, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from support import catalogs, snapshots
from modeldex.snapshot.reader import Snapshot

listings = [one.facts for one in catalogs.sized(30, models=15).offers]
random.Random(int(sys.argv[2])).shuffle(listings)
with ThreadPoolExecutor(2) as pool:
    snapshot = snapshots.published(Path(sys.argv[1]), catalogs.of(*listings), pool)
print(snapshot.id)
for name in ("list", "unique"):
    for encoding in ("identity", "br", "zstd", "gzip"):
        found = snapshot.whole(name, encoding)
        print(name, encoding, found.etag, found.body.hex())
"""


def digest(catalog: Catalog) -> str:
    """Return a catalog's id."""
    return fragments.digest(catalog, fragments.render(catalog))


def built(*listings: Listing, providers: tuple[Provider, ...] = PROVIDERS) -> Catalog:
    """Return the catalog of these listings, each source's in the order given."""
    found: dict[str, list[Listing]] = {}
    for one in listings:
        found.setdefault(one.source, []).append(one)
    sources = [catalogs.rows(source, ones) for source, ones in found.items()]
    return catalogs.build(*sources, providers=providers)


def changed(place: int, **facts: Any) -> tuple[Listing, ...]:
    """Return LISTINGS with one of them saying something else."""
    said = {name: getattr(LISTINGS[place], name) for name in LISTINGS[place].__struct_fields__}
    return (*LISTINGS[:place], Listing(**{**said, **facts}), *LISTINGS[place + 1 :])


@settings(max_examples=scaled(30, 500), deadline=None)
@given(st.permutations(LISTINGS), st.permutations(PROVIDERS))
def test_the_order_of_what_is_said_does_not_matter(
    listings: list[Listing], providers: list[Provider]
) -> None:
    """Sources and rows in any order make the same id."""
    assert digest(built(*listings, providers=tuple(providers))) == digest(built(*LISTINGS))


CHEAPER = catalogs.priced("acme", "labs/one", "0.0000009999", "0.000002").rates
CHANGES: dict[str, Callable[[], Catalog]] = {
    "a price": lambda: built(*changed(0, rates=CHEAPER)),
    "a price becomes unknown": lambda: built(*changed(2, rates=())),
    "a name": lambda: built(*changed(0, name="Uno")),
    "a description": lambda: built(*changed(0, description="New.")),
    "an alias of an offer": lambda: built(*changed(1, aliases=("one-stable",))),
    "an alias of a model": lambda: built(*changed(4, canonical_slug="labs/drei")),
    "a limit": lambda: built(*changed(3, context_length=8193)),
    "a capability": lambda: built(*changed(2, capabilities={"tools": True})),
    "a status": lambda: built(*changed(0, status="deprecated")),
    "an offer more": lambda: built(*LISTINGS, catalogs.listing("cove", "four")),
    "an offer less": lambda: built(*LISTINGS[1:]),
    "a provider's name": lambda: built(
        *LISTINGS, providers=(Provider(slug="acme", name="ACME", aliases=("ac",)), PROVIDERS[1])
    ),
    "a provider's alias": lambda: built(
        *LISTINGS, providers=(Provider(slug="acme", name="Acme", aliases=("a",)), PROVIDERS[1])
    ),
    "a provider more": lambda: built(
        *LISTINGS, providers=(*PROVIDERS, Provider(slug="dune", name="Dune"))
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_any_change_of_content_changes_the_id(what: str) -> None:
    """No two catalogs that say different things share an id."""
    assert digest(CHANGES[what]()) != digest(built(*LISTINGS))


def test_all_changes_make_different_ids() -> None:
    """Each of the changes makes an id of its own."""
    found = [digest(change()) for change in CHANGES.values()]

    assert len(set(found)) == len(CHANGES)


FACT = Fact(offer="acme/labs/one", since=1, prices=("1", "2"))
PASTS: dict[str, Catalog] = {
    "nothing": built(*LISTINGS),
    "a fact": remembering(built(*LISTINGS), [FACT]),
    "a fact that is superseded": remembering(built(*LISTINGS), [replace(FACT, believed_until=9)]),
    "a fact of another time": remembering(built(*LISTINGS), [replace(FACT, since=2)]),
    "another price": remembering(built(*LISTINGS), [replace(FACT, prices=("1", "3"))]),
    "a change": remembering(built(*LISTINGS), (), [change(1, "x", None, "labs/one")]),
    "a change under another number": remembering(
        built(*LISTINGS), (), [change(2, "x", None, "labs/one", happened_at=0, recorded_at=0)]
    ),
}


def test_what_is_remembered_is_content() -> None:
    """An import of the past, a correction or a change learned makes another id each."""
    assert len({digest(one) for one in PASTS.values()}) == len(PASTS)


def test_from_when_on_something_is_remembered_is_content() -> None:
    """Though nothing had to be forgotten, questions before that moment are answered otherwise."""
    past = PASTS["a fact"]
    ids = {
        digest(replace(past, history=replace(past.history, horizon=one)))
        for one in (0, 86_400, 172_800)
    }

    assert (len(ids), digest(past) in ids) == (3, True)


def test_the_order_of_facts_does_not_matter() -> None:
    """The same past, read in another order, is the same content."""
    facts = [replace(FACT, since=n, until=n + 1, prices=(str(n), "1")) for n in range(6)]
    orders = (facts, facts[::-1], [*facts[3:], *facts[:3]])

    assert len({digest(remembering(built(*LISTINGS), one)) for one in orders}) == 1


def test_the_day_of_building_is_not_content() -> None:
    """The same rows at the same prices have the same id on another day."""
    sources = [catalogs.rows("acme", LISTINGS[:1]), catalogs.rows("bolt", LISTINGS[1:3])]
    today, later = (pipeline.build(sources, {}, day) for day in (catalogs.TODAY, "2027-01-01"))

    assert today.date != later.date
    assert digest(today) == digest(later)


def run(folder: Path, seed: int) -> list[str]:
    """Build and publish a catalog in a process of its own, whose hashes are salted otherwise."""
    path = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": path}
    command = [sys.executable, "-c", BUILD, str(folder), str(seed)]
    return subprocess.check_output(command, env=environment, text=True).splitlines()


@pytest.mark.finding("X45")
def test_two_processes_make_the_same_bytes(tmp_path: Path) -> None:
    """Id, entity tags and all finished documents are equal, byte for byte."""
    first, second = (run(tmp_path / str(seed), seed) for seed in (1, 2))

    assert len(first) == 1 + 2 * 4
    assert first == second


@pytest.mark.parametrize("table", schema.ROWS)
def test_another_row_of_a_dialect_is_another_id(table: str) -> None:
    """A dialect that says something else does not keep the old bytes."""
    catalog = built(*LISTINGS)
    rendered = fragments.render(catalog)
    rank, *bodies = rendered.rows[table][0]
    for place in range(len(bodies)):
        changed = [*bodies[:place], b"{}", *bodies[place + 1 :]]
        rows = {**rendered.rows, table: [(rank, *changed), *rendered.rows[table][1:]]}
        other = replace(rendered, rows=rows)
        assert fragments.digest(catalog, other) != fragments.digest(catalog, rendered)


def test_another_envelope_or_another_loss_is_another_id() -> None:
    """Whole lists and what is lost are content, too."""
    catalog = built(*LISTINGS)
    rendered = fragments.render(catalog)
    first, *others = rendered.documents
    listed = replace(rendered, documents=[replace(first, body=b"[]"), *others])
    name, total, _ = rendered.losses[0]
    lost = replace(rendered, losses=[(name, total, b"[]"), *rendered.losses[1:]])

    assert len({fragments.digest(catalog, one) for one in (rendered, listed, lost)}) == 3


def test_a_document_of_another_dialect_is_content() -> None:
    """What a dialect says, and what it cannot say, is another snapshot where it differs."""
    catalog = catalogs.sized(2)
    made = fragments.render(catalog)
    said = replace(made, documents=[Finished("litellm/cost-map", b"{}")])
    lost = replace(made, losses=[("litellm", 0, b"[]")])

    assert len({fragments.digest(catalog, one) for one in (made, said, lost)}) == 3
