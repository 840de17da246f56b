"""Values are read for what they are; anything else is unknown."""

from decimal import Decimal

import pytest

from modeldex.sources import values


@pytest.mark.parametrize(
    ("stated", "found"),
    [("a", "a"), ("  a b ", "a b"), ("", None), ("  ", None), (None, None), (7, None), ([], None)],
)
def test_text_is_trimmed_and_blank_text_is_unknown(stated: object, found: str | None) -> None:
    """Only a text that says something is a text."""
    assert values.text(stated) == found


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        (["a", " b "], ("a", "b")),
        ("a, b,,c", ("a", "b", "c")),
        (["a", None, 7, "", {"x": 1}], ("a",)),
        ([], ()),
        (None, None),
        ({"a": 1}, None),
    ],
)
def test_words_come_from_a_list_or_from_commas(
    stated: object, found: tuple[str, ...] | None
) -> None:
    """What is no word is left out; a list without words is empty, not unknown."""
    assert values.texts(stated) == found


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        (128000, 128000),
        pytest.param("128000", 128000, id="text"),
        (Decimal("131072.0"), 131072),
        (Decimal("1.28e5"), 128000),
        (2**53 - 1, 2**53 - 1),
    ],
)
def test_a_positive_whole_number_is_a_count(stated: object, found: int) -> None:
    """A number, its text, and a decimal without a fraction say the same."""
    assert values.count(stated) == found


@pytest.mark.parametrize(
    "stated",
    [
        0, -1, True, None, [], 2**53, 10**40, Decimal("0.5"), Decimal("NaN"), Decimal("Infinity"),
        Decimal("1e99999999999"), "-5", "12.5", "1e3", "words", "\u0663",
        pytest.param("", id="blank"), pytest.param("0", id="zero"),
        pytest.param("9" * 5000, id="digits"),
    ],
)  # fmt: skip
def test_any_other_count_is_unknown(stated: object) -> None:
    """Zero, negative numbers, fractions, words and numbers beyond all limits are unknown."""
    assert values.count(stated) is None


def test_a_flag_is_a_boolean_that_is_stated() -> None:
    """Words and numbers are no flags; what is not stated is the default."""
    assert values.flag(value=True) is True
    assert values.flag("true") is None
    assert values.flag(1, default=False) is False


@pytest.mark.parametrize(
    ("stated", "found"), [("a", "a"), (7, 7), (False, False), (Decimal(1), None), ([], None)]
)
def test_only_plain_values_are_compared_with_declared_ones(stated: object, found: object) -> None:
    """A list, a table or a fraction equals nothing that a declaration can say."""
    assert values.scalar(stated) == found
