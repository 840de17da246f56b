"""Who changed what when, and the settings in force."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from modeldex.domain.desk import Line
from modeldex.serve.desk import Desk
from modeldex.serve.routes.admin.counter import Counter, Refused, Said, no_parameters, sent
from modeldex.serve.schemas.words import COUNT, TEXT

_MOST = 500
_WANTED = ("kind", "target", "who")


async def lines(request: Request, desk: Desk) -> Response:
    """Answer with lines of the log, the newest first; ``next`` is the ``before`` of the next."""
    given = no_parameters(request, "limit", "before", *_WANTED)
    most = _number(given, "limit", 100)
    if not 1 <= most <= _MOST:
        raise Refused(400, "bad_value", f"limit must be from 1 to {_MOST}.")
    before = _number(given, "before", 0) or None
    wanted = {name: given[name] for name in _WANTED if name in given}
    found = await desk.lines(most, before, wanted)
    following = found[-1].number if len(found) == most else None
    return sent({"object": "list", "data": [_shown(one) for one in found], "next": following})


async def settings(request: Request, desk: Desk) -> Response:
    """Answer with each setting and its origin; secrets are masked."""
    no_parameters(request)
    return sent({"object": "settings", "settings": desk.settings()})


def add(counter: Counter) -> None:
    """Add the routes."""
    asked = {"limit": {**COUNT, "minimum": 1, "maximum": _MOST, "default": 100}, "before": COUNT}
    told = Said("Audit", asked=asked | dict.fromkeys(_WANTED, TEXT))
    counter.add("GET", "/audit", lines, "Who changed what when, the newest first.", told)
    counter.add(
        "GET",
        "/settings",
        settings,
        "The settings in force; secrets are masked.",
        Said("Settings"),
    )


def _number(given: dict[str, str], name: str, otherwise: int) -> int:
    text = given.get(name)
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(2**63)) - 1):
        raise Refused(400, "bad_value", f"{name} must be a whole number.")
    return int(text)


def _shown(one: Line) -> dict[str, Any]:
    return {
        "number": one.number,
        "at": one.at,
        "who": one.who,
        "action": one.action,
        "kind": one.kind,
        "target": one.target,
        "before": _json(one.before),
        "after": _json(one.after),
    }


def _json(text: str | None) -> msgspec.Raw | None:
    return None if text is None else msgspec.Raw(text.encode())
