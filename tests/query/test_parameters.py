"""What each query parameter may be, and what a question it makes."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from modeldex.errors import BadValue, QuestionError, UnknownParameter
from modeldex.query.names import Names
from modeldex.query.parameters import PARAMETERS, of_one, question
from modeldex.query.question import EVERY_MODEL, EVERYTHING, Moment, OneQuestion, Question
from modeldex.snapshot.schema import SORTS

GATEWAYS = {"acme": "acme", "acme-inc": "acme", "bolt": "bolt", "google-vertex": "vertex"}
DAY = 20_780
BOOLEANS = ("unique", "unique_models", "include_inactive", "include_huggingface")


def asked(*given: tuple[str, str]) -> Question:
    """Return the question that these parameters ask."""
    return question(given, Names(GATEWAYS), DAY)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("unique", "true", {"unique": True}),
        ("unique_models", "true", {"unique": True}),
        ("gateway", "bolt", {"gateways": ("bolt",)}),
        ("gateway", "acme-inc", {"gateways": ("acme",)}),
        ("gateway", "@Google-Vertex", {"gateways": ("vertex",)}),
        ("gateway", "all", {}),
        ("gateway", "ALL", {}),
        ("author", "Meta-Llama", {"author": "meta-llama"}),
        ("author", "@labs", {"author": "labs"}),
        ("author", "never heard of", {"author": "never heard of"}),
        ("provider", " @OpenAI ", {"provider": "openai"}),
        ("q", "  large \t model\n", {"text": "large model", "sort": "relevance"}),
        ("search", "x", {"text": "x", "sort": "relevance"}),
        ("q", "", {}),
        ("q", " \n ", {}),
        ("include_inactive", "1", {"include_inactive": True}),
        ("include_huggingface", "true", {}),
        ("sort", "price", {"sort": "price"}),
        ("sort", "Provider_Count", {"sort": "provider_count"}),
        ("sort_by", "context", {"sort": "context"}),
        ("sort", "id", {}),
        ("order", "desc", {"order": "desc"}),
        ("order", "ASC", {}),
        ("limit", "1", {"limit": 1}),
        ("limit", "1000", {"limit": 1000}),
        ("limit", "007", {"limit": 7}),
        ("offset", "0", {}),
        ("offset", "1000000000", {"offset": 10**9}),
        ("as_of", "2026-01-02", {"moment": Moment(1_767_312_000)}),
        ("known_at", "2026-01-02", {"moment": Moment(1_767_312_000, 1_767_312_000)}),
    ],
)
def test_a_parameter_alone(name: str, value: str, expected: dict[str, Any]) -> None:
    """Each parameter changes its part of the question and no other."""
    assert asked((name, value)) == Question(**expected)


def test_no_parameters_ask_for_everything() -> None:
    """The bare question is the whole list of offers, and with `unique` of models."""
    assert asked() == EVERYTHING
    assert asked(("unique", "true")) == EVERY_MODEL


def test_every_parameter_is_described_once() -> None:
    """Each has a sentence and a schema; no name stands twice."""
    names = [one.name for one in PARAMETERS]

    assert len(set(names)) == len(names)
    assert all(one.about.endswith(".") and one.schema for one in PARAMETERS)


def test_sorts_are_those_of_the_snapshot() -> None:
    """Every order that a snapshot has ranks for can be asked for, and none besides."""
    allowed = next(one.schema["enum"] for one in PARAMETERS if one.name == "sort")

    assert allowed == ["id", *SORTS]
    assert [asked(("sort", one)).sort for one in SORTS] == list(SORTS)


@pytest.mark.parametrize(
    "value",
    [
        "", "0", "-1", "1001", "1e3", "1.0", "NaN", "Infinity", " 5", "5 ", "+5", "0x10", "1_000",
        "٣", "५", "²", "five", "None", "null", "true", "1,2", "9" * 11, "9" * 5000, "\x00", "5\n",
    ],
)  # fmt: skip
def test_a_bad_limit_is_refused(value: str) -> None:
    """Only ASCII digits from 1 to 1000 are a limit; the error says so."""
    with pytest.raises(BadValue, match="a whole number from 1 to 1000") as caught:
        asked(("limit", value))
    assert caught.value.parameter == "limit"
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "value", ["", "-1", "1.5", "1e1", "\u0661", " 0", "1000000001", "9" * 400]
)
def test_a_bad_offset_is_refused(value: str) -> None:
    """Only ASCII digits from 0 to a thousand million are an offset."""
    with pytest.raises(BadValue, match="a whole number from 0 to 1000000000"):
        asked(("offset", value))


@pytest.mark.parametrize("name", BOOLEANS)
@pytest.mark.parametrize("value", ["", "yes", "on", "2", "none", "true ", "wahr", "\u0661"])
def test_a_bad_boolean_is_refused(name: str, value: str) -> None:
    """Anything but true, false, 1 and 0 is refused, also where it would change nothing."""
    with pytest.raises(BadValue, match="true or false"):
        asked((name, value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("true", True),
        ("TRUE", True),
        ("1", True),
        ("false", False),
        ("False", False),
        ("0", False),
    ],
)
def test_booleans_have_four_spellings(value: str, expected: bool) -> None:  # noqa: FBT001
    """True and 1, false and 0, in any case."""
    assert asked(("unique", value)).unique is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], {}),
        ([("explain", "1")], {"explain": True}),
        ([("explain", "false"), ("as_of", "2026-01-02")], {"moment": Moment(1_767_312_000)}),
        ([("unique_models", "TRUE"), ("explain", "true")], {"unique": True, "explain": True}),
    ],
)
def test_what_is_asked_of_one(given: list[tuple[str, str]], expected: dict[str, Any]) -> None:
    """The model first, another moment, or also why; where nothing is said, none of them."""
    assert of_one(given) == OneQuestion(**expected)


@pytest.mark.parametrize(
    ("given", "parameter", "sentence"),
    [
        ([("explain", "yes")], "explain", "explain='yes' is not allowed. Use true or false."),
        ([("explain", "")], "explain", "Use true or false."),
        ([("explain", "1"), ("explain", "0")], "explain", "given twice with different values"),
        ([("explain", "1"), ("as_of", "2026-01-02")], "explain", "Leave out as_of and known_at"),
        ([("explain", "1"), ("known_at", "2026-01-02")], "explain", "Leave out as_of and known_"),
        ([("limit", "1")], "limit", "Allowed: as_of, explain, fields, known_at, unique, uni"),
    ],
)
def test_what_cannot_be_asked_of_one(
    given: list[tuple[str, str]], parameter: str, sentence: str
) -> None:
    """The sentence says what is allowed; evidence is of now, so at no other moment."""
    with pytest.raises(QuestionError) as caught:
        of_one(given)
    assert caught.value.parameter == parameter
    assert sentence in str(caught.value)


@pytest.mark.parametrize("name", ["sort", "sort_by"])
@pytest.mark.parametrize("value", ["", "prices", "id desc", "rank", "relevance", "by_price_asc"])
def test_an_unknown_sort_is_refused(name: str, value: str) -> None:
    """The error names all sorts that there are; columns are not among them."""
    with pytest.raises(BadValue, match="one of: id, name, created, context, price, output_price"):
        asked((name, value))


@pytest.mark.parametrize("value", ["", "up", "descending", "-1"])
def test_an_unknown_order_is_refused(value: str) -> None:
    """The error names both directions."""
    with pytest.raises(BadValue, match="one of: asc, desc"):
        asked(("order", value))


@pytest.mark.parametrize("value", ["", "nobody", "acm", "acme,bolt", "acme bolt", "%"])
def test_an_unknown_gateway_is_refused(value: str) -> None:
    """The error names every gateway that there is, aliases apart."""
    with pytest.raises(BadValue, match="one of: acme, all, bolt, vertex "):
        asked(("gateway", value))


@pytest.mark.parametrize("name", ["author", "provider"])
@pytest.mark.parametrize("value", ["", " ", "@", "x" * 513])
def test_an_empty_or_endless_slug_is_refused(name: str, value: str) -> None:
    """An author or provider has a name, and not a page of it."""
    with pytest.raises(BadValue, match="a slug"):
        asked((name, value))


def test_an_endless_text_is_refused() -> None:
    """512 characters are searched for, 513 are not."""
    assert asked(("q", "é" * 512)).text == "é" * 512
    with pytest.raises(BadValue, match="at most 512 characters"):
        asked(("q", "é" * 513))


@pytest.mark.parametrize("name", ["", "Limit", "limit ", "gateways", "cursor'", "x" * 5000])
def test_an_unknown_parameter_is_refused(name: str) -> None:
    """The error names the parameter, shortened, and all that are allowed."""
    with pytest.raises(UnknownParameter, match="Allowed: as_of, author, cap") as caught:
        asked(("limit", "5"), (name, "1"))
    assert len(str(caught.value)) < 800


def test_gateways_add_up() -> None:
    """Repeated gateways are united, in any order and by any name; `all` among them is all."""
    assert asked(("gateway", "bolt"), ("gateway", "acme-inc"), ("gateway", "acme")).gateways == (
        "acme",
        "bolt",
    )
    assert asked(("gateway", "bolt"), ("gateway", "all")) == EVERYTHING


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("limit", "5"), ("limit", "6")),
        (("unique", "true"), ("unique_models", "false")),
        (("q", "one"), ("search", "two")),
        (("sort", "price"), ("sort_by", "name")),
        (("author", "labs"), ("author", "meta")),
    ],
)
def test_two_values_for_one_thing_are_refused(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    """A repeated parameter, or one beside its other name, may only say the same."""
    with pytest.raises(QuestionError, match="given twice"):
        asked(first, second)
    assert asked(first, first) == asked(first)


def test_other_names_mean_the_same() -> None:
    """A question has one spelling, whatever names and order its parameters came in."""
    new = asked(("q", "x"), ("unique", "1"), ("sort", "price"), ("limit", "5"))
    old = asked(("limit", "05"), ("sort_by", "PRICE"), ("unique_models", "true"), ("search", "x "))

    assert new == old
    assert hash(new) == hash(old)


def test_a_sort_beside_text_holds() -> None:
    """Text alone is sorted by relevance; a sort that is asked for wins."""
    assert asked(("q", "x"), ("sort", "id")).sort == "id"
    assert asked(("q", "x")).sort == "relevance"


@given(
    st.lists(
        st.tuples(st.sampled_from([one.name for one in PARAMETERS]) | st.text(), st.text()),
        max_size=6,
    )
)
@example([("limit", "1" * 100_000)])
@example([("gateway", "\x00" * 1000)])
def test_anything_is_a_question_or_a_refusal(given: list[tuple[str, str]]) -> None:
    """No name and no value does anything but make a question or a sentence of bounded length."""
    found = question_or_sentence(*given)

    if isinstance(found, str):
        assert 0 < len(found) < 1000
    else:
        assert found.limit is None or 1 <= found.limit <= 1000
        assert found.sort in ("id", "relevance", *SORTS)


def question_or_sentence(*given: tuple[str, str]) -> Question | str:
    """Return the question that is asked, or why it is none."""
    try:
        return asked(*given)
    except QuestionError as error:
        return str(error)
