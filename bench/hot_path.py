"""A known question, answered by nginx, by a bare ASGI function and by both lanes of modeldex.

All in one run; modeldex with its guards on: id, address, key, limit, metrics.

Run: ``python bench/hot_path.py [--seconds 2] [--rounds 3] [--offers 10000]``
"""

import argparse
import http.client
import os
import pwd
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

import msgspec

import harness
import ours
from harness import Missing, free_port, running, tool

CONNECTIONS = 64
SENDFILE, READ, BARE = "nginx, sendfile on", "nginx, sendfile off", "bare ASGI"
FAST, ORDINARY = "fast lane", "ASGI lane"
NAMES = (SENDFILE, READ, BARE, FAST, ORDINARY)
_QUESTION = "/v1/models?sort=created&order=desc&limit="
_PATH = urlsplit(_QUESTION).path
_LIKE_A_BROWSER = "gzip, deflate, br, zstd"
_COMPRESSED, _RAW = 12 * 1024, 100 * 1024
_MOST_ROWS = 1000
_WARM_UP, _LONGEST = 0.3, 10.0  # seconds
_Headers = dict[str, str]
_Request = tuple[str, _Headers]  # the URL, and the headers
_Cell = tuple[str, str]  # a server's name and a variant's


class Answer(msgspec.Struct, frozen=True):
    """What a server said; header names in lower case."""

    status: int
    headers: _Headers
    body: bytes


class Variant(msgspec.Struct, frozen=True):
    """A question that is asked over and over, and what modeldex says to it.

    Attributes:
        known: asked by a client that has the answer already.
    """

    name: str
    target: str
    accept: str
    known: bool
    answer: Answer


class Server(msgspec.Struct, frozen=True):
    """A running server, and the port at which it answers each variant."""

    name: str
    ports: dict[str, int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 3 where a tool is missing."""
    given = _arguments(arguments)
    try:
        tool("nginx", "nginx-light")
        tool("wrk", "wrk")
        measure(given.seconds, given.rounds, given.offers)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 3
    return 0


def measure(seconds: float, rounds: int, offers: int) -> None:
    """Run all servers beside each other, ask them in turn, and print what came out."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours.publish(folder, offers)
        port = stack.enter_context(ours.serving(folder))
        ordinary = stack.enter_context(ours.serving(folder, FAST_LANE="false"))
        variants = _variants(port)
        servers = [
            stack.enter_context(_nginx(folder, variants, sendfile=True)),
            stack.enter_context(_nginx(folder, variants, sendfile=False)),
            stack.enter_context(_bare(folder, variants)),
            Server(FAST, {one.name: port for one in variants}),
            Server(ORDINARY, {one.name: ordinary for one in variants}),
        ]
        asked = [{(s.name, v.name): _request(s, v) for s in servers} for v in variants]
        rates = _rates(asked, seconds, rounds)
    server, client = harness.cores()
    print(f"\nThousand requests per second; one worker each on core {server}, wrk with "
          f"{CONNECTIONS} connections on core {client}; medians of {rounds} interleaved rounds of "
          f"{seconds:g} s; {offers:,} synthetic offers.\n")  # fmt: skip
    print(report(variants, rates))
    print(f"\nThe least steady cell varied by {harness.spread(rates.values()):.0%}.")


def _rates(
    asked: Sequence[dict[_Cell, _Request]], seconds: float, rounds: int
) -> dict[_Cell, list[float]]:
    for group in asked:
        for request in group.values():
            _rate(*request, min(seconds, _WARM_UP))
    groups = [
        {cell: partial(_rate, *request, seconds) for cell, request in group.items()}
        for group in asked
    ]
    return harness.interleaved(groups, rounds)


def report(variants: Sequence[Variant], rates: dict[_Cell, list[float]]) -> str:
    """Return the table: a row per variant, the rates, and ours against the others."""
    header = ["variant", "bytes", *NAMES, f"{FAST} / nginx", f"{ORDINARY} / nginx"]
    return harness.table(header, [_row(one, rates) for one in variants])


def _row(one: Variant, rates: dict[_Cell, list[float]]) -> list[str]:
    median = {name: statistics.median(rates[name, one.name]) for name in NAMES}
    nginx = max((SENDFILE, READ), key=lambda name: median[name])
    return [
        one.name,
        "0" if one.known else f"{len(one.answer.body):,}",
        *(f"{median[name] / 1000:.1f}" for name in NAMES),
        *(
            f"{harness.ratio(rates[name, one.name], rates[nginx, one.name]):.2f}"
            for name in (FAST, ORDINARY)
        ),
    ]


def _variants(port: int) -> list[Variant]:
    compressed = _of_size(port, _COMPRESSED, _LIKE_A_BROWSER)
    raw = _of_size(port, _RAW, "identity")
    return [
        _variant(port, "12k", compressed, _LIKE_A_BROWSER),
        _variant(port, "304", compressed, _LIKE_A_BROWSER, known=True),
        _variant(port, "100k", raw, "identity"),
    ]


def _variant(port: int, name: str, target: str, accept: str, *, known: bool = False) -> Variant:
    return Variant(name, target, accept, known, _get(port, target, {"accept-encoding": accept}))


def _of_size(port: int, size: int, accept: str) -> str:
    """Return the question for the fewest rows whose answer has *size* bytes."""
    least, most = 1, _MOST_ROWS
    while least < most:
        middle = (least + most) // 2
        answer = _get(port, f"{_QUESTION}{middle}", {"accept-encoding": accept})
        least, most = (least, middle) if len(answer.body) >= size else (middle + 1, most)
    return f"{_QUESTION}{least}"


def _request(server: Server, variant: Variant) -> _Request:
    """Return the URL and headers of a request, once the server has answered it as it should.

    Raises:
        RuntimeError: it says something else than modeldex.
    """
    port, headers = server.ports[variant.name], {"accept-encoding": variant.accept}
    answer = _get(port, variant.target, headers)
    _expect(server, variant, _essence(answer), _essence(variant.answer))
    if variant.known:
        headers["if-none-match"] = answer.headers["etag"]
        answer = _get(port, variant.target, headers)
        _expect(server, variant, (answer.status, answer.body), (304, b""))
    return f"http://127.0.0.1:{port}{variant.target}", headers


def _essence(answer: Answer) -> tuple[object, ...]:
    names = ("content-type", "content-encoding", "content-length")
    return answer.status, answer.body, *(answer.headers.get(name) for name in names)


def _expect(server: Server, variant: Variant, said: object, wanted: object) -> None:
    if said != wanted:
        raise RuntimeError(f"{server.name} answers {variant.name} otherwise: {said!r:.300}")


def _get(port: int, target: str, headers: _Headers) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read())
    finally:
        connection.close()


