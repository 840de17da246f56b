"""Words as values of query parameters: repeated or parted by commas, in any case."""

import difflib
import re
from collections.abc import Collection, Mapping

from modeldex.errors import BadValue
from modeldex.normalize import modalities
from modeldex.query.names import Names
from modeldex.query.table import LONGEST
from modeldex.snapshot import schema

Given = Mapping[str, list[str]]
_MOST_NAMED, _LONGEST_NAMED = 24, 600


def several(values: Given, name: str, allowed: Collection[str]) -> tuple[str, ...]:
    """Return the words of a repeatable parameter, also those that commas part, in any case."""
    spelled = {one.lower(): one for one in sorted(allowed, reverse=True)}
    found = set[str]()
    for one in parted(values, name):
        word = one if one in allowed else spelled.get(one.lower())
        if word is None:
            raise BadValue(name, one, _choice(one, allowed))
        found.add(word)
    return tuple(sorted(found))


def modality(values: Given, names: Names) -> tuple[str, ...]:
    """Return kinds of things that go in or out, and arrows; a plus may have become a space."""
    plain = [word for word in names.allowed(schema.MODALITY) if "->" not in word]
    found = set[str]()
    for one in parted(values, schema.MODALITY):
        before, arrow, after = one.lower().partition("->")
        sides = [re.split(r"[+ ]+", side.strip()) for side in (before, after)[: 1 + bool(arrow)]]
        if any(word not in plain for side in sides for word in side):
            more = "; or two sides of these: text+image->text"
            raise BadValue(schema.MODALITY, one, _choice(one, plain) + more)
        found |= {"->".join(map(_joined, sides))} if arrow else set(sides[0])
    return tuple(sorted(found))


def _joined(side: list[str]) -> str:
    return "+".join(modalities.canonical(side))


def parted(values: Given, name: str) -> list[str]:
    """Return the words of a repeatable parameter, also those that commas part."""
    found = [one.strip() for given in values.get(name, ()) for one in given.split(",")]
    if len(found) > LONGEST or any(len(one) > LONGEST for one in found):
        raise BadValue(name, found[0], f"at most {LONGEST} words")
    return found


def _choice(value: str, allowed: Collection[str]) -> str:
    """Name what is allowed; where that is too much for a sentence, what is close to *value*."""
    named = ", ".join(sorted(allowed))
    if len(named) <= _LONGEST_NAMED:
        return f"one of: {named}"
    close = difflib.get_close_matches(value[:80].lower(), allowed, _MOST_NAMED, 0.5)
    some = ", ".join(close or sorted(allowed)[:_MOST_NAMED])
    return f"one of {len(allowed)} words, such as: {some}"
