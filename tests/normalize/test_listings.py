"""All listings of one answer, in one spelling, one per id."""

from typing import Any

import pytest

from modeldex.domain.listing import Listing
from modeldex.normalize.listings import normalized
from support.catalogs import listing, priced

DATE = 1_763_900_000


def one(**facts: Any) -> Listing:
    """Return the only listing that a listing with these facts becomes."""
    found = normalized([listing("acme", "m", **facts)], 2000)
    assert len(found) == 1
    return found[0]


def together(*several: dict[str, Any]) -> Listing:
    """Return the one listing that several of the same id become."""
    (found,) = normalized([listing("acme", "m", **facts) for facts in several], 2000)
    return found


@pytest.mark.parametrize(
    ("facts", "field", "expected"),
    [
        ({"name": " Model\x00 One "}, "name", "Model One"),
        ({"name": "x" * 300}, "name", "x" * 199 + "…"),
        ({"description": " \n "}, "description", None),
        ({"description": "d" * 3000}, "description", "d" * 1999 + "…"),
        ({"author": "@Meta Llama"}, "author", "meta-llama"),
        ({"author": "library"}, "author", None),
        ({"author": "someone@example.org"}, "author", None),
        ({"author": "智谱"}, "author", None),
        ({"author": ""}, "author", None),
        ({"hugging_face_id": " https://huggingface.co/org/Name/ "}, "hugging_face_id", "org/Name"),
        ({"hugging_face_id": "https://huggingface.co/api/models/org/Name"}, "hugging_face_id",
         "org/Name"),
        ({"hugging_face_id": "Name"}, "hugging_face_id", None),
        ({"hugging_face_id": "org/Name/tree"}, "hugging_face_id", None),
        ({"hugging_face_id": "see our site / docs"}, "hugging_face_id", None),
        ({"hugging_face_id": "/\torg/Name"}, "hugging_face_id", None),
        ({"input_modalities": ("image", "Text")}, "input_modalities", ("text", "image")),
        ({"output_modalities": ()}, "output_modalities", None),
        ({"supported_parameters": ("tools", "seed", "tools")}, "supported_parameters",
         ("seed", "tools")),
        ({"aliases": ("b", "a", "m", "b")}, "aliases", ("a", "b")),
        ({"logo_url": "javascript:alert(1)"}, "logo_url", None),
        ({"logo_url": "https://acme.example/logo.png"}, "logo_url",
         "https://acme.example/logo.png"),
        ({"capabilities": {"vision": True, "tools": False}}, "capabilities",
         {"tools": False, "vision": True}),
        ({"input_modalities": ("text", "image")}, "capabilities", {"vision": True}),
        ({"input_modalities": ("text",), "capabilities": {"vision": True}}, "capabilities",
         {"vision": True}),
        ({}, "capabilities", {}),
    ],
    ids=repr,
)  # fmt: skip
def test_a_fact_is_told_in_one_way(facts: dict[str, Any], field: str, expected: object) -> None:
    """Each field has one spelling; what says nothing, or is none of its kind, is unknown."""
    assert getattr(one(**facts), field) == expected


@pytest.mark.finding("ME-M4")
def test_a_provider_is_a_slug() -> None:
    """A book's spelling of a provider does not make another provider."""
    assert [found.provider for found in normalized([listing("@Acme", "m")], 10)] == ["acme"]


@pytest.mark.finding("X04")
def test_an_id_is_never_cleaned() -> None:
    """An id is what the call takes: its case, signs and variants stay, whatever its name is."""
    ids = ["M", "m", "m:free", "m:thinking", "@cf/m", "m (beta)"]
    found = normalized([listing("acme", native, name="M") for native in ids], 2000)

    assert [row.provider_model_id for row in found] == ids


@pytest.mark.finding("ME-M2")
@pytest.mark.parametrize("most", [0, 1, 7, 100])
def test_a_description_keeps_to_its_setting(most: int) -> None:
    """The bound is the caller's; with none there is no description."""
    long = "Ein Mod\u0065\u0308ll. " * 50
    (found,) = normalized([listing("acme", "m", description=long)], most)

    assert len(found.description or "") <= most
    assert (found.description is None) == (most == 0)


def test_one_date_on_every_row_is_none() -> None:
    """The time of the request, stamped on all rows, is nobody's date."""
    rows = [listing("acme", f"m{number}", created=DATE + number) for number in range(5)]

    assert {row.created for row in normalized(rows, 2000)} == {None}


def test_dates_that_differ_are_kept() -> None:
    """Rows without a date do not spoil those of the others."""
    rows = [
        listing("acme", "a", created=DATE),
        listing("acme", "b"),
        listing("acme", "c", created=DATE + 86_400),
    ]

    assert [row.created for row in normalized(rows, 2000)] == [DATE, None, DATE + 86_400]


