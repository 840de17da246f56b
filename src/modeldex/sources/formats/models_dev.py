"""models.dev's ``api.json``: providers by id, each with its models by id; prices in USD per 1M."""

import re
from collections.abc import Iterable
from typing import Any, TypeGuard

from modeldex.domain.listing import Listing
from modeldex.domain.rate import ALWAYS, Conditions, Meter, Rate
from modeldex.normalize import dates
from modeldex.sources import values
from modeldex.sources.declaration import SLUG, Declaration
from modeldex.sources.decode import Decoder
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row

_MILLION = 1_000_000
_METERS = {
    "input": Meter.INPUT, "output": Meter.OUTPUT, "cache_read": Meter.CACHE_READ,
    "cache_write": Meter.CACHE_WRITE, "reasoning": Meter.REASONING,
    "input_audio": Meter.INPUT_AUDIO, "output_audio": Meter.OUTPUT_AUDIO,
}  # fmt: skip
_FLAGS = {
    "tool_call": "tools", "reasoning": "reasoning", "structured_output": "structured_output",
    "attachment": "attachments", "temperature": "temperature",
}  # fmt: skip
_STRUCTURE = {"tiers", "context_over_200k", "tier", "min_context"}


def decoder(declaration: Declaration) -> Decoder:
    """Return a decoder of one provider's entry into a listing per model."""
    slugs = declaration.providers

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        models, native = row.get("models"), row.get("id")
        if not isinstance(models, dict) or not _is_slug(native):
            losses.dropped += 1
            return
        for key, model in models.items():
            if isinstance(model, dict) and key.strip():
                yield _listing(declaration.id, slugs.get(native, native), key, model, losses)
            else:
                losses.dropped += 1

    return decode


def _listing(source: str, provider: str, key: str, model: Row, losses: Losses) -> Listing:
    modalities, limit = _table(model.get("modalities")), _table(model.get("limit"))
    return Listing(
        source=source,
        provider=provider,
        provider_model_id=key,
        name=_text(model.get("name")),
        created=dates.unix(model.get("release_date")),
        release_date=dates.day(model.get("release_date")),
        knowledge_cutoff=dates.period(model.get("knowledge")),
        context_length=values.count(limit.get("context")),
        max_output_tokens=values.count(limit.get("output")),
        input_modalities=_words(modalities.get("input")),
        output_modalities=_words(modalities.get("output")),
        capabilities={
            ours: model[theirs] for theirs, ours in _FLAGS.items() if _is_flag(model.get(theirs))
        },
        open_weights=model["open_weights"] if _is_flag(model.get("open_weights")) else None,
        status="deprecated" if model.get("status") == "deprecated" else None,
        rates=tuple(_rates(_table(model.get("cost")), losses)),
    )


def _rates(cost: Row, losses: Losses) -> Iterable[Rate]:
    yield from _tier(cost, None, losses)
    yield from _tier(_table(cost.get("context_over_200k")), 200_001, losses)
    tiers = cost.get("tiers")
    for tier in tiers if isinstance(tiers, list) else []:
        if (size := _size(_table(tier))) is None:
            losses.unknown_prices["cost.tiers"] += 1
        else:
            yield from _tier(_table(tier), size + 1, losses)


def _size(tier: Row) -> int | None:
    """Return above how many tokens a tier holds, in either of the book's spellings."""
    bound = _table(tier.get("tier"))
    stated = bound.get("size") if bound.get("type") == "context" else tier.get("min_context")
    return values.count(stated)


def _tier(cost: Row, since: int | None, losses: Losses) -> Iterable[Rate]:
    when = ALWAYS if since is None else Conditions(min_input_tokens=since)
    for key, value in cost.items():
        if key in _METERS:
            usd = losses.price(value, _MILLION)
            if usd is not None:
                yield Rate(meter=_METERS[key], usd=usd, when=when)
        elif key not in _STRUCTURE:
            losses.unknown_prices[f"cost.{key}"] += 1


def _table(value: Any) -> Row:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _words(value: Any) -> tuple[str, ...] | None:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else None


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_slug(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and re.match(SLUG, value) is not None
