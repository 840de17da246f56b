"""A plain HTTP client: what it asks is sent as it is written, what it gets is not decoded."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit

import brotli
import zstandard

from support import live

_PASSING = {"date", "x-request-id", "transfer-encoding"}


@dataclass(frozen=True)
class Answer:
    """What a server answered; header names in lower case, in the order in which they came."""

    status: int
    fields: list[tuple[str, str]]
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """The headers by name."""
        return dict(self.fields)

    @property
    def lasting(self) -> list[tuple[str, str]]:
        """The headers but for those of one transfer."""
        return [(name, value) for name, value in self.fields if name not in _PASSING]

    @property
    def plain(self) -> bytes:
        """The body without its content encoding."""
        return decoded(self.body, self.headers.get("content-encoding", "identity"))

    @property
    def json(self) -> dict[str, Any]:
        """The body as JSON."""
        found: dict[str, Any] = json.loads(self.plain)
        return found

    @property
    def ids(self) -> list[str]:
        """The ids of the rows."""
        return [row["id"] for row in self.json["data"]]


class Line:
    """One connection that is kept open."""

    def __init__(self, url: str) -> None:
        self.connection = HTTPConnection(urlsplit(url).netloc, timeout=live.PATIENCE)

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Ask for *path*; ``if_none_match="…"`` is the header ``if-none-match``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, headers=named)
        found = self.connection.getresponse()
        fields = [(name.lower(), value) for name, value in found.getheaders()]
        return Answer(found.status, fields, found.read())


@contextmanager
def connected(url: str) -> Iterator[Line]:
    """Give a connection to the server at *url*."""
    line = Line(url)
    try:
        yield line
    finally:
        line.connection.close()


def ask(url: str, path: str, method: str = "GET", **headers: str) -> Answer:
    """Ask for *path* on a connection of its own."""
    with connected(url) as line:
        return line.ask(path, method, **headers)


def decoded(body: bytes, encoding: str) -> bytes:
    """Return *body* without its content encoding."""
    if encoding == "br":
        plain: bytes = brotli.decompress(body)
        return plain
    if encoding == "zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(body)
    return gzip.decompress(body) if encoding == "gzip" else body


def quoted(text: str) -> str:
    """Return *text* as it stands in a query."""
    return quote(text, safe="")
