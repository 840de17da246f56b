"""What may have been meant by a name that means nothing: a bounded look at similar ids."""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import islice
from unicodedata import normalize

import msgspec

from modeldex.snapshot import schema
from modeldex.snapshot.reader import Snapshot

MOST = 5
_WORDS = re.compile(r"[^\W_]+")
LONGEST = 100  # characters of a name that are compared
_MOST_WORDS, _SHORTEST = 6, 2
_PER_LOOK = 40
_LEAST = 0.5  # of likeness, 0 to 1
_WORDED = (
    "select n.body from (select rank from (select rowid as rank, bm25(search, 10.0, 8.0) as score "
    "from search where search match ? limit 2000) order by score, rank limit ?) h "
    "cross join offer_native n on n.rank = h.rank"
)
_BEGUN = (
    "select distinct name from names where name >= ? and name < ? and kind in (?, ?) "
    "order by name limit ?"
)
_LAST = "\U0010ffff"


class _Row(msgspec.Struct):
    id: str
    canonical_slug: str


def nearest(snapshot: Snapshot, name: str) -> list[str]:
    """Return up to ``MOST`` ids of models and offers that are like *name*, the likest first.

    However long or odd *name* is, at most a few hundred ids are read and compared.
    """
    wanted = name[:LONGEST].strip("/").lower()
    scored = [(_likeness(wanted, one), one) for one in _candidates(snapshot, wanted)]
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    return [one for score, one in scored[:MOST] if score >= _LEAST]


def _candidates(snapshot: Snapshot, wanted: str) -> set[str]:
    found: set[str] = set()
    for expression in _expressions(wanted):
        for (body,) in snapshot.rows(_WORDED, (expression, _PER_LOOK)):
            row = msgspec.json.decode(body, type=_Row)
            found |= {row.id, row.canonical_slug}
    for stem in {wanted[:-2], wanted[:-5], wanted[: len(wanted) * 2 // 3]} - {""}:
        values = (stem, stem + _LAST, schema.OFFER, schema.MODEL, _PER_LOOK)
        found.update(one for (one,) in snapshot.rows(_BEGUN, values))
    return found


def _expressions(wanted: str) -> Iterator[str]:
    """Yield what full text looks for: all words of a name, then any of them."""
    words = dict.fromkeys(_WORDS.findall(normalize("NFC", wanted)))
    long = (word for word in words if len(word) >= _SHORTEST)
    said = [f'"{word}"*' for word in islice(long, _MOST_WORDS)]
    for joined in _distinct((" AND ".join(said), " OR ".join(said))):
        yield f"{{id name}} : ({joined})"


def _distinct(texts: Iterable[str]) -> list[str]:
    return [one for one in dict.fromkeys(texts) if one]


def _likeness(wanted: str, other: str) -> float:
    """Return how like two names are, their last parts counting as much as the whole."""
    lower = other[:LONGEST].lower()
    tails = wanted.rpartition("/")[2], lower.rpartition("/")[2]
    return (_ratio(wanted, lower) + _ratio(*tails)) / 2


def _ratio(left: str, right: str) -> float:
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= _LEAST / 2 else 0.0
