"""An operator's desk: the store, the file of keys, and the way to the refresher."""

import asyncio
import time
from collections.abc import Mapping

import msgspec

from modeldex import settings as settings_module
from modeldex.bootstrap import storing
from modeldex.bootstrap.keyfile import KeyFile
from modeldex.domain.desk import Edit, Entry, Line
from modeldex.fleet.local import Mailbox
from modeldex.refresh.order import Decision, Order
from modeldex.refresh.report import Report
from modeldex.serve import desk as port
from modeldex.settings import Settings
from modeldex.store import documents
from modeldex.store.desk import MOST_LINES, Asked, Desk
from modeldex.store.sql_desk import SqlDesk
from modeldex.telemetry import Log

_PATIENCE = 3.0  # seconds that a decision is waited for
_LOOK = 0.05


class StoreDesk:
    """The desk of a process: everything that it changes is committed, then made known."""

    def __init__(self, settings: Settings, desk: Desk) -> None:
        self._settings, self._desk = settings, desk
        self._keys = KeyFile(settings.data_dir, desk)
        self._mailbox = Mailbox(settings.data_dir / "requests")

    def now(self) -> int:
        """Return the time, unix seconds."""
        return int(time.time())

    def named(self, kind: str, body: str) -> port.Named:
        """Return what the document says of its entry."""
        found = documents.read(kind, body)
        return port.Named(name=found.name, tenant=found.tenant)

    async def entries(self, kind: str) -> tuple[Entry, ...]:
        """Return the entries of a kind, sorted by name."""
        return await self._desk.entries(kind)

    async def entry(self, kind: str, name: str) -> Entry | None:
        """Return one entry, ``None`` where there is none."""
        return await self._desk.entry(kind, name)

    async def hidden(self) -> tuple[str, ...]:
        """Return the ids of hidden offers, sorted."""
        return await self._desk.hidden()

    async def edit(self, edit: Edit) -> Entry | None:
        """Change an entry, let the workers know its keys, and have the rest published."""
        after = await self._desk.edit(edit)
        await self._keys.write()
        number = await self._desk.number() if after is None else after.version
        order = Order(ask_nobody=True, edit=number)
        self._mailbox.leave(self._mailbox.post(msgspec.json.encode(order)))
        return after

    async def decide(self, decision: port.Decision) -> port.Done:
        """Have a decision carried out; wait for that, but not long."""
        number = await self._desk.note(_line(decision, self.now()))
        name = self._mailbox.post(msgspec.json.encode(_order(decision, number)))
        until = time.monotonic() + (0 if decision.action == "refresh" else _PATIENCE)
        while time.monotonic() < until:
            if (report := self._mailbox.collect(name)) is not None:
                problem = msgspec.json.decode(report, type=Report).problem
                return port.Done(is_done=problem is None, problem=problem)
            await asyncio.sleep(_LOOK)
        self._mailbox.leave(name)
        return port.Done(is_done=False)

    async def lines(
        self, most: int, before: int | None, wanted: Mapping[str, str]
    ) -> tuple[Line, ...]:
        """Return lines of the log, the newest first."""
        return await self._desk.lines(Asked(before=before, most=min(most, MOST_LINES), **wanted))

    def settings(self) -> Mapping[str, object]:
        """Return each setting in force with its origin; secrets are masked."""
        return settings_module.shown(self._settings)


class StoreDesks:
    """Opens the desk of a process once."""

    def __init__(self, settings: Settings, log: Log) -> None:
        self._settings = settings
        self._store = storing.store(settings, log)

    async def open(self) -> StoreDesk:
        """Return the desk; its store is open.

        Raises:
            StoreError: the store cannot be opened.
        """
        self._settings.data_dir.mkdir(parents=True, exist_ok=True)
        await self._store.open()
        return StoreDesk(self._settings, SqlDesk(self._store.run))

    async def close(self) -> None:
        """Let go of the store."""
        await self._store.close()


def _order(decision: port.Decision, number: int) -> Order:
    """Return what the refresher is to do."""
    if decision.action == "refresh":
        return Order(sources=(decision.source,), edit=number)
    action = msgspec.convert(
        {"action": decision.action, "target": decision.source, "model": decision.model}, Decision
    )
    return Order(decisions=(action,), ask_nobody=True, edit=number)


def _line(decision: port.Decision, now: int) -> Line:
    after = None if decision.model is None else msgspec.json.encode({"model": decision.model})
    return Line(
        number=0,
        at=now,
        who=decision.who,
        action=decision.action,
        kind="source",
        target=decision.source,
        after=None if after is None else after.decode(),
    )
