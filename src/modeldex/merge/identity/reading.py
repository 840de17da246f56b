"""A text that names a model, read: who made it, its name, and what is said beyond it. Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from modeldex.domain.ids import author_slug
from modeldex.merge.identity import authors, families, paths, variants
from modeldex.merge.identity.families import Family
from modeldex.merge.identity.paths import Path

_PREFIX_PLANS = {"coding": "coding-plan"}
_BARE = {  # what an author's own lists leave out
    "deepseek": ("deepseek", re.compile(r"(r1|v3)(?=[-.]|$)")),
    "moonshotai": ("kimi", re.compile(r"k\d")),
    "minimax": ("minimax", re.compile(r"m\d")),
}
_REMEMBERED = 2**16  # names; a catalog is built again and again from nearly the same ones
_ROUNDS = 4  # names that somebody made up may be read more than twice
_NAMELESS = "unnamed"
_NEVER = re.compile(r"(?!)")
_TUNED = re.compile(r"uncensored|abliterat|derestricted|heretic|unshackled|fine-?tun")
_QUANTIZERS = frozenset({"nvidia", "qwen", "amd", "intel", "microsoft"})


class Reading(msgspec.Struct, frozen=True):
    """What a text says.

    Attributes:
        author: slug of who made the model.
        name: of the base model, as its author spells it.
        variants: words that make it a model of its own.
        editions: words that pin or place the same model.
        steps: sentences that say how it was read.
        is_known: the text says who made it, by name or by its family.
    """

    author: str
    name: str
    variants: tuple[str, ...] = ()
    editions: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    is_known: bool = False

    @property
    def base(self) -> str:
        """``author/name`` of the base model."""
        return f"{self.author}/{self.name}"

    @property
    def model(self) -> str:
        """Id of the model: the base, and its variants."""
        return model_id(self.base, self.variants)


@lru_cache(_REMEMBERED)
def read(text: str, provider: str, author: str | None = None) -> Reading:
    """Return what *text* says as a name of a model.

    Args:
        text: an id, a repository or a slug, in any case, with or without prefixes.
        provider: slug of who serves it; the author of last resort.
        author: who made it by the row's own word; asked where the text does not say.

    What it returns reads as itself: ``read(read(text).model).model == read(text).model``.
    """
    found = _once(text, provider, author)
    for _ in range(_ROUNDS):
        again = _once(found.base, provider, author)
        if again.model == found.base:
            break
        found = _and(found, again)
    return found


def model_id(base: str, words: tuple[str, ...]) -> str:
    """Return the id of a base's variant: as hubs write it, where that reads as this variant."""
    if not words:
        return base
    written, safe = variants.suffixes(words)
    found = _once(base + written, "", None)
    return base + (written if (found.base, found.variants) == (base, words) else safe)


def _and(first: Reading, then: Reading) -> Reading:
    """Return the reading of a base, with what the reading that led to it says beyond it."""
    return msgspec.structs.replace(
        then,
        variants=tuple(sorted({*first.variants, *then.variants})),
        editions=tuple(sorted({*first.editions, *then.editions})),
        steps=(*first.steps, *then.steps),
        is_known=first.is_known,
    )


def _once(text: str, provider: str, author: str | None) -> Reading:
    path = paths.split(text)
    org = _org(path, provider)
    family = _family(path, org, provider)
    is_dated = family is not None or org is None or org in authors.KNOWN
    found = variants.endings(path.name, family, is_dated=is_dated)
    path.variants += found.variants
    path.editions += found.editions
    owner = _author(path, org, family, author or provider)
    name = found.name
    if family is not None and owner == family.author:
        name = _spelled(found.name, family, path, is_short=org is None)
    return Reading(
        author=owner,
        name=name or author_slug(text) or _NAMELESS,
        variants=tuple(sorted(set(path.variants))),
        editions=tuple(sorted(set(path.editions))),
        steps=tuple(_steps(path, found.name, name, family, owner)),
        is_known=org is not None or family is not None,
    )


def _org(path: Path, provider: str) -> str | None:
    """Return who the path says made the model; ``None`` where it names only who serves it."""
    known = [one for one in path.orgs if one in authors.KNOWN]
    others = [one for one in path.orgs if one not in authors.HOSTS and one != provider]
    return next(iter((*reversed(known), *reversed(others))), None)


def _family(path: Path, org: str | None, provider: str) -> Family | None:
    """Return the family of a path's name, taking brands off that stand before it."""
    if org is not None and org not in authors.KNOWN and org not in authors.REPUBLISHERS:
        return None
    if org is None and _TUNED.search(path.name):
        return None  # somebody else's work on a known model
    maker = authors.canonical(org or provider.partition("-")[0])
    before, pattern = _BARE.get(maker, ("", _NEVER))
    if pattern.match(path.name):
        path.name = f"{before}-{path.name}"
    peeled = _peeled(path.name.replace("_", "-"), provider)
    if peeled is None:
        return None
    brands, path.name = peeled
    path.variants += [_PREFIX_PLANS[one] for one in brands if one in _PREFIX_PLANS]
    path.steps += [f"took off the prefix {one!r}" for one in brands]
    return families.of(path.name)


def _peeled(name: str, provider: str) -> tuple[list[str], str] | None:
    """Return the brands before a name of a known family, and that name."""
    if families.of(name):
        return [], name
    for dash in re.finditer("-", name):
        brand, rest = name[: dash.start()], name[dash.end() :]
        if _is_brand(brand, provider) and (found := _peeled(rest, provider)) is not None:
            return [brand, *found[0]], found[1]
    return None


def _is_brand(word: str, provider: str) -> bool:
    own = {provider, provider.partition("-")[0]}
    return word in own or word in _PREFIX_PLANS or word in authors.KNOWN or word in authors.HOSTS


def _author(path: Path, org: str | None, family: Family | None, otherwise: str) -> str:
    """Return who made it: what the path says, else whose family it is, else *otherwise*."""
    if org is None:
        return family.author if family else _of_last_resort(path, otherwise)
    said = authors.canonical(org)
    if family is None or family.author == said:
        return said
    packed = org in _QUANTIZERS and any(map(variants.is_precision, path.variants))
    if packed or org in authors.REPUBLISHERS or org in authors.HOSTS:
        path.editions.append(f"by-{org}")
        return family.author
    return said


def _of_last_resort(path: Path, otherwise: str) -> str:
    return authors.canonical(path.orgs[-1] if path.orgs else author_slug(otherwise))


def _spelled(name: str, family: Family, path: Path, *, is_short: bool) -> str:
    """Return the author's spelling; a short name or a faster one of a chat model means that."""
    found = families.spelled(name, family)
    if family.chat is None or not (is_short or path.variants or path.is_dotted):
        return found
    pattern, ending = family.chat
    if pattern.match(found):
        return families.spelled(f"{found}{ending}", family)
    return found


def _steps(path: Path, taken: str, name: str, family: Family | None, owner: str) -> Iterator[str]:
    yield from path.steps
    yield from (f"variant {one!r} parts it from the base" for one in sorted(set(path.variants)))
    yield from (f"edition {one!r} is declared" for one in sorted(set(path.editions)))
    if family is not None:
        yield f"of the family {family.name!r} by {family.author!r}"
    if name != taken:
        yield f"{taken!r} is spelled {name!r}"
    yield f"made by {owner!r}"
