"""The id of a request: the client's own where it is harmless, else a new one."""

import re
import secrets
from collections.abc import Iterable

_HARMLESS = re.compile(rb"[A-Za-z0-9._-]{1,128}")


def request_id(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the id under which a request is answered and logged."""
    for name, value in headers:
        if name == b"x-request-id" and _HARMLESS.fullmatch(value):
            return value
    return secrets.token_hex(16).encode()
