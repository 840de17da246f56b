"""Two workers and a refresher over one directory, as an operator meets them."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from modeldex.access.keys import FILE
from support import live, refreshing
from support.provider import FakeProvider, Reply
from support.wire import Answer

ADMIN_KEY = "mdx_the-administrator-of-these-tests-has-this-one"
LOG = "log.txt"
_TESTS = Path(__file__).parents[1]
_REFRESHER = (
    "import os; from modeldex.bootstrap.refreshing import run_forever; run_forever(os.getppid())"
)
_WORKER = (
    "from modeldex import settings; from modeldex.bootstrap import serving; "
    "serving.run_workers(settings.load())"
)


class Site:
    """What an operator administers.

    Attributes:
        urls: of its workers.
        provider: what its one source, acme, is.
    """

    def __init__(self, directory: Path, urls: list[str], provider: FakeProvider) -> None:
        self.directory, self.urls, self.provider = directory, urls, provider
        self.key = ADMIN_KEY

    def ask(
        self, method: str, path: str, body: Any = None, *, at: int = 0, **headers: str
    ) -> Answer:
        """Ask a worker; below ``/v1/admin`` where *path* begins elsewhere than with ``/v1``."""
        full = path if path.startswith("/v1") else f"/v1/admin{path}"
        return asked(self.urls[at], method, full, body, **{"x_api_key": self.key, **headers})

    def everywhere(self, path: str, holds: Callable[[Answer], object], key: str = "") -> None:
        """Wait until the answer of every worker to *path* is as it should be."""
        given = {"x_api_key": key} if key else {}
        for url in self.urls:
            live.eventually(partial(_holds, holds, url, path, given), live.PATIENCE)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Let the refresher wait for its source meanwhile."""
        gate, path = threading.Event(), "/acme/acme/models"
        before, replies = self.provider.count(path), self.provider.replies[path]
        self.provider.script(path, Reply(gate=gate))
        self.ask("POST", "/sources/acme/refresh")
        live.eventually(lambda: self.provider.count(path) > before)
        self.provider.script(path, *replies)
        try:
            yield
        finally:
            gate.set()

    def key_file(self) -> list[dict[str, Any]]:
        """Return what the guards read."""
        found: list[dict[str, Any]] = json.loads((self.directory / "data" / FILE).read_bytes())
        return found

    def log(self) -> str:
        """Return all that its processes wrote."""
        return (self.directory / LOG).read_text(encoding="utf-8")

    def bytes_on_disk(self) -> bytes:
        """Return all that lies in its directory, one file after the other."""
        files = [one for one in self.directory.rglob("*") if one.is_file()]
        return b"\n".join(one.read_bytes() for one in files)


def _holds(
    holds: Callable[[Answer], object], url: str, path: str, given: dict[str, str]
) -> object:
    return holds(asked(url, "GET", path, **given))


def asked(url: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    """Ask on a connection of its own; a body is sent as JSON unless it is bytes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        named.setdefault("content-type", "application/json")
    connection = HTTPConnection(urlsplit(url).netloc, timeout=live.PATIENCE)
    try:
        connection.request(method, path, body, named)
        found = connection.getresponse()
        fields = [(name.lower(), value) for name, value in found.getheaders()]
        return Answer(found.status, fields, found.read())
    finally:
        connection.close()


@contextmanager
def administered(
    directory: Path, provider: FakeProvider, count: int = 2, **environment: str
) -> Iterator[Site]:
    """Give a site of *count* workers whose one source is asked once in a test."""
    (directory / "sources").mkdir()
    (directory / "sources" / "acme.toml").write_text(
        refreshing.page("acme", "https://api.acme.example")
    )
    settings = {
        "SOURCES_DIR": str(directory / "sources"),
        "SOURCES": "acme",
        "SOURCE_MIRROR": f"{provider.url}/{{source}}",
        "ADMIN_KEY": ADMIN_KEY,
        "LOG_FORMAT": "json",
        "RATE_LIMIT_WRONG_KEYS": "off",
        "RATE_LIMIT_ADMIN": "off",
        **environment,
    }
    ports = [live.free_port() for _ in range(count)]
    commands = [
        [sys.executable, "-c", _REFRESHER],
        *([sys.executable, "-c", _WORKER] for _ in ports),
    ]
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    with (directory / LOG).open("wb") as log:
        processes = [
            subprocess.Popen(
                command,
                env=_variables(directory, port, settings),
                stderr=log,
            )
            for command, port in zip(commands, [0, *ports], strict=True)
        ]
        try:
            live.eventually(lambda: all(map(live.is_ready, urls)))
            yield Site(directory, urls, provider)
        finally:
            for one in processes:
                one.terminate()
            for one in processes:
                one.wait(live.PATIENCE)


def _variables(directory: Path, port: int, settings: dict[str, str]) -> dict[str, str]:
    env = live.variables(directory / "data", PORT=str(port), **settings)
    return env | {"PYTHONPATH": os.pathsep.join([str(_TESTS), *sys.path])}
