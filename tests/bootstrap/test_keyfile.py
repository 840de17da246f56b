"""The file of keys, written by many at once."""

import asyncio
from pathlib import Path

from typing_extensions import override

from modeldex.access.keys import FILE, read
from modeldex.bootstrap.keyfile import KeyFile
from modeldex.domain import desk as kinds
from modeldex.store.desk import Keys
from modeldex.store.memory_desk import MemoryDesk
from support.desks import AT, edit, key


class SlowDesk(MemoryDesk):
    """A desk whose first reader is held up between reading and writing."""

    def __init__(self) -> None:
        super().__init__()
        self.has_read, self.goes_on = asyncio.Event(), asyncio.Event()

    @override
    async def keys(self) -> Keys:
        found = await super().keys()
        if not self.has_read.is_set():
            self.has_read.set()
            await self.goes_on.wait()
        return found


async def test_a_slow_writer_undoes_no_revocation(tmp_path: Path) -> None:
    """Who read before a revocation and writes after it does not bring the key back."""
    desk = SlowDesk()
    await desk.edit(key("key_1"))
    slow = asyncio.create_task(KeyFile(tmp_path, desk).write())
    await desk.has_read.wait()
    await desk.edit(edit(kinds.KEY, "key_1", {"revoked_at": AT}, secret=""))
    quick = asyncio.create_task(KeyFile(tmp_path, desk).write())
    await asyncio.wait([quick], timeout=0.3)  # without a lock it would end here
    desk.goes_on.set()
    await asyncio.gather(slow, quick)
    assert read(tmp_path / FILE) == ()


async def test_a_file_that_is_right_is_left_alone(tmp_path: Path) -> None:
    """The guards need not read it again; one that is damaged or gone is written anew."""
    desk = MemoryDesk()
    await desk.edit(key("key_1"))
    await KeyFile(tmp_path, desk).write()
    file = tmp_path / FILE
    before = file.stat().st_ino
    await KeyFile(tmp_path, desk).write()
    assert file.stat().st_ino == before
    file.write_text("[")
    await KeyFile(tmp_path, desk).write()
    assert [one.id for one in read(file)] == ["key_1"]
