"""How meters belong together: what is part of what, and which count the same."""

from modeldex.domain.rate import Meter

REASONED = Meter.OUTPUT
# Always billed as the whole where no rate of its own is stated.
PART_OF = {Meter.REASONING: Meter.OUTPUT, Meter.CITATION: Meter.OUTPUT}
# Billed as the whole only where the caller says so.
WHOLE_OF = {
    Meter.CACHE_READ: Meter.INPUT,
    Meter.CACHE_WRITE: Meter.INPUT,
    Meter.CACHE_WRITE_1H: Meter.CACHE_WRITE,
    Meter.CACHE_WRITE_12H: Meter.CACHE_WRITE,
    Meter.CACHE_READ_AUDIO: Meter.CACHE_READ,
    Meter.CACHE_READ_IMAGE: Meter.CACHE_READ,
    Meter.INPUT_IMAGE: Meter.INPUT,
    Meter.INPUT_AUDIO: Meter.INPUT,
    Meter.INPUT_VIDEO: Meter.INPUT,
    Meter.OUTPUT_IMAGE: Meter.OUTPUT,
    Meter.OUTPUT_AUDIO: Meter.OUTPUT,
    Meter.OUTPUT_VIDEO: Meter.OUTPUT,
    Meter.INPUT_SECOND: Meter.SECOND,
    Meter.INPUT_MINUTE: Meter.MINUTE,
    Meter.INPUT_HOUR: Meter.HOUR,
    Meter.ANNOTATED_PAGE: Meter.PAGE,
}
READ = (Meter.CACHE_READ, Meter.CACHE_READ_AUDIO, Meter.CACHE_READ_IMAGE)
WRITTEN = (Meter.CACHE_WRITE, Meter.CACHE_WRITE_1H, Meter.CACHE_WRITE_12H)
FRESH = (Meter.INPUT, Meter.INPUT_IMAGE, Meter.INPUT_AUDIO, Meter.INPUT_VIDEO)
SEGMENTS = (READ, WRITTEN, FRESH)  # of a prompt, in their order
INPUTS = (*READ, *WRITTEN, *FRESH)
OUTPUTS = (
    Meter.OUTPUT, Meter.REASONING, Meter.OUTPUT_IMAGE, Meter.OUTPUT_AUDIO, Meter.OUTPUT_VIDEO,
    Meter.CITATION,
)  # fmt: skip
TEXT = frozenset({Meter.INPUT, Meter.OUTPUT})
TOKENS = frozenset((*INPUTS, *OUTPUTS))
UNITS = frozenset(Meter) - TOKENS  # requests, images, seconds …
# What may be mistaken for the price of a text token: tokens of another kind, and whole things.
OTHERS = UNITS | {
    Meter.INPUT_IMAGE, Meter.OUTPUT_IMAGE, Meter.INPUT_AUDIO, Meter.OUTPUT_AUDIO,
    Meter.INPUT_VIDEO, Meter.OUTPUT_VIDEO,
}  # fmt: skip
_SECONDS = {
    Meter.SECOND: 1, Meter.MINUTE: 60, Meter.HOUR: 3600,
    Meter.INPUT_SECOND: 1, Meter.INPUT_MINUTE: 60, Meter.INPUT_HOUR: 3600,
}  # fmt: skip
_ANY = (Meter.SECOND, Meter.MINUTE, Meter.HOUR)
_HEARD = (Meter.INPUT_SECOND, Meter.INPUT_MINUTE, Meter.INPUT_HOUR)
# Lengths of time, with the meters that count the same thing in another unit.
DURATIONS = dict.fromkeys(_ANY, _ANY) | dict.fromkeys(_HEARD, _HEARD)


def seconds_in(meter: Meter) -> int:
    """Return how long one unit of a duration is."""
    return _SECONDS[meter]
