"""A backup that is made as the page of operations says can be restored, and holds everything."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from modeldex.store.base import Changes
from modeldex.store.sql import SqlStore
from support.postgres import Postgres
from support.stored import FULL_HEALTH, FULL_LISTING, HELD, answer, changed, fact, observed

OPERATIONS = (Path(__file__).parents[2] / "docs/operations.md").read_text(encoding="utf-8")
EVERYTHING = Changes(
    health=[FULL_HEALTH],
    answers=[answer("acme", FULL_LISTING)],
    held=[HELD],
    hidden=["acme/a"],
    facts=[fact(), fact(native="b")],
    events=[changed()],
    observations=[observed(10)],
    recorded_at=10,
)


async def contents(store: SqlStore) -> tuple[Any, ...]:
    """Return all that a store gives."""
    return (
        await store.known(),
        await store.basis(0),
        await store.believed(["acme"]),
        await store.observations("acme"),
        await store.payload("acme"),
    )


async def check_restored(url: str, wanted: tuple[Any, ...]) -> None:
    """See that a restored store holds *wanted*, and goes on from there."""
    restored = SqlStore(url)
    await restored.open()
    assert await contents(restored) == wanted
    assert await restored.save(Changes(superseded=[1], facts=[fact()], recorded_at=20)) == 2
    assert [one.number for one in await restored.believed(["acme"])] == [2, 3]
    await restored.close()


async def test_a_file_is_backed_up_while_it_is_used(tmp_path: Path) -> None:
    """The statement on the page makes one whole file; moving that back is all there is to do."""
    (statement,) = re.findall(r"sqlite3 \S+ \"(vacuum into '[^']+')\"", OPERATIONS)
    store = SqlStore(f"sqlite:///{tmp_path / 'modeldex.db'}")
    await store.open()
    await store.save(EVERYTHING)
    wanted = await contents(store)
    backup = tmp_path / "backup.db"
    with closing(sqlite3.connect(tmp_path / "modeldex.db")) as connection:
        connection.execute(re.sub(r"'[^']+'", f"'{backup}'", statement))
    await store.save(Changes(hidden=["acme/later"], recorded_at=15))
    await store.close()
    (tmp_path / "there").mkdir()
    shutil.move(backup, tmp_path / "there" / "modeldex.db")
    await check_restored(f"sqlite:///{tmp_path / 'there' / 'modeldex.db'}", wanted)


async def test_a_database_is_dumped_while_it_is_used(
    on_postgres: SqlStore, postgres: Postgres, postgres_url: str, second_url: str, tmp_path: Path
) -> None:
    """PostgreSQL's own programs, with the options on the page, restore into an empty database."""
    dump = re.findall(r"pg_dump (--\S+)", OPERATIONS)
    restore = re.findall(r"pg_restore ((?:--[a-z-]+ )+)--dbname", OPERATIONS)
    assert (len(dump), len(restore)) == (1, 1)
    await on_postgres.save(EVERYTHING)
    wanted = await contents(on_postgres)
    backup = str(tmp_path / "modeldex.dump")
    postgres.tool("pg_dump", postgres.name(postgres_url), *dump, f"--file={backup}")
    await on_postgres.save(Changes(hidden=["acme/later"], recorded_at=15))
    postgres.tool("pg_restore", postgres.name(second_url), *restore[0].split(), backup)
    await check_restored(second_url, wanted)
