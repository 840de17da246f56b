"""``modeldex sources``."""

import time
from typing import TYPE_CHECKING

from modeldex import settings
from modeldex.cli import output
from modeldex.snapshot import status

if TYPE_CHECKING:
    from modeldex.sources.registry import Registry

NAME = "sources"


def command(json: output.Json = False) -> None:
    """Show every source: its state, what is held of it, and what was wrong last."""
    from modeldex.sources import registry

    found = settings.load()
    known = registry.load(found.sources_dir)
    last = status.read(found.snapshots)
    if json:
        output.as_json(_as_shown(known, last))
        return
    now = time.time()
    shown = _as_shown(known, last)
    rows = (
        (
            one.id,
            one.state,
            one.rows,
            one.priced,
            output.ago(now, one.answered_at),
            output.ago(now, one.next_at) if one.next_at else "",
            one.failure or "",
        )
        for one in shown.sources
    )
    output.as_table(("source", "state", "rows#", "priced#", "answered", "next", "why"), rows)
    for sentence in shown.broken:
        output.console().print(f"[red]not used[/] {sentence}")


def _as_shown(known: "Registry", last: status.Status | None) -> status.Status:
    """Return the last status; what was declared since then has not been asked yet."""
    asked = {one.id: one for one in last.sources} if last else {}
    sources = [
        asked.get(
            one.id,
            status.SourceStatus(
                id=one.id, provider=one.serves, name=one.name, book=one.book, state="never asked"
            ),
        )
        for one in known.by_id.values()
    ]
    return status.Status(
        at=last.at if last else 0.0,
        snapshot=last.snapshot if last else None,
        sources=tuple(sources),
        broken=tuple(str(one) for one in known.broken),
    )
