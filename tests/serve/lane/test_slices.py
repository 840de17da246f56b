"""A document of 10 MB costs the loop no more at a time than a small one."""

from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modeldex.bootstrap.worker import LARGEST_SHELVED
from modeldex.snapshot.documents import PART
from support import catalogs, live, wire
from support.scale import scaled

ENCODINGS = ("identity", "br", "zstd", "gzip")


class Weighed:
    """An application whose pieces are weighed on their way out."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner
        self.sizes: list[int] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and weigh."""

        async def weigh(message: Message) -> None:
            if message["type"] == "http.response.body":
                self.sizes.append(len(message.get("body", b"")))
            await send(message)

        await self.inner(scope, receive, weigh)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_large_list_goes_out_in_slices(tmp_path: Path, encoding: str) -> None:
    """What goes out at once is a part of it, or small enough for the shelf; all of it arrives."""
    count = scaled(5000, 8000)
    catalogs.publish(tmp_path / "snapshots", catalogs.sized(count))
    app = Weighed(live.application(tmp_path))
    with live.served(app) as url:
        found = wire.ask(url, "/v1/models", accept_encoding=encoding)

    assert len(found.ids) == count
    assert len(found.plain) > 3 * 2**20
    assert max(app.sizes) <= max(PART, LARGEST_SHELVED)
    assert encoding != "identity" or len(app.sizes) > len(found.plain) // PART
