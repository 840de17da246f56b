"""Whole documents, finished and compressed before they are asked for."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor

import brotli
import msgspec
import zstandard
from isal import igzip, isal_zlib

from modeldex.dialects import native
from modeldex.dialects.finished import JSON, Finished
from modeldex.domain.model import Catalog
from modeldex.snapshot.fragments import Fragments

PART = 256 * 1024
IDENTITY = "identity"
ENCODINGS = ("br", "zstd", "gzip")  # in the order in which we prefer them
_GZIP_LEVEL, _ZSTD_LEVEL, _BROTLI_QUALITY = 2, 3, 5
_GZIP_FRAME = 31  # zlib's number for a gzip header and the largest window


class Document(msgspec.Struct, frozen=True):
    """One document in one encoding. Its etag is that of the identity bytes plus the encoding."""

    name: str
    encoding: str
    etag: str
    body: bytes
    media_type: str = JSON


def compress(body: bytes, encoding: str) -> bytes:
    """Return *body* in one of ENCODINGS, the same bytes for the same body."""
    if encoding == "br":
        packed: bytes = brotli.compress(body, quality=_BROTLI_QUALITY)
        return packed
    if encoding == "zstd":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
    return igzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0)


def compressed(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield *pieces* in an encoding, each as soon as it is packed; identity as they come."""
    if encoding == IDENTITY:
        yield from pieces
        return
    pack, finish = _packer(encoding)
    for piece in pieces:
        if packed := pack(piece):
            yield packed
    yield finish()


def _packer(encoding: str) -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
    if encoding == "br":
        brotli_ = brotli.Compressor(quality=_BROTLI_QUALITY)
        return brotli_.process, brotli_.finish
    if encoding == "zstd":
        zstd = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()
        return zstd.compress, zstd.flush
    gzip = isal_zlib.compressobj(level=_GZIP_LEVEL, wbits=_GZIP_FRAME)
    return gzip.compress, gzip.flush


def tagged(root: str, encoding: str) -> str:
    """Return the entity tag of an encoding of a body whose identity has the hash *root*."""
    return f'"{root}"' if encoding == IDENTITY else f'"{root}-{encoding}"'


def finished(
    catalog: Catalog, fragments: Fragments, snapshot: str, timestamp: str, pool: Executor
) -> Iterator[Document]:
    """Yield the unfiltered lists, then the documents of other dialects, in every encoding."""
    for one in _whole_lists(catalog, fragments, snapshot, timestamp):
        yield from _in_every_encoding(one, pool)
    for one in fragments.documents:
        yield from _in_every_encoding(one, pool)


def _in_every_encoding(one: Finished, pool: Executor) -> Iterator[Document]:
    packed = {encoding: pool.submit(compress, one.body, encoding) for encoding in ENCODINGS}
    root = hashlib.blake2b(one.body, digest_size=16).hexdigest()
    yield Document(one.name, IDENTITY, tagged(root, IDENTITY), one.body, one.media_type)
    for encoding, future in packed.items():
        tag = tagged(root, encoding)
        yield Document(one.name, encoding, tag, future.result(), one.media_type)


def _whole_lists(
    catalog: Catalog, fragments: Fragments, snapshot: str, timestamp: str
) -> Iterator[Finished]:
    """Yield the unfiltered lists, flat and unique."""
    for name, unique in (("list", False), ("unique", True)):
        rows = _unique_rows(catalog, fragments) if unique else _flat_rows(catalog, fragments)
        tail = native.Envelope(
            total=len(rows),
            returned=len(rows),
            offset=0,
            limit=None,
            gateway="all",
            unique=unique,
            snapshot=snapshot,
            timestamp=timestamp,
        )
        body = native.OPENING + b",".join(rows) + native.closing(tail)
        yield Finished(name, body)


def _flat_rows(catalog: Catalog, fragments: Fragments) -> list[bytes]:
    return [
        body
        for offer, body in zip(catalog.offers, fragments.offers, strict=True)
        if offer.is_active
    ]


def _unique_rows(catalog: Catalog, fragments: Fragments) -> list[bytes]:
    entries: Mapping[str, bytes] = {
        offer.id: body for offer, body in zip(catalog.offers, fragments.entries, strict=True)
    }
    rows = []
    for model, head in zip(catalog.models, fragments.heads, strict=True):
        shown = [entries[offer.id] for offer in model.offers if offer.is_active]
        if shown:
            rows.append(native.unique_row(head, shown))
    return rows
