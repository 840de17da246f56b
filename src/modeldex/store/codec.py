"""Listings and payloads as compact bytes."""

from typing import TypeVar

import msgspec
import zstandard

from modeldex.domain.listing import Kept, Listing
from modeldex.errors import StoreError

_ROWS = msgspec.msgpack.Decoder(tuple[Kept, ...])
_LISTINGS = msgspec.msgpack.Decoder(tuple[Listing, ...])
_PAGES = msgspec.msgpack.Decoder(tuple[bytes, ...])
_LEVEL = 3
UNREADABLE = (
    "The store holds what cannot be read. Restore a backup, or move it away: a refresh fills a "
    "new one, without what was remembered over time."
)
_T = TypeVar("_T")


def pack(value: tuple[Kept, ...] | tuple[Listing, ...] | tuple[bytes, ...]) -> bytes:
    """Return *value* as compressed msgpack; decimals stay exact, as text."""
    return zstandard.ZstdCompressor(level=_LEVEL).compress(msgspec.msgpack.encode(value))


def rows(packed: bytes) -> tuple[Kept, ...]:
    """Return kept listings.

    Raises:
        StoreError: the bytes are not what :func:`pack` made.
    """
    return _unpacked(packed, _ROWS)


def listings(packed: bytes) -> tuple[Listing, ...]:
    """Return listings.

    Raises:
        StoreError: the bytes are not what :func:`pack` made.
    """
    return _unpacked(packed, _LISTINGS)


def pages(packed: bytes) -> tuple[bytes, ...]:
    """Return the pages of a payload.

    Raises:
        StoreError: the bytes are not what :func:`pack` made.
    """
    return _unpacked(packed, _PAGES)


def _unpacked(packed: bytes, decoder: msgspec.msgpack.Decoder[_T]) -> _T:
    try:
        return decoder.decode(zstandard.ZstdDecompressor().decompress(packed))
    except (zstandard.ZstdError, msgspec.DecodeError) as error:
        raise StoreError(UNREADABLE) from error
