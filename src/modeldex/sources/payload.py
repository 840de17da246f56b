"""From an answer's bytes to its rows, one at a time, every number exact.

Rows are decoded one by one and die young; a bad row costs that row. Numbers become ``Decimal``
or ``int`` from their own text.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from modeldex.errors import SourceError

Row = dict[str, Any]
ALL_VALUES = "*"
_RAW_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_RAW_TABLE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_VALUE = msgspec.json.Decoder(float_hook=Decimal)


def rows(body: bytes, path: str) -> Iterator[Any]:
    """Yield what stands in the list at the dotted *path*.

    ``""`` means that the answer is the list, ``"*"`` that its rows are the values of a table.

    Raises:
        SourceError: the answer is not JSON, or has no list there.
    """
    try:
        raw = _raw_values(body) if path == ALL_VALUES else _raw_rows(body, path)
    except msgspec.DecodeError:
        yield from _tolerant_rows(body, path)
        return
    for one in raw:
        try:
            yield _VALUE.decode(one)
        except (msgspec.DecodeError, RecursionError):
            yield None


def value(body: bytes, path: str) -> Any:
    """Return what stands at the dotted *path* of an answer, ``None`` where nothing does."""
    try:
        return at(_VALUE.decode(body), tuple(path.split(".")))
    except (msgspec.DecodeError, RecursionError):
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


def _raw_values(body: bytes) -> list[msgspec.Raw]:
    return list(_RAW_TABLE.decode(body).values())


def _tolerant_rows(body: bytes, path: str) -> Iterator[Any]:
    """Read what is JSON but for ``NaN`` and ``Infinity``, which Python servers send."""
    try:
        whole = json.loads(body, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise SourceError("decode", f"the answer is not JSON: {str(error)[:200]}") from error
    found = at(whole, tuple(path.split("."))) if path not in ("", ALL_VALUES) else whole
    if path == ALL_VALUES and isinstance(found, dict):
        found = list(found.values())
    if not isinstance(found, list):
        raise _no_list(path)
    yield from found


def _no_list(path: str) -> SourceError:
    where = f"under {path!r}" if path else "at its top"
    return SourceError("decode", f"the answer has no list {where}")
