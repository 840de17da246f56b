"""What docs/history.md shows can be asked."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from modeldex.domain.history import KINDS, Change
from modeldex.errors import BadValue
from modeldex.query import changes, parameters
from modeldex.query.names import Names

PAGE = (Path(__file__).parents[1] / "docs" / "history.md").read_text(encoding="utf-8")
ASKED = [urlsplit(one) for one in re.findall(r"localhost:8000(/v1/\S+\?[^\s']+)", PAGE)]
GATEWAYS = {"groq": "groq"}


def test_every_question_on_the_page_can_be_asked() -> None:
    """Each address has parameters and values that its route takes."""
    assert {one.path for one in ASKED} > {"/v1/models", "/v1/changes"}
    for one in ASKED:
        given = parse_qsl(one.query)
        if one.path == "/v1/changes":
            changes.question(given, GATEWAYS)
        else:
            parameters.question(given, Names(GATEWAYS))


def test_every_parameter_kind_and_field_of_changes_is_explained() -> None:
    """What can be asked for, and what comes, stands on the page."""
    said = set(re.findall(r"`([\w.]+)`", PAGE))

    assert {one.name for one in changes.PARAMETERS} <= said
    assert set(KINDS) <= said
    assert set(Change.__struct_fields__) - {"number", "part"} <= said


def test_the_moment_that_an_error_shows_is_on_the_page() -> None:
    """A refused moment leads to the same examples."""
    with pytest.raises(BadValue) as caught:
        parameters.question([("as_of", "x")], Names({}))

    for example in re.findall(r"2026-\S+Z", str(caught.value)):
        assert example in PAGE
