"""What LiteLLM calls providers, and the keys that its router takes: bare ids or ``route/id``."""

from typing import NamedTuple

from modeldex.dialects.kinds import CHAT
from modeldex.domain.listing import Listing


class Name(NamedTuple):
    """A provider as LiteLLM names it, and what it puts before an id; ``""`` is a bare key."""

    provider: str
    routes: tuple[str, ...]


_BARE = ("",)
# Those whose name or key is not simply our slug.
_NAMES = {
    "ai21": Name("ai21", _BARE),
    "aimlapi": Name("aiml", ("aiml/",)),
    "abliteration-ai": Name("abliteration", ("abliteration/",)),
    "alibaba": Name("dashscope", ("dashscope/",)),
    "amazon-nova": Name("amazon_nova", ("amazon-nova/",)),
    "anthropic": Name("anthropic", _BARE),
    "azure": Name("azure", ("azure/",)),
    "bedrock": Name("bedrock", _BARE),
    "bedrock-mantle": Name("bedrock_mantle", ("bedrock_mantle/",)),
    "black-forest-labs": Name("black_forest_labs", ("black_forest_labs/",)),
    "codestral": Name("text-completion-codestral", ("text-completion-codestral/",)),
    "cohere": Name("cohere", _BARE),
    "deepseek": Name("deepseek", ("deepseek/", "")),
    "digitalocean": Name("gradient_ai", ("gradient_ai/",)),
    "fal": Name("fal_ai", ("fal_ai/",)),
    "featherless": Name("featherless_ai", ("featherless_ai/",)),
    "fireworks": Name("fireworks_ai", ("fireworks_ai/",)),
    "friendli": Name("friendliai", ("friendliai/",)),
    "github-copilot": Name("github_copilot", ("github_copilot/",)),
    "gmicloud": Name("gmi", ("gmi/",)),
    "google": Name("gemini", ("gemini/",)),
    "huggingface-router": Name("huggingface", ("huggingface/",)),
    "jina": Name("jina_ai", _BARE),
    "lambda": Name("lambda_ai", ("lambda_ai/",)),
    "llama": Name("meta_llama", ("meta_llama/",)),
    "nvidia": Name("nvidia_nim", ("nvidia_nim/",)),
    "openai": Name("openai", _BARE),
    "qwen-ai-platform": Name("qwen_ai_platform", ("qwen_ai_platform/",)),
    "scx": Name("scx-ai", ("scx-ai/",)),
    "snowflake-cortex": Name("snowflake", ("snowflake/",)),
    "together": Name("together_ai", ("together_ai/",)),
    "vercel-ai-gateway": Name("vercel_ai_gateway", ("vercel_ai_gateway/",)),
    "vertex": Name("vertex_ai", ("vertex_ai/",)),
    "volcengine": Name("volcengine", ("volcengine/", "")),
    "voyageai": Name("voyage", ("voyage/",)),
    "xiaomi": Name("xiaomi_mimo", ("xiaomi_mimo/",)),
    "zhipuai": Name("bigmodel", ("bigmodel/",)),
}
_FIREWORKS = "accounts/fireworks/models/"  # an id may be said without it, too
_AZURE_OPENAI = (
    "gpt", "o1", "o3", "o4", "chatgpt", "codex", "text-embedding", "ada", "babbage", "curie",
    "davinci", "dall-e", "whisper", "tts", "sora", "computer-use", "model-router",
)  # fmt: skip
_VERTEX = (  # beginnings of ids, the provider of LiteLLM's that they belong to, and the routes
    ("gemini", "vertex_ai-language-models", "", "vertex_ai/"),
    ("text-embedding", "vertex_ai-embedding-models", ""),
    ("text-multilingual-embedding", "vertex_ai-embedding-models", ""),
    ("claude", "vertex_ai-anthropic_models", "vertex_ai/"),
    ("mistral", "vertex_ai-mistral_models", "vertex_ai/"),
    ("codestral", "vertex_ai-mistral_models", "vertex_ai/"),
    ("meta/", "vertex_ai-llama_models", "vertex_ai/"),
    ("deepseek-ai/", "vertex_ai-deepseek_models", "vertex_ai/"),
    ("jamba", "vertex_ai-ai21_models", "vertex_ai/"),
    ("minimaxai/", "vertex_ai-minimax_models", "vertex_ai/"),
    ("moonshotai/", "vertex_ai-moonshot_models", "vertex_ai/"),
    ("openai/", "vertex_ai-openai_models", "vertex_ai/"),
    ("qwen/", "vertex_ai-qwen_models", "vertex_ai/"),
    ("zai-org/", "vertex_ai-zai_models", "vertex_ai/"),
    ("veo-", "vertex_ai-video-models", "vertex_ai/"),
)


def named(facts: Listing, mode: str | None) -> Name:
    """Return the provider of an offer and the routes to it, the first one the main one."""
    slug, native = facts.provider, facts.provider_model_id
    if slug == "vertex":
        return _of_vertex(native)
    if slug == "azure" and not native.lower().startswith(_AZURE_OPENAI):
        return Name("azure_ai", ("azure_ai/",))
    if slug == "bedrock" and mode == CHAT:
        return Name("bedrock_converse", _BARE)
    if slug == "cohere" and mode == CHAT:
        return Name("cohere_chat", _BARE)
    return _NAMES.get(slug) or Name(slug, (f"{slug}/",))


def keys(facts: Listing, name: Name) -> tuple[str, ...]:
    """Return what LiteLLM's router calls an offer, the main key first."""
    native = facts.provider_model_id
    found = [f"{route}{native}" for route in name.routes]
    if native.startswith(_FIREWORKS):
        found += [f"{route}{native.removeprefix(_FIREWORKS)}" for route in name.routes]
    return tuple(found)


def _of_vertex(native: str) -> Name:
    for beginning, provider, *routes in _VERTEX:
        if native.startswith(beginning):
            return Name(provider, tuple(routes))
    return _NAMES["vertex"]
