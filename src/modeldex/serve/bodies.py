"""JSON bodies of requests, bounded."""

from decimal import Decimal
from typing import Any

import msgspec
from starlette.requests import Request

JSON = "application/json"
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


class Refused(Exception):
    """A request that is not even read, or is no JSON; its text says what to send."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code = status, code


async def read(request: Request, most: int) -> bytes:
    """Return a body of *most* bytes at most, counted while it comes.

    Raises:
        Refused: there are query parameters, it is not called JSON, or it is too large.
    """
    if request.query_params:
        detail = f"{request.scope['path']} takes a JSON body, and no query parameters."
        raise Refused(400, "unknown_parameter", detail)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON:
        raise Refused(415, "not_json", f"Send the body as content-type: {JSON}.")
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > most:
            detail = f"The body is larger than {most:,} bytes. Send fewer items."
            raise Refused(413, "body_too_large", detail)
    return bytes(found)


def decoded(body: bytes) -> Any:
    """Return a body as JSON, its decimals exact.

    Raises:
        Refused: it is no JSON.
    """
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError, ArithmeticError) as error:
        raise Refused(400, "bad_json", "The body is not JSON.") from error
