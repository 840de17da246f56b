"""What the values of query parameters may be."""

import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from modeldex.domain import decimals
from modeldex.domain.ids import slug
from modeldex.errors import BadValue, QuestionError, UnknownParameter
from modeldex.query import moments
from modeldex.query.question import Moment
from modeldex.query.table import ALIASES, LONGEST, Parameter

Given = Mapping[str, list[str]]
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_PRICE = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,20})?")
_SNAPSHOT = re.compile(r"[0-9a-f]{32}")


def collected(given: Iterable[tuple[str, str]], known: Mapping[str, Parameter]) -> Given:
    """Return the values of each parameter, under its first name.

    Raises:
        UnknownParameter: one is not in *known*; naming those that are.
        QuestionError: one that is not repeatable has two values.
    """
    values: dict[str, list[str]] = {}
    for name, value in given:
        if name not in known:
            raise UnknownParameter(name, known)
        found = values.setdefault(ALIASES.get(name, name), [])
        if found and not known[name].repeatable and value not in found:
            raise QuestionError(name, f"{name} is given twice with different values.")
        found.append(value)
    return values


def boolean(values: Given, name: str) -> bool:
    """Return a switch, off where it is not given."""
    return bool(either(values, name))


def either(values: Given, name: str) -> bool | None:
    """Return true or false, ``None`` where it is not given."""
    if name not in values:
        return None
    found = _BOOLEANS.get(values[name][0].lower())
    if found is None:
        raise BadValue(name, values[name][0], "true or false")
    return found


def one_of(values: Given, name: str, allowed: Collection[str]) -> str | None:
    """Return one of the allowed words, ``None`` where it is not given."""
    if name not in values:
        return None
    found = values[name][0].lower()
    if found not in allowed:
        raise BadValue(name, values[name][0], f"one of: {', '.join(allowed)}")
    return found


def whole(values: Given, name: str, least: int, most: int) -> int | None:
    """Return a whole number within bounds, ``None`` where it is not given."""
    if name not in values:
        return None
    text = values[name][0]
    if not re.fullmatch(r"[0-9]{1,10}", text) or not least <= int(text) <= most:
        raise BadValue(name, text, f"a whole number from {least} to {most}")
    return int(text)


def price(values: Given, name: str) -> Decimal | None:
    """Return an exact price, ``None`` where it is not given."""
    if name not in values:
        return None
    text = values[name][0]
    if not _PRICE.fullmatch(text):
        allowed = "USD for a million tokens, as digits with or without a point: 0.15"
        raise BadValue(name, text, allowed)
    return decimals.canonical(Decimal(text))


def name_of(values: Given, name: str) -> str | None:
    """Return a slug, ``None`` where it is not given."""
    if name not in values:
        return None
    found = slug(values[name][0])
    if not found or len(found) > LONGEST:
        raise BadValue(name, values[name][0], "a slug such as openai")
    return found


def text(values: Given) -> str | None:
    """Return what is searched for, its spaces made one."""
    found = values.get("q", [""])[0]
    if len(found) > LONGEST:
        raise BadValue("q", found, f"at most {LONGEST} characters")
    return " ".join(found.split()) or None


def snapshot(values: Given) -> str | None:
    """Return the id of a snapshot, ``None`` where it is not given."""
    if "snapshot" not in values:
        return None
    found = values["snapshot"][0].lower()
    if not _SNAPSHOT.fullmatch(found):
        raise BadValue("snapshot", values["snapshot"][0], "the snapshot that an answer named")
    return found


def moment(values: Given) -> Moment | None:
    """Return another moment than now; one of both means both."""
    known_at = time(values, "known_at")
    as_of = time(values, "as_of")
    if as_of is None:
        as_of = known_at
    return None if as_of is None else Moment(as_of, known_at)


def time(values: Given, name: str) -> int | None:
    """Return a moment in unix seconds, ``None`` where it is not given."""
    return moments.parse(name, values[name][0]) if name in values else None


def unknown_provider(name: str, value: str, allowed: Iterable[str]) -> BadValue:
    """Return the error for a provider that nobody knows; *name* is the parameter's."""
    known = ", ".join(sorted(allowed))
    return BadValue(name, value, f"one of: {known} (or an alias of one)")
