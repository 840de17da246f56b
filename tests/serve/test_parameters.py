"""Every parameter of the list over HTTP: alone it narrows as it says, and a wrong value is 400."""

from collections.abc import Callable, Iterator

import pytest

from modeldex.query import table
from query import mixed
from support import catalogs, live, wire

# What is asked, and which offers answer: told by a look at their rows.
ASKED: dict[str, tuple[str, Callable[[mixed.Row], bool]]] = {
    "gateway": ("acme", lambda row: row["provider_slug"] == "acme"),
    "author": ("orgs", lambda row: row["owned_by"] == "orgs"),
    "provider": ("labs", lambda row: "labs" in (row["provider_slug"], row["owned_by"])),
    "is_private": ("true", lambda row: row["is_private"] is True),
    "q": ("thinker", lambda row: "thinker" in (row["description"] or "")),
    "search": ("thinker", lambda row: "thinker" in (row["description"] or "")),
    "input_modalities": ("image", lambda row: takes(row, "input", "image")),
    "output_modalities": ("image", lambda row: takes(row, "output", "image")),
    "modality": ("text%2Bimage-%3Etext", lambda row: row["modality"] == "text+image->text"),
    "supported_parameters": ("topk", lambda row: "topK" in row["supported_parameters"]),
    "capabilities": ("vision", lambda row: row["capabilities"]["vision"] is True),
    "min_context": ("8193", lambda row: (row["context_length"] or 0) > 8192),
    "max_context": ("8192", lambda row: (row["context_length"] or 9999) <= 8192),
    "min_price": ("9", lambda row: price(row, "prompt", -1) >= 9e-6),
    "max_price": ("0.2", lambda row: price(row, "prompt", 1) <= 2e-7),
    "min_output_price": ("9", lambda row: price(row, "completion", -1) >= 9e-6),
    "max_output_price": ("0", lambda row: price(row, "completion", 1) == 0),
    "is_free": ("false", lambda row: any(price(row, m, 0) for m in ("prompt", "completion"))),
    "open_weights": ("false", lambda row: row["open_weights"] is False),
    "min_age_days": ("2000", lambda row: row["created"] == 1_600_000_000
                     or (row["created_from"] != "stated" and row["release_date"] == "2020-02-29")),
    "max_age_days": ("2000", lambda row: row["created"] == 1_700_000_000
                     or (row["created_from"] != "stated"
                         and row["release_date"] in ("2023-11-14", "2026-11-22"))),
    "status": ("deprecated", lambda row: row["status"] == "deprecated"),
}  # fmt: skip
WRONG = {
    "gateway": "nobody", "author": "", "provider": "%40", "is_private": "maybe", "q": "x" * 513,
    "search": "x" * 513, "input_modalities": "smell", "output_modalities": "",
    "modality": "text->smell", "supported_parameters": "warmth", "capabilities": "flight",
    "min_context": "-1", "max_context": "1e3", "min_price": "NaN", "max_price": "-0.1",
    "min_output_price": "1e-3", "max_output_price": "Infinity", "is_free": "yes",
    "open_weights": "2", "min_age_days": "1.5", "max_age_days": "", "min_providers": "two",
    "status": "gone", "unique": "on", "unique_models": "on", "include_inactive": "",
    "fields": "prise", "facets": "all", "shape": "round", "sort": "colour", "sort_by": "colour",
    "order": "up", "limit": "0", "offset": "-1", "cursor": "abc", "snapshot": "newest",
    "as_of": "yesterday", "known_at": "2026-13-01", "include_huggingface": "no",
}  # fmt: skip


def takes(row: mixed.Row, side: str, word: str) -> bool:
    """Return whether something of a kind goes in or out."""
    return word in row["architecture"][f"{side}_modalities"]


def price(row: mixed.Row, meter: str, unknown: float) -> float:
    """Return a price that a row states."""
    known = (row["pricing"] or {}).get(meter)
    return unknown if known is None else float(known)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[wire.Line]:
    """A connection to a worker that serves the mixed catalog."""
    directory = tmp_path_factory.mktemp("mixed")
    catalogs.publish(directory / "snapshots", mixed.catalog())
    with live.served(live.application(directory)) as url, wire.connected(url) as found:
        yield found


@pytest.mark.finding("X11")
@pytest.mark.parametrize("name", ASKED)
def test_a_filter_narrows_as_it_says(line: wire.Line, name: str) -> None:
    """It returns exactly the rows that state it: not none, not all, and none that is unknown."""
    value, holds = ASKED[name]
    every = line.ask("/v1/models").json["data"]
    found = line.ask(f"/v1/models?{name}={value}&sort=id").json
    expected = [row["id"] for row in every if holds(row)]

    assert [row["id"] for row in found["data"]] == expected
    assert 0 < found["total"] < len(every)


def test_every_parameter_has_a_wrong_value() -> None:
    """The table below forgets none."""
    assert {*WRONG} == {*table.BY_NAME}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_refused(line: wire.Line, name: str) -> None:
    """400 as a problem that names the parameter and says in a sentence what is allowed."""
    found = line.ask(f"/v1/models?{name}={WRONG[name]}")

    assert (found.status, found.json["code"]) == (400, "bad_value")
    assert found.json["parameter"] == table.ALIASES.get(name, name)
    assert 20 < len(found.json["detail"]) < 900


def test_fields_are_picked_at_any_depth(line: wire.Line) -> None:
    """Dots go into objects and through lists; the id is always there; nothing else is."""
    flat = line.ask("/v1/models?fields=pricing.prompt,name&limit=3&gateway=acme").json["data"]
    models = line.ask("/v1/models?unique=true&fields=providers.pricing.prompt").json["data"]
    one = line.ask(f"/v1/models/{flat[0]['id']}?fields=architecture.input_modalities").json

    assert all({*row} == {"id", "name", "pricing"} for row in flat)
    assert all({*row} == {"id", "providers"} for row in models)
    assert all({*(row["pricing"] or ())} <= {"prompt"} for row in flat)
    assert all({*entry} == {"pricing"} for row in models for entry in row["providers"])
    assert {*one} == {"id", "architecture"}
    assert {*one["architecture"]} == {"input_modalities"}


@pytest.mark.finding("DB-M5")
@pytest.mark.parametrize("more", ["", "&min_context=8192", "&q=model&capabilities=tools"])
def test_facets_count_the_rows(line: wire.Line, more: str) -> None:
    """Each count is that of the rows that match, all pages together; models where asked for."""
    found = line.ask(f"/v1/models?facets=true&limit=1{more}").json["facets"]
    rows = line.ask(f"/v1/models?sort=id{more}").json["data"]
    models = line.ask(f"/v1/models?unique=true&facets=true&limit=1{more}").json["facets"]

    for slug, many in found["provider"].items():
        ours = [row for row in rows if row["provider_slug"] == slug]
        assert many == len(ours)
        assert models["provider"][slug] == len({row["canonical_slug"] for row in ours})
    assert sum(found["provider"].values()) == len(rows)
    assert sum(found["status"].values()) == sum(found["is_free"].values()) == len(rows)
    for word, many in found["input_modalities"].items():
        ours = [row for row in rows if word in row["architecture"]["input_modalities"]]
        assert many == len(ours)
        assert models["input_modalities"][word] == len({row["canonical_slug"] for row in ours})
    for word, many in found["capabilities"].items():
        assert many == sum(row["capabilities"][word] is True for row in rows)
