"""From several listings of one thing to one, by the table of precedence."""

from typing import Any

import pytest

from modeldex.domain.listing import Listing
from modeldex.merge.fold import common, fold, of_model
from modeldex.merge.precedence import BOOK, OWN, OWN_ONLY, PRECEDENCE
from support.catalogs import listing

VALUES: dict[str, tuple[Any, Any]] = {
    "aliases": (("a",), ("b",)),
    "created": (1, 2),
    "context_length": (1, 2),
    "max_output_tokens": (1, 2),
    "input_modalities": (("text",), ("image",)),
    "output_modalities": (("text",), ("image",)),
    "supported_parameters": (("a",), ("b",)),
    "capabilities": ({"a": True}, {"a": False}),
    "is_private": (True, False),
    "open_weights": (False, True),
}
NOT_FOLDED = {"source", "provider", "provider_model_id", "also", "rates", "doubts"}


def a_book(**facts: Any) -> Listing:
    """Return a book's entry."""
    return listing("acme", "m", source="book", **facts)


def an_own(**facts: Any) -> Listing:
    """Return a listing of the provider's own."""
    return listing("acme", "m", **facts)


def test_every_field_has_its_precedence() -> None:
    """A new field of listings must be given a line in the table, or be left out on purpose."""
    assert set(PRECEDENCE) | NOT_FOLDED == set(Listing.__struct_fields__)
    assert set().union(*(voice.kinds for voice in PRECEDENCE.values())) == {OWN, BOOK}


@pytest.mark.parametrize("field", PRECEDENCE)
def test_the_provider_speaks_first(field: str) -> None:
    """Where the provider's own list says something, a book cannot contradict it."""
    first, second = VALUES.get(field, ("first", "second"))
    found = fold([an_own(**{field: first})], [a_book(**{field: second})])

    assert getattr(found, field) == first


@pytest.mark.parametrize("field", PRECEDENCE)
def test_a_book_fills_what_the_provider_leaves_open(field: str) -> None:
    """Unless the table says that only the provider may speak."""
    _, second = VALUES.get(field, ("first", "second"))
    found = getattr(fold([an_own()], [a_book(), a_book(**{field: second})]), field)

    assert (found == second) is (PRECEDENCE[field].kinds != OWN_ONLY)
    assert (found == getattr(an_own(), field)) is (PRECEDENCE[field].kinds == OWN_ONLY)


@pytest.mark.parametrize("field", PRECEDENCE)
def test_two_books_without_a_provider_keep_every_kind_of_value(field: str) -> None:
    """Where books alone speak, an empty list is still a list and not a null."""
    found = fold([], [a_book(), a_book()])

    assert getattr(found, field) == getattr(a_book(), field)


def test_the_stronger_of_two_lists_speaks_first() -> None:
    """Each field is decided for itself."""
    strong, weak = an_own(name="A"), an_own(name="B", tokenizer="T")
    found = fold([strong, weak], [])

    assert (found.name, found.tokenizer) == ("A", "T")


def test_false_is_something_said() -> None:
    """False from the provider is an answer, not an absence."""
    found = fold([an_own(open_weights=False)], [a_book(open_weights=True)])

    assert found.open_weights is False


@pytest.mark.finding("ME-H4")
def test_capabilities_are_united_key_by_key() -> None:
    """The provider's word on one capability silences a book on that one only."""
    found = fold(
        [an_own(capabilities={"tools": False})],
        [a_book(capabilities={"tools": True, "vision": True})],
    )

    assert found.capabilities == {"tools": False, "vision": True}
    assert list(found.capabilities) == ["tools", "vision"]


def test_one_listing_is_itself() -> None:
    """Nothing is changed where nothing is to be merged."""
    alone = a_book(aliases=("x",), name="M")

    assert fold([], [alone]) is alone


@pytest.mark.finding("ME-H4")
def test_a_model_can_what_one_of_its_offers_can() -> None:
    """True when any offer has it, false when none has and one says so, else unknown."""
    found = of_model([
        an_own(capabilities={"tools": False, "reasoning": True, "vision": False}),
        an_own(capabilities={"tools": True, "reasoning": False}),
    ])  # fmt: skip

    assert found.capabilities == {"reasoning": True, "tools": True, "vision": False}


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (("deprecated", "deprecated"), "deprecated"),
        (("deprecated", None), None),
        ((None, "deprecated"), None),
        ((None,), None),
    ],
)
def test_a_model_has_a_status_only_if_all_offers_share_it(
    statuses: tuple[str | None, ...], status: str | None
) -> None:
    """One provider's deprecation is not the model's."""
    assert of_model([an_own(status=one) for one in statuses]).status == status


def test_a_model_is_run_by_nobody_in_particular() -> None:
    """Through whom one offer goes is no fact of the model."""
    assert of_model([an_own(via="sub")]).via is None


@pytest.mark.parametrize(
    "field", ["expiration_date", "deprecation_date", "successor", "aliases", "is_private"]
)
def test_what_holds_for_one_provider_is_no_fact_of_the_model(field: str) -> None:
    """Its shutdown, its replacement and its names are its own."""
    first, _ = VALUES.get(field, ("first", "second"))

    assert not getattr(of_model([an_own(**{field: first})]), field)


def test_what_all_offers_have_is_told_from_what_any_has() -> None:
    """True when all say so, false when one denies it, unknown while one is silent."""
    found = common([
        an_own(capabilities={"tools": True, "vision": True, "reasoning": False}),
        an_own(capabilities={"tools": True, "reasoning": True}),
    ])  # fmt: skip

    assert found == {"reasoning": False, "tools": True}
    assert common([]) == {}


@pytest.mark.parametrize(
    ("field", "winner"), [("name", "models-dev"), ("knowledge_cutoff", "models-dev")]
)
def test_among_books_the_one_that_knows_the_subject_speaks(field: str, winner: str) -> None:
    """Whatever its name, and whatever the order in which the books are read."""
    books = [
        listing("acme", "m", source=name, **{field: name})
        for name in ("a-book", "genai-prices", "litellm", "models-dev")
    ]

    assert getattr(fold([], books), field) == winner
    assert getattr(fold([an_own()], books[::-1]), field) == winner
    assert getattr(fold([], books[:2]), field) == "genai-prices"
