"""All listings of one answer, in one spelling."""

from collections.abc import Iterable
from typing import Any

import msgspec

from modeldex.domain.ids import author_slug
from modeldex.domain.listing import Listing
from modeldex.normalize import dates, modalities, text

DESCRIPTION_LENGTH = 2000
_NO_AUTHORS = frozenset({
    "", "system", "library", "custom", "sglang", "vllm", "unknown", "user", "none", "feather",
    "organization-owner", "models", "model",
})  # fmt: skip
_UNITED = ("aliases", "supported_parameters", "also")
_UNJUDGED = ("source", "provider", "provider_model_id", "doubts", *_UNITED)


def normalized(found: Iterable[Listing], description_length: int) -> tuple[Listing, ...]:
    """Return *found* in one spelling, one listing per id, in the order of first appearance.

    Doing it twice changes nothing.
    """
    rows = without_duplicates(one_normalized(one, description_length) for one in found)
    created = [one.created for one in rows if one.created is not None]
    if dates.are_dates(created):
        return rows
    return tuple(msgspec.structs.replace(one, created=None) for one in rows)


def one_normalized(one: Listing, description_length: int) -> Listing:
    """Return one listing in our spelling."""
    inputs, outputs = _modalities(one.input_modalities), _modalities(one.output_modalities)
    capabilities = dict(one.capabilities)
    if inputs is not None:
        capabilities.setdefault("vision", "image" in inputs)
    return msgspec.structs.replace(
        one,
        name=text.bounded(text.clean(one.name), 200),
        description=text.bounded(text.clean(one.description), description_length),
        author=_author(one),
        hugging_face_id=_repository(one.hugging_face_id),
        input_modalities=inputs,
        output_modalities=outputs,
        capabilities=dict(sorted(capabilities.items())),
        supported_parameters=_sorted(one.supported_parameters),
        aliases=tuple(sorted(set(one.aliases) - {one.provider_model_id})),
        logo_url=_web_link(one.logo_url),
    )


def without_duplicates(found: Iterable[Listing]) -> tuple[Listing, ...]:
    """Return one listing per provider and id.

    Where two differ in a field it is null, with a doubt; lists are united.
    """
    by_id: dict[tuple[str, str], Listing] = {}
    for one in found:
        key = (one.provider, one.provider_model_id)
        first = by_id.get(key)
        by_id[key] = one if first is None else _united(first, one)
    return tuple(by_id.values())


def _united(first: Listing, second: Listing) -> Listing:
    changes: dict[str, Any] = {
        name: tuple(sorted({*(getattr(first, name) or ()), *(getattr(second, name) or ())})) or
        getattr(first, name)
        for name in _UNITED
    }  # fmt: skip
    differing = []
    for name in Listing.__struct_fields__:
        one, other = getattr(first, name), getattr(second, name)
        if name not in _UNJUDGED and one != other and one and other:
            differing.append(name)
            changes[name] = type(one)() if isinstance(one, tuple | dict) else None
        elif name not in _UNJUDGED and not one and other:
            changes[name] = other
    doubts = {*first.doubts, *second.doubts}
    if differing:
        doubts.add(f"listed twice with different {', '.join(differing)}")
    return msgspec.structs.replace(first, **changes, doubts=tuple(sorted(doubts)))


def _modalities(words: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if words is None else modalities.canonical(words) or None


def _author(one: Listing) -> str | None:
    """Return the maker's slug: what the id says before its slash, else what the row says."""
    if one.author is None:
        return None
    found = author_slug(one.author)
    return None if found in _NO_AUTHORS or "@" in one.author[1:] else found


def _repository(text_: str | None) -> str | None:
    if text_ is None:
        return None
    name = text_.strip().removeprefix("https://huggingface.co/").removeprefix("api/models/")
    name = name.strip("/")
    return name if name.count("/") == 1 and " " not in name else None


def _web_link(link: str | None) -> str | None:
    return link if link is not None and link.startswith(("https://", "http://")) else None


def _sorted(words: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if words is None else tuple(sorted(set(words)))
