"""Processes that end with the one that made them, however that one ended."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable

_LOOK = 1.0  # seconds between two looks for the parent


def end_with_supervisor() -> None:
    """End this worker, having answered what is under way, once its supervisor is gone.

    A worker without a supervisor is the one that was started, and goes on.
    """
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        _end_after(supervisor.join)


def end_with(parent: int) -> None:
    """End this process once it is not a child of *parent* any more."""

    def wait() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK)

    _end_after(wait)


def _end_after(wait: Callable[[], object]) -> None:
    def end() -> None:
        wait()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end, daemon=True).start()
