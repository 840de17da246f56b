"""`modeldex sources`."""

import json
import re
from pathlib import Path

import pytest

from cli.conftest import NOW
from modeldex.cli.output import ago
from modeldex.snapshot import status
from modeldex.snapshot.status import Held, SourceStatus, Status
from support import live, wire
from support.answers import ACME, data
from support.provider import FakeProvider, Reply


def test_sources_shows_how_each_is_doing_and_why(data_dir: Path, tmp_path: Path) -> None:
    """A line for each source: its state, what is held of it, and what went wrong last."""
    (tmp_path / "mine.toml").write_text('id = "mine"\nurl = "x"\n')
    done = live.run(data_dir, "sources", SOURCES_DIR=str(tmp_path))
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line.strip()}

    assert " ok " in lines["groq"]
    assert " 21 " in lines["groq"]
    assert " failing " in lines["mistral"]
    assert lines["mistral"].rstrip().endswith("it answered 503")
    assert " no key " in lines["openai"]
    assert " never asked " in lines["openrouter"]
    assert lines["not"].startswith("not used mine.toml: ")
    counted = re.match(
        r"(\d+) sources; how their shape is known: (.*)\.", done.stdout.splitlines()[-1]
    )
    assert counted is not None
    kinds = {kind: int(count) for count, kind in (x.split() for x in counted[2].split(", "))}
    assert int(counted[1]) == sum(kinds.values()) >= 75
    assert set(kinds) == {"book", "recorded", "page", "client", "guess"}


def test_sources_json_has_every_declared_source(data_dir: Path) -> None:
    """Programs get the status as it was written, and what has not been asked yet."""
    found = json.loads(live.run(data_dir, "sources", "--json").stdout)
    states = {one["id"]: one["state"] for one in found["sources"]}

    assert found["at"] == NOW
    assert len(states) >= 75
    assert {one["evidence"] for one in found["sources"] if not one["book"]} == {
        "recorded", "page", "client", "guess",
    }  # fmt: skip
    assert (states["groq"], states["mistral"], states["together"]) == (
        "ok",
        "failing",
        "never asked",
    )


@pytest.mark.parametrize(
    ("state", "decision"),
    [
        ("held", "2 equal answers; modeldex accept|reject groq"),
        ("rejected", "rejected; 2 equal answers; modeldex accept groq"),
    ],
)
def test_sources_shows_what_is_held_back_with_its_numbers(
    state: str, decision: str, tmp_path: Path
) -> None:
    """The reason, how often it came, what to type; rows that keep old values, or are missing."""
    held = Held(
        kind="shrunk", reason="x", before=9, now=3, suspicious=0, times=2, first_at=NOW,
        rejected=state == "rejected",
    )  # fmt: skip
    told = SourceStatus(
        id="groq", provider="groq", name="Groq", state=state, suspicious=1, missing=4, rows=9,
        reason="it answered 3 rows where 9 are held", held=held,
    )  # fmt: skip
    (tmp_path / "snapshots").mkdir()
    status.write(tmp_path / "snapshots", Status(at=NOW, snapshot=None, sources=(told,)))
    done = live.run(tmp_path, "sources")
    (line,) = (one for one in done.stdout.splitlines() if one.split()[:2] == ["groq", state])

    assert line.rstrip().partition("it answered")[2] == (
        f" 3 rows where 9 are held ({decision}) 1 rows keep an old value for now 4 rows missing"
    )


def test_check_says_what_a_declaration_declares(tmp_path: Path) -> None:
    """One sentence for people, the declaration for programs."""
    file = tmp_path / "acme.toml"
    file.write_text(ACME)
    said = live.run(tmp_path, "sources", "check", str(file))
    found = live.run(tmp_path, "sources", "check", str(file), "--json")

    assert (said.returncode, said.stdout) == (0, "acme.toml declares 'acme' (Acme).\n")
    assert json.loads(found.stdout)["list"] == "https://api.acme.example/models"


def test_check_names_the_file_the_key_and_what_is_allowed(tmp_path: Path) -> None:
    """A declaration that cannot be used is exit code 1 and one sentence."""
    file = tmp_path / "acme.toml"
    file.write_text(ACME.replace('usd_per = "1"', 'usd_per = "1 token"', 1))
    done = live.run(tmp_path, "sources", "check", str(file))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "modeldex: acme.toml: rates.input: '1 token' is not a count like "
        '"1", "1K", "1M" or "10B"\n'
    )


