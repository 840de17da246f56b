"""What kind of model an offer is, as far as somebody says so, and whether its price is whole."""

from modeldex.dialects.sheet import Prices
from modeldex.domain.listing import Listing
from modeldex.domain.rate import Meter
from modeldex.pricing.meters import TOKENS

CHAT, TRANSCRIPTION, IMAGES = "chat", "audio_transcription", "image_generation"
_KINDS: dict[tuple[str, ...], str] = {
    ("embedding",): "embedding",
    ("rerank",): "rerank",
    ("score",): "rerank",
    ("image",): IMAGES,
    ("video",): "video_generation",
    ("speech",): "audio_speech",
    ("audio",): "audio_speech",
}
_OF_CHAT = ("tools", "structured_output", "reasoning")
_BY_INPUT_ALONE = ("embedding", "rerank")


def kind_of(facts: Listing) -> str | None:
    """Return the kind of a model in LiteLLM's words; ``None`` where nobody says what it gives.

    What takes text and gives text is ``chat``: nobody tells the older way of completion from it.
    """
    takes, gives = facts.input_modalities, facts.output_modalities
    if gives is None:
        is_chat = any(facts.capabilities.get(one) for one in _OF_CHAT)
        return CHAT if is_chat else None
    if "text" in gives:
        return TRANSCRIPTION if takes == ("audio",) else CHAT
    return _KINDS.get(gives)


def is_whole(prices: Prices, kind: str | None) -> bool:
    """Return whether no price is missing that a reader would take for zero.

    What counts text tokens needs the prices of both sides, but for an embedding, which gives
    none. What has no price of tokens at all is sold by another unit.
    """
    if Meter.INPUT in prices:
        return Meter.OUTPUT in prices or kind in _BY_INPUT_ALONE
    return bool(prices) and not prices.keys() & TOKENS
