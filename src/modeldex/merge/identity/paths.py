"""The shape of an id: segments, colons, dots and at-signs, before a name is looked at."""

import re

import msgspec

from modeldex.domain.ids import author_slug
from modeldex.merge.identity import authors, variants

_NOISE = frozenset({
    "models", "model", "accounts", "routers", "deployments", "publishers", "endpoints", "@cf",
    "@hf", "chat-completion", "completion", "main", "public", "foundation-model",
})  # fmt: skip
_TEE = "tee"
_PLANS = frozenset({"pro", "lora"})  # before an author: what one gets, not who made it
_DOTTED = re.compile(r"(?:([a-z-]+)\.)?([a-z0-9]+)\.(?=[a-z])(.+)")
_BEDROCK_MINOR = re.compile(r"-v(\d):([1-9])(?=:|$)")


class Path(msgspec.Struct):
    """A text in the course of being read.

    Attributes:
        orgs: slugs of the segments before the name, as far as they may say who made it.
        name: what the last segment leaves.
        variants, editions, steps: as of a reading, so far.
        is_dotted: it has the form ``author.name``.
    """

    orgs: list[str]
    name: str
    variants: list[str] = []
    editions: list[str] = []
    steps: list[str] = []
    is_dotted: bool = False


def split(text: str) -> Path:
    """Return the parts of an id, a repository or a slug, in lower case."""
    whole = text.lower().strip(" \t\n/:").lstrip("~").removeprefix("hf:")
    whole = whole if "/" in whole else whole.replace("--", "/", 1)
    *before, name = whole.split("/")
    path = Path(orgs=[], name=name)
    for segment in before:
        slug = segment if segment.startswith("@") else author_slug(segment)
        if segment == _TEE or (segment in _PLANS and len(before) > 1):
            path.variants.append(segment)
        elif slug and slug not in _NOISE:
            path.orgs.append(slug)
    path.name = _BEDROCK_MINOR.sub(r"-v\1.\2", path.name)
    _colons(path)
    _at(path)
    _dots(path)
    return path


def _colons(path: Path) -> None:
    """Take off what stands after colons: a variant, a revision, or a size that is a name's."""
    name, *words = path.name.split(":")
    if not name:
        return
    for place, word in enumerate(words):
        found = variants.of_colon(word, is_first=not place and not name.endswith("thinking"))
        if found is None:
            name = f"{name}-{word}"
        elif found[0]:
            (path.variants if found[1] else path.editions).append(found[0])
    path.name = name


def _at(path: Path) -> None:
    name, at, word = path.name.rpartition("@")
    if at and name and variants.of_at(word):
        path.name = name
        path.editions.append(word)
    elif at and name and word == variants.LATEST:
        path.name = name
        path.variants.append(word)


def _dots(path: Path) -> None:
    """Read ``us.anthropic.claude-x-v1``: a region, an author, and a revision of the provider."""
    found = _DOTTED.fullmatch(path.name)
    if found is None or found[2] not in authors.KNOWN or found[1] not in {None, *variants.REGIONS}:
        return
    path.orgs.append(found[2])
    path.editions += [found[1]] if found[1] else []
    path.name = found[3]
    path.is_dotted = True
    if "embed" not in path.name and path.name.endswith("-v1"):
        path.name = path.name.removesuffix("-v1")
        path.editions.append("v1")