def _rate(url: str, headers: _Headers, seconds: float) -> float:
    """Return the requests per second that wrk gets answered.

    A machine that is so busy that nothing is answered in *seconds* gets longer.

    Raises:
        RuntimeError: some were not answered, or with an error.
    """
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = [tool("wrk", "wrk"), "-t1", f"-c{CONNECTIONS}", "-d1h", "--timeout=30s", *given, url]
    said = harness.stopped_after(seconds, command, harness.cores()[1])
    found = re.search(r"Requests/sec: +([0-9.]+)", said)
    rate = float(found[1]) if found else 0.0
    if "Non-2xx" in said or "Socket errors" in said or (not rate and seconds > _LONGEST):
        raise RuntimeError(f"wrk at {url} says: {said}")
    return rate or _rate(url, headers, 2 * seconds)


@contextmanager
def _bare(folder: Path, variants: Sequence[Variant]) -> Iterator[Server]:
    """Give a bare ASGI function with the same answers and headers."""
    answers, port = folder / "bare", free_port()
    answers.mkdir()
    for one in variants:
        said = one.answer.headers.items()
        kept = {name: value for name, value in said if name not in ("date", "x-request-id")}
        head = "\n".join(f"{name}: {value}" for name, value in kept.items())
        query = urlsplit(one.target).query
        (answers / quote(query, safe="")).write_bytes(f"{head}\n\n".encode() + one.answer.body)
    command = [sys.executable, str(Path(__file__).with_name("bare.py")), str(port), str(answers)]
    with running(command, harness.cores()[0], f"http://127.0.0.1:{port}{variants[0].target}"):
        yield Server(BARE, {one.name: port for one in variants})


@contextmanager
def _nginx(folder: Path, variants: Sequence[Variant], *, sendfile: bool) -> Iterator[Server]:
    """Give an nginx that has a port and a file for each variant."""
    own = folder / f"nginx-{sendfile}"
    ports = {one.name: free_port() for one in variants}
    for one in variants:
        file = own / one.name / _PATH.lstrip("/")
        file.parent.mkdir(parents=True)
        file.write_bytes(one.answer.body)
    configuration = own / "nginx.conf"
    configuration.write_text(_configuration(own, variants, ports, sendfile=sendfile))
    command = [tool("nginx", "nginx-light"), "-e", "stderr", "-c", str(configuration)]
    url = f"http://127.0.0.1:{ports[variants[0].name]}{_PATH}"
    with running(command, harness.cores()[0], url):
        yield Server(SENDFILE if sendfile else READ, ports)


def _configuration(
    own: Path, variants: Sequence[Variant], ports: dict[str, int], *, sendfile: bool
) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {own}/{kind};" for kind in kinds)
    servers = "\n".join(_server(own, one, ports[one.name]) for one in variants)
    return f"""
daemon off;
user {pwd.getpwuid(os.geteuid()).pw_name};
worker_processes 1;
pid {own}/pid;
events {{ worker_connections 1024; }}
http {{
access_log off;
sendfile {"on" if sendfile else "off"};
keepalive_requests 1000000000;
open_file_cache max=100;
{temporary}
{servers}
}}
"""


def _server(own: Path, one: Variant, port: int) -> str:
    encoding = one.answer.headers.get("content-encoding")
    says = f"add_header content-encoding {encoding};" if encoding else ""
    media_type = one.answer.headers["content-type"]
    return f"""
server {{
listen 127.0.0.1:{port};
root {own}/{one.name};
default_type {media_type};
{says}
}}"""


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--offers", type=int, default=10_000, help="in modeldex's catalog")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
