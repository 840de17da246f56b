"""Which offers are the same model: exact rules, and nothing by chance."""

from itertools import permutations
from typing import Any

import pytest

from modeldex.merge import identity
from support.catalogs import listing


def key(native: str, **facts: Any) -> str:
    """Return the name by which a native id of the provider acme means its model."""
    return identity.keys(listing("acme", native, **facts)).native


def grouped(*offers: Any) -> dict[str, str]:
    """Return the model id of each offer, told by its provider and native id."""
    found = {f"{one.provider}/{one.provider_model_id}": identity.keys(one) for one in offers}
    return identity.model_ids(found)


@pytest.mark.parametrize(
    ("native", "facts", "expected"),
    [
        ("meta-llama/Llama-3.3-70B", {}, "meta-llama/llama-3.3-70b"),
        ("gpt-4o", {"author": "openai"}, "openai/gpt-4o"),
        ("gpt-4o", {}, "acme/gpt-4o"),
        ("deepseek-ai/DeepSeek-R1", {}, "deepseek/deepseek-r1"),
        ("accounts/fireworks/models/kimi-k2", {"author": "moonshotai"}, "moonshotai/kimi-k2"),
        ("publishers/google/models/gemini-x", {"author": "google"}, "google/gemini-x"),
        ("@cf/meta/llama-3", {}, "meta-llama/llama-3"),
        ("a/b/c", {}, "b/c"),
        ("org/m:free", {}, "org/m:free"),
        ("org/m:Free", {}, "org/m:free"),
        ("amazon.nova-lite-v1:0", {"author": "amazon"}, "amazon/amazon.nova-lite-v1:0"),
        ("org/m:sub", {"via": "sub"}, "org/m"),
        ("org/m:free:sub", {"via": "sub"}, "org/m:free"),
        ("智谱/glm", {}, "acme/glm"),
        ("智谱/glm", {"author": "z-ai"}, "z-ai/glm"),
        ("/m", {}, "acme/m"),
        ("org/m/", {}, "org/m"),
    ],
)
def test_a_native_id_means_a_model(native: str, facts: dict[str, Any], expected: str) -> None:
    """Known prefixes fall away, authors get their one name, variants stay apart."""
    assert key(native, **facts) == expected


def test_the_same_repository_is_the_same_model() -> None:
    """Offers of several providers join by their Hugging Face id, and are called by it."""
    found = grouped(
        listing("acme", "llama-big", hugging_face_id="meta-llama/Llama-3.3-70B"),
        listing("bolt", "Meta-Llama-70B-fast", hugging_face_id="meta-llama/Llama-3.3-70B"),
        listing("core", "meta-llama/llama-3.3-70b"),
    )

    assert set(found.values()) == {"meta-llama/llama-3.3-70b"}


def test_two_ids_of_one_provider_may_be_one_model() -> None:
    """A provider that serves one repository under two ids offers one model twice."""
    found = grouped(
        listing("acme", "r1", hugging_face_id="deepseek-ai/DeepSeek-R1"),
        listing("acme", "r1-turbo", hugging_face_id="deepseek-ai/DeepSeek-R1"),
    )

    assert found == {"acme/r1": "deepseek/deepseek-r1", "acme/r1-turbo": "deepseek/deepseek-r1"}


def test_the_same_canonical_slug_is_the_same_model() -> None:
    """A source's own name for the thing itself joins what it lists under two ids."""
    found = grouped(
        listing("acme", "org/m-05-06", canonical_slug="org/m-03-25"),
        listing("acme", "org/m-latest", canonical_slug="org/m-03-25"),
        listing("bolt", "org/m-03-25"),
    )

    assert set(found.values()) == {"org/m-03-25"}


def test_names_join_over_several_steps() -> None:
    """A shares a name with b, and b another with c: all three are one model."""
    found = grouped(
        listing("acme", "x/one", hugging_face_id="org/m"),
        listing("bolt", "y/two", hugging_face_id="org/m", canonical_slug="z/three"),
        listing("core", "z/three"),
    )

    assert set(found.values()) == {"org/m"}


@pytest.mark.finding("X04")
def test_variants_are_models_of_their_own() -> None:
    """Who calls :free or :thinking gets something else, even of the same repository."""
    facts = {"hugging_face_id": "org/m", "canonical_slug": "org/m"}
    found = grouped(*(listing("acme", f"org/m{tail}", **facts) for tail in ("", ":free", ":x")))

    assert found == {"acme/org/m": "org/m", "acme/org/m:free": "org/m:free", "acme/org/m:x":
                     "org/m:x"}  # fmt: skip


@pytest.mark.finding("X05")
def test_a_display_name_joins_nothing() -> None:
    """Two models of one display name are two models."""
    found = grouped(
        listing("acme", "big", name="Llama 70B"), listing("bolt", "large", name="Llama 70B")
    )

    assert found == {"acme/big": "acme/big", "bolt/large": "bolt/large"}


def test_a_short_id_is_its_providers_own() -> None:
    """Without an author, equal ids of two providers prove nothing."""
    found = grouped(listing("acme", "chat"), listing("bolt", "chat"))

    assert found == {"acme/chat": "acme/chat", "bolt/chat": "bolt/chat"}


def test_a_slug_without_an_author_joins_no_strangers() -> None:
    """A canonical slug that names no author counts within its provider only."""
    found = grouped(
        listing("acme", "a", canonical_slug="chat"), listing("bolt", "b", canonical_slug="chat")
    )

    assert found["acme/a"] != found["bolt/b"]


def test_a_model_is_called_by_its_repository() -> None:
    """The Hugging Face id names the model even where a native name comes first in order."""
    found = grouped(
        listing("acme", "aaa/aaa", hugging_face_id="org/m"),
        listing("bolt", "bbb/bbb", canonical_slug="aaa/aaa"),
    )

    assert set(found.values()) == {"org/m"}


def test_without_a_repository_the_first_native_name_is_the_models() -> None:
    """In alphabetical order; a name that no provider's id bears is not chosen."""
    found = grouped(
        listing("acme", "org/z", canonical_slug="org/a"),
        listing("bolt", "org/y", canonical_slug="org/a"),
    )

    assert set(found.values()) == {"org/y"}


def test_the_order_of_offers_does_not_matter() -> None:
    """Every order of the same offers gives the same models."""
    offers = (
        listing("acme", "x/one", hugging_face_id="org/m"),
        listing("bolt", "y/two", hugging_face_id="org/n", canonical_slug="x/one"),
        listing("core", "z/three", canonical_slug="y/two"),
        listing("dune", "x/one"),
    )
    found = {tuple(sorted(grouped(*order).items())) for order in permutations(offers)}

    assert len(found) == 1


def test_all_names_are_told() -> None:
    """An offer's names are its native one, its repository's and its slug's."""
    facts = listing("acme", "x/one", hugging_face_id="Org/M", canonical_slug="org/m-1")

    assert identity.keys(facts).names == ("x/one", "org/m", "org/m-1")
    assert identity.keys(listing("acme", "x/one")).names == ("x/one",)
