"""Meters by what they count."""

from modeldex.domain.rate import Meter

TEXT = frozenset({Meter.INPUT, Meter.OUTPUT})
TOKENS = frozenset({
    *TEXT, Meter.CACHE_READ, Meter.CACHE_WRITE, Meter.CACHE_WRITE_1H, Meter.REASONING,
    Meter.INPUT_IMAGE, Meter.OUTPUT_IMAGE, Meter.INPUT_AUDIO, Meter.OUTPUT_AUDIO,
    Meter.CACHE_READ_AUDIO, Meter.CACHE_READ_IMAGE, Meter.INPUT_VIDEO, Meter.OUTPUT_VIDEO,
    Meter.CITATION,
})  # fmt: skip
UNITS = frozenset(Meter) - TOKENS  # requests, images, seconds …
# What may be mistaken for the price of a text token: tokens of another kind, and whole things.
OTHERS = UNITS | {
    Meter.INPUT_IMAGE, Meter.OUTPUT_IMAGE, Meter.INPUT_AUDIO, Meter.OUTPUT_AUDIO,
    Meter.INPUT_VIDEO, Meter.OUTPUT_VIDEO,
}  # fmt: skip
