"""Modalities have one spelling and one order."""

import pytest

from modeldex.normalize import modalities


@pytest.mark.parametrize(
    ("words", "canonical"),
    [
        (["image", "text"], ("text", "image")),
        (["Text ", "IMAGES", "vision"], ("text", "image")),
        (["pdf", "document", "files"], ("file",)),
        (["video", "audio", "text"], ("text", "audio", "video")),
        (["embeddings"], ("embedding",)),
        (["thermal", "text", "haptic"], ("text", "haptic", "thermal")),
        (["", "text"], ("text",)),
        ([], ()),
    ],
)
def test_modalities_are_told_in_one_order(words: list[str], canonical: tuple[str, ...]) -> None:
    """Synonyms become one word, each once; unknown words come last, in alphabetical order."""
    assert modalities.canonical(words) == canonical


def test_doing_it_twice_changes_nothing() -> None:
    """Every known word's canonical form is its own canonical form."""
    names = [*modalities.ORDER, *modalities._NAMES]

    assert modalities.canonical(modalities.canonical(names)) == modalities.ORDER


@pytest.mark.parametrize(
    ("inputs", "outputs", "arrow"),
    [
        (("text", "image"), ("text",), "text+image->text"),
        (("text",), None, None),
        (None, ("text",), None),
        ((), ("text",), None),
    ],
)
def test_an_arrow_needs_both_sides(
    inputs: tuple[str, ...] | None, outputs: tuple[str, ...] | None, arrow: str | None
) -> None:
    """Where one side is unknown, so is the arrow."""
    assert modalities.arrow(inputs, outputs) == arrow
