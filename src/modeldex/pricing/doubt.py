"""What looks wrong about an offer's prices and limits, given all that is said about it. Pure.

Amounts are compared for text tokens in and out, each other claim with the one that holds; the
kinds of doubts are those of :data:`modeldex.domain.provenance.KINDS`.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from modeldex.domain import decimals
from modeldex.domain.provenance import KINDS, Doubt
from modeldex.domain.rate import Meter
from modeldex.pricing import meters
from modeldex.pricing.resolve import Claim, Resolution
from modeldex.pricing.witness import OWN

_MILLION = 1_000_000
_MOST = Decimal(1000) / _MILLION  # US dollars for a token
_DEAR = Decimal(100) / _MILLION  # for a token; what a request may well cost
_ALIKE = Decimal("0.005")  # a share of the larger amount
_POWER = Decimal("0.02")
_CONTEXTS_ALIKE = Decimal("0.05")  # 128,000 and 131,072 are the same limit in two spellings
_NOTHING = Decimal(0)
_HUGE = 1000  # no price moves so many times
_ORDER = {kind: place for place, kind in enumerate(KINDS)}
Origin = Callable[[str], str]
Limit = tuple[str, int]  # a source and the context length that it states


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """What is to be doubted about an offer.

    Attributes:
        witnesses: independent sources that state what text tokens cost.
        agreed: whether all that state a price state the same.
    """

    doubts: tuple[Doubt, ...]
    witnesses: int
    agreed: bool


SOUND = Judgement((), 0, agreed=True)
_SOUND_ALONE = Judgement((), 1, agreed=True)


def judge(
    resolved: Resolution, limits: Sequence[Limit], origin: Origin, noted: Sequence[str] = ()
) -> Judgement:
    """Return the doubts about an offer, the worst first.

    Args:
        limits: the context lengths that are stated, the one that holds first.
        origin: where a source has what it says from.
        noted: sentences that come with the listings.
    """
    if _is_plain(resolved) and not (limits[1:] or noted):
        return _SOUND_ALONE
    claims = resolved.catalog
    texts = [one for one in claims if meters.TEXT & one.prices.keys()]
    mistaken = {one.source: meter for one in texts if (meter := _mistaken(one, claims))}
    differing = [*_differences(texts, mistaken, origin)]
    doubts = [
        *_wrong_meters(texts, mistaken),
        *differing,
        *_out_of_band(claims),
        *_output_under_input(texts),
        *_contexts(limits),
        *_referred(resolved),
        *_moved(resolved),
        *(Doubt(kind="listing", sentence=sentence) for sentence in noted),
    ]
    return Judgement(
        tuple(sorted(doubts, key=lambda one: (_ORDER[one.kind], one.sentence))),
        len({origin(one.source) for one in texts}),
        not (differing or mistaken),
    )


def _is_plain(resolved: Resolution) -> bool:
    """Return whether one source alone states prices in which nothing can be doubted.

    Most offers are like that, and need no closer look.
    """
    if len(resolved.claims) != 1 or resolved.override is not None or resolved.referred is not None:
        return False
    prices = resolved.claims[0].prices
    if Meter.INPUT not in prices or Meter.OUTPUT not in prices:
        return False
    return max(prices.values()) < _DEAR and prices[Meter.INPUT] <= 2 * prices[Meter.OUTPUT]


def per_million(claim: Claim) -> str:
    """Return what text tokens cost by a claim: ``$in/$out`` for a million, ``?`` if unknown."""
    return "/".join(_millions(claim.prices.get(meter)) for meter in (Meter.INPUT, Meter.OUTPUT))


def _millions(usd: Decimal | None) -> str:
    return "?" if usd is None else f"${decimals.plain(usd * _MILLION)}"


def _doubt(kind: str, claims: Sequence[Claim], more: str = "") -> Doubt:
    said = tuple((one.source, per_million(one)) for one in claims)
    shown = ", ".join(f"{source} says {price}" for source, price in said)
    meaning = KINDS[kind][0].upper() + KINDS[kind][1:]
    sentence = f"{meaning}: {shown} per million tokens in/out{more}."
    return Doubt(kind=kind, sentence=sentence, said=said)


def _differences(
    texts: Sequence[Claim], mistaken: Container[str], origin: Origin
) -> Iterable[Doubt]:
    """Yield a doubt for each way in which other claims differ from the one that holds."""
    found: dict[str, list[Claim]] = {}
    sound = [one for one in texts if one.source not in mistaken]
    for other in sound[1:]:
        kind = _difference(sound[0], other, origin)
        if kind is not None:
            found.setdefault(kind, []).append(other)
    for kind, differing in found.items():
        yield _doubt(kind, (sound[0], *differing))


def _difference(first: Claim, other: Claim, origin: Origin) -> str | None:
    """Return in which way two claims differ, ``None`` where they say the same of text tokens."""
    pairs = [
        (first.prices[meter], other.prices[meter])
        for meter in (Meter.INPUT, Meter.OUTPUT)
        if meter in first.prices and meter in other.prices
    ]
    differing = [pair for pair in pairs if not _alike(*pair)]
    if not differing:
        return None
    if any(_is_slip(*pair) for pair in differing):
        return "unit_slip"
    if any(0 in pair for pair in differing):
        return "zero"
    same = origin(first.source) == origin(other.source)
    return "stale" if same or origin(first.source) == OWN else "disagreement"


def _alike(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= _ALIKE * max(one, other)


def _is_slip(one: Decimal, other: Decimal) -> bool:
    """Return whether two amounts are a power of ten apart, or further than any price moves."""
    low, high = sorted((one, other))
    if not low:
        return False
    ratio = high / low
    power = Decimal(10) ** max(1, round(ratio.log10()))
    return ratio >= _HUGE or abs(ratio - power) <= _POWER * power


def _mistaken(claim: Claim, claims: Sequence[Claim]) -> Meter | None:
    """Return the meter whose money a claim states for text tokens, ``None`` where it does not."""
    for text in (Meter.INPUT, Meter.OUTPUT):
        usd = claim.prices.get(text)
        if not usd:
            continue
        for other in claims:
            for meter, money in other.prices.items():
                if money and meter in meters.OTHERS and _is_it(claim, text, other, meter):
                    return meter
    return None


def _is_it(claim: Claim, text: Meter, other: Claim, meter: Meter) -> bool:
    """Return whether what *claim* says of text tokens is what *other* says of another meter.

    The same amount for a token, or the same number for a million of them ($0.039 an image as
    $0.039 per million); nobody is mistaken whose number *other* states for text tokens, too.
    """
    usd, money, stated = claim.prices[text], other.prices[meter], other.prices.get(text)
    if meter in meters.UNITS and usd >= _DEAR and _alike(usd, money):
        return True
    if other is claim or (stated is not None and _alike(stated, usd)):
        return False
    if meter in meters.UNITS:
        return stated is not None and _alike(usd * _MILLION, money)
    return _alike(usd, money)


def _wrong_meters(texts: Sequence[Claim], mistaken: Mapping[str, Meter]) -> Iterable[Doubt]:
    claims = [one for one in texts if one.source in mistaken]
    if claims:
        named = ", ".join(sorted({mistaken[one.source].value for one in claims}))
        yield _doubt("wrong_meter", claims, f", which is the money of {named}")


def _out_of_band(claims: Sequence[Claim]) -> Iterable[Doubt]:
    beyond = [
        one
        for one in claims
        if any(usd > _MOST and meter in meters.TOKENS for meter, usd in one.prices.items())
    ]
    if beyond:
        yield _doubt("out_of_band", beyond)


def _output_under_input(texts: Sequence[Claim]) -> Iterable[Doubt]:
    """Yield a doubt for output at less than half of input; zero is what an embedding costs."""
    under = [
        one
        for one in texts
        if 0 < 2 * one.prices.get(Meter.OUTPUT, _NOTHING) < one.prices.get(Meter.INPUT, _NOTHING)
    ]
    if under:
        yield _doubt("output_under_input", under)


def _contexts(limits: Sequence[Limit]) -> Iterable[Doubt]:
    differing = [one for one in limits if _is_other_limit(one[1], limits[0][1])]
    if differing:
        said = tuple((source, f"{limit:,}") for source, limit in (limits[0], *differing))
        shown = ", ".join(f"{source} says {limit}" for source, limit in said)
        sentence = f"Sources differ on the length of the context: {shown} tokens."
        yield Doubt(kind="context", sentence=sentence, said=said)


def _is_other_limit(one: int, other: int) -> bool:
    return abs(one - other) > _CONTEXTS_ALIKE * max(one, other)


def _referred(resolved: Resolution) -> Iterable[Doubt]:
    if resolved.referred is not None:
        sentence = f"Nobody states a price here; this is that of {resolved.referred}."
        claims = resolved.catalog[:1]
        said = tuple((one.source, per_million(one)) for one in claims)
        yield Doubt(kind="cross_reference", sentence=sentence, said=said)


def _moved(resolved: Resolution) -> Iterable[Doubt]:
    """Yield a doubt where the catalog no longer says what an override was made against."""
    override = resolved.override
    if override is None or not override.against:
        return
    beneath = resolved.catalog[0].prices if resolved.catalog else {}
    moved = [
        f"{meter.value} from {decimals.plain(was)} to {_unit(beneath.get(meter))}"
        for meter, was in override.against.items()
        if beneath.get(meter) != was
    ]
    if moved:
        shown = ", ".join(moved)
        sentence = f"The price beneath the override moved: {shown} ({override.name})."
        yield Doubt(kind="override_moved", sentence=sentence)


def _unit(usd: Decimal | None) -> str:
    return "unknown" if usd is None else decimals.plain(usd)
