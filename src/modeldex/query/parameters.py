"""Query parameters: what each may be, and how they make a question."""

import re
from collections.abc import Collection, Iterable, Mapping

import msgspec

from modeldex.domain.ids import slug
from modeldex.errors import BadValue, QuestionError, UnknownParameter
from modeldex.query import moments
from modeldex.query.question import Moment, OneQuestion, Question
from modeldex.snapshot.schema import SORTS

ALL = "all"
MOST_ROWS = 1000
LONGEST = 512
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_ALIASES = {"unique_models": "unique", "search": "q", "sort_by": "sort"}
_SORTS = ("id", *SORTS)


class Parameter(msgspec.Struct, frozen=True):
    """One query parameter, as OpenAPI shows it."""

    name: str
    about: str
    schema: dict[str, object]
    repeatable: bool = False


_BOOLEAN: dict[str, object] = {"type": "boolean", "default": False}
PARAMETERS = (
    Parameter("gateway", "Serving provider: a slug, an alias, or `all`.",
              {"type": "array", "items": {"type": "string"}, "default": [ALL]}, repeatable=True),
    Parameter("author", "Who made the model; exact, case-insensitive.", {"type": "string"}),
    Parameter("provider", "Serving provider or author; exact, case-insensitive.",
              {"type": "string"}),
    Parameter("q", "Full text over id, name, author and description; words match as prefixes.",
              {"type": "string", "maxLength": LONGEST}),
    Parameter("search", "Another name of `q`.", {"type": "string", "maxLength": LONGEST}),
    Parameter("unique", "Models with their `providers` instead of offers.", _BOOLEAN),
    Parameter("unique_models", "Another name of `unique`.", _BOOLEAN),
    Parameter("include_inactive", "Also what is unlisted, hidden or retired.", _BOOLEAN),
    Parameter("sort", "Unknown values come last in both directions, ties by id. With `q` and "
              "without `sort`, by relevance.",
              {"type": "string", "enum": list(_SORTS), "default": "id"}),
    Parameter("sort_by", "Another name of `sort`.", {"type": "string", "enum": list(_SORTS)}),
    Parameter("order", "Direction of `sort`.",
              {"type": "string", "enum": ["asc", "desc"], "default": "asc"}),
    Parameter("limit", "Rows of a page; leave it out for everything.",
              {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}),
    Parameter("offset", "Rows to pass over.", {"type": "integer", "minimum": 0, "default": 0}),
    Parameter("as_of", "The offers listed then, at their prices then. " + moments.FORMAT,
              {"type": "string"}),
    Parameter("known_at", "As it was believed then; without `as_of`, about that moment itself. "
              + moments.FORMAT, {"type": "string"}),
    Parameter("include_huggingface", "Accepted for older clients; changes nothing.", _BOOLEAN),
)  # fmt: skip
_KNOWN = {one.name: one for one in PARAMETERS}
_OF_ONE = {
    **{name: _KNOWN[name] for name in ("unique", "unique_models", "as_of", "known_at")},
    "explain": Parameter("explain", "Also `explanation`: by offer id, in `identity` why it counts "
                         "as its model, in `evidence` who settled which field. Of the catalog "
                         "now, so without `as_of` and `known_at`.", _BOOLEAN),
}  # fmt: skip
PARAMETERS_OF_ONE = tuple(_OF_ONE.values())


def question(given: Iterable[tuple[str, str]], gateways: Mapping[str, str]) -> Question:
    """Return the question that query parameters ask.

    Args:
        given: names and values in their order, decoded.
        gateways: every accepted name of a provider to its slug.

    Raises:
        UnknownParameter: naming the allowed ones.
        BadValue: naming the allowed values.
    """
    values = collected(given, _KNOWN)
    text = _text(values)
    sort = _one_of(values, "sort", _SORTS)
    boolean(values, "include_huggingface")
    return Question(
        unique=boolean(values, "unique"),
        gateways=_gateways(values.get("gateway", []), gateways),
        author=_slug(values, "author"),
        provider=_slug(values, "provider"),
        text=text,
        include_inactive=boolean(values, "include_inactive"),
        sort=sort or ("relevance" if text else "id"),
        order=_one_of(values, "order", ("asc", "desc")) or "asc",
        limit=whole(values, "limit", 1, MOST_ROWS),
        offset=whole(values, "offset", 0, 10**9) or 0,
        moment=_moment(values),
    )


