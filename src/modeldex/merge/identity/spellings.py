"""How the names of known families are written, and how their authors spell them.

Each table holds regular expressions and what they become, applied in order. Sizes that a name
leaves out, and release names for version numbers, are the authors' own.
"""

Spellings = tuple[tuple[str, str], ...]

_TIERS = "opus|sonnet|haiku|fable|mythos"

CLAUDE: Spellings = (
    (rf"^claude-({_TIERS})-?(\d)", r"claude-\1-\2"),
    (r"^claude-([4-9])\.0-", r"claude-\1-"),
    (rf"^claude-([4-9](?:\.\d+)?)-({_TIERS})", r"claude-\2-\1"),
    (rf"^claude-({_TIERS})-(3(?:\.\d)?)(?=-|$)", r"claude-\2-\1"),
)
GPT: Spellings = (
    (r"^gpt(?=\d)", "gpt-"),
    (r"^gpt-([3-9])([1-9])(?=-|$)", r"gpt-\1.\2"),
)
GEMINI: Spellings = (
    (r"^gemini-3\.0-", "gemini-3-"),
    (r"^(gemini-3-(?:flash|pro)|gemini-3\.1-pro)$", r"\1-preview"),  # the only release
    (r"^gemini-(pro|flash-lite|flash)-(\d\.\d)", r"gemini-\2-\1"),
)
GEMMA: Spellings = (
    (r"^gemma-?(\d)", r"gemma-\1"),
    (r"^(gemma-3n?-e?\d+b)$", r"\1-it"),  # the other edition is called -pt
    (r"^gemma-4-26b(?=-|$)(?!-a)", "gemma-4-26b-a4b"),
)
LLAMA: Spellings = (
    (r"^meta-", ""),
    (r"^llama-?v?(\d)", r"llama-\1"),
    (r"^llama-([34])([1-9])(?=-)", r"llama-\1.\2"),
    (r"^llama-4-scout(-17b)?(-16e)?(-instruct)?$", "llama-4-scout-17b-16e-instruct"),
    (r"^llama-4-maverick(-17b)?(-128e)?(-instruct)?$", "llama-4-maverick-17b-128e-instruct"),
    (r"^(llama-3\.3-70b)$", r"\1-instruct"),
    (r"^(llama-3\.2-(?:11|90)b)(-vision)?(-instruct)?$", r"\1-vision-instruct"),
)
QWEN: Spellings = (
    (r"^qwen-(\d)", r"qwen\1"),
    (r"^qwen([23])([5-9])(?=-)", r"qwen\1.\2"),
    (r"^(qwen3(?:-vl)?-235b)(?!-a)", r"\1-a22b"),
    (r"^(qwen3(?:-coder|-vl|-omni)?-30b)(?!-a)", r"\1-a3b"),
    (r"^(qwen3-next-80b)(?!-a)", r"\1-a3b"),
    (r"^qwen3-coder(-480b)?(-a35b)?$", "qwen3-coder-480b-a35b-instruct"),
    (r"^(qwen3-coder-30b-a3b|qwen3-next-80b-a3b|qwen3-vl-\d+b(?:-a\d+b)?)$", r"\1-instruct"),
    (r"^(qwen3\.5-397b)(?!-a)", r"\1-a17b"),
    (r"^(qwen3\.5-122b)(?!-a)", r"\1-a10b"),
    (r"^(qwen3\.[56]-35b)(?!-a)", r"\1-a3b"),
    (r"^(qwen3-(?:235b-a22b|30b-a3b|4b))-2507$", r"\1-instruct-2507"),
    (r"^(qwen3-(?:235b-a22b|30b-a3b|4b)-(?:instruct|thinking))$", r"\1-2507"),
)
DEEPSEEK: Spellings = (
    (r"^(r1|v3)(?=-|\.|$)", r"deepseek-\1"),
    (r"^deepseek-(?:chat-)?v?(\d)", r"deepseek-v\1"),
    (r"^(deepseek-(?:r1|v3(?:\.\d)?)(?:-\d{4})?)-671b$", r"\1"),
)
KIMI: Spellings = (
    (r"^k(\d)", r"kimi-k\1"),
    (r"^kimi-k2-instruct(?=-|$)", "kimi-k2"),
    (r"^(kimi-k2-\d{4})-preview$", r"\1"),
    (r"^kimi-k2\.7$", "kimi-k2.7-code"),  # the only release
    (r"^(kimi-k2.*?)-(?:1t|1000b|1100b)(?:-a32b)?$", r"\1"),
)
MINIMAX: Spellings = (
    (r"^minimax-?m?([12])([1-9])(?=-|$)", r"minimax-m\1.\2"),
    (r"^minimax-?m(\d)", r"minimax-m\1"),
    (r"^minimax-text-01$", "minimax-01"),
    (r"^(minimax-m2(?:\.\d)?)-230b(?:-a10b)?$", r"\1"),
)
GLM: Spellings = ((r"^glm-?(\d)", r"glm-\1"), (r"^glm-4([5-9])(?=v|-|$)", r"glm-4.\1"))
GROK: Spellings = ((r"^grok-?(\d)", r"grok-\1"),)
MISTRAL: Spellings = (
    (r"^(?:labs|open)-(?=devstral|mistral-nemo|ministral)", ""),
    (r"^(?:open-)?mistral-nemo(?:-12b)?(?:-instruct)?(?:-2407)?$", "mistral-nemo"),
    (r"^(mistral-(?:large|small|medium))(\d)(?=-|$)", r"\1-\2"),
    (r"^(mistral-(?:small|medium))-3([1-9])(?=-|$)", r"\1-3.\2"),
    (r"^open-(?=mixtral|codestral)", ""),
    (r"^(mixtral-8x\d+b)(?:-2404)?$", r"\1-instruct"),
    (r"^(voxtral-(?:small|mini))-\d+b(?=-|$)", r"\1"),
    (r"^(pixtral-12b)$", r"\1-2409"),
    (r"^(mistral-(?:small|medium|large))(?:-[\d.]+)?(?:-\d+b)?(?:-instruct)?-(2[3-9]\d\d)$",
     r"\1-\2"),
    (r"^((?:devstral|magistral)-(?:small|medium))(?:-[\d.]+)?(?:-\d+b)?(?:-instruct)?-(2\d{3})$",
     r"\1-\2"),
    (r"^devstral-2(?:-123b)?(?:-instruct)?(?:-2512)?$", "devstral-2512"),
    (r"^devstral-small-2(?:-24b)?(?:-instruct)?$", "devstral-small-2512"),
    (r"^devstral-medium-2(?:-instruct)?$", "devstral-2512"),
    (r"^ministral-3-(\d+b)(-instruct|-reasoning)?-2512$", r"ministral-\1\2-2512"),
    (r"^ministral-(?:3-)?(\d+b)-instruct(-2512)?$", r"ministral-\1-2512"),
    (r"^mistral-small-3(?:\.0)?(?:-24b)?(?:-instruct)?$", "mistral-small-2501"),
    (r"^mistral-small-3\.1(?:-24b)?(?:-instruct)?$", "mistral-small-2503"),
    (r"^mistral-small-3\.2(?:-24b)?(?:-instruct)?$", "mistral-small-2506"),
    (r"^mistral-small-4(?:-119b)?(?:-instruct)?$", "mistral-small-2603"),
    (r"^mistral-medium-3(?:-instruct)?$", "mistral-medium-2505"),
    (r"^mistral-medium-3\.1$", "mistral-medium-2508"),
    (r"^mistral-medium-3\.5-128b$", "mistral-medium-3.5"),
    (r"^mistral-large-2(?:\.0)?$", "mistral-large-2407"),
    (r"^mistral-large-3(?:-675b)?(?:-instruct)?$", "mistral-large-2512"),
    (r"^(pixtral-large)-(?:instruct-)?2411$", r"\1-2411"),
    (r"^(mixtral-8x\d+b-instruct)-v0\.1$", r"\1"),
    (r"^(codestral)-(?:22b-)?v0\.1$", r"\1-2405"),
)  # fmt: skip
NEMOTRON: Spellings = (
    (r"^nvidia-", ""),
    (r"^nemotron-(nano|super|ultra|lightning)-(\d(?:\.\d)?)(?=-|$)", r"nemotron-\2-\1"),
    (r"^nemotron-3\.5-lightning$", "nemotron-3.5-lightning-30b-a3b"),
    (r"^nemotron-(?:3-)?120b", "nemotron-3-super-120b"),
    (r"^nemotron-3-nano(?:-30b)?(?:-a3b)?$", "nemotron-3-nano-30b-a3b"),
    (r"^nemotron-3-super(?:-120b)?(?:-a12b)?$", "nemotron-3-super-120b-a12b"),
    (r"^nemotron-3-ultra(?:-550b)?(?:-a55b)?$", "nemotron-3-ultra-550b-a55b"),
    (r"^nemotron-3-nano-omni(?:-reasoning)?(?:-30b)?(?:-a3b)?(?:-reasoning)?$",
     "nemotron-3-nano-omni-30b-a3b-reasoning"),
    (r"^nemotron-nano-v2-12b-vl$", "nemotron-nano-12b-v2-vl"),
)  # fmt: skip
COMMAND: Spellings = (
    (r"^c4ai-", ""),
    (r"^(command-r)\+", r"\1-plus"),
    (r"^command-a$", "command-a-03-2025"),
    (r"^command-r7b$", "command-r7b-12-2024"),
)
SEED: Spellings = ((r"^(?:doubao|dola)-(?=seed)", ""),)
PHI: Spellings = (
    (r"^phi-?(\d)", r"phi-\1"),
    (r"^(phi-(?:4|3\.5)-(?:mini|multimodal))$", r"\1-instruct"),
)
GOOGLE_MEDIA: Spellings = (
    (r"^veo-?(\d)", r"veo-\1"),
    (r"^(veo-\d(?:\.\d)?)(?:\.0)?(-fast|-lite)?(?:-generate-00\d)?$", r"\1\2"),
    (r"^imagen-(\d)(?:\.0)?(-fast|-ultra)?(?:-generate-00\d)?$", r"imagen-\1.0\2"),
)
COHERE: Spellings = (
    (r"^embed-v-(\d)", r"embed-v\1"),
    (r"^north-mini-code$", "north-mini-code-1.0"),
)
GRANITE: Spellings = (
    (r"^granite-(\d)-h", r"granite-\1.0-h"),
    (r"-instruct$", ""),
)
JAMBA: Spellings = (
    (r"^ai21-", ""),
    (r"^jamba-([\d.]+)-(large|mini)$", r"jamba-\2-\1"),
)
