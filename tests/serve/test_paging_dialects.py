"""Pages of other services' lists and of changes while new snapshots come: what each promises."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from modeldex.domain.listing import Listing
from modeldex.domain.model import Catalog
from serve.conftest import CHANGES, FACTS, small
from serve.test_paging import STAMP, serves
from support import catalogs, live, wire
from support.catalogs import priced
from support.remembered import change, remembering
from support.scale import scaled

READS = scaled(6, 200)
GOOGLE, ANTHROPIC = "/v1beta/models", "/v1/models?shape=anthropic"
OPENROUTER = "/api/v1/models?sort=pricing-low-to-high"
STAYING, PASSING = 60, 45


def version(number: int) -> Catalog:
    """Return a catalog of offers that are always there, and of others that come and go."""

    def offer(name: str, made: int, status: str | None = None) -> Listing:
        usd = f"0.{made:06d}"
        return priced(
            "acme" if made % 2 else "bolt", f"labs/{name}{made:03d}", usd, usd,
            created=10**9 + made, context_length=1000, output_modalities=("text",), status=status,
        )  # fmt: skip

    stays = [offer("stays", 7 * one) for one in range(1, STAYING)]
    goes = [
        offer("goes", 9 * one + 1, None if (one + number) % 3 else "retired")
        for one in range(PASSING)
    ]
    return catalogs.of(*stays, *goes)


@contextmanager
def changing(directory: Path, made: list[Catalog]) -> Iterator[wire.Line]:
    """Give a connection to a server to which one catalog after the other is published."""
    catalogs.publish(directory / "snapshots", made[0])
    stop = threading.Event()

    def republish() -> None:
        number = 0
        while not stop.wait(0.3):
            number += 1
            catalog, stamp = made[number % len(made)], STAMP.format(number % 60)
            catalogs.publish(directory / "snapshots", catalog, 1000.0 + number, stamp)

    with live.served(live.application(directory)) as url, wire.connected(url) as line:
        publishing = threading.Thread(target=republish)
        publishing.start()
        try:
            yield line
        finally:
            stop.set()
            publishing.join()


def wholes(line: wire.Line, directory: Path, made: list[Catalog], path: str) -> list[list[str]]:
    """Return what a list is in each of the snapshots, each served alone."""
    found = []
    for number, one in enumerate(made):
        name = catalogs.publish(directory / "snapshots", one, 9000.0 + number, STAMP.format(59))
        live.eventually(partial(serves, line, name))
        found.append(rows(line.ask(path)))
    return found


def rows(page: wire.Answer) -> list[str]:
    """Return the ids of a page in any dialect."""
    assert page.status == 200, page.json
    listed = page.json.get("data", page.json.get("models"))
    assert listed is not None
    return [row.get("id") or row["name"] for row in listed]


def told(page: dict[str, Any]) -> list[tuple[str, str]]:
    """Return when each change of a page happened, and what it was."""
    return [(row["happened_at"], row["kind"]) for row in page["data"]]


def to_the_end(line: wire.Line, cursor: str = "") -> list[tuple[str, str]]:
    """Return all changes from a cursor on, in the longest pages."""
    page = line.ask(f"/v1/changes?limit=1000{cursor}").json
    following = f"&cursor={page['next_cursor']}"
    return told(page) + (to_the_end(line, following) if page["has_more"] else [])


def by_google(line: wire.Line, dice: random.Random) -> list[str]:
    """Return Google's list, page by page."""
    found, token = list[str](), ""
    while True:
        page = line.ask(f"{GOOGLE}?pageSize={dice.randint(1, 40)}&pageToken={token}")
        found += rows(page)
        if "nextPageToken" not in page.json:
            return found
        token = page.json["nextPageToken"]


def by_anthropic(line: wire.Line, dice: random.Random) -> list[str]:
    """Return Anthropic's list, each page behind the last row of the one before."""
    found, after = list[str](), ""
    while True:
        page = line.ask(f"{ANTHROPIC}&limit={dice.randint(1, 40)}{after}")
        found += rows(page)
        if not page.json["has_more"]:
            return found
        after = f"&after_id={wire.quoted(page.json['last_id'])}"


@pytest.mark.finding("X44")
def test_google_s_pages_are_one_snapshot(tmp_path: Path) -> None:
    """While publishes go on, the pages together are the list of one snapshot, each row once."""
    made = [version(number) for number in range(3)]
    dice = random.Random(7)  # noqa: S311 - not for secrets
    with changing(tmp_path, made) as line:
        reads = [by_google(line, dice) for _ in range(READS)]
        path = f"{GOOGLE}?pageSize=1000"
        found = wholes(line, tmp_path, made, path)

    assert len({tuple(one) for one in found}) == len(made)
    for one in reads:
        assert one in found


def test_anthropic_s_pages_have_what_stays_once(tmp_path: Path) -> None:
    """They are not pinned: no row twice, none missing of those that were there all the time."""
    dice = random.Random(8)  # noqa: S311 - not for secrets
    with changing(tmp_path, [version(number) for number in range(3)]) as line:
        reads = [by_anthropic(line, dice) for _ in range(READS)]

    for found in reads:
        assert len(set(found)) == len(found)
        stayed = [one for one in found if "stays" in one]
        assert stayed == sorted(stayed, key=lambda one: one[-3:], reverse=True)
        assert len(stayed) == STAYING - 1


def test_openrouter_s_pages_are_each_of_one_snapshot(tmp_path: Path) -> None:
    """They are not pinned: each page is that place of one list, its total and way on with it."""
    made = [version(number) for number in range(3)]
    dice = random.Random(9)  # noqa: S311 - not for secrets
    pages: list[tuple[int, int, list[str], int]] = []
    with changing(tmp_path, made) as line:
        for _ in range(READS * 8):
            offset, limit = dice.randint(0, 90), dice.randint(1, 40)
            page = line.ask(f"{OPENROUTER}&offset={offset}&limit={limit}")
            pages.append((offset, limit, rows(page), page.json["total_count"]))
        found = wholes(line, tmp_path, made, OPENROUTER)

    for offset, limit, shown, total in pages:
        assert any(
            shown == one[offset : offset + limit] and total == len(one) for one in found
        )  # fmt: skip


def test_changes_are_read_once_each_however_many_come(tmp_path: Path) -> None:
    """A cursor holds in every later snapshot: on from it, every change once, in order."""

    def remembered(count: int) -> Catalog:
        more = [
            change(25 + number, "price.changed", "acme/labs/Large", "labs/large")
            for number in range(1, count)
        ]
        return remembering(small(), FACTS, (*CHANGES, *more))

    directory = tmp_path / "snapshots"
    dice = random.Random(10)  # noqa: S311 - not for secrets
    catalogs.publish(directory, remembered(1))
    read: list[tuple[str, str]] = []
    cursor = name = ""
    with live.served(live.application(tmp_path)) as url, wire.connected(url) as line:
        for number in range(1, READS + 2):
            name = catalogs.publish(directory, remembered(5 * number), 1000.0 + number)
            if dice.random() < 0.5:
                live.eventually(partial(serves, line, name))
            more = True
            while more:
                page = line.ask(f"/v1/changes?limit={dice.randint(1, 4)}{cursor}").json
                read += told(page)
                cursor, more = f"&cursor={page['next_cursor']}", page["has_more"]
        live.eventually(partial(serves, line, name))
        rest = to_the_end(line, cursor)
        whole = to_the_end(line)

    assert read + rest == whole
    assert len(set(read)) == len(read)
    assert len(whole) == len(CHANGES) + 5 * (READS + 1) - 1
