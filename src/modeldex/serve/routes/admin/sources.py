"""Sources switched on and off, asked, decided about; and offers that are hidden."""

from functools import partial
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from modeldex.domain.desk import HIDDEN, SWITCH, Edit
from modeldex.errors import NotThere
from modeldex.serve import problems
from modeldex.serve.desk import Decision, Desk
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
from modeldex.serve.statuses import StatusFile
from modeldex.snapshot.status import SourceStatus


class Sources:
    """The handlers, with what the refresher last said of its sources."""

    def __init__(self, statuses: StatusFile) -> None:
        self.statuses = statuses

    async def listed(self, request: Request, desk: Desk) -> Response:
        """Answer with every source, how it is doing, and what is held of it."""
        no_parameters(request)
        off = await _switched_off(desk)
        status = self.statuses.read()
        data = [_shown(one, off) for one in (status.sources if status else ())]
        at = status.at if status else None
        return sent({"object": "list", "data": data, "total": len(data), "at": at})

    async def one(self, request: Request, desk: Desk) -> Response:
        """Answer with one source."""
        no_parameters(request)
        return sent(_shown(self._status(request), await _switched_off(desk)))

    async def switch(self, request: Request, desk: Desk, *, on: bool) -> Response:
        """Let a source be used or not; twice is as good as once."""
        no_parameters(request)
        _nothing(await document(request, is_optional=True))
        source = self._status(request).id
        off = await _switched_off(desk)
        if on == (source in off):
            body = None if on else entries.text({"source": source, "enabled": False})
            await desk.edit(Edit(
                kind=SWITCH, name=source, action="enable" if on else "disable", body=body,
                who=who(request), at=desk.now(),
            ))  # fmt: skip
            off = off ^ {source}
        return sent(_shown(self._status(request), off))

    async def decide(self, request: Request, desk: Desk, *, action: str) -> Response:
        """Accept or reject what the guard holds of a source, or of one model of it."""
        no_parameters(request)
        model = _text(await document(request, is_optional=True), "model")
        source = self._status(request).id
        done = await desk.decide(
            Decision(action=action, source=source, model=model, who=who(request))
        )
        if done.problem is not None:
            return problems.problem(409, "nothing_to_decide", done.problem)
        value = {"object": "decision", "action": action, "source": source, "done": done.is_done}
        return sent(value, 200 if done.is_done else 202)

    async def refresh(self, request: Request, desk: Desk) -> Response:
        """Ask a source now; its state tells what came of it."""
        no_parameters(request)
        _nothing(await document(request, is_optional=True))
        source = self._status(request).id
        await desk.decide(Decision(action="refresh", source=source, who=who(request)))
        value = {"object": "decision", "action": "refresh", "source": source, "done": False}
        return sent(value, 202)

    def _status(self, request: Request) -> SourceStatus:
        name, status = request.path_params["source"], self.statuses.read()
        for one in status.sources if status else ():
            if one.id == name:
                return one
        raise NotThere("source", name)


async def hidden(request: Request, desk: Desk) -> Response:
    """Answer with the ids of hidden offers."""
    no_parameters(request)
    data = [{"object": "hidden", "offer": one} for one in await desk.hidden()]
    return sent({"object": "list", "data": data, "total": len(data)})


async def hide(request: Request, desk: Desk) -> Response:
    """Show an offer no more, whatever its source says; twice is as good as once."""
    no_parameters(request)
    offer = _text(await document(request), "offer")
    if offer is None or "/" not in offer:
        raise Refused(400, "bad_value", "offer must be the id of an offer, such as acme/large.")
    if offer not in await desk.hidden():
        await desk.edit(_hiding(request, desk, offer, "hide", "{}"))
    return sent({"object": "hidden", "offer": offer})


async def show(request: Request, desk: Desk) -> Response:
    """Show a hidden offer again."""
    no_parameters(request)
    await desk.edit(_hiding(request, desk, request.path_params["offer"], "show", None))
    return Response(status_code=204)


def add(counter: Counter, statuses: StatusFile) -> None:
    """Add the routes."""
    sources, own = Sources(statuses), "/sources/{source}"
    one, asked = Said("Source"), Said("Decided", statuses=(202,))
    decided = Said("Decided", "Decide", (200, 202), needs_body=False)
    counter.add(
        "GET",
        "/sources",
        sources.listed,
        "All sources, with what is held of them.",
        Said("SourceList"),
    )
    counter.add("GET", own, sources.one, "One source.", one)
    on, off = partial(sources.switch, on=True), partial(sources.switch, on=False)
    counter.add("POST", f"{own}/enable", on, "Use a source again.", one)
    counter.add("POST", f"{own}/disable", off, "Neither ask a source nor show what it said.", one)
    counter.add("POST", f"{own}/refresh", sources.refresh, "Ask a source now.", asked)
    for action in ("accept", "reject"):
        decide = partial(sources.decide, action=action)
        does = f"{action.capitalize()} what the guard holds of a source."
        counter.add("POST", f"{own}/{action}", decide, does, decided)
    counter.add("GET", "/hidden", hidden, "All hidden offers.", Said("HiddenList"))
    counter.add("POST", "/hidden", hide, "Hide an offer.", Said("Hidden", "Hide"))
    counter.add("DELETE", "/hidden/{offer:path}", show, "Show a hidden offer again.", NOTHING_SAID)


def _hiding(request: Request, desk: Desk, offer: str, action: str, body: str | None) -> Edit:
    return Edit(kind=HIDDEN, name=offer, action=action, body=body, who=who(request), at=desk.now())


async def _switched_off(desk: Desk) -> frozenset[str]:
    return frozenset(one.name for one in await desk.entries(SWITCH))


def _shown(one: SourceStatus, off: frozenset[str]) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(one)
    return {"object": "source", "enabled": one.id not in off, **said}


def _nothing(fields: dict[str, Any]) -> None:
    if fields:
        raise Refused(400, "bad_value", "This takes no fields.")


def _text(fields: dict[str, Any], name: str) -> str | None:
    """Return the text of the only field that there may be, ``None`` where it is not there."""
    unknown = sorted(fields.keys() - {name})
    if unknown:
        detail = f"There is no field {unknown[0][:80]!r} here, only {name}."
        raise Refused(400, "bad_value", detail)
    if name not in fields:
        return None
    try:
        return msgspec.json.decode(fields[name], type=str)
    except msgspec.DecodeError as error:
        raise Refused(400, "bad_value", f"{name} must be a text.") from error
