"""Reads what is sent as JSON: bounded in bytes, its decimals exact."""

from decimal import Decimal
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from modeldex.serve import problems

MOST_BYTES = 1 << 20
JSON = "application/json"
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


class Refused(Exception):
    """A request that is not even read, or is no JSON; its text says what to send."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code = status, code

    @property
    def answer(self) -> Response:
        """The problem that says so."""
        return problems.problem(self.status, self.code, str(self))


async def read(request: Request) -> Any:
    """Return the body as JSON.

    Raises:
        Refused: it is not said to be JSON, is too large, or is none.
    """
    return decoded(await whole(request))


async def whole(request: Request, most: int = MOST_BYTES) -> bytes:
    """Return a body of *most* bytes at most, counted while it comes.

    Raises:
        Refused: it is not said to be JSON, or is too large.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON:
        raise Refused(415, "not_json", f"Send the body as content-type: {JSON}.")
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > most:
            detail = f"The body is larger than {most:,} bytes. Send less at once."
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


def alone(request: Request) -> None:
    """Refuse query parameters beside a body.

    Raises:
        Refused: there are some.
    """
    if request.query_params:
        detail = f"{request.scope['path']} takes a JSON body, and no query parameters."
        raise Refused(400, "unknown_parameter", detail)


def sent(body: bytes) -> Response:
    """Return an answer to what was sent, which nobody keeps."""
    answer = Response(body, media_type=JSON)
    answer.headers["cache-control"] = "no-store"
    return answer
