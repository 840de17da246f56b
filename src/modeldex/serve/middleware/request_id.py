"""The id of a request: the client's own where it is harmless, else a new one."""

import re
import secrets
from collections.abc import Iterable

_HARMLESS = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_BYTES, _MANY = 16, 128  # of an id, and how many are made at a time: asking the system costs
_ready: list[bytes] = []


def request_id(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the id under which a request is answered and logged."""
    return own_id(headers) or new_id()


def own_id(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """Return the client's own id, ``None`` where it gave none that is harmless."""
    for name, value in headers:
        if name == b"x-request-id" and _HARMLESS.fullmatch(value):
            return value
    return None


def new_id() -> bytes:
    """Return a new id: 128 random bits in hex."""
    try:
        return _ready.pop()
    except IndexError:
        text, length = secrets.token_hex(_BYTES * _MANY).encode(), 2 * _BYTES
        first, *others = (text[at : at + length] for at in range(0, len(text), length))
        _ready.extend(others)
        return first
