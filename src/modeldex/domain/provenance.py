"""Where a fact comes from, and what is to be doubted about it."""

from typing import Any

import msgspec

OVERRIDE = "override"  # the source of what an operator states
# There are many of these values and no cycles among them: the collector need not look (gc=False).


class Evidence(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who settled one field, and who was not believed.

    Attributes:
        field: its name; one capability is ``capabilities.tools``, all prices are ``rates``.
        source: id of the source whose value holds.
        since: UTC date since which that source's listing says so.
        lost: the sources that said something else, and what; prices as text by meter.
    """

    field: str
    source: str
    since: str | None
    lost: tuple[tuple[str, Any], ...] = ()


class Doubt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What looks wrong about an offer.

    Attributes:
        kind: a word of :data:`KINDS`.
        sentence: what looks wrong, with its numbers, for people.
        said: the sources concerned, each with what it says.
    """

    kind: str
    sentence: str
    said: tuple[tuple[str, str], ...] = ()


# Each kind of doubt, in the order of what is worse, and what it means.
KINDS = {
    "unit_slip": "independent sources differ by a power of ten",
    "out_of_band": "a price per token is over $1,000 per million",
    "wrong_meter": "money of another meter stands in a field of text tokens",
    "zero": "one source says zero, another does not",
    "output_under_input": "output costs less than half of input",
    "stale": "a book says something else than the provider's own answer",
    "disagreement": "independent sources differ",
    "context": "sources differ on the length of the context",
    "cross_reference": "the price is another provider's, by declaration",
    "override_moved": "the price beneath an operator's override has moved",
    "listing": "a source's own answer looked wrong",
}
