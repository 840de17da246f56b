"""All listings of one answer, in one spelling."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from modeldex.domain.ids import author_slug, slug
from modeldex.domain.listing import Listing
from modeldex.normalize import dates, links, modalities, text

DESCRIPTION_LENGTH = 2000
_NO_AUTHORS = frozenset({
    "", "system", "library", "custom", "sglang", "vllm", "unknown", "user", "none", "feather",
    "organization-owner", "models", "model",
})  # fmt: skip
_REPOSITORY = re.compile(r"[^/\s]+/[^/\s]+")
_UNITED = ("aliases", "also", "supported_parameters", "input_modalities", "output_modalities")
_APART = ("source", "provider", "provider_model_id", "capabilities", "doubts", *_UNITED)
_JUDGED = tuple(name for name in Listing.__struct_fields__ if name not in _APART)
_UNSAID: tuple[object, ...] = (None, ())


def normalized(found: Iterable[Listing], description_length: int) -> tuple[Listing, ...]:
    """Return *found* in one spelling, one listing per id, in the order of first appearance.

    Doing it twice changes nothing.
    """
    spelled = (_spelled(one, description_length) for one in found)
    rows = tuple(_completed(one) for one in _without_duplicates(spelled))
    created = [one.created for one in rows if one.created is not None]
    if dates.are_dates(created):
        return rows
    return tuple(msgspec.structs.replace(one, created=None) for one in rows)


def _spelled(one: Listing, description_length: int) -> Listing:
    return msgspec.structs.replace(
        one,
        provider=slug(one.provider),
        name=text.bounded(text.clean(one.name), 200),
        description=text.bounded(text.clean(one.description), description_length),
        author=_author(one),
        hugging_face_id=_repository(one.hugging_face_id),
        supported_parameters=_sorted(one.supported_parameters),
        aliases=tuple(sorted(set(one.aliases) - {one.provider_model_id})),
        logo_url=links.logo(one.logo_url),
    )


def _completed(one: Listing) -> Listing:
    """Return a listing with its modalities in one order and what follows from them."""
    inputs, outputs = _modalities(one.input_modalities), _modalities(one.output_modalities)
    capabilities = dict(one.capabilities)
    if inputs is not None:
        capabilities.setdefault("vision", "image" in inputs)
    return msgspec.structs.replace(
        one,
        input_modalities=inputs,
        output_modalities=outputs,
        capabilities=dict(sorted(capabilities.items())),
    )


def _without_duplicates(found: Iterable[Listing]) -> tuple[Listing, ...]:
    """Return one listing per provider and id.

    Where two differ in a field it is null, with a doubt; lists of words are united, and
    capabilities kept where none contradicts.
    """
    by_id: dict[tuple[str, str], list[Listing]] = defaultdict(list)
    for one in found:
        by_id[one.provider, one.provider_model_id].append(one)
    return tuple(same[0] if len(same) == 1 else _united(same) for same in by_id.values())


def _united(same: list[Listing]) -> Listing:
    """Return what listings of one id say together; their order does not matter but for ties."""
    changes: dict[str, Any] = {name: _all_words(same, name) for name in _UNITED}
    changes["capabilities"], contradicted = _agreed(one.capabilities for one in same)
    differing = ["capabilities"] if contradicted else []
    for name in _JUDGED:
        said = [value for one in same if (value := getattr(one, name)) not in _UNSAID]
        if any(value != said[0] for value in said):
            differing.append(name)
            changes[name] = () if name == "rates" else None
        elif said:
            changes[name] = said[0]
    doubts = {doubt for one in same for doubt in one.doubts}
    if differing:
        doubts.add(f"listed twice with different {', '.join(sorted(differing))}")
    return msgspec.structs.replace(same[0], **changes, doubts=tuple(sorted(doubts)))


def _all_words(same: list[Listing], name: str) -> tuple[str, ...] | None:
    said = [value for one in same if (value := getattr(one, name)) is not None]
    return tuple(sorted({word for words in said for word in words})) if said else None


def _agreed(said: Iterable[dict[str, bool]]) -> tuple[dict[str, bool], bool]:
    """Return the capabilities that nobody contradicts, and whether any was contradicted."""
    answers: dict[str, set[bool]] = defaultdict(set)
    for one in said:
        for name, has in one.items():
            answers[name].add(has)
    agreed = {name: has.pop() for name, has in sorted(answers.items()) if len(has) == 1}
    return agreed, len(agreed) < len(answers)


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
    return name if _REPOSITORY.fullmatch(name := name.strip("/")) else None


def _sorted(words: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if words is None else tuple(sorted(set(words)))
