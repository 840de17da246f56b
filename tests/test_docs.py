"""What the pages under docs/ say happens, happens."""

import json
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modeldex.bootstrap import overriding
from modeldex.dialects import speeds
from modeldex.domain.calls import OUTCOMES
from modeldex.domain.provenance import KINDS
from modeldex.domain.rate import Meter
from modeldex.domain.rules import Stated
from modeldex.query import reported
from modeldex.refresh.observing import INTERVAL
from modeldex.serve.recorder import MOST_CALLS as MOST_WAITING
from modeldex.serve.routes.observations import MOST_CALLS
from modeldex.settings import Settings
from modeldex.snapshot import schema
from modeldex.sources import declaration, parse
from modeldex.sources.declaration import Declaration
from modeldex.store.calls import MOST_BATCHES
from support import live

DOCS = Path(__file__).parents[1] / "docs"
SOURCES = (DOCS / "sources.md").read_text(encoding="utf-8")
QUALITY = (DOCS / "data-quality.md").read_text(encoding="utf-8")
IDENTITY = (DOCS / "identity.md").read_text(encoding="utf-8")
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")
OBSERVATIONS = (DOCS / "observations.md").read_text(encoding="utf-8")
NAMED = 'id = "acme"\nname = "Acme"\n'
LIST = 'list = "https://api.acme.example/models"\n'
FIELDS = '[fields]\nid = "id"\n'


def blocks(page: str, kind: str) -> list[str]:
    """Return what stands in the fences of a kind, such as `toml`."""
    return re.findall(rf"^```{re.escape(kind)}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def words(text: str) -> list[list[str]]:
    """Return the words of each line."""
    return [line.split() for line in text.splitlines()]


def test_the_worked_provider_works_as_the_page_shows(tmp_path: Path) -> None:
    """The page's declaration reads the page's answer, and the command prints what stands there."""
    (page,) = blocks(SOURCES, "toml acme.toml")
    (answer,) = blocks(SOURCES, "json answer.json")
    (console,) = blocks(SOURCES, "console")
    (tmp_path / "acme.toml").write_text(page, encoding="utf-8")
    (tmp_path / "answer.json").write_text(answer, encoding="utf-8")
    typed, _, printed = console.partition("\n")
    done = live.run(tmp_path, *typed.removeprefix("$ modeldex ").split())

    assert (done.returncode, done.stderr) == (0, "")
    assert words(done.stdout) == words(printed)


@pytest.mark.parametrize("number", range(5))
def test_every_example_of_the_page_is_a_declaration(number: int) -> None:
    """Each piece of TOML is accepted as it stands, with the least that a declaration needs."""
    block = blocks(SOURCES, "toml")[number]
    for one in variants(block):
        found = tomllib.loads(one)
        start = ("" if "id" in found else NAMED) + ("" if "list" in found else LIST)
        parse.parse(f"{start}{one}\n{'' if 'fields' in found else FIELDS}", "acme.toml")


def variants(block: str) -> list[str]:
    """Return an example, or each of its lines where they are alternatives of one key."""
    lines = [line for line in block.splitlines() if line]
    if len({line.partition(" ")[0] for line in lines}) == 1 < len(lines):
        return lines
    return [block]


def test_every_key_that_there_is_is_explained() -> None:
    """Each key of a declaration, each of its tables' keys and each meter is on the page."""
    tables: list[Any] = [
        Declaration, declaration.Money, declaration.Choice, declaration.Flag, declaration.Page,
        declaration.Key, declaration.Setting, declaration.Evidence,
    ]  # fmt: skip
    keys = {name for one in tables for name in one.__struct_encode_fields__}
    meters = {meter.value for meter in Meter}
    said = set(re.findall(r"[a-z_0-9]+", SOURCES))

    assert keys | meters <= said
    assert set(parse.FIELDS) <= said


def test_the_example_of_an_override_is_one() -> None:
    """What the page shows is read as it stands."""
    (text,) = blocks(QUALITY, "toml overrides.toml")
    found = overriding.parse(text, "overrides.toml")

    assert found.problems == ()
    assert [len(one.rates) for one in found.overrides] == [3]


def test_the_example_of_rules_of_identity_is_one() -> None:
    """What the page shows is read as it stands."""
    (text,) = blocks(IDENTITY, "toml overrides.toml")
    found = overriding.parse(text, "overrides.toml")

    assert found == Stated(
        joined=(("acme/brand", "labs/large"),), parted=frozenset({"acme/labs/small"})
    )


def test_every_kind_of_doubt_is_explained() -> None:
    """In the order in which doubts are shown."""
    assert re.findall(r"^\| `(\w+)` \|", QUALITY, re.MULTILINE) == list(KINDS)


def test_every_setting_that_the_page_of_operations_names_exists() -> None:
    """A variable that is explained is one that is read; those of guard and breaker all are."""
    named = {name.lower() for name in re.findall(r"MODELDEX_([A-Z_]+)", OPERATIONS)}
    needed = {
        one for one in Settings.model_fields if re.match(r"guard|breaker|retire|source", one)
    }

    assert named <= set(Settings.model_fields)
    assert needed <= named


def test_the_defaults_on_the_page_are_the_defaults() -> None:
    """What stands beside each setting, in tables and lists, is what it is when nobody sets it."""
    rows = re.findall(r"^\| `MODELDEX_([A-Z_]+)` \| ([^|]+) \|", OPERATIONS, re.MULTILINE)
    listed = re.findall(r"^- `MODELDEX_([A-Z_]+)`(.*?) \(([^)]+)\):", OPERATIONS, re.MULTILINE)
    pairs = [(name, said.strip()) for name, said in rows]
    for first, others, said in listed:
        named = [first, *(full(first, one) for one in re.findall(r"`_([A-Z_]+)`", others))]
        pairs += zip(named, said.split(", "), strict=True)

    assert rows
    assert listed
    for name, said in pairs:
        assert said == shown(Settings.model_fields[name.lower()].default), name


def full(first: str, short: str) -> str:
    """Return the setting that ``_SHORT`` means after *first*: itself, or another last word."""
    return (
        short if short.lower() in Settings.model_fields else f"{first.rpartition('_')[0]}_{short}"
    )


def shown(default: object) -> str:
    """Return a default as the page writes it."""
    if default is None or default == ():
        return "—"
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:.10g}" if isinstance(default, int | float) else str(default)


