"""What offers are filtered by, as numbers: bits of the words they bear, ranks of exact prices."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from modeldex.domain.listing import Listing
from modeldex.domain.model import Catalog
from modeldex.domain.offer import STATUSES, Offer
from modeldex.domain.rate import Meter
from modeldex.normalize.modalities import arrow
from modeldex.snapshot import schema

_DAY = 86_400
_FREE = {1: "true", 0: "false", None: "unknown"}
_MOST = 2**62  # what a column holds; no question names a number as large
Words = dict[str, frozenset[str]]  # by kind, one of schema.KINDS_OF_WORDS


class Vocabulary:
    """Numbers of words: below ``schema.BITS`` bits of a mask, the most frequent first."""

    def __init__(self, words: Sequence[Words]) -> None:
        counts: dict[str, Counter[str]] = {kind: Counter() for kind in schema.KINDS_OF_WORDS}
        for bearer in words:
            for kind, said in bearer.items():
                counts[kind].update(said)
        self.numbers = {kind: _numbered(found) for kind, found in counts.items()}

    def mask(self, kind: str, said: Iterable[str]) -> int:
        """Return the bits of those words that have one."""
        numbers = self.numbers[kind]
        return sum(1 << numbers[word] for word in said if numbers[word] < schema.BITS)

    def rows(self) -> Iterator[tuple[str, str, int]]:
        """Yield every word: its kind, itself, its number."""
        for kind, numbers in self.numbers.items():
            yield from ((kind, word, number) for word, number in numbers.items())

    def rare(self, words: Sequence[Words]) -> Iterator[tuple[str, int, int]]:
        """Yield who bears a word that has no bit: the word's kind and number, then the rank."""
        for rank, bearer in enumerate(words):
            for kind, said in bearer.items():
                numbers = self.numbers[kind]
                yield from (
                    (kind, numbers[word], rank) for word in said if numbers[word] >= schema.BITS
                )


def words(offers: Sequence[Offer]) -> list[Words]:
    """Return the words that each offer bears; what is unknown or denied is not among them."""
    return [_words(one.facts) for one in offers]


def columns(
    one: Offer, said: Words, vocabulary: Vocabulary, prices: dict[Decimal | None, int], many: int
) -> tuple[int | None, ...]:
    """Return the values of ``schema.TRAITS`` of an offer; ``None`` is unknown.

    Args:
        prices: the number of every price.
        many: how many providers its model has.
    """
    facts = one.facts
    return (
        STATUSES.index(one.status),
        _stored(facts.context_length),
        prices.get(one.prices.get(Meter.INPUT)),
        prices.get(one.prices.get(Meter.OUTPUT)),
        free(one.prices),
        facts.is_private,
        facts.open_weights,
        _day(facts),
        many,
        *(vocabulary.mask(kind, said[kind]) for kind in schema.KINDS_OF_WORDS),
    )


def facets(one: Offer, said: Words, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Yield kind and value of what is counted of an offer: not its author, and no rare words."""
    yield schema.PROVIDER, one.facts.provider
    yield schema.STATUS, one.status
    yield schema.IS_FREE, _FREE[free(one.prices)]
    for kind in schema.WORDS_COUNTED:
        numbers = vocabulary.numbers[kind]
        yield from ((kind, word) for word in said[kind] if numbers[word] < schema.BITS)


def free(prices: dict[Meter, Decimal]) -> int | None:
    """Return 1 for what is stated to cost nothing, 0 for what costs something, else ``None``."""
    if any(prices.values()):
        return 0
    return 1 if {Meter.INPUT, Meter.OUTPUT} <= prices.keys() else None


def came_out(facts: Listing) -> int | None:
    """Return when a model came out, unix seconds: as it is stated, else its release date."""
    if facts.created is not None:
        return facts.created
    try:
        found = datetime.fromisoformat(facts.release_date or "")
    except ValueError:
        return None
    return int(found.replace(tzinfo=UTC).timestamp())


def numbered(catalog: Catalog, standards: Iterable[dict[Meter, Decimal]]) -> list[Decimal]:
    """Return all prices of text tokens that occur, each once, rising; a place is its number.

    Args:
        standards: prices of sets of rates beside those of the offers.
    """
    every = [one.prices for one in catalog.offers]
    every.extend(standards)
    found = {one.get(meter) for one in every for meter in (Meter.INPUT, Meter.OUTPUT)}
    return sorted(price for price in found if price is not None)


def _words(facts: Listing) -> Words:
    inputs, outputs = facts.input_modalities or (), facts.output_modalities or ()
    whole = arrow(facts.input_modalities, facts.output_modalities)
    found: dict[str, Any] = {
        schema.INPUT_MODALITIES: inputs,
        schema.OUTPUT_MODALITIES: outputs,
        schema.MODALITY: {*inputs, *outputs, *([whole] if whole else [])},
        schema.PARAMETERS: facts.supported_parameters or (),
        schema.CAPABILITIES: (name for name, has in facts.capabilities.items() if has),
    }
    return {kind: frozenset(said) for kind, said in found.items()}


def _numbered(counts: Counter[str]) -> dict[str, int]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return {word: number for number, (word, _) in enumerate(ordered)}


def _stored(number: int | None) -> int | None:
    return None if number is None else max(-_MOST, min(number, _MOST))


def _day(facts: Listing) -> int | None:
    came = came_out(facts)
    return None if came is None else _stored(came // _DAY)
