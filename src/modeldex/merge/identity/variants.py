"""What a name says beyond the model: variants that part, and editions that do not.

A *variant* differs in what one gets for the same name (a price of nothing, a precision, a window,
a mode, a speed, a plan): a model of its own, with the same base. An *edition* (a date, a region,
the full precision) pins or places the same model, and is declared beside it.
"""

import re

import msgspec

from modeldex.merge.identity.families import Family

LATEST = "latest"
_PRECISION = (
    r"(?:(?:fp8|int[48]|nvfp4|w\da\d+)-dynamic|int4-(?:autoround|mixed-ar)|awq-int4|nvfp4|mxfp[48]|fp[48]|int[48]|awq|gptq"
    r"|gguf|i?q\d-(?:k-[msl]|xs|xxs|nl|\d)|exl2|quantized\.w\da\d+|w\da\d+|mlx-\dbit|\dbit|bnb-\dbit|quantized)"
)
_WINDOW = r"(?:\d{1,4}k|[12]m)"
_SPEED = (
    r"(?:fast|lightning|turbo|basic|tput|throughput|high-throughput|nitro"
    r"|flex|priority|batch|discounted)"
)
_WITH_HYPHEN = re.compile(rf"{_PRECISION}|{_WINDOW}|{_SPEED}|tee|{LATEST}")
_ENDS = re.compile(rf"-({_PRECISION}|free|tee|{LATEST})$")
_SERVED = r"(?:tput|(?:high-)?throughput|nitro|flex|priority|batch|discounted)"
_ENDS_IN_FAMILY = re.compile(rf"-({_WINDOW}|{_SERVED})$")
_DATE = re.compile(r"-(20\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01]))$")
_SHORT_DATE = re.compile(r"-(2[3-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))$")
_FULL = re.compile(r"-(bf16|fp16|maas|original)$")
_LONG = (_FULL, _SHORT_DATE)
_SHORT_WINDOWS = {"8192": "8k", "32768": "32k"}
_LAST = re.compile(r"(?<=.)-(no-\w+|\w+)$")
_SAME = {"think": "thinking", "nothinking": "no-thinking", "nothink": "no-thinking"}
_NAMES_WITH_WINDOW = re.compile(r"^(minimax-m1|phi-|moonshot-v1$|yarn-)")
_SIZE = re.compile(r"\d+(\.\d+)?[bt](-\S+)?")
_SIZE_OR_DATE = re.compile(rf"{_SIZE.pattern}|(0[1-9]|1[0-2])[0-3]\d")
_AT = re.compile(r"default|[a-z]{2}(?:-[a-z]+-?\d?)?|20\d{6}|\d{3}")
REGIONS = frozenset({"us", "eu", "apac", "global", "jp", "au", "ca", "us-gov", "sa", "me", "af"})


class Parted(msgspec.Struct, frozen=True):
    """A name without what is said beyond the model.

    Attributes:
        name: what is left.
        variants: words that part, in the order in which they were taken off.
        editions: words that do not part.
    """

    name: str
    variants: tuple[str, ...] = ()
    editions: tuple[str, ...] = ()


def endings(name: str, family: Family | None, *, is_dated: bool = True) -> Parted:
    """Take off, one after the other, the endings of *name* that are not part of the model's name.

    What a word means depends on the family: ``thinking`` is a mode of Claude and the name of a
    Kimi. In a family that is not known only the unmistakable ones are taken, and a date only where
    *is_dated*: two dates in a stranger's repositories are two models.
    """
    variants: list[str] = []
    editions: list[str] = []
    while (found := _ending(name, family, is_dated=is_dated)) is not None:
        name, word, parts = found
        (variants if parts else editions).append(word)
    return Parted(name, tuple(variants), tuple(editions))


def of_colon(word: str, *, is_first: bool) -> tuple[str, bool] | None:
    """Return what stands after a colon as a word and whether it parts; ``None``: no variant.

    A size (``:120b``) and, where it comes first, a month and day (``:0731``) belong to the name;
    any other number is the budget of tokens of a mode.
    """
    if re.fullmatch(r"\d?", word):
        return "", False  # a revision of the provider's own
    of_name = _SIZE if not is_first else _SIZE_OR_DATE
    if of_name.fullmatch(word):
        return None
    if _DATE.fullmatch(f"-{word}"):
        return word.replace("-", ""), False
    if re.fullmatch(r"\d{4,}", word):
        return f"budget-{word}", True
    return _SAME.get(word, word), word not in {"cloud", "default"}


def of_at(word: str) -> bool:
    """Whether what stands after an ``@`` places or dates a model: ``@default``, ``@20251001``."""
    return _AT.fullmatch(word) is not None


def suffixes(variants: tuple[str, ...]) -> tuple[str, str]:
    """Return the two ways to say variants in an id: as hubs write them, and with colons only.

    ``("fp8", "free")`` is ``-fp8:free`` or ``:fp8:free``.
    """
    words = sorted(set(variants))
    hyphened = [word for word in words if _WITH_HYPHEN.fullmatch(word)]
    others = [f":{word}" for word in words if word not in hyphened]
    joined = "".join([*(f"-{word}" for word in hyphened), *others])
    return joined, "".join(f":{word}" for word in words)


def is_precision(word: str) -> bool:
    """Whether a variant is a precision of the weights."""
    return re.fullmatch(_PRECISION, word) is not None


def _ending(name: str, family: Family | None, *, is_dated: bool) -> tuple[str, str, bool] | None:
    """Return what is left, the word taken off, and whether it parts."""
    if found := _ENDS.search(name):
        return name[: found.start()], found[1], True
    if is_dated and (found := _DATE.search(name)):
        return name[: found.start()], found[1].replace("-", ""), False
    return None if family is None else _ending_in(name, family)


def _ending_in(name: str, family: Family) -> tuple[str, str, bool] | None:
    for pattern in _LONG:
        if found := pattern.search(name):
            return name[: found.start()], found[1], False
    if (found := _ENDS_IN_FAMILY.search(name)) and not _NAMES_WITH_WINDOW.match(name):
        return name[: found.start()], found[1], True
    return _mode(name, family) or _edition(name, family)


def _mode(name: str, family: Family) -> tuple[str, str, bool] | None:
    found = _LAST.search(name)
    if found is None:
        return None
    before, last = name[: found.start()], found[1]
    if last in _SHORT_WINDOWS:
        return before, _SHORT_WINDOWS[last], True
    mode = _SAME.get(last, last)
    parts = mode in family.modes and _may_part(before, mode, family)
    return (before, mode, True) if parts else None


def _edition(name: str, family: Family) -> tuple[str, str, bool] | None:
    for pattern in family.editions:
        if found := pattern.search(name):
            return name[: found.start(1) - 1] + name[found.end(1) :], found[1], False
    return None


def _may_part(before: str, mode: str, family: Family) -> bool:
    """Whether a mode may be taken off: ``qwen-turbo`` and ``gpt-4-turbo`` are names of models."""
    if family.name == "qwen" and "thinking" in mode:
        # The older ones that think are models of their own.
        return mode == "no-thinking" or re.match(r"qwen3\.[5-9]", before) is not None
    if family.name == "qwen":
        return re.search(r"-\d+(\.\d+)?b", before) is not None
    return not (mode == "turbo" and family.name == "gpt")
