"""Work that many ask for at the same time is done once."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, TypeVar

_T = TypeVar("_T")


class Once:
    """What is under way, by what it is for. For use on one event loop."""

    def __init__(self) -> None:
        self._pending: dict[Hashable, asyncio.Task[Any]] = {}

    async def __call__(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """Do work once, however many ask for it meanwhile.

        It belongs to nobody: one asker's disconnection does not fail the others.
        """
        task: asyncio.Task[_T] | None = self._pending.get(key)
        if task is None:
            task = asyncio.create_task(work())
            self._pending[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    def _forget(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        self._pending.pop(key, None)
        if not task.cancelled():
            task.exception()  # its askers have seen it; nobody is left where all went away
