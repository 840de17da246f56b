"""``POST /v1/observations``: what those who call offers report of their calls."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from modeldex.access.principal import OBSERVE, Principal
from modeldex.domain.calls import CONFLICTING, OUTCOMES, REPEATED, Batch
from modeldex.errors import NoSnapshot, StoreError
from modeldex.query import reported
from modeldex.serve import bodies, openapi, problems
from modeldex.serve.answers import Answers
from modeldex.serve.bodies import Refused
from modeldex.serve.principals import principal_of

MOST_CALLS, MOST_BYTES = 1000, 1 << 20
_LONGEST_ID = 200
_ITEMS, _ID = "observations", "batch_id"
_HEADER = "idempotency-key"


class Recorder(Protocol):
    """Where calls go; the composition root gives it."""

    async def record(self, batch: Batch) -> str:
        """Return what became of a batch, once that is durable.

        Raises:
            StoreError: it could not be recorded; it may be sent again.
        """

    async def close(self) -> None:
        """Record what waits, and let go of everything."""


class _Nowhere:
    """Refuses all calls: for a worker that was given no store."""

    async def record(self, batch: Batch) -> str:
        """Refuse a batch."""
        raise StoreError(f"There is nowhere to record {len(batch.calls)} calls.")

    async def close(self) -> None:
        """Nothing to let go of."""


NOWHERE = _Nowhere()


class Sent(msgspec.Struct, frozen=True):
    """A request, read: its items, and the id that its sender gave to the batch."""

    items: list[Any]
    id: str | None


class Observations:
    """The handler, with what it judges by and where calls go."""

    def __init__(self, answers: Answers, recorder: Recorder, now: Callable[[], datetime]) -> None:
        self.answers, self.recorder, self.now = answers, recorder, now

    async def observe(self, request: Request) -> Response:
        """Count calls of offers: each item is judged alone, and a batch is counted once.

        It is answered when the calls are durable. They show in rows and lists within minutes.
        """
        asker = principal_of(request.scope)
        if not asker.may(OBSERVE):
            return _forbidden(asker)
        try:
            bodies.alone(request)
            body = await bodies.whole(request, MOST_BYTES)
            sent = _sent(bodies.decoded(body), request.headers.get(_HEADER))
            return await self._counted(sent, asker, body)
        except Refused as error:
            return problems.problem(error.status, error.code, str(error))
        except NoSnapshot:
            return problems.not_ready()
        except StoreError:
            detail = "The calls could not be recorded now. Send the batch again, as it is."
            headers = {"retry-after": "2"}
            return problems.problem(503, "not_recorded", detail, headers=headers)

    async def _counted(self, sent: Sent, asker: Principal, body: bytes) -> Response:
        now = self.now().timestamp()
        judged = await self.answers.looked_up(lambda held: reported.judged(held, sent.items, now))
        batch = Batch(
            id=_batch_id(sent.id, asker),
            digest=hashlib.sha256(body).hexdigest()[:32],
            calls=judged.calls,
        )
        became = await self.recorder.record(batch) if judged.calls else ""
        if became == CONFLICTING:
            detail = (
                f"Another batch was sent as {sent.id!r} before, and it was counted. "
                "Give each batch an id of its own; the same one is for sending it again."
            )
            return problems.problem(409, "batch_conflict", detail, parameter=_ID)
        return _answer(judged, repeated=became == REPEATED)


def router(answers: Answers, recorder: Recorder, now: Callable[[], datetime]) -> APIRouter:
    """Return the route."""
    routes = APIRouter()
    routes.add_api_route(
        "/v1/observations",
        Observations(answers, recorder, now).observe,
        methods=["POST"],
        response_class=Response,
        openapi_extra={**_SAID, "requestBody": _BODY},
    )
    return routes


def _forbidden(asker: Principal) -> Response:
    if asker.key_id is None:
        detail = "Reporting calls needs an API key that may `observe`."
        headers = {"www-authenticate": "Bearer"}
        return problems.problem(401, "key_needed", detail, headers=headers)
    return problems.problem(403, "scope_needed", "This API key may not `observe`.")


def _sent(raw: Any, header: str | None) -> Sent:
    """Return what was sent: a list of items, or an object with them and an id.

    Raises:
        Refused: it is neither.
    """
    given = raw if isinstance(raw, dict) else {_ITEMS: raw}
    others = sorted(given.keys() - {_ITEMS, _ID})
    if others:
        detail = f"Unknown key {others[0]!r:.80}. Allowed: {_ITEMS}, {_ID}."
        raise Refused(400, "bad_value", detail)
    items = given.get(_ITEMS)
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_CALLS:
        detail = f"{_ITEMS} must be a list of 1 to {MOST_CALLS:,} reports."
        raise Refused(400, "bad_value", detail)
    return Sent(items, _named(given.get(_ID), header))


def _named(given: object, header: str | None) -> str | None:
    name = header if given is None else given
    if name is None:
        return None
    if not isinstance(name, str) or not 1 <= len(name) <= _LONGEST_ID:
        detail = f"{_ID} must be text of 1 to {_LONGEST_ID} characters."
        raise Refused(400, "bad_value", detail)
    if header is not None and header != name:
        detail = f"{_ID} and the header {_HEADER} name the batch differently."
        raise Refused(400, "bad_value", detail)
    return name


def _batch_id(name: str | None, asker: Principal) -> str:
    """Return an id that no other caller's batch has; one without a name is never the same."""
    if name is None:
        return secrets.token_hex(16)
    return hashlib.sha256(f"{asker.key_id}\n{name}".encode()).hexdigest()[:32]


