"""LiteLLM's ``model_prices_and_context_window.json``: a table of models by id, prices in USD.

A price's key says everything: ``input_cost_per_token_above_200k_tokens_batches`` is the rate of
an input token, above 200,000 of them, in the batch tier. A row's own key is the id that LiteLLM's
router takes: its route (``groq/``) is stripped, what stays is what the provider's call takes.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from fnmatch import translate
from typing import Any

import msgspec

from modeldex.domain.listing import Listing
from modeldex.domain.rate import ALWAYS, Conditions, Meter, Rate
from modeldex.normalize import dates
from modeldex.sources import values
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder
from modeldex.sources.formats import litellm_conditions
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row

KEY = "*"  # where a row of a table of rows has its own key
_NOT_MODELS = {"sample_spec", "fallback_generalizations", "openai/container", "azure/container"}
_NOT_MODEL_MODES = {"search", "vector_store", "guardrail"}
_ROUTES = {  # of the providers whose ids do not begin with their own name
    "amazon_nova": ("amazon-nova/",),
    "azure_text": ("azure/",),
    "bedrock": ("bedrock/invoke/", "bedrock/"),
    "fireworks_ai-embedding-models": ("fireworks_ai/",),
    "text-completion-openai": ("openai/",),
}
_FIREWORKS = "accounts/fireworks/models/"  # what LiteLLM's short ids stand for
_PRICED_BY_CLASS = {"together_ai", "fireworks_ai", "fireworks_ai-embedding-models"}
_AZURE_REGIONS = {"us", "eu", "apac", "us-gov", "global", "global-standard"}
_PRICE = re.compile(
    r"(?P<base>.+?)(?:_above_(?P<hours>12?)hr)?(?:_above_(?P<above>[0-9]{1,4})k_tokens)?"
    r"(?:_(?P<tier>batches|flex|priority|ultrafast|balanced))?"
)
_METERS = {
    "input_cost_per_token": Meter.INPUT,
    "output_cost_per_token": Meter.OUTPUT,
    "output_cost_per_reasoning_token": Meter.REASONING,
    "cache_read_input_token_cost": Meter.CACHE_READ,
    "cache_creation_input_token_cost": Meter.CACHE_WRITE,
    "input_cost_per_audio_token": Meter.INPUT_AUDIO,
    "output_cost_per_audio_token": Meter.OUTPUT_AUDIO,
    "cache_read_input_audio_token_cost": Meter.CACHE_READ_AUDIO,
    "input_cost_per_image_token": Meter.INPUT_IMAGE,
    "output_cost_per_image_token": Meter.OUTPUT_IMAGE,
    "cache_read_input_image_token_cost": Meter.CACHE_READ_IMAGE,
    "input_cost_per_video_token": Meter.INPUT_VIDEO,
    "output_cost_per_video_token": Meter.OUTPUT_VIDEO,
    "citation_cost_per_token": Meter.CITATION,
    "input_cost_per_image": Meter.IMAGE,
    "output_cost_per_image": Meter.IMAGE,
    "input_cost_per_request": Meter.REQUEST,
    "input_cost_per_query": Meter.QUERY,
    "input_cost_per_second": Meter.INPUT_SECOND,
    "input_cost_per_audio_per_second": Meter.INPUT_SECOND,
    "output_cost_per_second": Meter.SECOND,
    "output_cost_per_video_per_second": Meter.SECOND,
    "input_cost_per_character": Meter.CHARACTER,
    "ocr_cost_per_page": Meter.PAGE,
    "annotation_cost_per_page": Meter.ANNOTATED_PAGE,
    "input_cost_per_text_message": Meter.MESSAGE,
}
_BY_TOKEN = {"input_cost_per_token", "output_cost_per_token"}
_UNITS = {  # meters that are no tokens
    Meter.IMAGE, Meter.REQUEST, Meter.SECOND, Meter.INPUT_SECOND, Meter.CHARACTER, Meter.PAGE,
    Meter.ANNOTATED_PAGE, Meter.MESSAGE, Meter.QUERY,
}  # fmt: skip
_KEPT_FOR = {None: Meter.CACHE_WRITE, "1": Meter.CACHE_WRITE_1H, "12": Meter.CACHE_WRITE_12H}
_STRUCTURES = {
    "tiered_pricing",
    "search_context_cost_per_query",
    "off_peak_pricing",
}  # read by themselves
_IS_PRICE = re.compile(r"(?:^|_)cost(?:_|$)|_pricing$")
_FLAGS = {
    "supports_function_calling": "tools",
    "supports_parallel_function_calling": "parallel_tools",
    "supports_vision": "vision",
    "supports_audio_input": "audio_input",
    "supports_audio_output": "audio_output",
    "supports_pdf_input": "pdf_input",
    "supports_prompt_caching": "prompt_caching",
    "supports_response_schema": "structured_output",
    "supports_reasoning": "reasoning",
    "supports_web_search": "web_search",
    "supports_computer_use": "computer_use",
}
# What a kind of model takes and gives; a chat model says it itself, or not at all.
_MODES = {
    "embedding": (None, ("embedding",)),
    "rerank": (("text",), ("rerank",)),
    "image_generation": (None, ("image",)),
    "image_edit": (None, ("image",)),
    "video_generation": (None, ("video",)),
    "audio_transcription": (("audio",), ("text",)),
    "audio_speech": (("text",), ("speech",)),
    "completion": (("text",), ("text",)),
    "ocr": (None, ("text",)),
}


def decoder(declaration: Declaration) -> Decoder:
    """Return a decoder of one row; a provider that the map sends to ``""`` is left out."""
    ignored = re.compile("|".join(map(translate, declaration.ignored_prices)) or "(?!)")

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        key, native = row.get(KEY), row.get("litellm_provider")
        if not isinstance(key, str) or not (isinstance(native, str) or key in _NOT_MODELS):
            losses.dropped += 1
            return ()
        slug = declaration.providers.get(str(native), str(native))
        model = _model_id(key, str(native))
        if model is None or not slug or str(row.get("mode")) in _NOT_MODEL_MODES:
            losses.skipped += 1
            return ()
        return (_listing(declaration.id, slug, model, _Prices(row, ignored, losses)),)

    return decode


def _model_id(key: str, provider: str) -> str | None:
    """Return what the provider's call takes, ``None`` for rows that are no model of their own.

    Left out are the prices of sizes of images, of size classes of models, of reserved capacity,
    of fine-tuned models, and of single regions.
    """
    routes = _ROUTES.get(provider, (f"{provider.split('-', 1)[0]}/", f"{provider}/"))
    route = next((one for one in routes if key.startswith(one)), "")
    model = key.removeprefix(route)
    first, slash, _ = model.partition("/")
    if key in _NOT_MODELS or "-x-" in key or model.startswith("ft:") or not model:
        return None
    if (provider in _PRICED_BY_CLASS and not route) or (provider == "bedrock" and slash):
        return None
    if provider.startswith("azure") and slash and first in _AZURE_REGIONS:
        return None
    return f"{_FIREWORKS}{model}" if provider == "fireworks_ai" and not slash else model


class _Prices:
    """A row with what is to be known to read its prices."""

    def __init__(self, row: Row, ignored: re.Pattern[str], losses: Losses) -> None:
        self.row, self.ignored, self.losses = row, ignored, losses
        self.positive = {base for base in _METERS if _is_positive(row.get(base))}

    def rates(self) -> tuple[Rate, ...]:
        """Return the rates of a row, the first one where two say the same thing."""
        found: dict[tuple[Meter, Conditions], Rate] = {}
        for rate in (*self._stated(self.row, 0), *self._tiered(), *self._searches()):
            found.setdefault((rate.meter, rate.when), rate)
        for rate in (*self._off_peak(found.values()), *self._elsewhere(found.values())):
            found.setdefault((rate.meter, rate.when), rate)
        return tuple(found.values())

    def _off_peak(self, standard: Iterable[Rate]) -> list[Rate]:
        block = self.row.get("off_peak_pricing")
        block = block if isinstance(block, dict) else {}
        hours = litellm_conditions.conditions(block, self.losses)
        return [
            msgspec.structs.replace(rate, when=when)
            for rate in (self._stated(block, 0) if hours else ())
            for when in litellm_conditions.together(
                hours, [one.when for one in standard if one.meter is rate.meter]
            )
        ]

    def _elsewhere(self, standard: Iterable[Rate]) -> list[Rate]:
        factors, losses = self.row.get("provider_specific_entry"), self.losses
        return [
            other
            for rate in standard
            for other in litellm_conditions.elsewhere(rate, factors, losses)
        ]

    def _stated(self, table: Row, above: int) -> Iterable[Rate]:
        for key, value in table.items():
            if _IS_PRICE.search(key) and key not in _STRUCTURES and not self.ignored.match(key):
                yield from self._rate(key, value, above)

    def _rate(self, key: str, value: Any, above: int) -> Iterable[Rate]:
        name = _PRICE.fullmatch(key)
        stated = _METERS.get(name["base"]) if name else None
        if name is None or stated is None or (name["hours"] and stated is not Meter.CACHE_WRITE):
            self.losses.unknown_prices[key] += 1
            return
        usd = self.losses.price(value, 1)
        meter = _KEPT_FOR[name["hours"]] if name["hours"] else self._meter(stated, name["base"])
        if usd is None or meter is None or (not usd and self._is_placeholder(name["base"])):
            return
        above = int(name["above"]) * 1000 if name["above"] else above
        tier = "batch" if name["tier"] == "batches" else name["tier"]
        when = Conditions(min_input_tokens=above + 1 if above else None, service_tier=tier)
        yield Rate(meter=meter, usd=usd, when=when)

    def _meter(self, meter: Meter, base: str) -> Meter | None:
        """Return what a price counts, given the row's kind; ``None`` where that is open."""
        mode = self.row.get("mode")
        if meter is Meter.SECOND and mode == "audio_transcription":
            return Meter.INPUT_SECOND  # the length of the same audio, stated a second time
        of_input = base == "input_cost_per_image" and "output_cost_per_image" in self.row
        return None if of_input or (meter is Meter.IMAGE and mode == "video_generation") else meter

    def _is_placeholder(self, base: str) -> bool:
        """Return whether zero says nothing: a model is priced by one kind of unit.

        A rerank model at 0 per token and 0.002 per query is not free.
        """
        if base in _BY_TOKEN:
            return bool(self.positive) and not self.positive & _BY_TOKEN
        return bool(self.positive) and _METERS[base] in _UNITS

    def _tiered(self) -> Iterable[Rate]:
        tiers = self.row.get("tiered_pricing")
        for tier in tiers if isinstance(tiers, list) else ():
            bounds = tier.get("range") if isinstance(tier, dict) else None
            since = values.count(bounds[0]) if isinstance(bounds, list) and bounds else None
            if isinstance(bounds, list) and bounds and (since is not None or bounds[0] == 0):
                yield from self._stated(tier, since or 0)
            else:
                self.losses.unknown_prices["tiered_pricing"] += 1

    def _searches(self) -> Iterable[Rate]:
        """Yield the price of a web search, for each size of what is read where they differ."""
        sizes = self.row.get("search_context_cost_per_query")
        prices = {**sizes} if isinstance(sizes, dict) else {}
        differ = any(one != other for one in prices.values() for other in prices.values())
        for name, price in prices.items():
            size = f"search_context_size={name.removeprefix('search_context_size_')}"
            when = Conditions(option=size) if differ else ALWAYS
            if (usd := self.losses.price(price, 1)) is not None:
                yield Rate(meter=Meter.WEB_SEARCH, usd=usd, when=when)


def _is_positive(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and value > 0


def _listing(source: str, provider: str, model: str, prices: _Prices) -> Listing:
    row = prices.row
    inputs, outputs = _MODES.get(str(row.get("mode")), (None, None))
    return Listing(
        source=source,
        provider=provider,
        provider_model_id=model,
        context_length=values.count(row.get("max_input_tokens")),
        max_output_tokens=values.count(row.get("max_output_tokens")),
        input_modalities=values.texts(row.get("supported_modalities")) or inputs,
        output_modalities=values.texts(row.get("supported_output_modalities")) or outputs,
        capabilities={
            ours: row[theirs]
            for theirs, ours in _FLAGS.items()
            if isinstance(row.get(theirs), bool)
        },
        expiration_date=dates.day(row.get("deprecation_date")),
        rates=prices.rates(),
    )
