"""The shapes of ``/v1/models`` that other services' clients expect: what a request asks for."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from modeldex.errors import BadValue, QuestionError, UnknownParameter
from modeldex.query import table, values
from modeldex.query.question import EVERYTHING, NATIVE, SHAPES, Question
from modeldex.query.table import MOST_ROWS, Parameter
from modeldex.query.values import Given

OPENAI, ANTHROPIC, UNION = "openai", "anthropic", "union"
Ask = Callable[[Sequence[tuple[str, str]]], Question]
PAGE = 20  # rows of Anthropic's page where no limit is given
_SWITCH: dict[str, object] = {"type": "boolean", "default": False}
_ROW: dict[str, object] = {"type": "string"}
_PAGED = ("after_id", "before_id")
SHAPE = table.BY_NAME["shape"]
PARAMETERS = (
    Parameter("priced", "With `shape=openai`: name, limits and prices on each offer, without "
              "those whose prices or context are not known.", _SWITCH),
    Parameter("after_id", "With `shape=anthropic` or `union`: the page behind this row.", _ROW),
    Parameter("before_id", "With `shape=anthropic` or `union`: the page before this row.", _ROW),
)  # fmt: skip
_NEWEST = msgspec.structs.replace(EVERYTHING, sort="created", order="desc")
_OWN = {one.name: one for one in (SHAPE, *PARAMETERS)}
_ORDER = frozenset({"sort", "sort_by", "order", "offset"})
_NOT_SHAPED = frozenset({"as_of", "known_at", "snapshot", "cursor", "fields", "facets", "explain"})
_OF_ONE = {name: table.BY_NAME[name] for name in ("unique", "unique_models")}
_FILTERS = table.BY_NAME.keys() - _OWN.keys() - _ORDER - _NOT_SHAPED


class Shaped(msgspec.Struct, frozen=True, kw_only=True):
    """A list in another service's shape.

    Attributes:
        shape: one of SHAPES but ``native``.
        question: which rows, and for ``openai`` in which order.
        after, before: id of the row that a page of Anthropic's follows or precedes.
        priced: with prices, for those of which they are known.
    """

    shape: str
    question: Question
    after: str | None = None
    before: str | None = None
    priced: bool = False

    @property
    def document(self) -> str | None:
        """The name of the finished document that answers it; ``None`` where there is none."""
        if self.shape == OPENAI and self.question == EVERYTHING:
            return "openai/priced" if self.priced else "openai/list"
        is_whole = (self.after, self.before) == (None, None) and self.question == _NEWEST
        return "anthropic/union" if is_whole and self.shape == UNION else None

    @property
    def dialect(self) -> str:
        """The dialect whose losses it has."""
        return dialect(self.shape)


class ShapedOne(msgspec.Struct, frozen=True, kw_only=True):
    """One offer or model in another service's shape.

    Attributes:
        unique: the model before an offer of that name.
    """

    shape: str
    unique: bool = False


def dialect(shape: str) -> str:
    """Return the dialect whose losses a shape has: a union loses what Anthropic's rows do."""
    return ANTHROPIC if shape == UNION else shape


def of(given: Iterable[tuple[str, str]], ask: Ask, *, versioned: bool) -> Shaped | None:
    """Return what is asked for in another shape, ``None`` where the native one is meant.

    Args:
        given: names and values in their order, decoded.
        ask: makes a question of native parameters.
        versioned: an ``anthropic-version`` was sent; then names that mean nothing here are passed
            over, as they are meant for another service.

    Raises:
        QuestionError: naming what is wrong.
    """
    given = list(given)
    own = values.collected([one for one in given if one[0] in _OWN], _OWN)
    shape = _shape(own, versioned=versioned)
    if shape == NATIVE:
        _only_shaped(own)
        return None
    lenient = versioned and "shape" not in own
    others = native_only(given)
    rest = [one for one in others if _is_meant(one[0], shape, lenient=lenient)]
    question = ask(rest)
    if shape == OPENAI:
        return _openai(own, question)
    return _paged(shape, own, question)


def of_one(given: Iterable[tuple[str, str]], *, versioned: bool) -> ShapedOne | None:
    """Return what is asked of one offer or model, ``None`` where its native row is meant.

    Raises:
        QuestionError: naming what is wrong.
    """
    given = list(given)
    own = values.collected([one for one in given if one[0] == SHAPE.name], _OWN)
    shape = _shape(own, versioned=versioned)
    if shape == NATIVE:
        return None
    lenient = versioned and not own
    rest = [one for one in native_only(given) if _is_of_one(one[0], shape, lenient=lenient)]
    return ShapedOne(shape=shape, unique=values.boolean(values.collected(rest, _OF_ONE), "unique"))


def _is_of_one(name: str, shape: str, *, lenient: bool) -> bool:
    if name in table.OF_ONE.keys() - _OF_ONE.keys():
        raise QuestionError(name, f"{name} does not go with shape={shape}.")
    if name not in _OF_ONE and not lenient:
        raise UnknownParameter(name, [*_OF_ONE, SHAPE.name])
    return name in _OF_ONE


def native_only(given: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return query parameters but for those of this page."""
    return [one for one in given if one[0] not in _OWN]


def _shape(own: Given, *, versioned: bool) -> str:
    default = ANTHROPIC if versioned else OPENAI if values.boolean(own, "priced") else NATIVE
    return values.one_of(own, "shape", SHAPES) or default


def _only_shaped(own: Given) -> None:
    for name in _PAGED:
        if name in own:
            raise QuestionError(name, f"{name} goes with shape=anthropic or shape=union only.")
    if values.boolean(own, "priced"):
        raise QuestionError("priced", "priced goes with shape=openai only.")


def _is_meant(name: str, shape: str, *, lenient: bool) -> bool:
    allowed = _FILTERS | _ORDER if shape == OPENAI else _FILTERS
    if name in allowed:
        return True
    if name in _NOT_SHAPED | _ORDER:
        raise QuestionError(name, f"{name} does not go with shape={shape}.")
    if not lenient:
        raise UnknownParameter(name, [*allowed, *_OWN])
    return False


def _openai(own: Given, question: Question) -> Shaped:
    for name in _PAGED:
        if name in own:
            raise QuestionError(name, f"{name} does not go with shape={OPENAI}.")
    priced = values.boolean(own, "priced")
    if priced and question.unique:
        raise QuestionError("priced", "priced is about offers; a model has no price of its own.")
    return Shaped(shape=OPENAI, question=question, priced=priced)


def _paged(shape: str, own: Given, question: Question) -> Shaped:
    after, before = (own.get(name, [None])[0] for name in _PAGED)
    if after is not None and before is not None:
        raise QuestionError("before_id", "Give after_id or before_id, not both.")
    if values.boolean(own, "priced"):
        raise QuestionError("priced", "priced goes with shape=openai only.")
    limit = question.limit or (PAGE if shape == ANTHROPIC else None)
    if limit is None and before is not None:
        raise BadValue("limit", "", f"a whole number from 1 to {MOST_ROWS}, with before_id")
    newest = msgspec.structs.replace(question, sort="created", order="desc", limit=limit)
    return Shaped(shape=shape, question=newest, after=after, before=before)
