"""The port of the routes that administer: what they need of whoever keeps the store."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from modeldex.domain.desk import Edit, Entry, Line


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What a document says of its own entry.

    Attributes:
        name: of the entry; ``None`` where it gets one.
        tenant: whose it is.
    """

    name: str | None
    tenant: str | None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator wants done about a source.

    Attributes:
        action: ``refresh``, ``accept`` or ``reject``.
        model: id of one model of it, as its provider calls it.
        who: id of the key that wants it.
    """

    action: str
    source: str
    model: str | None = None
    who: str


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a decision.

    Attributes:
        is_done: whether it was carried out; else it waits for its turn.
        problem: why nothing came of it, if so.
    """

    is_done: bool
    problem: str | None = None


class Desk(Protocol):
    """Keeps what an operator states, and sees to it that it is published.

    All methods raise :class:`modeldex.errors.StoreError` where the store cannot be used.
    """

    def now(self) -> int:
        """Return the time, unix seconds."""

    def named(self, kind: str, body: str) -> Named:
        """Return what the document says of its entry.

        Raises:
            ValueError: it is no document of that kind; the sentence says why.
        """

    async def entries(self, kind: str) -> tuple[Entry, ...]:
        """Return the entries of a kind, sorted by name."""

    async def entry(self, kind: str, name: str) -> Entry | None:
        """Return one entry, ``None`` where there is none."""

    async def hidden(self) -> tuple[str, ...]:
        """Return the ids of hidden offers, sorted."""

    async def edit(self, edit: Edit) -> Entry | None:
        """Change an entry, let the workers know its keys, and have the rest published.

        Raises:
            DeskError: what stands there is not what the edit wants to find.
        """

    async def decide(self, decision: Decision) -> Done:
        """Have a decision carried out; wait for that, but not long."""

    async def lines(
        self, most: int, before: int | None, wanted: Mapping[str, str]
    ) -> tuple[Line, ...]:
        """Return lines of the log, the newest first.

        Args:
            before: only those with smaller numbers.
            wanted: values of ``kind``, ``target`` and ``who`` to which they are narrowed.
        """

    def settings(self) -> Mapping[str, object]:
        """Return each setting in force with its origin; secrets are masked."""


class Opener(Protocol):
    """Opens the desk when it is first needed: a worker that only reads has no store."""

    async def opened(self) -> Desk:
        """Return the desk.

        Raises:
            StoreError: the store cannot be opened.
        """

    async def close(self) -> None:
        """Let go of the store, if it was ever opened."""
