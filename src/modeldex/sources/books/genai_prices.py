"""The ``genai-prices`` package: exact prices with start dates, context tiers and times of day.

It finds a model by rules. Only an equality rule (or the entry's own id, where its rules find that)
means the same model; its prefix and pattern rules are not used here.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from importlib import metadata

import msgspec
from genai_prices import types
from genai_prices.data import providers

from modeldex.domain.listing import Listing
from modeldex.domain.rate import ALWAYS, Conditions, Meter, Rate
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoded
from modeldex.sources.money import Losses

_MILLION, _THOUSAND = 1_000_000, 1000
_TIER_KEYS = {"processing", "speed", "service_tier"}
_REGION_KEYS = {"route"}  # which of a router's endpoints answers, such as mistral/eu
_OPTION_KEYS = {"search_type"}  # settings of the request
Constraint = types.StartDateConstraint | types.TimeOfDateConstraint | None
_METERS = {
    "input_mtok": (Meter.INPUT, _MILLION),
    "output_mtok": (Meter.OUTPUT, _MILLION),
    "cache_read_mtok": (Meter.CACHE_READ, _MILLION),
    "cache_write_mtok": (Meter.CACHE_WRITE, _MILLION),
    "cache_write_1h_mtok": (Meter.CACHE_WRITE_1H, _MILLION),
    "input_audio_mtok": (Meter.INPUT_AUDIO, _MILLION),
    "output_audio_mtok": (Meter.OUTPUT_AUDIO, _MILLION),
    "cache_audio_read_mtok": (Meter.CACHE_READ_AUDIO, _MILLION),
    "input_image_mtok": (Meter.INPUT_IMAGE, _MILLION),
    "output_image_mtok": (Meter.OUTPUT_IMAGE, _MILLION),
    "cache_image_read_mtok": (Meter.CACHE_READ_IMAGE, _MILLION),
    "input_video_mtok": (Meter.INPUT_VIDEO, _MILLION),
    "output_video_mtok": (Meter.OUTPUT_VIDEO, _MILLION),
    "output_reasoning_mtok": (Meter.REASONING, _MILLION),
    "output_citation_mtok": (Meter.CITATION, _MILLION),
    "input_mchars": (Meter.CHARACTER, _MILLION),
    "audio_hours": (Meter.HOUR, 1),
    "input_audio_hours": (Meter.INPUT_HOUR, 1),
    "input_document_kpages": (Meter.PAGE, _THOUSAND),
    "input_annotated_document_kpages": (Meter.ANNOTATED_PAGE, _THOUSAND),
    "input_text_messages_kcount": (Meter.MESSAGE, _THOUSAND),
    "requests_kcount": (Meter.REQUEST, _THOUSAND),
    "web_searches_kcount": (Meter.WEB_SEARCH, _THOUSAND),
    "storage_searches_kcount": (Meter.FILE_SEARCH, _THOUSAND),
}


def version() -> str:
    """Return the installed version; a book of another version is another answer."""
    return metadata.version("genai-prices")


def read(declaration: Declaration) -> Decoded:
    """Return a listing for each model of the package that a declared map gives a provider."""
    losses = Losses()
    found = [
        _listing(declaration, provider.id, model, losses)
        for provider in providers
        for model in provider.models
    ]
    return Decoded(
        listings=tuple(found),
        bad_prices=losses.bad_prices,
        unknown_prices=dict(losses.unknown_prices),
    )


def _listing(
    declaration: Declaration, native: str, model: types.ModelInfo, losses: Losses
) -> Listing:
    provider, sub = _served_by(declaration.providers, native, model.id)
    equal = sorted(set(_equals(model.match)))
    name = model.id if not equal or model.is_match(model.id) else equal[0]
    tail = f":{sub}" if sub else ""
    return Listing(
        source=declaration.id,
        provider=provider,
        provider_model_id=name + tail,
        also=tuple(f"{other}{tail}" for other in equal if other != name),
        name=model.name,
        description=model.description,
        context_length=model.context_window,
        status="deprecated" if model.deprecated else None,
        rates=tuple(_rates(model, losses)),
        via=sub or None,
    )


def _served_by(slugs: dict[str, str], native: str, model_id: str) -> tuple[str, str]:
    """Return the provider's slug and sub-provider; ``provider/prefix`` in the map wins."""
    prefixed = (
        slug
        for key, slug in slugs.items()
        if "/" in key and f"{native}/{model_id}".startswith(key)
    )
    slug, _, sub = next(prefixed, slugs.get(native, native)).partition(":")
    return slug, sub


