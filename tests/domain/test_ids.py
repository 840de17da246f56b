"""Names of things: one spelling for slugs, ids as the provider's call takes them."""

import pytest

from modeldex.domain import ids


@pytest.mark.finding("ME-M4")
@pytest.mark.parametrize(
    "written", ["google", "@google", "@Google", "GOOGLE", " @ Google ", "@@google", "@ @google\n"]
)
def test_every_spelling_of_a_provider_is_one_slug(written: str) -> None:
    """Case, a leading @ and blanks do not make another provider."""
    assert ids.slug(written) == "google"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Meta Llama", "meta-llama"),
        ("01.AI", "01-ai"),
        ("@Z.ai ", "z-ai"),
        ("nous_research", "nous-research"),
        ("-odd--name-", "odd-name"),
        ("智谱", ""),
    ],
)
def test_an_author_is_a_slug(name: str, slug: str) -> None:
    """An author's slug has lower-case letters, digits and single dashes."""
    assert ids.author_slug(name) == slug


@pytest.mark.parametrize(
    "native", ["gpt-4o", "meta-llama/Llama-3:free", "@cf/meta/llama", "amazon.nova-lite-v1:0"]
)
def test_an_offer_is_called_as_its_provider_calls_it(native: str) -> None:
    """The provider's own id stands in the offer's id unchanged, behind who serves it."""
    assert ids.offer_id("acme", native) == f"acme/{native}"


@pytest.mark.finding("X04")
@pytest.mark.parametrize(
    ("native", "parts"),
    [
        ("a", ("a", "")),
        ("a:free", ("a", "free")),
        ("a:Thinking", ("a", "thinking")),
        ("org/a:free", ("org/a", "free")),
        ("amazon.nova-lite-v1:0", ("amazon.nova-lite-v1:0", "")),
        ("amazon.nova-lite-v1:0:300k", ("amazon.nova-lite-v1:0", "300k")),
        ("x:y/z", ("x:y/z", "")),
        (":free", (":free", "")),
        ("a:", ("a", "")),
        ("", ("", "")),
    ],
)
def test_a_variant_is_what_follows_the_last_colon(native: str, parts: tuple[str, str]) -> None:
    """A version's number after a colon belongs to the name; so does a colon inside a path."""
    assert ids.split_variant(native) == parts
