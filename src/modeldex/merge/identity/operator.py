"""An operator's word on which offers are one model, above all evidence. Pure."""

from collections.abc import Mapping

import msgspec

from modeldex.domain.ids import author_slug
from modeldex.domain.rules import Rules
from modeldex.merge.identity.identify import RULE, Identity
from modeldex.merge.identity.reading import read


def decided(found: Mapping[str, Identity], rules: Rules) -> dict[str, Identity]:
    """Return the identity of each offer after the operator's rules, by offer id.

    Offers that are parted stand by themselves; what is joined is the model of what it is joined
    to, through any number of steps. A circle of joins means its first name in the alphabet.
    Names that nothing bears change nothing.
    """
    if not rules.parted and not rules.joined:
        return dict(found)
    parted = {name: _parted(name, one, rules) for name, one in found.items()}
    joins = dict(sorted(rules.joined))
    return {name: _joined(name, one, joins, parted) for name, one in parted.items()}


def _parted(name: str, one: Identity, rules: Rules) -> Identity:
    if rules.parted.isdisjoint((name, one.model)):
        return one
    rule = f"part {name if name in rules.parted else one.model}"
    provider, _, native = name.partition("/")
    return msgspec.structs.replace(
        one,
        base=f"{author_slug(provider)}/{author_slug(native)}",
        variants=(),
        evidence=RULE,
        said=rule,
        target=None,
        names=(),
        why=(f"the operator's rule {rule!r} makes it a model by itself", *one.why),
    )


def _joined(
    name: str, one: Identity, joins: Mapping[str, str], found: Mapping[str, Identity]
) -> Identity:
    start = next((said for said in (name, one.model) if said in joins), None)
    if start is None:
        return one
    end = _end(start, joins, found)
    base, variants = _meant(end, found)
    rule = f"join {start} {joins[start]}"
    return msgspec.structs.replace(
        one,
        base=base,
        variants=variants,
        evidence=RULE,
        said=rule,
        target=None,
        names=(*one.names, one.model),
        why=(f"the operator's rule {rule!r} makes it {end!r}", *one.why),
    )


def _end(start: str, joins: Mapping[str, str], found: Mapping[str, Identity]) -> str:
    """Return where a chain of joins ends; of a circle, its first name in the alphabet."""
    seen = [start]
    while (after := _next(seen[-1], joins, found)) is not None:
        if after in seen:
            return min(seen[seen.index(after) :])
        seen.append(after)
    return seen[-1]


def _next(name: str, joins: Mapping[str, str], found: Mapping[str, Identity]) -> str | None:
    if name in joins:
        return joins[name]
    one = found.get(name)
    return joins.get(one.model) if one is not None else None


def _meant(name: str, found: Mapping[str, Identity]) -> tuple[str, tuple[str, ...]]:
    """Return the base and the variants of what is called *name*: an offer, else a model."""
    if name in found:
        return found[name].base, found[name].variants
    said = read(name, "")
    return said.base, said.variants
