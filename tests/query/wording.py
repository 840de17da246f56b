"""Questions as they stand in an address, and what the oracle says that the answer is."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import msgspec

from modeldex.query.question import Question
from query.mixed import Oracle, Row

_NAMES = {"text": "q", "gateways": "gateway"}
_EITHER = {"is_private", "is_free", "open_weights"}  # false is not the same as not said
_UNKNOWN = {"nothing", "video", "audio->video"}
_NOT_SAID = {"day", "sort", "snapshot", "place", "moment", "shape"}


def pairs(question: Question) -> Iterator[tuple[str, str]]:
    """Yield the parameters of a question, several words as several parameters."""
    for name in question.__struct_fields__:
        value = getattr(question, name)
        if name in _NOT_SAID or value is None or (value is False and name not in _EITHER):
            continue
        for one in value if isinstance(value, tuple) else (value,):
            yield _NAMES.get(name, name), str(one).lower() if isinstance(one, bool) else str(one)
    yield "sort", question.sort


def known(question: Question) -> Question:
    """Return a question without the words that the catalog has not: these are 400 over HTTP."""
    names = ("input_modalities", "output_modalities", "modality", "supported_parameters")
    left = {name: tuple(one for one in getattr(question, name) if one not in _UNKNOWN)
            for name in names}  # fmt: skip
    return msgspec.structs.replace(question, **left)


def path(question: Question) -> str:
    """Return where a question is asked."""
    return f"/v1/models?{urlencode(list(pairs(question)))}"


def check(oracle: Oracle, question: Question, answer: dict[str, Any]) -> None:
    """Fail unless an answer has the rows, counts, fields and facets that the oracle says."""
    whole = oracle.ids(question)
    end = len(whole) if question.limit is None else question.offset + question.limit
    shown = [row["id"] for row in answer["data"]]
    more = question.offset + len(shown) < len(whole)

    assert shown == whole[question.offset : end]
    assert (answer["total"], answer["returned"]) == (len(whole), len(shown))
    assert (answer["offset"], answer["limit"]) == (question.offset, question.limit)
    assert (answer["has_more"], answer["next_offset"]) == (
        more, question.offset + len(shown) if more else None
    )  # fmt: skip
    assert (answer["next_cursor"] is not None) is more
    assert (answer["unique"], "facets" in answer) == (question.unique, question.facets)
    if question.facets:
        assert answer["facets"]["provider"] == _counted(oracle, question, "provider_slug")
        assert answer["facets"]["author"] == _counted(oracle, question, "owned_by")
    if not question.unique:
        rows = {row["id"]: row for row in oracle.offers}
        for row in answer["data"]:
            assert row == picked(rows[row["id"]], question.fields)


def picked(row: Row, fields: tuple[str, ...]) -> Row:
    """Return of a row what is asked for; names have at most one dot here."""
    if not fields:
        return row
    found: Row = {"id": row["id"]}
    for field in sorted(fields, key=lambda name: -name.count(".")):
        parent, _, child = field.partition(".")
        value = row[parent]
        if child and isinstance(value, dict):
            found.setdefault(parent, {}).update({k: v for k, v in value.items() if k == child})
        else:
            found[parent] = value
    return found


def _counted(oracle: Oracle, question: Question, key: str) -> dict[str, int]:
    """Count by a field the offers that match; models where these are asked for."""
    bare = msgspec.structs.replace(question, unique=False)
    names = set(oracle.ids(bare))
    pairs_of = {
        (row[key], row["canonical_slug"] if question.unique else row["id"])
        for row in oracle.offers
        if row["id"] in names
    }
    counts: dict[str, int] = {}
    for value, _ in pairs_of:
        counts[value] = counts.get(value, 0) + 1
    return counts
