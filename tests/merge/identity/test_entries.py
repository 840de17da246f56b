"""An operator's rules of identity, as entries of a file."""

import re
from typing import Any

import pytest

from modeldex.merge.identity import entries

BEFORE = [("acme/x", "labs/m")]


def test_entries_are_names_of_offers_or_models() -> None:
    """Case is kept, since ids of offers have it; a reason is for people."""
    join = {"name": "acme/Brand@2", "into": "labs/m:free", "reason": "they say so"}

    assert entries.join(join, BEFORE) == ("acme/Brand@2", "labs/m:free")
    assert entries.part({"name": "acme/org/M", "reason": "it is not"}) == "acme/org/M"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (3, "Expected `object`, got `int`"),
        ({"name": "a/b"}, "missing required field `into`"),
        ({"name": "a/b", "into": 3}, "Expected `str`, got `int`"),
        ({"name": "a/b", "into": "c/d", "as": "e"}, "unknown field `as`"),
        ({"name": "ab", "into": "c/d"}, "name is 'ab'; it must be an id with a slash"),
        ({"name": "", "into": "c/d"}, "name is ''; it must be an id with a slash"),
        ({"name": "a/b", "into": "c/ "}, "into is 'c/ '; it must be an id with a slash"),
        ({"name": "a/b", "into": "/d"}, "into is '/d'; it must be an id with a slash"),
        ({"name": "a/b", "into": "a/b"}, "it joins 'a/b' to itself"),
        ({"name": "acme/x", "into": "c/d"}, "'acme/x' is joined into 'labs/m' already"),
        ({"name": "acme/x", "into": "labs/m"}, "'acme/x' is joined into 'labs/m' already"),
    ],
)
def test_a_wrong_join_is_refused(entry: Any, problem: str) -> None:
    """The sentence says what is wrong with it."""
    with pytest.raises(ValueError, match=re.escape(problem)):
        entries.join(entry, BEFORE)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("acme/x", "Expected `object`, got `str`"),
        ({}, "missing required field `name`"),
        ({"name": "acme/x", "into": "a/b"}, "unknown field `into`"),
        ({"name": "acme"}, "name is 'acme'; it must be an id with a slash"),
    ],
)
def test_a_wrong_part_is_refused(entry: Any, problem: str) -> None:
    """The sentence says what is wrong with it."""
    with pytest.raises(ValueError, match=re.escape(problem)):
        entries.part(entry)
