"""The list: what it holds, how it is filtered, and the envelope around it."""

import json
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from modeldex.snapshot.publish import POINTER, Pointer, read_pointer, sha256, write_atomically
from modeldex.snapshot.reader import Snapshot
from modeldex.sources import registry
from serve.conftest import small
from support import catalogs, live, wire, workers
from support.catalogs import build, listing, rows

ENVELOPE = [
    "object", "data", "total", "returned", "offset", "limit", "has_more", "next_offset",
    "next_cursor", "gateway", "unique", "snapshot", "timestamp",
]  # fmt: skip
ENCODINGS = ("identity", "br", "zstd", "gzip")
SHOWN = [
    "acme/bolt/mini", "acme/labs/Large", "acme/labs/fast:free", "acme/uni/small",
    "bolt/labs/large", "bolt/uni/zoom",
]  # fmt: skip
# Questions that differ in one parameter each.
QUESTIONS = [
    "", "gateway=bolt", "author=labs", "provider=bolt", "q=zoom", "unique=true", "unique_models=1",
    "include_inactive=true", "sort=price", "sort=context", "order=desc", "sort=price&order=desc",
    "limit=2", "offset=2", "limit=2&offset=2", "author=uni", "gateway=acme",
]  # fmt: skip


def test_a_bare_list_holds_every_shown_offer(url: str) -> None:
    """Without parameters the answer is everything that is shown, sorted by id."""
    found = wire.ask(url, "/v1/models")

    assert (found.status, found.headers["content-type"]) == (200, "application/json")
    assert found.ids == SHOWN
    assert found.json["total"] == found.json["returned"] == len(SHOWN)


@pytest.mark.finding("X17")
@pytest.mark.parametrize("query", ["", "?unique=true", "?limit=2", "?gateway=acme", "?offset=99"])
def test_the_envelope_has_exactly_the_documented_keys(url: str, query: str) -> None:
    """Cold and warm, every list has the same keys around its rows, and only those."""
    cold, warm = (wire.ask(url, f"/v1/models{query}").json for _ in range(2))

    assert list(cold) == list(warm) == ENVELOPE


@pytest.mark.finding("RT-H3")
def test_the_default_is_every_gateway_in_the_answer_and_in_the_document(url: str) -> None:
    """Leaving `gateway` out is `gateway=all`, byte for byte, and OpenAPI says so."""
    bare, spelled = (wire.ask(url, f"/v1/models{query}").body for query in ("", "?gateway=all"))
    operation = wire.ask(url, "/openapi.json").json["paths"]["/v1/models"]["get"]
    stated = {one["name"]: one["schema"].get("default") for one in operation["parameters"]}

    assert bare == spelled
    assert stated["gateway"] == ["all"]


def test_models_is_another_name_of_the_list(url: str) -> None:
    """`/models` answers what `/v1/models` does."""
    assert wire.ask(url, "/models?limit=2").body == wire.ask(url, "/v1/models?limit=2").body


@pytest.mark.finding("RT-M1")
def test_every_provider_slug_in_a_row_is_a_gateway_with_those_rows(url: str) -> None:
    """Asking for the provider that a row names gives exactly the rows that name it."""
    listed = wire.ask(url, "/v1/models").json["data"]

    for slug in {row["provider_slug"] for row in listed}:
        answered = wire.ask(url, f"/v1/models?gateway={slug}").json["data"]
        assert answered == [row for row in listed if row["provider_slug"] == slug] != []


@pytest.mark.finding("RT-M3", "X12")
def test_every_declared_alias_in_any_case_gives_the_rows_of_its_slug(tmp_path: Path) -> None:
    """Of all declared providers, each alias means the slug that its rows carry."""
    declared = registry.load().providers()
    offers = [rows(slug, [listing(slug, "labs/one")]) for slug in declared]
    catalogs.publish(tmp_path / "snapshots", build(*offers, providers=declared.values()))
    aliases = {alias: one.slug for one in declared.values() for alias in one.aliases}

    with live.served(live.application(tmp_path)) as url, wire.connected(url) as line:
        for alias, slug in aliases.items():
            for spelling in (alias, alias.upper(), f"%40{alias.title()}"):
                assert line.ask(f"/v1/models?gateway={spelling}").ids == [f"{slug}/labs/one"]
    assert aliases["hug"] == aliases["huggingface"]


@pytest.mark.finding("X46")
@pytest.mark.parametrize("query", ["", "&limit=2", "&gateway=bolt", "&sort=price", "&q=labs"])
def test_unique_rows_are_models_in_the_same_envelope(url: str, query: str) -> None:
    """`unique` changes the rows and the counts, never what stands around them."""
    unique = wire.ask(url, f"/v1/models?unique=true{query}").json
    flat = wire.ask(url, f"/v1/models?{query}").json

    assert unique["data"]
    assert all(row["providers"] and row["provider_count"] for row in unique["data"])
    assert list(unique) == list(flat)
    assert not any("providers" in row for row in flat["data"])


