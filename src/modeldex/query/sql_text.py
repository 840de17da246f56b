"""Texts as full-text expressions."""

import re
from unicodedata import normalize

from modeldex.query.table import MOST_WORDS

_WORDS = re.compile(r"[^\W_]+")
_WEIGHTS = "10.0, 8.0, 4.0, 1.0"  # of id, name, author and description


def match(text: str) -> str:
    """Return *text* as a full-text expression: its words, as prefixes, nothing but words.

    Text without a word matches nothing. A word that begins another one asks for nothing more.
    """
    every = dict.fromkeys(_WORDS.findall(normalize("NFC", text.lower())))
    words = [one for one in every if not any(o != one and o.startswith(one) for o in every)]
    return " ".join(f'"{word}"*' for word in words[:MOST_WORDS]) or '""'


def hits(*, scored: bool) -> str:
    """Return the table of what a text is found in, as ``h``.

    It is materialised, since a score exists only where the full-text table itself is read. The
    score is most of the work of a search, so it is left out where nothing is sorted by it.
    """
    score = f", bm25(search, {_WEIGHTS}) as score" if scored else ""
    return f"(select rowid as rank{score} from search where search match ? limit -1) h"
