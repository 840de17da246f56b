"""``modeldex serve``: the refresher's process beside uvicorn's own workers."""

import os
import subprocess
import sys
import threading
import time

import uvicorn

from modeldex.serve.lane.fast import FastLane
from modeldex.settings import Settings
from modeldex.snapshot.publish import read_pointer
from modeldex.telemetry import Log

_FIRST_CATALOG = 60.0  # seconds that the start waits for a first catalog
_RESTART = 2.0


class RefresherProcess:
    """Keeps a refresher running; it ends by itself when this process does."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self._stopping = threading.Event()
        self._process = self._start()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def stop(self) -> None:
        """End the refresher; a publish that is under way is dropped whole."""
        self._stopping.set()
        self._process.terminate()
        self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "modeldex.bootstrap.refresher_main", str(os.getpid())]
        return subprocess.Popen(command)  # noqa: S603 - our own module

    def _keep(self) -> None:
        while not self._stopping.wait(_RESTART):
            code = self._process.poll()
            if code is not None and not self._stopping.is_set():
                self.log.error("the refresher ended and is started again", code=code)
                self._process = self._start()


def serve(settings: Settings, log: Log) -> None:
    """Serve until told to stop."""
    refresher = RefresherProcess(log)
    try:
        _await_first_catalog(settings, log)
        run_workers(settings)
    finally:
        refresher.stop()


def run_workers(settings: Settings) -> None:
    """Serve what is published, without a refresher, until told to stop."""
    uvicorn.run(
        "modeldex.bootstrap.worker:app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="uvloop",
        http=FastLane,
        ws="none",
        timeout_keep_alive=settings.keep_alive,
        timeout_graceful_shutdown=settings.shutdown_timeout,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_level="warning" if settings.log_format == "json" else "info",
    )


def _await_first_catalog(settings: Settings, log: Log) -> None:
    """Wait for the embedded books, so that the first request already has an answer."""
    until = time.monotonic() + _FIRST_CATALOG
    while read_pointer(settings.snapshots).current is None:
        if time.monotonic() > until:
            log.warning("serving without a catalog; reads are 503 until there is one")
            return
        time.sleep(0.05)