def test_rows_keep_their_order_and_an_id_its_first_place() -> None:
    """One listing per provider and id, where the id appeared first."""
    ids = ["b", "a", "b", "c", "a"]
    found = normalized([listing("acme", native) for native in ids], 2000)

    assert [row.provider_model_id for row in found] == ["b", "a", "c"]


def test_the_same_id_of_another_provider_is_another_listing() -> None:
    """A book speaks of many providers; their ids do not mix."""
    rows = [listing(slug, "m", source="book", name=slug) for slug in ("acme", "bolt")]

    assert [row.name for row in normalized(rows, 2000)] == ["acme", "bolt"]


def test_listed_twice_alike_is_listed_once() -> None:
    """Equal rows are one row without a doubt."""
    found = together({"name": "M", "context_length": 10}, {"name": "M", "context_length": 10})

    assert found == one(name="M", context_length=10)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", ("A", "B")),
        ("context_length", (10, 20)),
        ("is_private", (False, True)),
        ("status", ("available", "deprecated")),
    ],
)
def test_where_two_rows_of_an_id_differ_nothing_is_known(
    field: str, values: tuple[object, object]
) -> None:
    """A contradiction is null, with a doubt that names the field."""
    found = together({field: values[0]}, {field: values[1]})

    assert getattr(found, field) is None
    assert found.doubts == (f"listed twice with different {field}",)


def test_a_third_row_does_not_settle_a_contradiction() -> None:
    """What two rows dispute stays unknown, however many more repeat one of them."""
    found = together({"context_length": 10}, {"context_length": 20}, {"context_length": 10})

    assert found.context_length is None


def test_prices_that_differ_are_no_price() -> None:
    """Two prices for one id are unknown; they are neither averaged nor chosen between."""
    rows = [priced("acme", "m", "0.1", "0.2"), priced("acme", "m", "0.1", "0.3")]
    (found,) = normalized(rows, 2000)

    assert found.rates == ()
    assert found.doubts == ("listed twice with different rates",)


def test_what_one_row_leaves_out_the_other_says() -> None:
    """Silence contradicts nothing."""
    found = together({"name": "M"}, {"context_length": 10, "is_private": False})

    assert (found.name, found.context_length, found.is_private) == ("M", 10, False)
    assert found.doubts == ()


def test_lists_of_two_rows_are_united() -> None:
    """Aliases, parameters and modalities of one id are those of all its rows, in one order."""
    found = together(
        {"also": tuple("gfedcba"), "doubts": tuple("zyxwvu")},
        {"also": tuple("nmlkjih")},
        {"aliases": ("a",), "supported_parameters": ("seed",), "input_modalities": ("image",)},
        {"aliases": ("b",), "supported_parameters": ("stop",), "input_modalities": ("text",)},
    )

    assert found.aliases == ("a", "b")
    assert (found.also, found.doubts) == (tuple("abcdefghijklmn"), tuple("uvwxyz"))
    assert found.supported_parameters == ("seed", "stop")
    assert found.input_modalities == ("text", "image")


def test_what_was_united_has_the_final_spelling() -> None:
    """What follows from the united lists is said at once, not after another pass."""
    found = together({"input_modalities": ("Text",)}, {"input_modalities": ("images",)})

    assert found.capabilities == {"vision": True}
    assert normalized([found], 2000) == (found,)


def test_capabilities_are_kept_where_nobody_contradicts() -> None:
    """A disputed capability is unknown, and costs no other."""
    found = together(
        {"capabilities": {"tools": True, "reasoning": True}},
        {"capabilities": {"tools": False, "streaming": True}},
    )

    assert found.capabilities == {"reasoning": True, "streaming": True}
    assert found.doubts == ("listed twice with different capabilities",)


def test_doubts_of_a_source_are_kept() -> None:
    """What a decoder doubted is still doubted after two rows became one."""
    found = together({"doubts": ("odd unit",)}, {"name": "M", "doubts": ("odd id",)})

    assert found.doubts == ("odd id", "odd unit")


def test_nothing_else_is_touched() -> None:
    """Facts that need no spelling go through as they are."""
    plain = listing(
        "acme", "m", also=("x",), created=DATE, canonical_slug="a/b", context_length=1,
        max_output_tokens=2, tokenizer="T", instruct_type="i", status="deprecated",
        is_private=True, open_weights=False, expiration_date="2026-01-01", via="sub",
    )  # fmt: skip

    assert normalized([plain], 2000) == (plain,)
