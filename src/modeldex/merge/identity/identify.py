"""The identity of one offer, from what is said of it alone. Pure."""

import re
from collections.abc import Iterable, Iterator

import msgspec

from modeldex.domain.listing import Listing
from modeldex.merge.identity import variants
from modeldex.merge.identity.reading import Reading, model_id, read

_DATED = re.compile(r"-(20\d{6})$")
RULE, ALIAS = "rule", "declared_alias"
HUGGING_FACE, SLUG, NATIVE = "hugging_face_id", "canonical_slug", "native_id"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Which model an offer is, and why.

    Attributes:
        base: ``author/name`` of the base model.
        variants: words that make it a model of its own: ``free``, ``fp8``, ``latest`` …
        editions: words that pin or place the same model: a date, a region …
        evidence: which fact decided: ``rule``, ``declared_alias``, ``hugging_face_id``,
            ``canonical_slug`` or ``native_id``.
        said: the text of that fact.
        target: the base that a moving name (``…-latest``) means now, where a source says so.
        names: further names that mean the same model, ``author/name``, lower case.
        why: sentences that say how it was decided.
    """

    base: str
    variants: tuple[str, ...] = ()
    editions: tuple[str, ...] = ()
    evidence: str
    said: str
    target: str | None = None
    names: tuple[str, ...] = ()
    why: tuple[str, ...] = ()

    @property
    def model(self) -> str:
        """Id of the model: the base, and its variants."""
        return model_id(self.base, self.variants)


def identify(facts: Listing) -> Identity:
    """Return which model an offer is.

    The strongest evidence says the base. Variants are what the native id says, since that is what
    one calls; what only a repository or a slug says is declared beside it. A moving name is its
    own model, and the stronger evidence only says what it means now.
    """
    native = _native(facts)
    own = read(native, facts.provider, facts.author)
    stated = [*_declared(facts, own), *_stated(facts)]
    is_moving = variants.LATEST in own.variants
    kind, text, base = (NATIVE, native, own) if is_moving or not stated else stated[0]
    texts = [(native, own), *((said, one) for _, said, one in stated)]
    return Identity(
        base=base.base,
        variants=own.variants,
        editions=_editions(own, [one for _, _, one in stated]),
        evidence=kind,
        said=text,
        target=_target(facts, [one for _, _, one in stated]) if is_moving else None,
        names=_all([name for said, one in texts for name in _name(said, one, own.variants)]),
        why=tuple(_why(kind, text, base, None if kind == NATIVE else own)),
    )


class Told(msgspec.Struct, frozen=True):
    """What an offer's row tells of how it is called: who serves it, its id, who made it."""

    provider: str
    native: str
    author: str


def explain(facts: Told, evidence: str, said: str) -> tuple[str, ...]:
    """Return how an offer was identified, in sentences, from what its row tells.

    Args:
        facts: how it is called.
        evidence: the kind of fact that decided.
        said: the text of that fact, or the operator's rule.
    """
    if evidence == RULE:
        return (f"the operator's rule {said!r} decides",)
    own = read(facts.native, facts.provider, facts.author)
    base = own if evidence == NATIVE else _read_stated(evidence, said, facts)
    return tuple(_why(evidence, said, base, None if evidence == NATIVE else own))


def _editions(own: Reading, stated: list[Reading]) -> tuple[str, ...]:
    beside = (set(one.variants) - {variants.LATEST, *own.variants} for one in stated)
    return _all(own.editions, *beside, *(one.editions for one in stated))


def _native(facts: Listing) -> str:
    native = facts.provider_model_id
    return native if facts.via is None else native.removesuffix(f":{facts.via}")


def _declared(facts: Listing, own: Reading) -> list[tuple[str, str, Reading]]:
    """Return the alias that says what a provider's own brand is, where all such agree.

    An id that says itself who made it needs none: its aliases may be names that move.
    """
    if own.is_known:
        return []
    read_all = [(one, read(one, facts.provider, facts.author)) for one in sorted(facts.aliases)]
    known = [(one, said) for one, said in read_all if _is_fixed(said)]
    if len({said.base for _, said in known}) != 1:
        return []
    return [(ALIAS, *known[0])]


def _is_fixed(one: Reading) -> bool:
    return one.is_known and variants.LATEST not in one.variants


def _stated(facts: Listing) -> list[tuple[str, str, Reading]]:
    """Return the evidence that is stronger than the native id, the strongest first."""
    found = ((HUGGING_FACE, facts.hugging_face_id), (SLUG, facts.canonical_slug))
    return [
        (kind, text, _read_stated(kind, text, facts))
        for kind, text in found
        if text is not None and text.strip("/ ")
    ]


def _read_stated(kind: str, text: str, facts: "Listing | Told") -> Reading:
    """Read a repository or a slug; the date that a slug ends in is when it was listed."""
    date = _DATED.search(text) if kind == SLUG else None
    if date is None:
        return read(text, facts.provider, facts.author)
    found = read(text[: date.start()], facts.provider, facts.author)
    return msgspec.structs.replace(found, editions=_all(found.editions, [date[1]]))


def _target(facts: Listing, stated: list[Reading]) -> str | None:
    """Return the base that a moving name means now: by stated evidence, else by its aliases."""
    aliases = [read(one, facts.provider, facts.author) for one in facts.aliases]
    for found in (stated, sorted(aliases, key=_pinned, reverse=True)):
        for one in found:
            if variants.LATEST not in one.variants:
                return one.base
    return None


def _pinned(one: Reading) -> tuple[bool, int, str]:
    """Order names by how much they pin: a dated one first, then the one with most digits."""
    return bool(one.editions), sum(map(str.isdigit, one.name)), one.name


def _name(text: str, one: Reading, words: tuple[str, ...]) -> Iterator[str]:
    """Yield *text* as a name of the model; a variant that it does not say is put after it."""
    if not set(one.variants) <= set(words):
        return
    last = text.lower().strip("/ ").rpartition("/")[2]
    missing = tuple(word for word in words if word not in one.variants)
    if last:
        yield f"{one.author}/{last}{variants.suffixes(missing)[0]}"


def _why(kind: str, text: str, base: Reading, own: Reading | None) -> Iterator[str]:
    yield f"its {kind.replace('_', ' ')} {text!r} says the base {base.base!r}"
    yield from base.steps
    if own is not None:
        yield f"its native id alone would say {own.base!r}"
        yield from (one for one in own.steps if one.startswith(("variant", "edition")))


def _all(*words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({word for some in words for word in some}))
