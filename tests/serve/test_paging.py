"""Lists while new snapshots come: a page, a cursor and a pin are of one snapshot each."""

import random
import threading
from functools import partial
from pathlib import Path

import pytest

from serve.conftest import small
from support import catalogs, live, wire
from support.scale import scaled

STAMP = "2026-11-23T12:00:{:02}Z"
LISTS = (
    "/v1/models?sort=price&order=desc", "/v1/models?unique=true", "/v1/models?q=model",
    "/v1/models?gateway=acme&sort=name", "/v1/models?unique=true&sort=context&facets=1",
    "/v1/models?min_age_days=1&fields=name", "/models?as_of=2026-11-23&include_inactive=1",
)  # fmt: skip
GONE = "0" * 32


def serves(line: wire.Line, name: str) -> bool:
    """Return whether a worker serves that snapshot."""
    found: str = line.ask("/readyz").json["snapshot"]
    return found == name


def paged(line: wire.Line, path: str, dice: random.Random) -> tuple[list[str], set[str]]:
    """Return the ids of a list that is read by cursor, and the snapshots that it came from."""
    found: list[str] = []
    snapshots: set[str] = set()
    cursor = ""
    while True:
        sep = "&cursor=" + cursor if cursor else ""
        page = line.ask(f"{path}&limit={dice.randint(1, 60)}{sep}")
        assert page.status == 200, page.json
        found += [row["id"] for row in page.json["data"]]
        snapshots.add(page.json["snapshot"])
        assert page.json["offset"] + page.json["returned"] == len(found)
        cursor = page.json["next_cursor"]
        if cursor is None:
            return found, snapshots


@pytest.mark.finding("X44")
@pytest.mark.parametrize("path", LISTS)
def test_paging_through_a_refresh_gives_one_snapshot(tmp_path: Path, path: str) -> None:
    """While publishes go on, the pages together are a list of the snapshot that they began on."""
    made = [catalogs.sized(200 + 7 * number, prefix=f"x{number}-") for number in range(3)]
    directory = tmp_path / "snapshots"
    catalogs.publish(directory, made[0])
    whole: dict[str, list[str]] = {}
    stop = threading.Event()

    def republish() -> None:
        number = 0
        while not stop.wait(0.3):
            number += 1
            stamp = STAMP.format(number % 60)
            catalogs.publish(directory, made[number % 3], 1000.0 + number, stamp)

    with live.served(live.application(tmp_path)) as url, wire.connected(url) as line:
        publishing = threading.Thread(target=republish)
        publishing.start()
        dice = random.Random(7)  # noqa: S311 - not for secrets
        try:
            reads = [paged(line, path, dice) for _ in range(scaled(6, 200))]
        finally:
            stop.set()
            publishing.join()
        for one in made:
            name = catalogs.publish(directory, one, 9000.0 + len(whole), STAMP.format(0))
            live.eventually(partial(serves, line, name))
            whole[name] = [row["id"] for row in line.ask(path).json["data"]]

    for found, snapshots in reads:
        assert len(snapshots) == 1
        assert found == whole[snapshots.pop()]


@pytest.mark.finding("X44")
def test_a_pin_answers_from_its_snapshot_until_it_is_gone(tmp_path: Path) -> None:
    """The old snapshot is served beside the new one, by any parameters; then it is 410."""
    directory = tmp_path / "snapshots"
    old = catalogs.publish(directory, small())
    with live.served(live.application(tmp_path)) as url, wire.connected(url) as line:
        paths = ("/v1/models?", "/v1/models?unique=true&", "/v1/models?limit=3&facets=true&")
        before = {path: line.ask(path[:-1]).plain for path in paths}
        new = catalogs.publish(directory, small(price="0.33"), 1001.0)
        live.eventually(lambda: line.ask("/readyz").json["snapshot"] == new)
        for path in paths * 2:
            pinned = line.ask(f"{path}snapshot={old}")
            assert pinned.plain == before[path]
            assert line.ask(path[:-1]).json["snapshot"] == new
            assert line.ask(f"{path}snapshot={new}").json["snapshot"] == new

        for number in range(4):
            last = catalogs.publish(directory, small(price=f"0.5{number}"), 5000.0 + number * 900)
        live.eventually(lambda: line.ask("/readyz").json["snapshot"] == last)
        expired = line.ask(f"/v1/models?snapshot={old}")

    assert (expired.status, expired.json["code"]) == (410, "snapshot_expired")
    assert "Begin again without cursor and snapshot" in expired.json["detail"]
    assert expired.headers["cache-control"] == "no-store"


def test_a_restarted_worker_serves_what_is_kept(tmp_path: Path) -> None:
    """A pin holds on a worker that never served that snapshot, as long as its file is kept."""
    directory = tmp_path / "snapshots"
    old = catalogs.publish(directory, small())
    catalogs.publish(directory, small(price="0.33"), 1001.0)
    with live.served(live.application(tmp_path)) as url, wire.connected(url) as line:
        assert line.ask(f"/v1/models?limit=1&snapshot={old}").json["snapshot"] == old
        assert line.ask(f"/v1/models?snapshot={GONE}").status == 410
        assert line.ask("/v1/models?snapshot=latest").status == 400
