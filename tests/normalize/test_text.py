"""Text for people is bounded, and never cut inside a character."""

import pytest

from modeldex.normalize import text

ACUTE, RING = "\u0301", "\u030a"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # man, woman, girl, joined
WAVE = "\U0001f44b\U0001f3fd"  # a hand and its skin
GERMANY, FRANCE = "\U0001f1e9\U0001f1ea", "\U0001f1eb\U0001f1f7"
WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
HEART = "\u2764\ufe0f"
KEYCAP = "1\ufe0f\u20e3"
HAN = "\u1112\u1161\u11ab"  # one syllable of three letters
NI = "\u0928\u093f"  # a letter and its vowel sign
GA = "\uff76\uff9e"  # a half-width letter and its voicing


@pytest.mark.finding("ME-M2")
@pytest.mark.parametrize(
    "character",
    ["e" + ACUTE, "a" + RING + ACUTE, FAMILY, WAVE, GERMANY, WALES, HEART, KEYCAP, HAN, NI, GA],
    ids=ascii,
)
def test_a_cut_never_falls_inside_a_character(character: str) -> None:
    """Wherever the bound falls, a character of several code points stays whole or goes."""
    whole = "xy" + character + "z" * 20

    for most in range(3, len(character) + 5):
        kept = text.bounded(whole, most)
        assert kept is not None
        assert len(kept) <= most
        assert kept.removesuffix("…") in {"x", "xy", *_from(whole, 2 + len(character))}


def _from(whole: str, start: int) -> set[str]:
    return {whole[:end] for end in range(start, len(whole))}


def test_flags_are_kept_in_pairs() -> None:
    """In a row of flags the cut falls between two of them."""
    flags = "x" + GERMANY + FRANCE + GERMANY

    cuts = [text.bounded(flags, most) for most in range(2, 7)]

    assert cuts == ["x…", "x…", f"x{GERMANY}…", f"x{GERMANY}…", f"x{GERMANY}{FRANCE}…"]


@pytest.mark.finding("ME-M2")
@pytest.mark.parametrize("most", [1, 2, 10, 39, 40, 41, 99, 2000])
def test_text_is_never_longer_than_its_bound(most: int) -> None:
    """The ellipsis counts, too."""
    assert len(text.bounded("word " * 1000, most) or "") <= most


def test_a_bound_of_none_leaves_nothing() -> None:
    """With room for no character there is no text, not even an ellipsis."""
    assert text.bounded("words", 0) is None


def test_a_cut_is_at_the_end_of_a_word() -> None:
    """A word is left out rather than cut, and no blank stands before the ellipsis."""
    assert text.bounded("the quick  brown fox", 14) == "the quick…"
    assert text.bounded("the quick brown fox", 16) == "the quick brown…"


def test_a_word_longer_than_the_bound_is_cut() -> None:
    """Where no word ends nearby, the bound itself decides."""
    assert text.bounded("word " + "x" * 100, 60) == "word " + "x" * 54 + "…"


def test_a_single_endless_character_leaves_the_ellipsis() -> None:
    """A letter with a thousand accents, or accents without one, fit no bound and are not cut."""
    assert text.bounded("e" + ACUTE * 1000, 10) == "…"
    assert text.bounded(ACUTE * 1000, 10) == "…"


@pytest.mark.parametrize("fits", [None, "", "short", "e" + ACUTE])
def test_what_fits_is_unchanged(fits: str | None) -> None:
    """A text within its bound is the same text."""
    assert text.bounded(fits, 5) == fits


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  a b \n", "a b"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("one\n\ttwo", "one\n\ttwo"),
        ("cut \ud83d", "cut"),
        (FAMILY, FAMILY),
        ("\x00 a", "a"),
        (" \x00 ", None),
        ("", None),
        (None, None),
    ],
    ids=ascii,
)
def test_text_has_no_control_characters(raw: str | None, clean: str | None) -> None:
    """Controls, halves of surrogates and outer blanks go; line ends, tabs and joiners stay."""
    assert text.clean(raw) == clean
    assert text.clean(clean) == clean
