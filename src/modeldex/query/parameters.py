"""From query parameters to questions."""

from collections.abc import Collection, Iterable, Sequence

from msgspec.structs import replace

from modeldex.domain.ids import slug
from modeldex.domain.offer import STATUSES
from modeldex.errors import QuestionError
from modeldex.query import cursor, fields, table, values, wordlists
from modeldex.query.names import Names
from modeldex.query.question import NATIVE, SHAPES, OneQuestion, Question
from modeldex.query.table import ALL, LONGEST, MOST_ROWS, Parameter
from modeldex.query.values import Given, collected, time, unknown_provider, whole
from modeldex.snapshot import schema

__all__ = [
    "ALL",
    "LONGEST",
    "MOST_ROWS",
    "PARAMETERS",
    "PARAMETERS_OF_ONE",
    "Parameter",
    "collected",
    "of_one",
    "pin",
    "question",
    "time",
    "unknown_provider",
    "whole",
]
PARAMETERS = table.PARAMETERS
PARAMETERS_OF_ONE = tuple(table.OF_ONE.values())
Pairs = Sequence[tuple[str, str]]
_PINS = {name: table.BY_NAME[name] for name in ("snapshot", "cursor")}


def pin(given: Iterable[tuple[str, str]]) -> str | None:
    """Return the id of the snapshot that query parameters mean, ``None`` for the current one.

    Raises:
        QuestionError: what says it is wrong, or says two things.
    """
    found = collected(((name, value) for name, value in given if name in _PINS), _PINS)
    named = values.snapshot(found)
    if "cursor" not in found:
        return named
    begun = cursor.read(found["cursor"][0]).snapshot
    if named not in (None, begun):
        raise QuestionError("snapshot", f"The cursor is one of the snapshot {begun}. "
                            "Leave out snapshot, or cursor.")  # fmt: skip
    return begun


def question(given: Iterable[tuple[str, str]], names: Names, day: int = 0) -> Question:
    """Return the question that query parameters ask.

    Args:
        given: names and values in their order, decoded.
        names: of the snapshot that :func:`pin` tells.
        day: the UTC day since 1970.

    Raises:
        UnknownParameter: naming the allowed ones.
        BadValue: naming the allowed values.
        QuestionError: two of them contradict each other.
    """
    pairs = list(given)
    found = collected(pairs, table.BY_NAME)
    values.boolean(found, "include_huggingface")
    text, unique = values.text(found), values.boolean(found, "unique")
    sort = values.one_of(found, "sort", table.EVERY_SORT)
    asked = Question(
        unique=unique,
        gateways=_gateways(found, names),
        author=values.name_of(found, "author"),
        provider=values.name_of(found, "provider"),
        text=text,
        is_private=values.either(found, "is_private"),
        input_modalities=_words(found, schema.INPUT_MODALITIES, names),
        output_modalities=_words(found, schema.OUTPUT_MODALITIES, names),
        modality=wordlists.modality(found, names),
        supported_parameters=_words(found, schema.PARAMETERS, names),
        capabilities=_words(found, schema.CAPABILITIES, names),
        min_context=_number(found, "min_context"),
        max_context=_number(found, "max_context"),
        min_price=values.price(found, "min_price"),
        max_price=values.price(found, "max_price"),
        min_output_price=values.price(found, "min_output_price"),
        max_output_price=values.price(found, "max_output_price"),
        is_free=values.either(found, "is_free"),
        open_weights=values.either(found, "open_weights"),
        min_age_days=_number(found, "min_age_days"),
        max_age_days=_number(found, "max_age_days"),
        min_providers=_number(found, "min_providers"),
        status=wordlists.several(found, "status", STATUSES),
        include_inactive=values.boolean(found, "include_inactive"),
        sort=sort or ("relevance" if text else "id"),
        order=values.one_of(found, "order", ("asc", "desc")) or "asc",
        limit=whole(found, "limit", 1, MOST_ROWS),
        offset=whole(found, "offset", 0, table.MOST_OFFSET) or 0,
        snapshot=pin(pairs),
        fields=fields.named(found, unique=unique),
        facets=values.boolean(found, "facets"),
        shape=values.one_of(found, "shape", SHAPES) or NATIVE,
        moment=values.moment(found),
    )
    if asked.status and asked.moment is not None:
        raise QuestionError(
            "status", "status is that of today. Leave out as_of and known_at, or status."
        )
    return _placed(_dated(asked, day), found)


def of_one(given: Iterable[tuple[str, str]]) -> OneQuestion:
    """Return what query parameters ask of one offer or model.

    Args:
        given: names and values in their order, decoded.

    Raises:
        UnknownParameter: naming the allowed ones.
        BadValue: naming the allowed values.
        QuestionError: an explanation is asked for at another moment.
    """
    found = collected(given, table.OF_ONE)
    moment, explain = values.moment(found), values.boolean(found, "explain")
    if explain and moment is not None:
        raise QuestionError(
            "explain",
            "explain tells of the catalog now. Leave out as_of and known_at, or explain.",
        )
    return OneQuestion(
        unique=values.boolean(found, "unique"),
        fields=fields.named(found, unique=None),
        moment=moment,
        explain=explain,
    )


def _dated(asked: Question, day: int) -> Question:
    has_ages = asked.min_age_days is not None or asked.max_age_days is not None
    return replace(asked, day=day) if has_ages else asked


def _placed(asked: Question, found: Given) -> Question:
    """Return the question that goes on where its cursor says, with its ages from that day."""
    if "cursor" not in found:
        return asked
    if asked.offset:
        raise QuestionError("cursor", "A cursor says where to go on. Leave out offset, or cursor.")
    text = found["cursor"][0]
    begun = cursor.read(text)
    same = replace(asked, day=begun.day)
    cursor.belong(text, begun, same)
    return replace(same, place=begun.place, offset=begun.passed)


def _gateways(found: Given, names: Names) -> tuple[str, ...]:
    wanted, known = {slug(one) for one in found.get("gateway", ())}, names.gateways
    for one in wanted:
        if one != ALL and one not in known:
            raise unknown_provider("gateway", one, {ALL, *known.values()})
    if not wanted or ALL in wanted:
        return ()
    return tuple(sorted({known[one] for one in wanted}))


def _words(found: Given, kind: str, names: Names) -> tuple[str, ...]:
    return wordlists.several(found, kind, names.allowed(kind)) if kind in found else ()


def _number(found: Given, name: str) -> int | None:
    return whole(found, name, 0, table.MOST_NUMBER)


def known(names: Collection[str]) -> dict[str, Parameter]:
    """Return some of the parameters by their names, for routes that take no others."""
    return {name: table.BY_NAME[name] for name in names}