def test_every_setting_of_the_edge_is_listed() -> None:
    """From who may ask to the access log, and those of connections."""
    names = list(Settings.model_fields)
    edge = names[names.index("fast_lane") : names.index("log_format")]
    said = re.findall(r"^[|-] `MODELDEX_([A-Z_]+)`([^|(]*)", OPERATIONS, re.MULTILINE)
    found = {first for first, _ in said} | {
        full(first, one) for first, others in said for one in re.findall(r"`_([A-Z_]+)`", others)
    }

    assert {name.upper() for name in edge} <= found


def test_the_page_of_observations_names_what_there_is() -> None:
    """Every key and outcome of a report, every route that tells of them, and every bound."""
    named = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", OBSERVATIONS, re.MULTILINE)
    said = {one for cell in named for one in re.findall(r"\w+", cell)}

    assert {*reported.KEYS, *OUTCOMES, *speeds.of_offer(None)} <= said
    assert {f"{MOST_CALLS:,}", f"{MOST_WAITING:,}", f"{MOST_BATCHES:,}"} <= set(
        re.findall(r"[0-9]+,[0-9]{3}", OBSERVATIONS)
    )
    assert "MODELDEX_OBSERVED_INTERVAL` seconds (600)" in OBSERVATIONS
    assert Settings.model_fields["observed_interval"].default == INTERVAL == 600


def test_the_example_of_a_report_is_one() -> None:
    """The body that the page sends is read as it stands; only its offers may be unknown here."""
    body = re.findall(r"-d '\n(.*?)'\n", OBSERVATIONS, re.DOTALL)[0]
    now = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
    for one in json.loads(body)["observations"]:
        names = {one["offer"]: (schema.OFFER, one["offer"])}
        assert reported.call(one, names, now).outcome == one["outcome"]
