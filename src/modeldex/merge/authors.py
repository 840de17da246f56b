"""Authors under the names that hubs and providers give them."""

_SAME = {
    "01-ai": ("01ai",),
    "allenai": ("allen-ai", "ai2"),
    "amazon": ("aws",),
    "baidu": ("paddlepaddle",),
    "bytedance": ("bytedance-seed", "bytedance-research"),
    "cohere": ("cohereforai", "coherelabs", "cohere-labs"),
    "deepseek": ("deepseek-ai",),
    "ibm": ("ibm-granite",),
    "inclusionai": ("inclusion-ai",),
    "meta-llama": ("meta", "llama", "meta-llm"),
    "minimax": ("minimaxai", "minimax-ai"),
    "mistralai": ("mistral", "mistral-ai"),
    "moonshotai": ("moonshot", "moonshot-ai"),
    "nousresearch": ("nous", "nous-research"),
    "nvidia": ("nv-mistralai",),
    "perplexity": ("perplexity-ai",),
    "qwen": ("alibaba", "alibaba-qwen"),
    "stability": ("stabilityai", "stability-ai"),
    "x-ai": ("xai", "grok"),
    "xiaomi": ("xiaomimimo",),
    "z-ai": ("zai", "zai-org", "thudm", "zhipuai", "zhipu"),
}
_CANONICAL = {name: author for author, names in _SAME.items() for name in names}


def canonical(author: str) -> str:
    """Return the one slug of an author; applying it twice changes nothing."""
    return _CANONICAL.get(author, author)
