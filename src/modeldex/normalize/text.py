"""Text for people, bounded without splitting a character."""

import unicodedata

_JOINERS = "\u200d"


def clean(text: str | None) -> str | None:
    """Return *text* without control characters and outer blanks; blank text is ``None``."""
    if not text:
        return None
    if not text.isprintable():
        text = "".join(
            c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")
        )
    return text.strip() or None


def bounded(text: str | None, most: int) -> str | None:
    """Return *text* cut to at most *most* characters, an ellipsis included.

    Never between a letter and its accents, inside a joined emoji, or inside a flag's pair; at a
    word's end where one is near.
    """
    if text is None or len(text) <= most:
        return text
    end = max(most - 1, 0)
    while end > 0 and _inside(text, end):
        end -= 1
    blank = text.rfind(" ", max(0, end - 40), end + 1)
    return text[: blank if blank > 0 else end].rstrip() + "…"


def _inside(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if unicodedata.combining(after) or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return True
    if _JOINERS in (before, after) or 0x1F3FB <= ord(after) <= 0x1F3FF:  # noqa: PLR2004 - skin
        return True
    return _is_flag(before) and _is_flag(after) and _flags_before(text, at) % 2 == 1


def _is_flag(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF  # noqa: PLR2004 - regional indicators


def _flags_before(text: str, at: int) -> int:
    count = 0
    while at > count and _is_flag(text[at - count - 1]):
        count += 1
    return count
