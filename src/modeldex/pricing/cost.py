"""What a usage costs: line items, exact, and what is missing where something is unknown.

Amounts are fractions until they are written: an hour's price for ten seconds has no finite
decimals, and nothing is to be rounded twice.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

import msgspec

from modeldex.domain.rate import Meter, Rate
from modeldex.pricing import meters
from modeldex.pricing.conditions import Situation, Unsettled, asked, choose, in_force
from modeldex.pricing.meters import PART_OF, REASONED, TOKENS, WHOLE_OF
from modeldex.pricing.usage import Usage

OWN = "own rate"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One amount of a bill.

    Attributes:
        meter: what was counted.
        quantity: of units of that meter.
        rate: the one that holds; its meter may be another, as *rule* says.
        per: units of *meter* that one unit of the rate stands for: 60 where seconds are billed
            by the minute.
        rule: why this rate.
    """

    meter: Meter
    quantity: Fraction
    rate: Rate
    per: Fraction
    rule: str

    @property
    def amount(self) -> Fraction:
        """US dollars."""
        return self.quantity * Fraction(self.rate.usd) / self.per


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity that has no known price, and what is needed to know it."""

    meter: Meter
    quantity: Fraction
    needed: str


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """What a usage costs at the rates of one offer.

    Attributes:
        rates: the set in force at the moment, without dates.
    """

    lines: tuple[Line, ...]
    missing: tuple[Missing, ...]
    rates: tuple[Rate, ...]

    @property
    def known_total(self) -> Fraction:
        """US dollars of what is known."""
        return sum((line.amount for line in self.lines), Fraction(0))

    @property
    def total(self) -> Fraction | None:
        """US dollars; ``None`` where anything is unknown."""
        return None if self.missing or not self.rates else self.known_total


def bill(
    usage: Usage, rates: Sequence[Rate], situation: Situation, *, parts_as_whole: bool = False
) -> Bill:
    """Return what *usage* costs.

    Args:
        rates: all of an offer, with their conditions, in any order.
        situation: its lengths are taken from the usage.
        parts_as_whole: bill a part without a rate of its own (cached, audio … tokens) as what
            it is part of, instead of calling it missing.
    """
    at = msgspec.structs.replace(
        situation, input_tokens=usage.input_tokens, output_tokens=usage.output_tokens
    )
    book = _Book(in_force(rates, situation.at), at, usage, parts_as_whole=parts_as_whole)
    lines, missing = list[Line](), list[Missing]()
    for meter, quantity in _counted(usage, book):
        try:
            lines.extend(book.lines(meter, quantity))
        except Unsettled as error:
            missing.append(Missing(meter=meter, quantity=quantity, needed=_needed(meter, error)))
    return Bill(lines=tuple(lines), missing=tuple(missing), rates=book.rates)


def _counted(usage: Usage, book: "_Book") -> Iterable[tuple[Meter, Fraction]]:
    """Yield what is billed, in the order of meters; a call is one request unless counted."""
    found = dict(usage.parts)
    if Meter.REQUEST not in found and book.of(Meter.REQUEST):
        found[Meter.REQUEST] = Fraction(1)
    return ((meter, found[meter]) for meter in Meter if found.get(meter))


def _needed(meter: Meter, error: Unsettled) -> str:
    return f"A rate for {meter.value}: {error}."


class _Book:
    """The rates of one offer, asked for one request."""

    def __init__(
        self, rates: tuple[Rate, ...], situation: Situation, usage: Usage, *, parts_as_whole: bool
    ) -> None:
        self.rates, self.situation, self.usage = rates, situation, usage
        self.whole_of = PART_OF | WHOLE_OF if parts_as_whole else PART_OF
        self._by_meter: dict[Meter, list[Rate]] = {}
        for rate in rates:
            self._by_meter.setdefault(rate.meter, []).append(rate)

    def of(self, meter: Meter) -> list[Rate]:
        """Return the rates of a meter that the caller's choices leave."""
        found = asked(self._by_meter.get(meter, ()), self.situation)
        tier = self.situation.service_tier
        # What a tier does not say of tokens is unknown; fees are the same in all tiers.
        if tier is None or meter not in TOKENS:
            return found
        return [one for one in found if one.when.service_tier is not None]

    def lines(self, meter: Meter, quantity: Fraction) -> Iterable[Line]:
        """Return the lines of a quantity.

        Raises:
            Unsettled: no rate can be chosen for it.
        """
        if meter in meters.DURATIONS:
            return [self._duration(meter, quantity)]
        billed, rule = self._billed_as(meter)
        rates = self.of(billed)
        return [
            Line(meter=meter, quantity=part, rate=choose(rates, self.situation, position),
                 per=Fraction(1), rule=self._explained(rule, rates))
            for part, position in self._pieces(meter, quantity, rates)
        ]  # fmt: skip

    def _billed_as(self, meter: Meter) -> tuple[Meter, str]:
        """Return the meter whose rates are taken, and why."""
        found = meter
        while not self.of(found) or self._is_no_surcharge(found):
            whole = self.whole_of.get(found)
            if whole is None or (found is Meter.REASONING and self._is_only_elsewhere(found)):
                raise Unsettled(self._why_none(meter))
            found = whole
        if found is meter:
            return meter, OWN
        return found, f"part of {found.value}: {meter.value} has no rate of its own"

    def _is_no_surcharge(self, meter: Meter) -> bool:
        """Return whether a rate of zero only says that reasoning costs nothing beside output."""
        return (
            meter is Meter.REASONING
            and not any(one.usd for one in self.of(meter))
            and any(one.usd for one in self.of(REASONED))
        )

    def _is_only_elsewhere(self, meter: Meter) -> bool:
        """Return whether the standard has a rate of its own where the asked tier has none."""
        return not self.of(meter) and any(one.usd for one in self._by_meter.get(meter, ()))

    def _why_none(self, meter: Meter) -> str:
        if meter not in self._by_meter:
            return "the source states none"
        if self.situation.service_tier is not None:
            return f"the source states none in the service tier {self.situation.service_tier!r}"
        return "the source states it only for other tiers, regions or options"

    def _explained(self, rule: str, rates: Sequence[Rate]) -> str:
        """Return the rule, and which of the caller's choices the source says nothing of."""
        silent = [
            f"{name.replace('_', ' ')} {wanted!r}"
            for name in ("service_tier", "region")
            if (wanted := getattr(self.situation, name)) is not None
            and all(getattr(one.when, name) is None for one in rates)
        ]
        return f"{rule}; none is stated for {', '.join(silent)}" if silent else rule

    def _duration(self, meter: Meter, quantity: Fraction) -> Line:
        """Return the line of a length of time, which may be sold in another unit of time."""
        kin = [one for one in meters.DURATIONS[meter] if self.of(one)]
        if not kin and self.whole_of.get(meter):
            kin = [one for one in meters.DURATIONS[self.whole_of[meter]] if self.of(one)]
        if not kin:
            raise Unsettled(self._why_none(meter))
        if meter not in kin and len(kin) > 1:
            raise Unsettled(f"it is sold by {' and by '.join(one.value for one in kin)}")
        billed = meter if meter in kin else kin[0]
        rates = self.of(billed)
        rule = OWN if billed is meter else f"sold by the {billed.value}"
        return Line(meter=meter, quantity=quantity, rate=choose(rates, self.situation),
                    per=Fraction(meters.seconds_in(billed), meters.seconds_in(meter)),
                    rule=self._explained(rule, rates))  # fmt: skip

    def _pieces(
        self, meter: Meter, quantity: Fraction, rates: Sequence[Rate]
    ) -> Iterable[tuple[Fraction, int | None]]:
        """Yield how much of a quantity stands from which token of the input on.

        It is cut where a marginal tier begins. A prompt begins with what is read from a cache,
        then comes what is written to one, then the rest; within one of the three nobody knows.
        """
        marks = sorted({
            one.when.min_input_tokens or 0 for one in rates if one.when.marginal
        })  # fmt: skip
        segment = next((one for one in meters.SEGMENTS if meter in one), None)
        if not marks or segment is None:
            yield quantity, None
            return
        before = meters.SEGMENTS[: meters.SEGMENTS.index(segment)]
        start = 1 + sum(self._count(one) for group in before for one in group)
        end = start + sum(self._count(one) for one in segment)
        inside = [mark for mark in marks if start < mark < end]
        if not inside:
            yield quantity, start
        elif end - start != quantity:
            raise Unsettled("it is not known which of its tokens lie above the marginal tier")
        else:
            for low, high in pairwise([start, *inside, end]):
                yield Fraction(high - low), low

    def _count(self, meter: Meter) -> int:
        return int(self.usage.parts.get(meter, 0))
