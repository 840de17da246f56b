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
    """A request that is no question; its text says what to send."""

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
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON:
        raise Refused(415, "not_json", f"Send the body as content-type: {JSON}.")
    body = await _whole(request)
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise Refused(400, "bad_json", "The body is not JSON.") from error


def sent(body: bytes) -> Response:
    """Return an answer to what was sent, which nobody keeps."""
    answer = Response(body, media_type=JSON)
    answer.headers["cache-control"] = "no-store"
    return answer


async def _whole(request: Request) -> bytes:
    """Return the body, counted while it comes."""
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > MOST_BYTES:
            detail = f"The body is larger than {MOST_BYTES:,} bytes. Send less at once."
            raise Refused(413, "body_too_large", detail)
    return bytes(found)
