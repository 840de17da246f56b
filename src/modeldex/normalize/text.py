"""Text for people, bounded without splitting a character."""

import re
import unicodedata

_JOINER = "\u200d"
_FLAGS = "".join(map(chr, range(0x1F1E6, 0x1F200)))  # regional indicators, two make a flag
# What is no mark and still belongs to the character before it: joiners, Hangul vowels and finals,
# half-width voicing, skin tones, the tags of regional flags.
_FOLLOWERS = re.compile(
    "[\u200c\u200d\u1160-\u11ff\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)
_WORD = 40  # characters within which a word's end is near


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
    word's end where one is near. With room for none it is ``None``.
    """
    if text is None or most == 0:
        return None
    if len(text) <= most:
        return text
    end = most - 1
    while end > 0 and _inside(text, end):
        end -= 1
    blank = text.rfind(" ", max(0, end - _WORD), end + 1)
    return text[: blank if blank > 0 else end].rstrip() + "…"


def _inside(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if before == _JOINER or _FOLLOWERS.match(after) or unicodedata.category(after)[0] == "M":
        return True
    return after in _FLAGS and (at - len(text[:at].rstrip(_FLAGS))) % 2 == 1
