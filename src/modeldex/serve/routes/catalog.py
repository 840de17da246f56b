"""The list of offers or models, and one of them, now or at another moment."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from urllib.parse import quote

from fastapi import APIRouter
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from modeldex.domain.ids import slug
from modeldex.errors import ExpiredSnapshot, NoSnapshot, QuestionError
from modeldex.query import (
    answer,
    explanation,
    fields,
    history,
    names,
    nearest,
    parameters,
    shaped,
    shapes,
    then,
)
from modeldex.query.question import OneQuestion, Question
from modeldex.query.shapes import ShapedOne
from modeldex.serve import openapi, problems
from modeldex.serve.answers import Answers
from modeldex.serve.envelopes import is_versioned
from modeldex.serve.finishing import Made, lossy
from modeldex.serve.front import shelf_key
from modeldex.serve.representation import (
    Conditions,
    Negotiator,
    Representation,
    conditions,
    send_answer,
)
from modeldex.serve.routes import reading
from modeldex.serve.routing import moved, raw_path, unslashed
from modeldex.snapshot.reader import Snapshot

Absent = Callable[[], Awaitable[Response] | Response]
_EPOCH = date(1970, 1, 1)
Ask = Callable[[str], Awaitable[Representation | None]]
About = Callable[[str, str], Awaitable[Representation | None]]
_WHERE = "Ids are those of /v1/models."
ERRORS_OF_ONE = (400, 404, 503)
NAME = {
    "name": "model_id",
    "in": "path",
    "required": True,
    "description": "Id of an offer or a model, or an alias; slashes as they are or as `%2F`.",
    "schema": {"type": "string"},
}


class _Anything(PathConvertor):
    """A path to the very end; nothing keeps a provider from line breaks in its ids."""

    regex = "(?s:.*)"


register_url_convertor("anything", _Anything())


class CatalogResponse(Response):
    """A representation, with the conditions under which it is asked for."""

    def __init__(self, found: Representation, asked: Conditions) -> None:
        super().__init__()
        self.found, self.asked = found, asked

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send_answer(receive, send, self.found, self.asked, scope["method"])


class Catalog:
    """The handlers, with what they answer from."""

    def __init__(
        self, answers: Answers, negotiator: Negotiator, now: Callable[[], datetime]
    ) -> None:
        self.answers, self.negotiator, self.now = answers, negotiator, now

    async def models(self, request: Request) -> Response:
        """Every offer, or with `unique=true` every model with its offers.

        Without `limit` the answer is everything that matches.
        """
        given = request.query_params.multi_items()
        return await self.answered(request, lambda encoding: self._list(request, given, encoding))

    async def priced(self, request: Request) -> Response:
        """OpenAI's list with prices and limits on each row; see `priced` of `/v1/models`."""
        given = [("shape", shapes.OPENAI), ("priced", "true")]
        given += request.query_params.multi_items()
        return await self.answered(request, lambda encoding: self._list(request, given, encoding))

    def question(self, given: Sequence[tuple[str, str]]) -> Question:
        """Return the question that query parameters ask, in the words of the snapshot they mean.

        Raises:
            QuestionError: it cannot be answered as asked.
            NoSnapshot: there is nothing to answer from.
            ExpiredSnapshot: the snapshot that it means is not kept any more.
        """
        held = self.answers.current.held(parameters.pin(given))
        day = self.now().astimezone(UTC).date() - _EPOCH
        return parameters.question(given, names.of(held), day.days)

    async def model(self, request: Request) -> Response:
        """One offer by its id, or a model by its id or an alias."""
        return await self.one(request, request.path_params["model_id"])

    async def one(self, request: Request, name: str) -> Response:
        """Answer with what *name* means."""
        return await self.answered(
            request,
            lambda encoding: self._row(request, name, encoding),
            lambda: self._absent(request, name),
        )

    async def about(self, request: Request, ending: str, ask: About) -> Response:
        """Answer what *ask* tells of the name before *ending*, which is the path's last part.

        A name that itself ends so is meant where that slash is written as `%2F`, or where nothing
        has the name before it.
        """
        name, whole = request.path_params["model_id"], request.path_params["model_id"] + ending
        if not raw_path(request.scope).endswith(ending.encode()):
            return await self.one(request, whole)

        async def found(encoding: str) -> Representation | None:
            return await ask(name, encoding) if await self.means(name) else None

        async def absent() -> Response:
            if await self.means(whole):
                return await self.one(request, whole)
            return await self.unknown(name)

        return await self.answered(request, found, absent)

    async def unknown(self, name: str, parameter: str = "model_id") -> Response:
        """Answer that *name* means nothing, and what may have been meant."""
        near = await self.answers.looked_up(lambda held: nearest.nearest(held, name))
        meant = f" Did you mean {near[0]!r}?" if near else ""
        detail = f"No offer, model or alias is called {name[:200]!r}.{meant} {_WHERE}"
        return problems.problem(
            404, "model_not_found", detail, parameter=parameter, suggestions=near
        )

    async def means(self, name: str) -> bool:
        """Return whether *name* means anything."""
        return await self.answers.looked_up(lambda held: answer.named(held, name)) is not None

    async def answered(
        self,
        request: Request,
        ask: Ask,
        absent: Absent | None = None,
    ) -> Response:
        """Answer with what *ask* finds in an encoding; where it finds nothing, with *absent*."""
        asked = conditions(request.scope["headers"])
        try:
            found = await ask(self.negotiator.choose(asked.accept_encoding))
            if found is None:
                return await _answer_to_nothing(request, absent)
        except QuestionError as error:
            return problems.bad_question(error)
        except NoSnapshot:
            return problems.not_ready()
        except ExpiredSnapshot as error:
            return problems.problem(410, "snapshot_expired", str(error), parameter="snapshot")
        return CatalogResponse(found, asked)

    async def _list(
        self, request: Request, given: list[tuple[str, str]], encoding: str
    ) -> Representation:
        versioned = is_versioned(request.scope["headers"])
        key, asked = shelf_key(request.scope), shapes.of(given, self.question, versioned=versioned)
        if asked is not None:
            return await self.answers.shaped(asked, key, encoding)
        question = self.question(shapes.native_only(given))
        return await self.answers.list(question, key, encoding)

    async def _row(self, request: Request, name: str, encoding: str) -> Representation | None:
        versioned = is_versioned(request.scope["headers"])
        other = shapes.of_one(request.query_params.multi_items(), versioned=versioned)
        if other is not None:
            return await self.answers.made(
                ("one", name, other),
                shelf_key(request.scope),
                encoding,
                lambda held: _shaped(held, name, other),
            )
        if self._author(name) and not await self.means(name):
            return None  # whatever else is asked is asked of the list
        asked = _of_one(request)
        return await self.answers.made(
            ("one", name, asked),
            shelf_key(request.scope),
            encoding,
            lambda held: _one(held, name, asked),
        )

    async def _absent(self, request: Request, name: str) -> Response:
        """Tell a name that means nothing from one of which nothing was in force then.

        One that is an author's, or ends in a slash too many, is answered with the way on.
        """
        elsewhere = self._elsewhere(request, name)
        if elsewhere is not None:
            return elsewhere
        asked = _of_one(request)
        first = await self.answers.looked_up(
            lambda held: history.first_known(held, name, model_first=asked.unique)
        )
        if first is None or asked.moment is None:
            return await self.unknown(name)
        known = f"is from {first} on" if first else "does not exist"
        when = then.in_words(asked.moment)
        detail = (
            f"Of {name[:200]!r} nothing was in force {when}. What is remembered of it {known}."
        )
        return problems.problem(404, "not_known_then", detail, parameter="as_of")

    def _elsewhere(self, request: Request, name: str) -> Response | None:
        if raw_path(request.scope).endswith(b"/"):
            return unslashed(request.scope)
        author = self._author(name)
        if author is None:
            return None
        query: bytes = request.scope["query_string"]
        asked = b"author=" + quote(author, safe="").encode()
        return moved(b"/v1/models?" + b"&".join(filter(None, (asked, query))))

    def _author(self, name: str) -> str | None:
        found = slug(name).rstrip("/")
        return found if found in self.answers.current.snapshot.authors else None


