"""A new snapshot: every answer comes from it at once, and none from both."""

import json
import threading
from http.client import IncompleteRead
from itertools import groupby
from pathlib import Path

import pytest

from serve.conftest import KINDS, STREAMED, many, small
from support import catalogs, live, wire, workers
from support.catalogs import listing
from support.refreshing import Notebook
from support.scale import scaled

VARIANTS = [
    *KINDS.values(), "/v1/models?unique=true&gateway=acme", "/v1/models?unique=true&author=labs",
    "/v1/models?unique=true&q=large&limit=5", "/v1/models?sort=price&limit=5", "/models",
    "/v1/models?gateway=acme&limit=1", "/v1/models/labs/large?unique=true",
]  # fmt: skip
ENCODINGS = ("identity", "br", "gzip")
LATER = "2026-11-23T12:00:09Z"


def serves(line: wire.Line) -> str:
    """Return the id of the snapshot that a worker serves."""
    found: str = line.ask("/readyz").json["snapshot"]
    return found


def everything(line: wire.Line) -> dict[tuple[str, str], bytes]:
    """Return what a worker answers to every variant in every encoding."""
    return {
        (path, encoding): line.ask(path, accept_encoding=encoding).plain
        for path in VARIANTS
        for encoding in ENCODINGS
    }


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], bytes]:
    """What a worker answers that never knew anything but the second catalog."""
    directory = tmp_path_factory.mktemp("second")
    catalogs.publish(directory / "snapshots", small(price="0.33", last="0.99"), stamp=LATER)
    with live.served(live.application(directory)) as url, wire.connected(url) as line:
        return everything(line)


@pytest.mark.finding("CA-L3", "X10")
def test_after_a_publish_every_variant_is_of_the_new_snapshot(
    tmp_path: Path, expected: dict[tuple[str, str], bytes]
) -> None:
    """Lists, unique and filtered ones, pages and single models, each in its encodings."""
    catalogs.publish(tmp_path / "snapshots", small())
    with live.served(live.application(tmp_path)) as url, wire.connected(url) as line:
        before = everything(line)
        second = small(price="0.33", last="0.99")
        new = catalogs.publish(tmp_path / "snapshots", second, 1001.0, LATER)
        live.eventually(lambda: serves(line) == new)

        assert everything(line) == expected
    assert {path for path, _ in before if before[path, "br"] == expected[path, "br"]} == {
        KINDS[kind]  # what the second catalog did not change
        for kind in ("one", "one at another moment", "rates")
    }


@pytest.mark.finding("CA-L3", "X10")
def test_after_a_publish_every_worker_answers_from_the_new_snapshot(
    tmp_path: Path, expected: dict[tuple[str, str], bytes]
) -> None:
    """Each of two workers, its neighbour standing still, has swapped every variant."""
    catalogs.publish(tmp_path / "snapshots", small())
    with workers.several(tmp_path, 2) as (url, processes):
        for one in processes:
            with workers.stopped({*processes} - {one}), wire.connected(url) as line:
                everything(line)
        second = small(price="0.33", last="0.99")
        new = catalogs.publish(tmp_path / "snapshots", second, 1001.0, LATER)
        for one in processes:
            with workers.stopped({*processes} - {one}), wire.connected(url) as line:
                live.eventually(lambda line=line: serves(line) == new)  # type: ignore[misc]
                assert everything(line) == expected


@pytest.mark.finding("CA-M1")
def test_a_question_asked_without_a_pause_changes_with_each_publish_and_not_else(
    tmp_path: Path,
) -> None:
    """Its answers are those of one snapshot, then of the next: never a step back or a mixture."""
    published = [catalogs.publish(tmp_path / "snapshots", small(price="0.50"))]
    count = scaled(3, 20)

    def publish_more() -> None:
        for number in range(1, count):
            new = small(price=f"0.5{number:02d}")
            published.append(catalogs.publish(tmp_path / "snapshots", new, 1000.0 + number))
            live.eventually(lambda: seen and seen[-1][0] == published[-1])

    seen: list[tuple[str, bytes]] = []
    publisher = threading.Thread(target=publish_more)
    with live.served(live.application(tmp_path)) as url, wire.connected(url) as line:
        publisher.start()
        while publisher.is_alive():
            body = line.ask("/v1/models?gateway=acme&limit=3").body
            seen.append((json.loads(body)["snapshot"], body))

    assert [snapshot for snapshot, _ in groupby(seen, lambda one: one[0])] == published
    assert len(set(seen)) == count


