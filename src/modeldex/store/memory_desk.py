"""The operator's side of a store in memory."""

import msgspec

from modeldex.domain.desk import HIDDEN, KEY, TENANT, Edit, Entry, Line
from modeldex.errors import NotThere
from modeldex.store.desk import Asked, Keys, check, line, made


class MemoryDesk:
    """Keeps what an operator states until the process ends.

    Attributes:
        kept: all entries, by kind and name.
        offers: ids of hidden offers.
        number: of the last edit.
    """

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Entry] = {}
        self.offers: set[str] = set()
        self.number = 0
        self._secrets: dict[str, str] = {}
        self._lines: list[Line] = []

    async def entries(self, kind: str) -> tuple[Entry, ...]:
        """Return the entries of a kind, sorted by name."""
        found = (one for one in self.kept.values() if one.kind == kind)
        return tuple(sorted(found, key=lambda one: one.name))

    async def entry(self, kind: str, name: str) -> Entry | None:
        """Return one entry, ``None`` where there is none."""
        return self.kept.get((kind, name))

    async def keys(self) -> Keys:
        """Return what the file of keys is made of."""
        found = sorted(self.kept.values(), key=lambda one: (one.kind, one.name))
        return Keys(entries=tuple(found), hashes=dict(sorted(self._secrets.items())))

    async def hidden(self) -> tuple[str, ...]:
        """Return the ids of hidden offers, sorted."""
        return tuple(sorted(self.offers))

    async def edit(self, edit: Edit) -> Entry | None:
        """Change one entry and note it in the log; return it as it is now."""
        if edit.kind == HIDDEN:
            self._hide(edit)
            return None
        entries = self.kept
        place = (edit.kind, edit.name)
        found = entries.get(place)
        users = [one for one in entries.values() if one.tenant == edit.name]
        check(edit, found, has_tenant=(TENANT, edit.tenant) in entries, users=users)
        number = self._noted(line(edit, found, 0))
        after = made(edit, found, number)
        entries.pop(place, None)
        if after is not None:
            entries[place] = after
        self._keep_secret(edit)
        return after

    async def note(self, line: Line) -> int:
        """Append a line that changes nothing here to the log; return its number."""
        return self._noted(line)

    async def lines(self, asked: Asked) -> tuple[Line, ...]:
        """Return lines of the log, the newest first."""
        found = [one for one in reversed(self._lines) if _is_meant(one, asked)]
        return tuple(found[: asked.most])

    def _hide(self, edit: Edit) -> None:
        if edit.body is None and edit.name not in self.offers:
            raise NotThere("hidden offer", edit.name)
        self._noted(line(edit, None, 0))
        change = self.offers.discard if edit.body is None else self.offers.add
        change(edit.name)

    def _noted(self, line: Line) -> int:
        self.number += 1
        self._lines.append(msgspec.structs.replace(line, number=self.number))
        return self.number

    def _keep_secret(self, edit: Edit) -> None:
        if edit.kind == KEY and (edit.body is None or edit.secret == ""):
            self._secrets.pop(edit.name, None)
        elif edit.kind == KEY and edit.secret:
            self._secrets[edit.name] = edit.secret


def _is_meant(one: Line, asked: Asked) -> bool:
    wanted = ((asked.kind, one.kind), (asked.target, one.target), (asked.who, one.who))
    is_before = asked.before is None or one.number < asked.before
    return is_before and all(value is None or value == said for value, said in wanted)
