"""A storm of clients against a real worker, and what is left of it afterwards: nothing."""

import asyncio
import resource
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from serve.conftest import many
from support import catalogs, edges, live, wire, workers
from support.crowd import Crowd
from support.scale import scaled

CLIENTS, SECONDS = scaled(60, 2000), scaled(3, 60)
FILES = 16_384
MEMBER, GREEDY = "member-key", "greedy-key"
LIMIT = 5  # a second, of the greedy key
CAPACITY = ("running", "queued", "streams")
# Room for all who are honest, so that none of them is promised a 503; little for streams.
SETTINGS = {
    "TRUSTED_PROXIES": "127.0.0.1", "RATE_LIMIT_ANONYMOUS": "100000/second",
    "RATE_LIMIT_KEY": "100000/second", "CONCURRENCY_LIMIT": "16", "QUEUE_SIZE": "8192",
    "QUEUE_TIMEOUT": "100", "DEADLINE": "100", "RECEIVE_TIMEOUT": "100", "STREAM_LIMIT": "4",
    "CONNECTION_LIMIT": "8192", "SHELF_BYTES": str(2**20), "ACCESS_LOG": "false",
    "LOG_FORMAT": "json",
}  # fmt: skip
SPARE = 24 * 2**20  # bytes by which an equal storm may leave the process larger


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A worker with the whole edge, and a limit of files that fits the crowd."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
    directory = tmp_path_factory.mktemp("storm")
    catalogs.publish(directory / "snapshots", many())
    records = {MEMBER: edges.key(), GREEDY: edges.key(limit=f"{LIMIT}/second")}
    edges.key_file(directory, **records)
    with workers.alone(directory, **SETTINGS) as found:
        yield found


def samples(url: str) -> dict[str, float]:
    """Return the worker's gauges, and the refusals by ``refused CODE``."""
    text = wire.ask(url, "/metrics").body.decode()
    found = [one for family in text_string_to_metric_families(text) for one in family.samples]
    refused = {
        f"refused {one.labels['code']}": one.value
        for one in found
        if one.name == "modeldex_edge_refusals_total"
    }
    return {one.name.removeprefix("modeldex_"): one.value for one in found} | refused


def capacity(url: str) -> list[float]:
    """Return how many run, wait and stream."""
    found = samples(url)
    return [found[f"admission_{name}"] for name in CAPACITY]


def settled(url: str, process: int) -> tuple[int, int]:
    """Wait until nothing is under way; return resident bytes and open files of the process.

    Sockets are counted apart: one of a client that has just gone may still be among the few.
    """
    live.eventually(lambda: capacity(url) == [0, 0, 0])
    live.eventually(lambda: sum(map(is_socket, opened(process))) <= 4)
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    files = [one for one in opened(process) if not is_socket(one)]
    return pages * resource.getpagesize(), len(files)


def opened(process: int) -> list[str]:
    """Return what a process has open."""
    links = []
    for one in Path(f"/proc/{process}/fd").iterdir():
        try:
            links.append(str(one.readlink()))
        except FileNotFoundError:  # it was closed meanwhile
            continue
    return links


def is_socket(link: str) -> bool:
    """Whether what is open is a socket."""
    return link.startswith("socket:")


def storm(url: str, seconds: float, seed: int) -> Crowd:
    """Let the crowd come and go; return it."""
    crowd = Crowd(urlsplit(url).port or 0, seconds, (MEMBER, GREEDY), seed)
    asyncio.run(crowd.run(CLIENTS))
    return crowd


def clients_are_forgotten(url: str) -> bool:
    """Return whether the limiter holds nobody but the three who ask here, and the scraper."""
    for headers in ({}, {"x_api_key": MEMBER}, {"x_api_key": GREEDY}):
        wire.ask(url, "/v1/models?limit=20", **headers)
    return samples(url)["limiter_clients"] <= 5


@pytest.mark.finding("MW-C1", "MW-H4")
def test_after_a_storm_everything_is_where_it_was(worker: tuple[str, int]) -> None:
    """Capacity, counters, files and memory return; who is honest got 200 and nothing else.

    The first, shorter storm fills what is filled once: the shelf, the pools, the allocator.
    """
    url, process = worker
    wire.ask(url, "/v1/models?limit=20")
    storm(url, SECONDS / 3, 1)
    before = settled(url, process)
    crowd = storm(url, SECONDS, 2)
    after = settled(url, process)
    refused = {name for name in samples(url) if name.startswith("refused ")}

    assert {*crowd.said["visitor"], *crowd.said["member"]} == {(200, "")}
    assert {(429, "rate_limited")} <= {*crowd.said["greedy"]} <= {(200, ""), (429, "rate_limited")}
    assert {*crowd.said["sluggard"]} <= {(200, ""), (503, "streams_full")}
    assert refused <= {"refused rate_limited", "refused streams_full"}
    assert after[1] <= before[1]
    assert after[0] <= before[0] + SPARE
    assert samples(url)["shelf_bytes"] <= 2**20
    live.eventually(lambda: clients_are_forgotten(url))


def test_a_limit_that_a_storm_exhausted_is_whole_again(worker: tuple[str, int]) -> None:
    """Once its second has passed, the greedy key has all that it had at first."""
    url, _ = worker
    storm(url, 0.5, 3)

    def left() -> str:
        answer = wire.ask(url, "/v1/models?limit=20", x_api_key=GREEDY)
        return answer.headers["x-ratelimit-remaining"]

    live.eventually(lambda: left() == str(LIMIT - 1))


def test_what_runs_and_waits_stays_within_its_bounds(worker: tuple[str, int]) -> None:
    """Looked at again and again in the middle of it, and metrics answer all the while."""
    url, _ = worker
    seen = list[list[float]]()

    async def look(crowd: Crowd) -> None:
        storming = asyncio.create_task(crowd.run(CLIENTS))
        while not storming.done():
            seen.append(await asyncio.to_thread(capacity, url))
            await asyncio.sleep(0.05)
        await storming

    asyncio.run(look(Crowd(urlsplit(url).port or 0, SECONDS / 3, (MEMBER, GREEDY), 4)))

    assert len(seen) > 3
    assert all(running <= 16 and streams <= 4 for running, _, streams in seen)
    live.eventually(lambda: capacity(url) == [0, 0, 0])
