"""How values are distributed, to half a percent: counts of logarithmic bins, as DDSketch has.

The bins are those of the ``ddsketch`` library; the counts stand in a plain mapping, which merges
by addition, so that the order and the grouping of values never matter.
"""

from collections.abc import Iterable, Mapping

from ddsketch.mapping import LogarithmicMapping

ACCURACY = 0.005  # relative error of a quantile at most; it leaves two digits of one value right
Sketch = dict[int, int]  # how many values fell into each bin
_BINS = LogarithmicMapping(ACCURACY)
_ZERO = -(2**31)  # the bin of zero, which has no logarithm
_SMALLEST = 1e-3  # of a value that is told from zero: it bounds the number of bins


def of(values: Iterable[float]) -> Sketch:
    """Return the sketch of values, none of them negative."""
    found: Sketch = {}
    for one in values:
        add(found, one)
    return found


def add(sketch: Sketch, value: float) -> None:
    """Count a value, which is not negative."""
    place = _ZERO if value < _SMALLEST else _BINS.key(value)
    sketch[place] = sketch.get(place, 0) + 1


def merge(into: Sketch, other: Mapping[int, int]) -> None:
    """Count all the values of another sketch."""
    for place, count in other.items():
        into[place] = into.get(place, 0) + count


def quantile(sketch: Mapping[int, int], share: float) -> float | None:
    """Return the value below which a share (0 to 1) of the others lie; ``None`` without any."""
    rank = share * (sum(sketch.values()) - 1)
    passed = 0
    for place in sorted(sketch):
        passed += sketch[place]
        if passed > rank:
            return 0.0 if place == _ZERO else _BINS.value(place)
    return None
