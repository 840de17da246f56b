"""What usages cost: one question, or many in one request. Answered from the snapshot alone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from modeldex.domain.rate import Meter
from modeldex.errors import NoSnapshot, QuestionError
from modeldex.query import bills, used
from modeldex.query.offers import SnapshotRows
from modeldex.serve import bodies, openapi, problems
from modeldex.serve.answers import Answers
from modeldex.serve.bodies import JSON, Refused
from modeldex.snapshot.reader import Snapshot

MOST_ITEMS = 500
_ITEMS = "items"
_SLICE = 25  # items that are answered in one go; others have their turn between


class Costs:
    """The handler, with what it answers from."""

    def __init__(self, answers: Answers, now: Callable[[], datetime]) -> None:
        self.answers, self.now = answers, now

    async def cost(self, request: Request) -> Response:
        """What a usage costs: line items, total, and what is missing where a price is unknown.

        With `items`, each is a question of its own and answered or refused alone.
        """
        try:
            return await self._answered(await _question(request))
        except Refused as error:
            return error.answer
        except bills.NotThere as error:
            return problems.problem(404, "not_found", str(error), parameter=error.parameter)
        except QuestionError as error:
            return problems.bad_question(error)
        except NoSnapshot:
            return problems.not_ready()

    async def _answered(self, raw: Any) -> Response:
        if isinstance(raw, dict) and _ITEMS in raw:
            return _sent(await self._batch(raw))
        asked = used.question(raw, self.now())
        return _sent(
            await self.answers.looked_up(lambda held: bills.answer(SnapshotRows(held), asked))
        )

    async def _batch(self, raw: dict[str, Any]) -> dict[str, Any]:
        items, others = raw[_ITEMS], sorted(str(key) for key in raw.keys() - {_ITEMS})
        if others:
            raise QuestionError(others[0], f"Beside items there is no {others[0]!r:.80}.")
        if not isinstance(items, list) or not 1 <= len(items) <= MOST_ITEMS:
            raise QuestionError(_ITEMS, f"items must be a list of 1 to {MOST_ITEMS} questions.")
        now, data, rows = self.now(), list[dict[str, Any]](), list[SnapshotRows]()

        def some(held: Snapshot) -> None:
            if not rows:  # all items are answered from one snapshot
                rows.append(SnapshotRows(held))
            part = items[len(data) : len(data) + _SLICE]
            data.extend(bills.answers(rows[0], part, now, start=len(data)))

        while len(data) < len(items):
            await self.answers.looked_up(some)
        return {"object": "list", "snapshot": rows[0].snapshot, "data": data}


def router(answers: Answers, now: Callable[[], datetime]) -> APIRouter:
    """Return the route."""
    routes = APIRouter()
    routes.add_api_route(
        "/v1/cost",
        Costs(answers, now).cost,
        methods=["POST"],
        response_class=Response,
        openapi_extra={**_ANSWERS, "requestBody": _BODY},
    )
    return routes


async def _question(request: Request) -> Any:
    bodies.alone(request)
    return await bodies.read(request)


def _sent(value: Any) -> Response:
    return bodies.sent(msgspec.json.encode(value))


_TEXT = {"type": "string"}
_USAGE = {
    "type": "object",
    "description": "A usage object of OpenAI, Anthropic or Google, or a whole answer with one; or "
    f"counts by meter: {', '.join(meter.value for meter in Meter)}.",
}
_QUESTION = {
    "type": "object",
    "required": ["usage"],
    "additionalProperties": False,
    "properties": {
        "model": {**_TEXT, "description": "Id or alias of a model, or of an offer."},
        "offer": {**_TEXT, "description": "Id of an offer; instead of `model`."},
        "provider": {**_TEXT, "description": "Of a model's offers, those of this provider."},
        "usage": _USAGE,
        "at": {**_TEXT, "description": "When: a date, or a time with a zone; now by default."},
        "known_at": {**_TEXT, "description": "At the prices that were believed then; see `at`."},
        "service_tier": {**_TEXT, "description": "batch, flex, priority …"},
        "region": {**_TEXT, "description": "The provider's own name of a region."},
        "options": {
            "type": "object",
            "additionalProperties": _TEXT,
            "description": "Settings of the request that its price depends on.",
        },
        "unpriced_parts": {
            "type": "string",
            "enum": list(used.PARTS),
            "default": "missing",
            "description": "What becomes of cached, audio … tokens without a rate of their own.",
        },
    },
}
_BATCH = {
    "type": "object",
    "required": [_ITEMS],
    "additionalProperties": False,
    "properties": {
        _ITEMS: {"type": "array", "minItems": 1, "maxItems": MOST_ITEMS, "items": _QUESTION}
    },
}
_BODY = {"required": True, "content": {JSON: {"schema": {"oneOf": [_QUESTION, _BATCH]}}}}
_ANSWERS = openapi.answers("AnyCost", errors=(400, 404, 413, 415, 503))
