"""The gateways that ``gateway=`` accepts, how each is doing, and a logo for each."""

import asyncio
import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from modeldex.domain.provider import Provider
from modeldex.errors import NoSnapshot
from modeldex.serve import monogram, openapi, problems
from modeldex.serve.answers import Answers
from modeldex.serve.representation import (
    VARY,
    Negotiator,
    Representation,
    conditions,
    http_date,
)
from modeldex.serve.routes import reading
from modeldex.serve.routes.catalog import CatalogResponse
from modeldex.serve.statuses import StatusFile
from modeldex.snapshot.documents import IDENTITY, compress, tagged
from modeldex.snapshot.reader import Snapshot
from modeldex.snapshot.status import SourceStatus, Status

_SVG = "image/svg+xml"
_SLUG = {
    "name": "slug",
    "in": "path",
    "required": True,
    "description": "Slug or alias of a gateway.",
    "schema": {"type": "string"},
}


class Gateways:
    """The handlers, with what they answer from."""

    def __init__(self, answers: Answers, statuses: StatusFile) -> None:
        self.answers, self.statuses = answers, statuses
        self.negotiator = Negotiator()

    async def gateways(self, request: Request) -> Response:
        """Every gateway with its names, links and number of offers."""
        try:
            snapshot = self.answers.current.snapshot
        except NoSnapshot:
            return problems.not_ready()
        counts = await self.answers.counts()
        status = self.statuses.read()
        data = [
            {**_described(one), "model_count": counts.get(one.slug, 0), **_state(one, status)}
            for one in snapshot.providers
        ]
        return await self._listed(request, data, snapshot)

    async def status(self, request: Request) -> Response:
        """How each gateway's sources are doing; changes with every refresh."""
        try:
            snapshot = self.answers.current.snapshot
        except NoSnapshot:
            return problems.not_ready()
        counts = await self.answers.counts()
        status = self.statuses.read()
        data = [
            {
                "id": one.slug,
                "name": one.name,
                "model_count": counts.get(one.slug, 0),
                **_state(one, status),
                "sources": [_source(source) for source in _sources(one, status)],
            }
            for one in snapshot.providers
        ]
        at = status.at if status else None
        return await self._listed(request, data, snapshot, at=at, summary=_summary(data))

    async def logo(self, request: Request) -> Response:
        """A monogram of a gateway, drawn here."""
        slug = request.path_params["slug"]
        try:
            snapshot = self.answers.current.snapshot
        except NoSnapshot:
            return problems.not_ready()
        number = snapshot.gateways.get(slug)
        if number is None:
            detail = f"There is no gateway {slug[:80]!r}."
            return problems.problem(404, "gateway_not_found", detail)
        picture = Response(monogram.svg(snapshot.providers[number]), media_type=_SVG)
        picture.headers["cache-control"] = "public, max-age=86400"
        picture.headers["vary"] = VARY.decode()
        picture.headers["content-security-policy"] = "default-src 'none'"
        return picture

    async def _listed(
        self, request: Request, data: list[dict[str, Any]], snapshot: Snapshot, **more: Any
    ) -> Response:
        """Answer with a list that changes with every refresh: to be asked for again each time."""
        value = {"object": "list", "data": data, "total": len(data), "snapshot": snapshot.id}
        body = msgspec.json.encode({**value, **more})
        asked = conditions(request.scope["headers"])
        is_small = len(body) < self.answers.compress_from
        encoding = IDENTITY if is_small else self.negotiator.choose(asked.accept_encoding)
        packed = body
        if encoding != IDENTITY:
            loop = asyncio.get_running_loop()
            packed = await loop.run_in_executor(self.answers.pool, compress, body, encoding)
        found = Representation(
            etag=tagged(hashlib.blake2b(body, digest_size=16).hexdigest(), encoding).encode(),
            encoding=encoding,
            last_modified=http_date(snapshot.timestamp),
            size=len(packed),
            body=packed,
            cache_control=b"no-cache",
        )
        return CatalogResponse(found, asked)


def router(answers: Answers, statuses: StatusFile) -> APIRouter:
    """Return the gateways' routes."""
    routes, handlers = APIRouter(), Gateways(answers, statuses)
    listed = openapi.reads("GatewayList", errors=(503,))
    doing = openapi.reads("GatewayStatus", errors=(503,))
    drawn = openapi.answers(None, [_SLUG], errors=(404, 503), media=_SVG)
    reading.add(routes, "/v1/gateways", handlers.gateways, openapi_extra=listed)
    reading.add(routes, "/v1/gateways/status", handlers.status, openapi_extra=doing)
    reading.add(routes, "/logos/{slug}.svg", handlers.logo, openapi_extra=drawn)
    return routes


def logo_url(one: Provider) -> str:
    """Return a provider's own logo, else the address of the monogram drawn here."""
    return one.logo or f"/logos/{one.slug}.svg"


def _described(one: Provider) -> dict[str, Any]:
    return {
        "id": one.slug,
        "name": one.name,
        "color": monogram.color(one.slug),
        "site_url": one.site,
        "logo_url": logo_url(one),
        "aliases": list(one.aliases),
        "book_only": one.book_only,
    }


def _state(one: Provider, status: Status | None) -> dict[str, Any]:
    """Return the best state among a gateway's sources, and the reason of that one."""
    sources = sorted(_sources(one, status), key=_badness)
    if not sources:
        only = "Only published catalogs speak of it." if one.book_only else None
        state = "book only" if one.book_only else "never asked"
        return {"state": state, "reason": only, "in_error_state": False, "error_message": None}
    best = sources[0]
    bad = best.state in ("failing", "held", "rejected")
    return {
        "state": best.state,
        "reason": best.reason,
        "in_error_state": bad,
        "error_message": best.reason if bad else None,
    }


def _badness(one: SourceStatus) -> int:
    order = ("ok", "held", "rejected", "failing", "never asked")
    return order.index(one.state) if one.state in order else len(order)


def _sources(one: Provider, status: Status | None) -> list[SourceStatus]:
    if status is None:
        return []
    return [source for source in status.sources if source.provider == one.slug and not source.book]


def _source(one: SourceStatus) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state,
        "reason": one.reason,
        "rows": one.rows,
        "priced": one.priced,
        "missing": one.missing,
        "suspicious": one.suspicious,
        "asked_at": one.asked_at,
        "answered_at": one.answered_at,
        "next_at": one.next_at,
        "failure_kind": one.failure_kind,
        "breaker": one.breaker,
        "held": None
        if one.held is None
        else {name: getattr(one.held, name) for name in one.held.__struct_fields__},
    }


def _summary(data: Iterable[dict[str, Any]]) -> dict[str, int]:
    rows = list(data)
    return {
        "total_gateways": len(rows),
        "total_models": sum(row["model_count"] for row in rows),
        "gateways_with_errors": sum(row["in_error_state"] for row in rows),
        "gateways_with_zero_models": sum(not row["model_count"] for row in rows),
    }
