"""Workers: one whose threads a test counts, holds or breaks, or several processes of them."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from modeldex.bootstrap import guarding
from modeldex.query.shelf import Shelf
from modeldex.serve import app
from modeldex.serve.answers import Answers
from modeldex.serve.lane.door import DOOR, Lane
from modeldex.serve.statuses import StatusFile
from modeldex.snapshot.current import Current
from support import live
from support.refreshing import Notebook

_SHELF, _LARGEST = 2**25, 2**21
_WORKERS = (
    "from modeldex import settings; from modeldex.bootstrap import serving; "
    "serving.run_workers(settings.load())"
)


class Watched(ThreadPoolExecutor):
    """Counts the work that it is given; of that, lets so much begin as the test allows.

    The look at a new snapshot's bytes is not counted: no question causes it.

    Attributes:
        given: how many pieces of work came.
    """

    def __init__(self, threads: int = 4, allowed: int = 10**9) -> None:
        super().__init__(threads)
        self.given = 0
        self._allowed = threading.Semaphore(allowed)

    def allow(self, more: int = 10**6) -> None:
        """Let so many more pieces of work begin."""
        self._allowed.release(more)

    @override
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if getattr(fn, "__func__", None) is Current.verify:
            return super().submit(fn, *args, **kwargs)
        self.given += 1
        return super().submit(self._run, fn, *args, **kwargs)

    def _run(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        assert self._allowed.acquire(timeout=live.PATIENCE)
        return fn(*args, **kwargs)


class Broken(ThreadPoolExecutor):
    """Threads that cannot be had at first; the reason is nobody's business."""

    def __init__(self, failures: int = 10**9) -> None:
        super().__init__(2)
        self.failures = failures

    @override
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("secret reason in /etc/secret.path")
        return super().submit(fn, *args, **kwargs)


class Counted:
    """An application that counts its requests as they come and go.

    Attributes:
        begun, ended: how many requests came, and how many were done with.
    """

    def __init__(self, inner: ASGIApp) -> None:
        self.inner, self.begun, self.ended = inner, 0, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        counts = scope["type"] == "http"
        self.begun += counts
        try:
            await self.inner(scope, receive, send)
        finally:
            self.ended += counts


class Breakable:
    """An application whose fast lane a test can break."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner
        self.lane: Lane | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and remember the lane that the application opens."""
        if (door := scope.get("state", {}).get(DOOR)) is not None:
            self.lane = door.lane
        await self.inner(scope, receive, send)

    def break_lane(self, part: str) -> None:
        """Let the lane fail from now on where it looks (``known``) or where it writes."""
        assert self.lane is not None
        setattr(self.lane, part, None)


def answers(data_dir: Path, pool: Executor, log: Notebook) -> Answers:
    """Return what a worker knows, found out in the threads of *pool*."""
    return Answers(Current(data_dir / "snapshots", log.error), Shelf(_SHELF, _LARGEST), pool)


def build(data_dir: Path, pool: Executor, log: Notebook | None = None, **settings: Any) -> ASGIApp:
    """Return a worker's application that answers in the threads of *pool*."""
    notes = log or Notebook()
    known = answers(data_dir, pool, notes)
    return app.build(known, site(data_dir, notes, **settings))


def site(data_dir: Path, log: Notebook, **settings: Any) -> app.Site:
    """Return what a worker's catalogs share; its edge limits nobody, unless told otherwise."""
    gate = guarding.gate(live.settings(data_dir, **settings), log)
    return app.Site(StatusFile(data_dir / "snapshots"), log, clock, gate)


def clock() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)


@contextmanager
def several(data_dir: Path, count: int, **environment: str) -> Iterator[tuple[str, list[int]]]:
    """Give the URL and the process ids of *count* workers under one supervisor, no refresher."""
    port = live.free_port()
    env = live.variables(data_dir, PORT=str(port), WORKERS=str(count), **environment)
    process = subprocess.Popen([sys.executable, "-c", _WORKERS], env=env)
    url = f"http://127.0.0.1:{port}"
    try:
        live.eventually(lambda: len(children(process.pid)) == count and live.is_ready(url))
        yield url, children(process.pid)
    finally:
        process.terminate()
        process.wait(live.PATIENCE)


def children(parent: int, command: bytes = b"spawn_main") -> list[int]:
    """Return the ids of a process's children that run *command*; by default, of its workers."""
    lists = Path(f"/proc/{parent}/task").glob("*/children")  # one for each of its threads
    found = {int(one) for one_list in lists for one in _read(one_list).split()}
    return [one for one in sorted(found) if command in _read(Path(f"/proc/{one}/cmdline"))]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # its process or thread has ended since
        return b""


@contextmanager
def stopped(processes: Iterable[int]) -> Iterator[None]:
    """Let processes stand still, so that their neighbours get every request."""
    for one in processes:
        os.kill(one, signal.SIGSTOP)
    try:
        yield
    finally:
        for one in processes:
            os.kill(one, signal.SIGCONT)


@contextmanager
def alone(data_dir: Path, **environment: str) -> Iterator[tuple[str, int]]:
    """Give the URL and the process id of one worker that is ready, without a refresher."""
    port = live.free_port()
    env = live.variables(data_dir, PORT=str(port), **environment)
    process = subprocess.Popen([sys.executable, "-c", _WORKERS], env=env)
    url = f"http://127.0.0.1:{port}"
    try:
        live.eventually(lambda: live.is_ready(url))
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(live.PATIENCE)
