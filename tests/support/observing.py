"""Those who call offers and report it: keys, calls, and requests with a body."""

import json
from collections.abc import Iterable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from modeldex.access import keys
from modeldex.access.principal import OBSERVE, READ, Principal
from modeldex.domain.calls import Batch, Call
from support import live, wire

PATH = "/v1/observations"
NOW = 1_795_435_200  # 2026-11-23T12:00:00Z
GATEWAY = Principal(key_id="gateway", scopes=frozenset({READ, OBSERVE}))


class Keyed:
    """An application whose every caller shows the same key."""

    def __init__(self, inner: ASGIApp, token: str) -> None:
        self.inner, self.header = inner, (b"authorization", f"Bearer {token}".encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Show the key, and pass on."""
        if scope["type"] == "http":
            scope["headers"] = [*scope["headers"], self.header]
        await self.inner(scope, receive, send)


def keyed(data_dir: Path, who: Principal = GATEWAY) -> ASGIApp:
    """Return a worker's application whose every caller is *who*."""
    if who.key_id is None:
        return live.application(data_dir)
    token = f"{keys.PREFIX}{who.key_id:_<43}"
    record = keys.KeyRecord(
        id=who.key_id, sha256=keys.digest(token), scopes=tuple(sorted(who.scopes))
    )
    keys.write(data_dir / keys.FILE, [record])
    return Keyed(live.application(data_dir), token)


def post(url: str, body: object, **headers: str) -> wire.Answer:
    """Send a body, as JSON unless it is bytes."""
    line = HTTPConnection(urlsplit(url).netloc, timeout=live.PATIENCE)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        line.request("POST", PATH, sent, {"content-type": "application/json", **given})
        found = line.getresponse()
        fields = [(name.lower(), value) for name, value in found.getheaders()]
        return wire.Answer(found.status, fields, found.read())
    finally:
        line.close()


def report(offer: str = "acme/m1", **facts: Any) -> dict[str, Any]:
    """Return a report of a call that succeeded, unless *facts* say otherwise."""
    return {"offer": offer, "outcome": "ok", **facts}


def call(offer: str = "acme/m1", at: int = NOW, **facts: Any) -> Call:
    """Return a call that succeeded, unless *facts* say otherwise."""
    return Call(**{"offer": offer, "at": at, "outcome": "ok", **facts})


def batch(name: str, *calls: Call, digest: str = "") -> Batch:
    """Return a batch; it says what its name says, unless it has another digest."""
    return Batch(id=name, digest=digest or name, calls=calls)


def batches(calls: Iterable[Call]) -> list[Batch]:
    """Return a batch for each call."""
    return [batch(f"b{number}", one) for number, one in enumerate(calls)]