def _answer(judged: reported.Judged, *, repeated: bool) -> Response:
    value = {
        "accepted": len(judged.calls),
        "rejected": len(judged.refused),
        "repeated": repeated,
        "errors": judged.refused,
    }
    answer = Response(msgspec.json.encode(value), media_type=bodies.JSON)
    answer.headers["cache-control"] = "no-store"
    return answer


_COUNT = {"type": "integer", "minimum": 0, "maximum": reported.MOST_TOKENS}
_MILLISECONDS = {"type": "number", "minimum": 0, "maximum": reported.MOST_MS}
_CALL = {
    "type": "object",
    "required": ["offer", "outcome"],
    "additionalProperties": False,
    "properties": {
        "offer": {"type": "string", "description": "Id of an offer, or an alias of it."},
        "at": {
            "oneOf": [{"type": "string", "format": "date-time"}, {"type": "number"}],
            "description": "When, with a zone, or in unix seconds; now by default.",
        },
        "outcome": {
            "type": "string",
            "enum": list(OUTCOMES),
            "description": "`error` and `timeout` count against uptime, `ok` counts for it, the "
            "others do not count.",
        },
        "latency_ms": {**_MILLISECONDS, "description": "From the request to the answer's end."},
        "first_token_ms": {**_MILLISECONDS, "description": "To the answer's first piece."},
        "input_tokens": _COUNT,
        "output_tokens": _COUNT,
        "cost": {"type": "string", "description": "USD, a decimal such as `0.00125`."},
    },
}
_BATCH = {
    "type": "object",
    "required": [_ITEMS],
    "additionalProperties": False,
    "properties": {
        _ITEMS: {"type": "array", "minItems": 1, "maxItems": MOST_CALLS, "items": _CALL},
        _ID: {
            "type": "string",
            "minLength": 1,
            "maxLength": _LONGEST_ID,
            "description": "The same for a batch that is sent again within a day.",
        },
    },
}
_BODY = {"required": True, "content": {bodies.JSON: {"schema": _BATCH}}}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": f"Another way to give `{_ID}`.",
    "schema": {"type": "string", "maxLength": _LONGEST_ID},
}
_SAID = openapi.keyed(openapi.answers("Observed", [_KEY], errors=(400, 409, 413, 415, 503)))