def _equals(match: types.MatchLogic | None) -> Iterator[str]:
    if isinstance(match, types.ClauseEquals):
        yield match.equals
    elif isinstance(match, types.ClauseOr):
        for one in match.or_:
            yield from _equals(one)


def _rates(model: types.ModelInfo, losses: Losses) -> Iterator[Rate]:
    """Yield all rates; a start date closes the period before it."""
    if not isinstance(model.prices, list):
        yield from _price_rates(model.prices, ALWAYS, losses)
    else:
        periods = [one for one in model.prices if _window(one.constraint) is None]
        starts = [_start(one.constraint) for one in periods]
        for one, start, end in zip(periods, starts, [*starts[1:], None], strict=True):
            when = Conditions(valid_from=start, valid_until=end) if start or end else ALWAYS
            yield from _price_rates(one.prices, when, losses)
        for one in model.prices:
            if (window := _window(one.constraint)) is not None:
                yield from _price_rates(one.prices, window, losses)
    for variant in model.price_variants or ():
        yield from _variant_rates(variant, losses)


def _variant_rates(variant: types.PriceVariant, losses: Losses) -> Iterator[Rate]:
    """Yield the rates of a service tier, a region or a setting; other variants are unknown."""
    when = _chosen(variant.when)
    if when is None:
        losses.unknown_prices[f"price_variants.{'+'.join(sorted(variant.when))}"] += 1
        return
    start = _start(variant.constraint)
    yield from _price_rates(
        variant.prices, msgspec.structs.replace(when, valid_from=start), losses
    )


def _chosen(stated: dict[str, str]) -> Conditions | None:
    """Return what a caller must have chosen, ``None`` where that is not understood."""
    if len(stated) != 1:
        return None
    ((key, value),) = stated.items()
    if key in _TIER_KEYS:
        return Conditions(service_tier=value)
    if key in _REGION_KEYS:
        return Conditions(region=value)
    return Conditions(option=f"{key}={value}") if key in _OPTION_KEYS else None


def _start(constraint: Constraint) -> str | None:
    if isinstance(constraint, types.StartDateConstraint):
        return constraint.start_date.isoformat()
    return None


def _window(constraint: Constraint) -> Conditions | None:
    if not isinstance(constraint, types.TimeOfDateConstraint):
        return None
    start, end = constraint.start_time, constraint.end_time
    return Conditions(utc_start=f"{start:%H:%M}", utc_end=f"{end:%H:%M}")


def _price_rates(prices: types.ModelPrice, when: Conditions, losses: Losses) -> Iterator[Rate]:
    for key, value in vars(prices).items():
        if key.startswith("_") or value is None:
            continue
        if key not in _METERS:
            losses.unknown_prices[key] += 1
            continue
        for since, number in _tiers(value):
            usd = losses.price(number, _METERS[key][1])
            if usd is not None:
                tier = when if since is None else msgspec.structs.replace(
                    when, min_input_tokens=since
                )  # fmt: skip
                yield Rate(meter=_METERS[key][0], usd=usd, when=tier)


def _tiers(value: object) -> Iterable[tuple[int | None, Decimal]]:
    """Yield (smallest input, price); the package's ``start`` is strictly below."""
    if isinstance(value, types.TieredPrices):
        yield None, value.base
        for tier in value.tiers:
            yield tier.start + 1, tier.price
    elif isinstance(value, Decimal):
        yield None, value
