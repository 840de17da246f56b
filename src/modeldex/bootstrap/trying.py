"""Tries a declaration on an answer: a file, or an address that is asked."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from modeldex import settings as settings_module
from modeldex.errors import RefreshError
from modeldex.normalize.listings import normalized
from modeldex.settings import Settings
from modeldex.sources.address import Addresses
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoded
from modeldex.sources.exchange import Validators
from modeldex.sources.fetcher import Fetcher
from modeldex.sources.harvest import Asker, decode


def attempt(declaration: Declaration, tried: str, settings: Settings) -> Decoded:
    """Return what *declaration* reads from *tried*, in our spelling.

    Raises:
        SourceError: it is not an answer that the declaration can read.
        RefreshError: there is no such file, and it is no address.
    """
    if Path(tried).is_file():
        found = decode(declaration, (Path(tried).read_bytes(),))
    elif tried.startswith(("http://", "https://")):
        found = asyncio.run(_asked(_at(declaration, tried), settings))
    else:
        raise RefreshError(f"There is no file {tried!r}, and it is no http address.")
    rows = normalized(found.listings, settings.description_length)
    return msgspec.structs.replace(found, listings=rows)


async def _asked(declaration: Declaration, settings: Settings) -> Decoded:
    addresses = Addresses(settings_module.variable, None)
    asker = Asker(addresses, settings.source_timeout, lambda: datetime.now(UTC))
    async with Fetcher(1, settings.source_max_bytes) as fetcher:
        harvest = await asker.ask(declaration, fetcher, Validators())
    return harvest.decoded or Decoded(listings=())


def _at(declaration: Declaration, url: str) -> Declaration:
    """Return the declaration at another address; its key goes to the declared host only."""
    same_host = urlsplit(url).netloc == urlsplit(declaration.url or "").netloc
    key = declaration.key if same_host else None
    return msgspec.structs.replace(declaration, url=url, key=key)
