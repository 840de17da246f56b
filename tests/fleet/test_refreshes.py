"""Refreshes of several processes: one asks, the others get its report."""

import asyncio
import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import recorded
from modeldex.bootstrap import refreshing
from modeldex.fleet.local import FileLock
from modeldex.refresh.order import Order
from modeldex.refresh.report import Report
from support import live
from support.holding import held
from support.provider import FakeProvider, Reply
from support.refreshing import Notebook, models, offers, outcome, page
from support.world import World

PATH = "/acme/models"


@pytest.fixture
def sources(tmp_path: Path, fake_provider: FakeProvider) -> Path:
    """A directory that declares ``acme``."""
    directory = tmp_path / "sources"
    directory.mkdir()
    (directory / "acme.toml").write_text(page("acme", fake_provider.url))
    fake_provider.script(PATH, models("a"))
    return directory


@pytest.fixture
def world(upstreams: str) -> Iterator[World]:
    """The recorded world, without counts and faults before and after."""
    found = World(upstreams)
    found.reset()
    yield found
    found.reset()


def only_acme(sources: Path) -> dict[str, str]:
    """Return variables under which ``acme`` is the only source, at its own address."""
    return {"SOURCES": "acme", "SOURCES_DIR": str(sources), "SOURCE_MIRROR": ""}


def begun(data_dir: Path, **environment: str) -> subprocess.Popen[str]:
    """Return a ``modeldex refresh`` that has begun."""
    return subprocess.Popen(
        [sys.executable, "-m", "modeldex", "refresh", "--json"],
        env=live.variables(data_dir, **environment),
        stdout=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Return the report of a refresh that ends well."""
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    found: dict[str, Any] = json.loads(output)
    return found


async def refresh(data_dir: Path, declared: Path, **order: Any) -> Report:
    """Refresh as the command does, but within this process."""
    settings = live.settings(data_dir, sources=("acme",), sources_dir=declared)
    return await refreshing.once(settings, Notebook(), Order(**order), lambda _: None)


async def waiting(data_dir: Path) -> None:
    """Wait until somebody waits for a report."""
    await asyncio.to_thread(live.eventually, lambda: requests(data_dir))


def requests(data_dir: Path) -> list[Path]:
    """Return the requests that nobody has answered."""
    return list((data_dir / "requests").glob("*.request"))


def listed(url: str) -> list[str]:
    """Return the ids that a server lists."""
    with urllib.request.urlopen(f"{url}/v1/models", timeout=10) as answer:  # noqa: S310
        return [row["id"] for row in json.load(answer)["data"]]


@pytest.mark.finding("PV-H1")
def test_two_refreshes_at_once_make_one_request_per_source(
    tmp_path: Path, sources: Path, fake_provider: FakeProvider
) -> None:
    """The second joins the first and gets its report; reads of what they publish ask nobody."""
    gate, asked = threading.Event(), fake_provider.asked
    fake_provider.script(PATH, Reply(models("a").body, gate=gate))
    first = begun(tmp_path, **only_acme(sources))
    live.eventually(lambda: asked)
    second = begun(tmp_path, **only_acme(sources))
    live.eventually(lambda: requests(tmp_path))
    gate.set()
    assert ended(first) == ended(second)
    with live.served(live.application(tmp_path)) as url:
        assert [listed(url) for _ in range(3)] == [["acme/a"]] * 3
    assert len(asked) == 1
    assert list((tmp_path / "requests").iterdir()) == []


async def test_a_refresh_that_wants_something_else_is_run_after_the_first(
    tmp_path: Path, sources: Path, fake_provider: FakeProvider
) -> None:
    """A report answers the question that was asked, not another one."""
    gate = threading.Event()
    fake_provider.script(PATH, Reply(models("a").body, gate=gate), models("b"))
    first = asyncio.create_task(refresh(tmp_path, sources))
    await asyncio.to_thread(live.eventually, lambda: fake_provider.asked)
    second = asyncio.create_task(refresh(tmp_path, sources, dry_run=True))
    await waiting(tmp_path)
    gate.set()
    assert ((await first).dry_run, (await second).dry_run) == (False, True)
    assert fake_provider.count(PATH) == 2
    assert offers(tmp_path / "snapshots") == ["acme/a"]


async def test_a_refresh_that_waits_takes_over_when_the_holder_is_killed(
    tmp_path: Path, sources: Path
) -> None:
    """A dead process answers nobody, and holds nobody up."""
    with held(tmp_path / "refresher.lock") as holder:
        waits = asyncio.create_task(refresh(tmp_path, sources))
        await waiting(tmp_path)
        assert offers(tmp_path / "snapshots") == []
        holder.kill()
    assert (await waits).published
    assert requests(tmp_path) == []


async def test_a_refresh_that_is_given_up_leaves_no_request(
    tmp_path: Path, sources: Path, fake_provider: FakeProvider
) -> None:
    """Whoever no longer waits is not refreshed for."""
    holder = FileLock(tmp_path / "refresher.lock")
    assert holder.acquire()
    waits = asyncio.create_task(refresh(tmp_path, sources))
    await waiting(tmp_path)
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits
    holder.release()
    assert (requests(tmp_path), fake_provider.asked) == ([], [])


@pytest.mark.finding("X25")
async def test_a_refresh_beside_a_server_is_run_by_the_servers_refresher(
    tmp_path: Path, sources: Path, fake_provider: FakeProvider
) -> None:
    """What fails meanwhile changes nothing that is served; what succeeds is served at once."""
    with live.serve_command(tmp_path, **only_acme(sources)) as url:
        assert not FileLock(tmp_path / "refresher.lock").acquire()
        fake_provider.script(PATH, Reply(status=404), models("a", "b"))
        failed = outcome(await refresh(tmp_path, sources), "acme")
        assert (failed.reason, listed(url)) == ("it answered 404", ["acme/a"])
        assert (await refresh(tmp_path, sources)).published
        live.eventually(lambda: listed(url) == ["acme/a", "acme/b"])
        refused = await refresh(tmp_path, sources, sources=("acne",))
        assert refused.problem is not None
        assert "no source 'acne'" in refused.problem
    assert fake_provider.count(PATH) == 3


@pytest.mark.recorded
@pytest.mark.finding("PV-H1")
def test_two_refreshes_of_the_recorded_world_ask_each_source_once(
    tmp_path: Path, world: World
) -> None:
    """All recorded sources answer, those that are not there harm nothing, all are asked once."""
    names = {one.provider for one in recorded.load().all}
    both = [begun(tmp_path, SOURCE_MIRROR=world.template) for _ in range(2)]
    report, other = map(ended, both)
    assert report == other
    found = {one["source"]: one["outcome"] for one in report["outcomes"]}
    assert {name: found[name] for name in names} == dict.fromkeys(names, "answered")
    assert (len(names), found["models-dev"]) == (34, "failed")
    assert report["offers"] > 8000
    assert world.hits() == dict.fromkeys(names, 1)
