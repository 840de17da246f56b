"""Authors under the names that hubs and providers give them, and hosts that are no authors."""

_SAME = {
    "01-ai": ("01ai",),
    "ai21": ("ai21labs", "ai21-labs"),
    "allenai": ("allen-ai", "ai2"),
    "amazon": ("aws",),
    "arcee-ai": ("arcee", "arceeai"),
    "baidu": ("paddlepaddle", "ernie"),
    "black-forest-labs": ("bfl", "blackforestlabs"),
    "bytedance": ("bytedance-seed", "bytedance-research", "volcengine", "byteplus", "doubao"),
    "cohere": ("cohereforai", "coherelabs", "cohere-labs", "c4ai"),
    "deepseek": ("deepseek-ai",),
    "ibm": ("ibm-granite",),
    "inclusionai": ("inclusion-ai",),
    "inflection": ("inflection-ai", "inflectionai"),
    "kwaipilot": ("kwai", "kuaishou"),
    "liquid": ("liquidai", "liquid-ai"),
    "luma": ("lumalabs", "luma-ai"),
    "meituan": ("meituan-longcat", "longcat"),
    "meta-llama": ("meta", "llama", "meta-llm", "meta-models"),
    "minimax": ("minimaxai", "minimax-ai"),
    "mistralai": ("mistral", "mistral-ai"),
    "moonshotai": ("moonshot", "moonshot-ai", "kimi", "moonshotai-cn"),
    "nousresearch": ("nous", "nous-research"),
    "nvidia": ("nv-mistralai", "nvidia-nim"),
    "perplexity": ("perplexity-ai", "perplexityai", "pplx"),
    "poolside": ("poolside-ai",),
    "qwen": (
        "alibaba", "alibaba-qwen", "alibaba-cloud", "alicloud", "bailian", "qwenlm", "tongyi",
        "dashscope", "qwenlm-qwen",
    ),
    "rekaai": ("reka", "reka-ai"),
    "stability": ("stabilityai", "stability-ai"),
    "stepfun": ("stepfun-ai", "step"),
    "tencent": ("tencent-hunyuan", "hunyuan", "tencenthunyuan"),
    "tngtech": ("tng", "tng-tech"),
    "upstage": ("upstageai",),
    "writer": ("writer-ai", "palmyra"),
    "x-ai": ("xai", "grok", "xai-org"),
    "xiaomi": ("xiaomimimo", "mimo", "xiaomi-mimo"),
    "z-ai": ("zai", "zai-org", "thudm", "zhipuai", "zhipu", "zai-glm", "bigmodel", "glm"),
}  # fmt: skip
_CANONICAL = {name: author for author, names in _SAME.items() for name in names}
_OTHERS = frozenset({
    "openai", "anthropic", "google", "microsoft", "databricks", "snowflake", "twelvelabs",
})  # fmt: skip
KNOWN = frozenset({*_SAME, *_CANONICAL, *_OTHERS})

# Path segments that name who serves or where, never who made the model.
HOSTS = frozenset({
    "azure", "azure-ai", "bedrock", "vertex", "vertex-ai", "vertexai", "gemini", "groq",
    "together", "together-ai", "fireworks", "fireworks-ai", "deepinfra", "novita", "cerebras",
    "sambanova", "parasail", "chutes", "chutesai", "nebius", "hyperbolic", "siliconflow",
    "baseten", "ionos", "scaleway", "ovhcloud", "cloudflare", "workers-ai", "openrouter",
    "flexai", "tensorx", "evroc", "gmi", "publicai", "cortecs", "featherless-ai", "crofai",
    "nanogpt", "ambient", "poe", "github", "replicate", "ollama", "fastrouter", "wandb",
    "cline-pass", "aoai", "empiriolabs", "databricks", "snowflake", "bailian", "volcengine",
    "byteplus", "dashscope",
})  # fmt: skip

# They publish other authors' models again: quantized, converted, or as they are.
REPUBLISHERS = frozenset({
    "unsloth", "redhatai", "neuralmagic", "thebloke", "bartowski", "lmstudio-community",
    "mlx-community", "casperhansen", "hugging-quants", "cpatonn", "quanttrio", "cyankiwi",
    "modelcloud", "intel", "amd", "ggml-org", "maziyarpanahi",
})  # fmt: skip


def canonical(author: str) -> str:
    """Return the one slug of an author; applying it twice changes nothing."""
    return _CANONICAL.get(author, author)
