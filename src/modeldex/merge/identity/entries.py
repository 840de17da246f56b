"""An operator's rules of identity, as entries of a file state them. Pure."""

from collections.abc import Iterable
from typing import Any

import msgspec


class Join(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[join]]`` of the file."""

    name: str
    into: str
    reason: str | None = None


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[part]]`` of the file."""

    name: str
    reason: str | None = None


def join(entry: Any, before: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """Return the pair of names that an entry joins.

    Args:
        entry: what the file states.
        before: the pairs of the entries before it.

    Raises:
        ValueError: it is no such entry, names nothing, or joins a name a second time.
    """
    stated = msgspec.convert(entry, Join)
    name, into = _name("name", stated.name), _name("into", stated.into)
    if name == into:
        raise ValueError(f"it joins {name!r} to itself")
    for one, other in before:
        if one == name:
            raise ValueError(f"{name!r} is joined into {other!r} already")
    return name, into


def part(entry: Any) -> str:
    """Return the name that an entry parts.

    Raises:
        ValueError: it is no such entry, or names nothing.
    """
    return _name("name", msgspec.convert(entry, Part).name)


def _name(key: str, text: str) -> str:
    """Return the id of an offer or a model that stands under *key*."""
    first, _, last = text.partition("/")
    if not first.strip() or not last.strip():
        raise ValueError(f"{key} is {text!r}; it must be an id with a slash, such as acme/large")
    return text