def of_one(given: Iterable[tuple[str, str]]) -> OneQuestion:
    """Return what query parameters ask of one offer or model.

    Args:
        given: names and values in their order, decoded.

    Raises:
        UnknownParameter: naming the allowed ones.
        BadValue: naming the allowed values.
        QuestionError: an explanation is asked for at another moment.
    """
    values = collected(given, _OF_ONE)
    moment, explain = _moment(values), boolean(values, "explain")
    if explain and moment is not None:
        raise QuestionError(
            "explain",
            "explain tells of the catalog now. Leave out as_of and known_at, or explain.",
        )
    return OneQuestion(unique=boolean(values, "unique"), moment=moment, explain=explain)


def collected(
    given: Iterable[tuple[str, str]], known: Mapping[str, Parameter]
) -> dict[str, list[str]]:
    """Return the values of each parameter, under its first name.

    Raises:
        UnknownParameter: one is not in *known*; naming those that are.
        QuestionError: one that is not repeatable has two values.
    """
    values: dict[str, list[str]] = {}
    for name, value in given:
        if name not in known:
            raise UnknownParameter(name, known)
        found = values.setdefault(_ALIASES.get(name, name), [])
        if found and not known[name].repeatable and value not in found:
            raise QuestionError(name, f"{name} is given twice with different values.")
        found.append(value)
    return values


def _gateways(given: Collection[str], known: Mapping[str, str]) -> tuple[str, ...]:
    wanted = {slug(one) for one in given}
    for one in wanted:
        if one != ALL and one not in known:
            raise unknown_provider("gateway", one, {ALL, *known.values()})
    if not wanted or ALL in wanted:
        return ()
    return tuple(sorted({known[one] for one in wanted}))


def unknown_provider(name: str, value: str, allowed: Iterable[str]) -> BadValue:
    """Return the error for a provider that nobody knows; *name* is the parameter's."""
    known = ", ".join(sorted(allowed))
    return BadValue(name, value, f"one of: {known} (or an alias of one)")


def _text(values: Mapping[str, list[str]]) -> str | None:
    text = values.get("q", [""])[0]
    if len(text) > LONGEST:
        raise BadValue("q", text, f"at most {LONGEST} characters")
    return " ".join(text.split()) or None


def _slug(values: Mapping[str, list[str]], name: str) -> str | None:
    if name not in values:
        return None
    found = slug(values[name][0])
    if not found or len(found) > LONGEST:
        raise BadValue(name, values[name][0], "a slug such as openai")
    return found


def _moment(values: Mapping[str, list[str]]) -> Moment | None:
    known_at = time(values, "known_at")
    as_of = time(values, "as_of")
    if as_of is None:
        as_of = known_at
    return None if as_of is None else Moment(as_of, known_at)


def time(values: Mapping[str, list[str]], name: str) -> int | None:
    """Return a moment in unix seconds, ``None`` where it is not given."""
    return moments.parse(name, values[name][0]) if name in values else None


def boolean(values: Mapping[str, list[str]], name: str) -> bool:
    """Return whether *name* is given as true.

    Raises:
        BadValue: it is neither true nor false.
    """
    given = values.get(name, ["false"])[0]
    found = _BOOLEANS.get(given.lower())
    if found is None:
        raise BadValue(name, given, "true or false")
    return found


def _one_of(values: Mapping[str, list[str]], name: str, allowed: Collection[str]) -> str | None:
    if name not in values:
        return None
    found = values[name][0].lower()
    if found not in allowed:
        raise BadValue(name, values[name][0], f"one of: {', '.join(allowed)}")
    return found


def whole(values: Mapping[str, list[str]], name: str, least: int, most: int) -> int | None:
    """Return a whole number within bounds, ``None`` where it is not given."""
    if name not in values:
        return None
    text = values[name][0]
    if not re.fullmatch(r"[0-9]{1,10}", text) or not least <= int(text) <= most:
        raise BadValue(name, text, f"a whole number from {least} to {most}")
    return int(text)
