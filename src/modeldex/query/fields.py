"""Picks fields of finished rows: names with dots, which go through lists as well."""

import difflib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from modeldex.dialects import native
from modeldex.domain.listing import Listing
from modeldex.domain.model import Model
from modeldex.domain.offer import Observed, Offer
from modeldex.domain.provider import Provider
from modeldex.domain.rate import Conditions, Conversion, Meter, Rate
from modeldex.errors import QuestionError
from modeldex.query.wordlists import Given, parted

_MOST_FIELDS, _DEEPEST, _MOST_NAMED = 100, 8, 12
_DAY = "2026-01-01"
_SAID = ("as_of", "known_at", "explanation")  # what an answer adds to one row
Tree = dict[str, Any]  # names to trees of the same kind; {} ends a name, None takes any below
_ALWAYS: Tree = {"id": {}}
_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_list = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode


def named(values: Given, *, unique: bool | None) -> tuple[str, ...]:
    """Return the fields that a question asks for, sorted; ``()`` is everything.

    Args:
        unique: whether the rows are models; ``None`` where they may be either.

    Raises:
        QuestionError: no row has such a field; naming those that are close.
    """
    found = sorted(set(parted(values, "fields")) - {""})
    if len(found) > _MOST_FIELDS:
        raise QuestionError("fields", f"fields names more than {_MOST_FIELDS} fields.")
    known = {**_OFFER, **_MODEL} if unique is None else (_MODEL if unique else _OFFER)
    for one in found:
        _check(one, known)
    return tuple(found)


def picked(bodies: Iterable[bytes], fields: Sequence[str]) -> list[bytes]:
    """Return rows with nothing but *fields* and their id, in the order of the row."""
    wanted = {**_tree_of(fields), **_ALWAYS}
    return [_encode(_picked(msgspec.Raw(body), wanted)) for body in bodies]


def picked_one(body: bytes, fields: Sequence[str]) -> bytes:
    """Return one row with nothing but *fields*, and what its answer says beside the row."""
    wanted = {**_tree_of(fields), **_ALWAYS, **{name: {} for name in _SAID}}
    return _encode(_picked(msgspec.Raw(body), wanted))


def _picked(value: msgspec.Raw, wanted: Tree) -> Any:
    if not wanted:
        return value
    if (first := bytes(value)[:1]) == b"{":
        found = _object(value)
        return {name: _picked(one, wanted[name]) for name, one in found.items() if name in wanted}
    return [_picked(one, wanted) for one in _list(value)] if first == b"[" else value


def _tree_of(fields: Sequence[str]) -> Tree:
    """Return names as a tree; where a field and a part of it are asked for, the field is meant."""
    whole: Tree = {}
    for one in sorted(fields, key=lambda name: -name.count(".")):
        *parents, last = one.split(".")
        at = whole
        for parent in parents:
            at = at.setdefault(parent, {})
        at[last] = {}
    return whole


def _check(field: str, known: Tree) -> None:
    at: Tree | None = known
    parts = field.split(".")
    for depth, part in enumerate(parts):
        if at is None and depth < _DEEPEST and part:
            continue
        if at is None or part not in at:
            raise _unknown(field, ".".join(parts[:depth]), part, at or {})
        at = at[part]


def _unknown(field: str, parent: str, part: str, known: Tree) -> QuestionError:
    close = difflib.get_close_matches(part[:80], known, _MOST_NAMED, 0.5)
    some = ", ".join(close or list(known)[:_MOST_NAMED])
    where = f"In {parent[:80]} there are" if parent else "There are"
    has = f"{where}, among others: {some}." if known else f"{parent[:80]} has no parts."
    return QuestionError("fields", f"No row has the field {field[:80]!r}. {has}")


def _tree(value: object) -> Tree | None:
    """Return the names in a sample value; where it shows none, any may be below."""
    if isinstance(value, dict) and value:
        return {name: _tree(one) for name, one in value.items()}
    if isinstance(value, list | tuple) and value:
        trees = [_tree(one) for one in value]
        return {name: one for tree in trees for name, one in (tree or {}).items()}
    return None if value in (None, {}, [], ()) else {}


def _samples() -> tuple[Tree, Tree]:
    """Return the fields of offers and of models, from rows of which everything is known."""
    given: dict[str, Any] = dict.fromkeys(Conditions.__struct_fields__, "a")
    when = Conditions(**given | {"weekdays": (1,), "valid_from": _DAY, "valid_until": _DAY})
    paid = Conversion(currency="EUR", amount=Decimal(1), usd=Decimal(1), date=_DAY)
    facts = Listing(
        source="a", provider="a", provider_model_id="a", input_modalities=("text",),
        output_modalities=("text",), supported_parameters=("a",),
    )  # fmt: skip
    offer = Offer(
        id="a/a", facts=facts, model_id="a/a", first_seen=_DAY, last_changed=_DAY,
        rates=tuple(Rate(meter=m, usd=Decimal(1), when=when, converted=paid) for m in Meter),
        prices=dict.fromkeys(Meter, Decimal(1)), observed=Observed(),
    )  # fmt: skip
    provider = Provider(slug="a", name="a")
    model = Model(id="a/a", facts=facts, offers=(offer,))
    rows = native.offer_row(offer, provider), native.model_head(model)
    flat, head = (dict.fromkeys(row) | (_tree(row) or {}) for row in rows)
    return flat, {**head, "providers": _tree([native.provider_entry(offer, provider)])}


_OPEN = ("capabilities", "capabilities_all")
_OFFER, _MODEL = (
    {name: None if name in _OPEN else one for name, one in tree.items()} for tree in _samples()
)