def router(handlers: Catalog) -> APIRouter:
    """Return the catalog's routes; the last one takes every path below ``/v1/models``."""
    routes = APIRouter()
    asked_of_lists = (*parameters.PARAMETERS, *shapes.PARAMETERS)
    listing = openapi.reads(
        "AnyList", map(openapi.parameter, asked_of_lists), errors=(400, 410, 503)
    )
    asked = [NAME, *map(openapi.parameter, parameters.PARAMETERS_OF_ONE)]
    single = openapi.moved(openapi.reads("AnyOne", asked, errors=ERRORS_OF_ONE))
    reading.add(routes, "/v1/models", handlers.models, openapi_extra=listing)
    reading.add(routes, "/models", handlers.models, include_in_schema=False)
    with_prices = openapi.reads("AnyList", map(openapi.parameter, asked_of_lists))
    reading.add(routes, "/priced/v1/models", handlers.priced, openapi_extra=with_prices)
    one = "/v1/models/{model_id:anything}"
    reading.add(routes, one, handlers.model, openapi_extra=single)
    return routes


async def _answer_to_nothing(request: Request, absent: Absent | None) -> Response:
    if absent is None:
        return problems.not_found(request)
    found = absent()
    return found if isinstance(found, Response) else await found


def gateways(answers: Answers) -> Mapping[str, str]:
    """Return every accepted name of a provider to its slug."""
    return names.of(answers.current.snapshot).gateways


def _of_one(request: Request) -> OneQuestion:
    return parameters.of_one(shapes.native_only(request.query_params.multi_items()))


def _shaped(held: Snapshot, name: str, asked: ShapedOne) -> Made | None:
    body = shaped.one(held, asked.shape, name, model_first=asked.unique)
    return None if body is None else Made(body, extra=lossy(held, shapes.dialect(asked.shape)))


def _one(held: Snapshot, name: str, asked: OneQuestion) -> bytes | None:
    if asked.explain:
        body = explanation.explained(held, name, model_first=asked.unique)
    else:
        body = answer.one(held, name, model_first=asked.unique, moment=asked.moment)
    return fields.picked_one(body, asked.fields) if body and asked.fields else body
