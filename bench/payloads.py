"""Providers' answers to measure with: recorded ones, and copies of them for a larger catalog."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from modeldex.domain.listing import Kept, SourceRows
from modeldex.normalize.listings import DESCRIPTION_LENGTH, normalized
from modeldex.sources import harvest, payload, registry
from modeldex.sources.declaration import Declaration

RECORDINGS = Path(__file__).resolve().parents[2] / "shared" / "recordings"
TODAY = "2026-11-23"
_NAMES = ("id", "canonical_slug", "hugging_face_id")


class Payload(msgspec.Struct, frozen=True):
    """An answer of one page, and the declaration that reads it."""

    declaration: Declaration
    body: bytes


class _Recording(msgspec.Struct, frozen=True):
    provider: str
    date: str
    file: str


def recorded(root: Path) -> list[Payload]:
    """Return the newest recorded answer of each provider that is declared."""
    manifest = (root / "manifest.json").read_bytes()
    all_days = msgspec.json.decode(manifest, type=list[_Recording])
    newest = {one.provider: one for one in sorted(all_days, key=lambda one: one.date)}
    declared = registry.load().by_id
    return [
        Payload(declared[name], gzip.decompress((root / one.file).read_bytes()))
        for name, one in sorted(newest.items())
        if name in declared
    ]


def multiplied(found: Iterable[Payload], times: int) -> list[Payload]:
    """Return *found*, and *times* - 1 copies of each under other providers.

    Every second row of a copy has a new name, so it is another model; the others are further
    offers of the models that exist.
    """
    return [one if not copy else _copied(one, copy) for one in found for copy in range(times)]


def decoded(one: Payload) -> SourceRows:
    """Return the listings of an answer as they are held: decoded, normalized, dated."""
    source = one.declaration
    said = normalized(harvest.decode(source, (one.body,)).listings, DESCRIPTION_LENGTH)
    rows = tuple(Kept(listing=row, first_seen=TODAY, last_changed=TODAY) for row in said)
    return SourceRows(source=source.id, is_book=source.book, rows=rows)


def _copied(one: Payload, copy: int) -> Payload:
    source, whole = one.declaration, json.loads(one.body)
    rows = payload.at(whole, tuple(source.rows.split("."))) if source.rows else whole
    for row in rows[::2]:
        for name in _NAMES:
            if name in source.fields:
                _rename(row, source.fields[name].split("."), f"-copy{copy}")
    renamed = msgspec.structs.replace(
        source, id=f"{source.id}-{copy}", provider=f"{source.serves}-{copy}", aliases=[]
    )
    return Payload(renamed, _written_like(one.body, whole))


def _written_like(body: bytes, value: Any) -> bytes:
    """Return *value* as JSON, on many lines if *body* is: blanks take time to read, too."""
    if b"\n" in body[:4]:
        return json.dumps(value, ensure_ascii=False, indent=2).encode()
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _rename(row: Any, path: list[str], suffix: str) -> None:
    *outer, last = path
    table = payload.at(row, tuple(outer))
    if isinstance(table, dict) and isinstance(table.get(last), str):
        table[last] += suffix
