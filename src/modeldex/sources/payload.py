"""From an answer's bytes to its rows, one at a time, every number exact.

Rows are decoded one by one and die young; a bad row costs that row. Numbers become ``Decimal``
or ``int`` from their own text.
"""

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from modeldex.errors import SourceError

Row = dict[str, Any]
ALL_VALUES = "*"


def _number(text: str) -> Decimal | str:
    """Return a number; one whose exponent is beyond any decimal stays text, which is no price."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


_RAW_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_RAW_TABLE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_VALUE = msgspec.json.Decoder(float_hook=_number)
_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def rows(body: bytes, path: str) -> Iterator[Any]:
    """Yield what stands in the list at the dotted *path*.

    ``""`` means that the answer is the list, ``"*"`` that its rows are the values of a
    table; each then carries its name there as its own ``"*"``.

    Raises:
        SourceError: the answer is not JSON, or has no list there.
    """
    try:
        table = _RAW_TABLE.decode(body) if path == ALL_VALUES else None
        raw = _raw_rows(body, path) if table is None else []
    except _NOT_JSON:
        yield from _tolerant_rows(body, path)
        return
    if table is not None:
        yield from (_named(_decoded(one), name) for name, one in table.items())
    yield from map(_decoded, raw)


def _named(row: Any, name: str) -> Any:
    return {**row, ALL_VALUES: name} if isinstance(row, dict) else row


def _decoded(raw: msgspec.Raw) -> Any:
    try:
        return _VALUE.decode(raw)
    except _NOT_JSON:
        return None


def value(body: bytes, path: str) -> Any:
    """Return what stands at the dotted *path* of an answer, ``None`` where nothing does."""
    try:
        return at(_VALUE.decode(body), tuple(path.split(".")))
    except _NOT_JSON:
        return None


def at(row: Any, keys: tuple[str, ...]) -> Any:
    """Return what stands at *keys* inside *row*, ``None`` where the way ends."""
    for key in keys:
        if not isinstance(row, dict):
            return None
        row = row.get(key)
    return row


def _raw_rows(body: bytes, path: str) -> list[msgspec.Raw]:
    here: bytes | msgspec.Raw = body
    for key in path.split(".") if path else ():
        table = _RAW_TABLE.decode(here)
        if key not in table:
            raise _no_list(path)
        here = table[key]
    return _RAW_LIST.decode(here)


def _tolerant_rows(body: bytes, path: str) -> Iterator[Any]:
    """Read what is JSON but for ``NaN``, ``Infinity`` and halves of surrogate pairs."""
    try:
        whole = json.loads(body, parse_float=_number, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise SourceError("decode", f"the answer is not JSON: {str(error)[:200]}") from error
    found = at(whole, tuple(path.split("."))) if path not in ("", ALL_VALUES) else whole
    if path == ALL_VALUES:
        table = found.items() if isinstance(found, dict) else None
        found = None if table is None else [_named(row, name) for name, row in table]
    if not isinstance(found, list):
        raise _no_list(path)
    yield from map(_writable, found)


def _writable(value: Any) -> Any:
    """Return *value* without halves of surrogate pairs, which cut texts hold and UTF-8 has not."""
    if isinstance(value, str):
        return value.encode(errors="ignore").decode()
    if isinstance(value, list):
        return [_writable(one) for one in value]
    if isinstance(value, dict):
        return {_writable(key): _writable(one) for key, one in value.items()}
    return value


def _no_list(path: str) -> SourceError:
    where = "at its top" if path in ("", ALL_VALUES) else f"under {path!r}"
    what = "table" if path == ALL_VALUES else "list"
    return SourceError("decode", f"the answer has no {what} {where}")