def test_a_stream_that_began_on_the_old_snapshot_ends_on_it(tmp_path: Path) -> None:
    """A swap under an answer that is being sent changes none of its rows."""
    old = catalogs.publish(tmp_path / "snapshots", many())
    pool = workers.Watched(allowed=5)
    with live.served(workers.build(tmp_path, pool)) as url, wire.connected(url) as line:
        line.connection.request("GET", STREAMED)
        response = line.connection.getresponse()
        new = catalogs.publish(tmp_path / "snapshots", catalogs.sized(1300), 1001.0)
        with wire.connected(url) as other:
            live.eventually(lambda: serves(other) == new)
        pool.allow()
        found = json.loads(response.read())

    assert (found["snapshot"], found["total"], len(found["data"])) == (old, 1200, 1200)


def test_a_fault_while_looking_for_a_snapshot_does_not_end_the_looking(tmp_path: Path) -> None:
    """A worker that could not start a thread for once still swaps to what comes next."""
    catalogs.publish(tmp_path / "snapshots", small())
    pool, log = workers.Broken(failures=2), Notebook()
    with live.served(workers.build(tmp_path, pool, log)) as url, wire.connected(url) as line:
        live.eventually(lambda: pool.failures == 0)
        new = catalogs.publish(tmp_path / "snapshots", small(last="0.7"), 1001.0)
        live.eventually(lambda: serves(line) == new)

    assert log.of("error") == ["looking for a new snapshot failed"] * 2


def test_damage_under_a_stream_cuts_it_off_and_spares_the_next_reader(tmp_path: Path) -> None:
    """A client can tell that its answer is not whole; who asks then gets the snapshot before."""
    before = catalogs.publish(tmp_path / "snapshots", many())
    name = catalogs.publish(tmp_path / "snapshots", catalogs.sized(1300), 1001.0)
    pool, log = workers.Watched(allowed=4), Notebook()
    with live.served(workers.build(tmp_path, pool, log)) as url, wire.connected(url) as line:
        line.connection.request("GET", STREAMED)
        response = line.connection.getresponse()
        destroy(tmp_path / "snapshots" / f"{name}.sqlite")
        pool.allow()
        with pytest.raises(IncompleteRead):
            response.read()
        answer = wire.ask(url, STREAMED)

    assert (answer.status, answer.json["snapshot"], len(answer.ids)) == (200, before, 1200)
    assert sum("damaged" in line for line in log.of("error")) == 1


def test_damage_found_by_a_question_is_answered_from_the_snapshot_before(tmp_path: Path) -> None:
    """Whoever finds the damage does not notice, but that a gateway is not there yet."""
    before = catalogs.publish(tmp_path / "snapshots", catalogs.of(listing("zeta", "labs/one")))
    name = catalogs.publish(tmp_path / "snapshots", small(), 1001.0)
    pool, log = workers.Watched(threads=1), Notebook()
    with live.served(workers.build(tmp_path, pool, log)) as url, wire.connected(url) as line:
        assert serves(line) == name
        destroy(tmp_path / "snapshots" / f"{name}.sqlite")
        answer = line.ask("/v1/models?gateway=acme&limit=9")

    assert (answer.status, answer.json["snapshot"], answer.ids) == (200, before, [])
    assert sum("damaged" in line for line in log.of("error")) == 1


def destroy(file: Path) -> None:
    """Write over a file in place, as a failing disk would."""
    file.chmod(0o644)
    with file.open("r+b") as opened:
        opened.write(b"x" * file.stat().st_size)