def test_a_filtered_model_keeps_all_its_providers(url: str) -> None:
    """A filter finds a model by one of its offers and does not narrow what it shows."""
    found = wire.ask(url, "/v1/models?unique=true&gateway=acme&q=large").json["data"]

    assert [one["id"] for one in found] == ["labs/large"]
    assert [one["slug"] for one in found[0]["providers"]] == ["bolt", "acme"]  # cheapest first


@pytest.mark.finding("X01")
def test_both_spellings_of_unique_mean_the_same(url: str) -> None:
    """`unique` and `unique_models` are one parameter."""
    answers = [wire.ask(url, f"/v1/models?{name}=true") for name in ("unique", "unique_models")]

    assert answers[0].body == answers[1].body
    assert answers[0].json["unique"] is True


@pytest.mark.finding("CA-H1", "X07")
def test_questions_of_different_meaning_have_answers_of_their_own(url: str) -> None:
    """Whatever parameter two questions differ in, neither is answered with the other's bytes."""
    with wire.connected(url) as line:
        cold = {query: line.ask(f"/v1/models?{query}").json for query in QUESTIONS}
        warm = {query: line.ask(f"/v1/models?{query}").json for query in reversed(QUESTIONS)}
    rows_of = {query: json.dumps(found["data"]) for query, found in cold.items()}
    same = {"unique=true", "unique_models=1"}

    assert warm == cold
    assert len(set(rows_of.values())) == len(QUESTIONS) - len(same) + 1
    assert rows_of["author=labs"] != rows_of["author=uni"]


@pytest.mark.parametrize("unique", ["false", "true"])
def test_pages_put_together_are_the_whole_list(url: str, unique: str) -> None:
    """Walking `next_offset` gives every row once, in order, and then ends."""
    found: list[dict[str, object]] = []
    offset: int | None = 0
    while offset is not None:
        page = wire.ask(url, f"/v1/models?unique={unique}&limit=2&offset={offset}").json
        assert page["data"]
        found += page["data"]
        assert page["has_more"] == (page["next_offset"] is not None)
        offset = page["next_offset"]

    assert found == wire.ask(url, f"/v1/models?unique={unique}").json["data"]


@pytest.mark.finding("RT-M5")
@pytest.mark.parametrize("query", ["offset=6", "offset=99", "offset=99&limit=2", "offset=1000000"])
def test_an_offset_past_the_end_is_an_empty_page(url: str, query: str) -> None:
    """It is 200 without rows, with the true total and nothing more to come."""
    found = wire.ask(url, f"/v1/models?{query}")

    assert (found.status, found.ids) == (200, [])
    assert (found.json["total"], found.json["has_more"]) == (len(SHOWN), False)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_unknown_values_come_last_in_both_directions(url: str, order: str) -> None:
    """Sorted by context, offers whose context is unknown follow those where it is known."""
    found = wire.ask(url, f"/v1/models?sort=context&order={order}").json["data"]
    known = [row["context_length"] for row in found if row["context_length"] is not None]

    assert all(row["context_length"] is None for row in found[len(known) :])
    assert all((a < b) == (order == "asc") for a, b in pairwise(known))
    assert len(known) == 2


@pytest.mark.finding("RT-L2", "CA-H5")
@pytest.mark.parametrize(("name", "query"), [("list", ""), ("unique", "?unique=true")])
def test_the_whole_list_is_served_from_bytes_finished_before(
    tmp_path: Path, name: str, query: str
) -> None:
    """From the first answer on it is the document in the snapshot, and no row is looked at."""
    directory = tmp_path / "snapshots"
    file = directory / f"{catalogs.publish(directory, small())}.sqlite"
    finished = {one: Snapshot(file).whole(name, one).body for one in ENCODINGS}
    drop_rows(directory, file)

    app = workers.build(tmp_path, workers.Watched())
    with live.served(app) as url, wire.connected(url) as line:
        for encoding, body in finished.items():
            found = [line.ask(f"/v1/models{query}", accept_encoding=encoding) for _ in range(3)]
            assert [one.body for one in found] == [body] * 3
        assert line.ask("/v1/models?limit=1").status == 500


def drop_rows(directory: Path, file: Path) -> None:
    """Leave nothing in a published snapshot but its documents."""
    file.chmod(0o644)
    with closing(sqlite3.connect(file)) as opened:
        for table in ("offers", "models", "offer_native", "offer_entry", "model_native"):
            opened.execute(f"drop table {table}")
    entry = replace(read_pointer(directory).entries[0], sha256=sha256(file) or "")
    entry = replace(entry, size=file.stat().st_size)
    write_atomically(directory / POINTER, msgspec.json.encode(Pointer((entry,))))
