"""Normalizing: twice is once, and nothing grows."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from modeldex.domain import ids
from modeldex.domain.listing import Listing
from modeldex.normalize import modalities, text
from modeldex.normalize.listings import normalized
from support import worlds

MARKS = "e\u0301\u0308\ufe0f"
EMOJI = "\u200d\U0001f468\U0001f44b\U0001f3fd\U0001f1e9\U0001f1ea\U000e0067\U000e007f"
AWKWARD = st.text("ab \n" + MARKS + EMOJI, min_size=9, max_size=30) | st.text(max_size=30)


@worlds.LAW
@given(worlds.answers("acme", "acme", "@Bolt"), st.integers(0, 25))
def test_normalizing_twice_changes_nothing(answer: list[Listing], most: int) -> None:
    """Whatever a decoder makes, one pass brings it into its final spelling."""
    once = normalized(answer, most)

    assert normalized(once, most) == once


@worlds.LAW
@given(worlds.answers("acme", "acme", "bolt"))
def test_each_id_is_listed_once(answer: list[Listing]) -> None:
    """No id is lost, and none is there twice."""
    found = [(one.provider, one.provider_model_id) for one in normalized(answer, 20)]

    assert set(found) == {(one.provider, one.provider_model_id) for one in answer}
    assert len(set(found)) == len(found)


@worlds.LAW
@given(AWKWARD, st.integers(1, 8))
def test_bounded_text_is_a_beginning_of_whole_characters(raw: str, most: int) -> None:
    """It is no longer than its bound, and what follows the cut begins a character of its own."""
    clean = text.clean(raw) or "x"
    found = text.bounded(clean, most) or ""
    kept = found.removesuffix("…") if len(clean) > most else found
    rest = clean[len(kept) :]

    assert len(found) <= most
    assert clean.startswith(kept)
    assert not rest or not kept or unicodedata.category(rest[0]) not in {"Mn", "Mc", "Me"}
    assert not rest or not kept or rest[0] not in "\u200d\U0001f3fd\U000e0067\U000e007f"


@worlds.LAW
@given(AWKWARD)
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    """Clean text is clean, and blank text is none."""
    once = text.clean(raw)

    assert text.clean(once) == once
    assert once != ""


@worlds.LAW
@given(st.text("@ A", min_size=3, max_size=6) | st.text("@\tA-_.\u0130\u03a3\u667a", max_size=6))
def test_slugs_are_final(raw: str) -> None:
    """Of providers and of authors: applying it twice changes nothing."""
    assert ids.slug(ids.slug(raw)) == ids.slug(raw)
    assert ids.author_slug(ids.author_slug(raw)) == ids.author_slug(raw)


@worlds.LAW
@given(worlds.WORDS)
def test_modalities_are_final_and_without_order(words: list[str]) -> None:
    """Twice is once, and the order of words means nothing."""
    once = modalities.canonical(words)

    assert modalities.canonical(once) == once
    assert modalities.canonical(reversed(words)) == once
