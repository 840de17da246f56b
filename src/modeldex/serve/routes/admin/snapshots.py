"""The snapshots that are kept: listed, pinned, rolled back to, and let go."""

from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from modeldex.domain.desk import PIN, Edit
from modeldex.errors import DeskError, NotThere
from modeldex.serve.desk import Desk
from modeldex.serve.routes.admin import entries
from modeldex.serve.routes.admin.counter import (
    NOTHING_SAID,
    Counter,
    Refused,
    Said,
    document,
    no_parameters,
    sent,
    who,
)
from modeldex.snapshot.publish import Entry, read_pointer

_ONE = Said("Snapshot")
_NAME = "snapshot"  # of the only pin that there may be


class Snapshots:
    """The handlers, over the directory where snapshots are published."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def listed(self, request: Request, desk: Desk) -> Response:
        """Answer with the kept snapshots, the current one first."""
        no_parameters(request)
        pinned, kept = await _pinned(desk), self._kept()
        data = [_shown(one, kept[0], pinned) for one in kept]
        return sent({"object": "list", "data": data, "total": len(data), "pinned": pinned})

    async def pin(self, request: Request, desk: Desk) -> Response:
        """Let a kept snapshot be current, and stay it; twice is as good as once."""
        no_parameters(request)
        _nothing(await document(request, is_optional=True))
        name, kept = request.path_params["snapshot"], self._kept()
        found = next((one for one in kept if one.id == name), None)
        if found is None:
            raise NotThere("kept snapshot", name)
        return await self._pin(request, desk, found, "pin")

    async def roll_back(self, request: Request, desk: Desk) -> Response:
        """Pin the snapshot that was current before this one."""
        no_parameters(request)
        _nothing(await document(request, is_optional=True))
        kept = self._kept()
        if len(kept) == 1:
            raise DeskError("No snapshot but the current one is kept.")
        return await self._pin(request, desk, kept[1], "roll back")

    async def unpin(self, request: Request, desk: Desk) -> Response:
        """Let the newest be current again; twice is as good as once."""
        no_parameters(request)
        if await _pinned(desk) is not None:
            await desk.edit(Edit(
                kind=PIN, name=_NAME, action="unpin", body=None, who=who(request), at=desk.now()
            ))  # fmt: skip
        return Response(status_code=204)

    async def _pin(self, request: Request, desk: Desk, found: Entry, action: str) -> Response:
        if await _pinned(desk) != found.id:
            await desk.edit(Edit(
                kind=PIN, name=_NAME, action=action, body=entries.text({"snapshot": found.id}),
                who=who(request), at=desk.now(),
            ))  # fmt: skip
        return sent(_shown(found, self._kept()[0], found.id))

    def _kept(self) -> tuple[Entry, ...]:
        """Return what is kept.

        Raises:
            NotThere: nothing was ever published.
        """
        found = read_pointer(self.directory).entries
        if not found:
            raise NotThere("snapshot", "current")
        return found


def add(counter: Counter, directory: Path) -> None:
    """Add the routes."""
    snapshots = Snapshots(directory)
    counter.add(
        "GET",
        "/snapshots",
        snapshots.listed,
        "The kept snapshots, the current one first.",
        Said("SnapshotList"),
    )
    counter.add(
        "POST", "/snapshots/rollback", snapshots.roll_back, "Go back by one snapshot.", _ONE
    )
    counter.add(
        "DELETE",
        "/snapshots/pin",
        snapshots.unpin,
        "Let the newest be current again.",
        NOTHING_SAID,
    )
    counter.add(
        "POST", "/snapshots/{snapshot}/pin", snapshots.pin, "Let a snapshot stay current.", _ONE
    )


async def _pinned(desk: Desk) -> str | None:
    found = await desk.entry(PIN, _NAME)
    return None if found is None else msgspec.json.decode(found.body)["snapshot"]


def _shown(one: Entry, current: Entry, pinned: str | None) -> dict[str, Any]:
    return {
        "object": "snapshot",
        "id": one.id,
        "timestamp": one.timestamp,
        "since": one.since,
        "size": one.size,
        "current": one.id == current.id,
        "pinned": one.id == pinned,
    }


def _nothing(fields: dict[str, Any]) -> None:
    if fields:
        raise Refused(400, "bad_value", "This takes no fields.")
