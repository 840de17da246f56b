"""Which offers are the same model: exact rules only.

An offer's *keys* are the names that mean it for certain: its Hugging Face id, its source's
canonical slug, and its native id under known prefixes, each as ``author/name`` in lower case.
Offers that share a key are one model. Variants (``:free``, ``:thinking``) are models of their own:
one gets something else. A display name is never a key.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from modeldex.domain.ids import author_slug, split_variant
from modeldex.domain.listing import Listing
from modeldex.merge import authors

_PREFIXES = ("accounts/fireworks/models/", "publishers/google/models/", "models/", "@cf/")


class Keys(msgspec.Struct, frozen=True):
    """The names of one offer's model.

    Attributes:
        native: from the id that the provider's call takes; the offer always has this one.
        repository: from its Hugging Face id.
        others: further names that mean the same model, but that no model is called by.
    """

    native: str
    repository: str | None = None
    others: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, the native one first."""
        repository = () if self.repository is None else (self.repository,)
        return (self.native, *repository, *self.others)


def keys(facts: Listing) -> Keys:
    """Return the names that mean the model of an offer."""
    native = facts.provider_model_id
    if facts.via is not None:
        native = native.removesuffix(f":{facts.via}")
    base, variant = split_variant(native)
    owner = facts.author or facts.provider
    repository, slug = facts.hugging_face_id, facts.canonical_slug
    return Keys(
        native=_key(_without_prefix(base), owner, variant),
        repository=None if repository is None else _key(repository, owner, variant),
        others=() if slug is None else (_key(split_variant(slug)[0], owner, variant),),
    )


def model_ids(found: Mapping[str, Keys]) -> dict[str, str]:
    """Return the model id of each offer id. The order of *found* does not matter.

    A model is called by its Hugging Face id where one is known, else by the first of its native
    names in alphabetical order: neither depends on which sources happen to answer first.
    """
    groups = _united(one.names for one in found.values())
    names: dict[str, set[str]] = defaultdict(set)
    repositories: dict[str, set[str]] = defaultdict(set)
    for one in found.values():
        names[groups[one.native]].add(one.native)
        if one.repository is not None:
            repositories[groups[one.native]].add(one.repository)
    chosen = {group: min(repositories.get(group) or names[group]) for group in names}
    return {offer: chosen[groups[one.native]] for offer, one in found.items()}


def _united(linked: Iterable[tuple[str, ...]]) -> dict[str, str]:
    """Return the group of each name, the names that stand together being in one group."""
    parent: dict[str, str] = {}

    def find(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for first, *others in linked:
        group = find(first)
        for other in others:
            parent[find(other)] = group
    return {name: find(name) for name in parent}


def _without_prefix(native: str) -> str:
    for prefix in _PREFIXES:
        native = native.removeprefix(prefix)
    return native


def _key(native: str, owner: str, variant: str) -> str:
    """Return ``author/name``; *owner* stands for an author that the name does not say."""
    *before, name = native.lower().strip("/").split("/")
    author = author_slug(before[-1]) if before else ""
    found = f"{authors.canonical(author or author_slug(owner))}/{name}"
    return f"{found}:{variant}" if variant else found