@pytest.mark.parametrize("way", ["file", "address"])
def test_try_shows_the_rows_that_a_declaration_reads(
    tmp_path: Path, fake_provider: FakeProvider, way: str
) -> None:
    """An answer from a file or asked for at an address: rows, their rates, and what was lost."""
    file, answer = tmp_path / "acme.toml", tmp_path / "answer.json"
    file.write_text(ACME.replace("[fields]", "insecure = true\n[fields]"))
    body = data([{"id": "a", "pricing": {"prompt": "0.1", "fee": 1}}, {"no": "id"}, 7])
    answer.write_bytes(body)
    fake_provider.script("/any", Reply(body))
    tried = str(answer) if way == "file" else f"{fake_provider.url}/any"
    said = live.run(tmp_path, "sources", "check", str(file), "--try", tried)
    found = live.run(tmp_path, "sources", "check", str(file), "--try", tried, "--json")
    (row,) = json.loads(found.stdout)["listings"]

    assert said.stdout.splitlines()[1].split() == ["a", "input", "0.1"]
    assert "1 rows; dropped 2, left out 0, unusable prices 0." in said.stdout
    assert "unknown price pricing.fee (1)" in said.stdout
    assert (row["provider_model_id"], row["rates"][0]["usd"]) == ("a", "0.1")


@pytest.mark.finding("X27")
def test_try_sends_the_key_to_the_declared_host_alone(
    tmp_path: Path, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At another address than the declared one, an answer is asked for without the key."""
    monkeypatch.setenv("ACME_API_KEY", "s3cret")
    file = tmp_path / "acme.toml"
    file.write_text(ACME.replace("[fields]", 'key = { env = ["ACME_API_KEY"] }\n[fields]', 1))
    fake_provider.script("/any", Reply(data([{"id": "a"}])))
    done = live.run(tmp_path, "sources", "check", str(file), "--try", f"{fake_provider.url}/any")

    assert done.returncode == 0
    assert "1 rows" in done.stdout
    assert [one for one in fake_provider.asked if "s3cret" in str(one)] == []


@pytest.mark.parametrize(
    ("tried", "sentence"),
    [
        ("nowhere.json", "There is no file 'nowhere.json', and it is no http address."),
        ("http://127.0.0.1:9/x", "the connection failed: "),
        ("http://acme.example/x", "its address is not https, so it is not asked"),
    ],
)
def test_try_says_why_there_is_no_answer(tmp_path: Path, tried: str, sentence: str) -> None:
    """No such file, nobody there, not an address to ask: exit code 1 and one sentence."""
    file = tmp_path / "acme.toml"
    file.write_text(ACME)
    done = live.run(tmp_path, "sources", "check", str(file), "--try", tried)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith(f"modeldex: {sentence}")


@pytest.mark.finding("RT-L1")
def test_a_provider_added_by_one_file_is_everywhere(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    """A file in `SOURCES_DIR` alone brings its models, its gateway, its names and its logo."""
    own = tmp_path / "own"
    own.mkdir()
    aliases = 'aliases = ["acme-inc"]\nsite = "https://acme.example"\n[fields]'
    (own / "acme.toml").write_text(ACME.replace("[fields]", aliases, 1))
    fake_provider.script("/acme/models", Reply(data([{"id": "labs/one"}])))
    given = {"SOURCES_DIR": str(own), "SOURCE_MIRROR": f"{fake_provider.url}/{{source}}"}
    assert live.run(tmp_path, "refresh", "--source", "acme", **given).returncode == 0
    with live.served(live.application(tmp_path)) as url:
        gateways = {one["id"]: one for one in wire.ask(url, "/v1/gateways").json["data"]}
        found = [wire.ask(url, f"/v1/models?gateway={one}").ids for one in ("acme", "acme-inc")]
        logo = wire.ask(url, gateways["acme"]["logo_url"])

    assert found == [["acme/labs/one"]] * 2
    assert (gateways["acme"]["site_url"], gateways["acme"]["model_count"]) == (
        "https://acme.example",
        1,
    )
    assert (gateways["acme"]["state"], logo.status) == ("ok", 200)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s ago"), (119, "119 s ago"), (120, "2 min ago"), (7199, "120 min ago"),
        (7200, "2 h ago"), (3 * 86400, "3 d ago"), (-30, "in 30 s"), (-900, "in 15 min"),
    ],
)  # fmt: skip
def test_times_are_said_as_people_do(seconds: float, said: str) -> None:
    """Past and future, in the largest unit of which there are two."""
    assert ago(NOW, NOW - seconds) == said
    assert ago(NOW, None) == "never"
