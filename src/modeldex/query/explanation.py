"""Why offers count as their models, and who settled their fields."""

import json
from collections.abc import Iterator, Sequence

import msgspec

from modeldex.domain.provenance import Evidence
from modeldex.merge import identity
from modeldex.query import answer
from modeldex.snapshot import schema
from modeldex.snapshot.reader import Snapshot

_OFFERS = (
    "select n.body, e.body from json_each(?) j "
    "cross join names m on m.name = j.value and m.kind = ? "
    "cross join offer_native n on n.rank = m.rank "
    "left join offer_evidence e on e.rank = m.rank order by j.key"
)


class _Decided(msgspec.Struct, frozen=True):
    """The fact that decided which model an offer is."""

    evidence: str
    text: str


class _Offer(msgspec.Struct, frozen=True):
    """What an offer's row tells of its model."""

    id: str
    canonical_slug: str
    provider_slug: str
    provider_model_id: str
    owned_by: str
    via: str | None
    identified_by: _Decided


class _Named(msgspec.Struct, frozen=True):
    id: str


class _Row(msgspec.Struct, frozen=True):
    """A row's offers: itself, or those of a model."""

    id: str
    providers: tuple[_Named, ...] | None = None


class Explanation(msgspec.Struct, frozen=True):
    """Why a row is what it is.

    Attributes:
        identity: sentences by offer id: why it counts as its model.
        evidence: by offer id: who settled each field; empty where one source alone speaks.
    """

    identity: dict[str, tuple[str, ...]]
    evidence: dict[str, tuple[Evidence, ...]]


def explain(snapshot: Snapshot, body: bytes) -> Explanation:
    """Return why the row *body* is what it is: an offer, or a model with each of its offers."""
    row = msgspec.json.decode(body, type=_Row)
    names = [row.id] if row.providers is None else [one.id for one in row.providers]
    found = list(_offers(snapshot, names))
    return Explanation(
        identity={one.id: _reasons(one) for one, _ in found},
        evidence={one.id: evidence for one, evidence in found},
    )


def explained(snapshot: Snapshot, name: str, *, model_first: bool = False) -> bytes | None:
    """Return the row that *name* means, with its ``explanation`` as its last field."""
    body = answer.one(snapshot, name, model_first=model_first)
    if body is None:
        return None
    return b'%b,"explanation":%b}' % (body[:-1], msgspec.json.encode(explain(snapshot, body)))


def _offers(
    snapshot: Snapshot, names: Sequence[str]
) -> Iterator[tuple[_Offer, tuple[Evidence, ...]]]:
    for body, evidence in snapshot.rows(_OFFERS, (json.dumps(names), schema.OFFER)):
        yield (
            msgspec.json.decode(body, type=_Offer),
            msgspec.json.decode(evidence or b"[]", type=tuple[Evidence, ...]),
        )


def _reasons(one: _Offer) -> tuple[str, ...]:
    native, told = one.provider_model_id, one.identified_by
    called = native if one.via is None else native.removesuffix(f":{one.via}")
    facts = identity.Told(one.provider_slug, called, one.owned_by)
    made = f"counts as {one.canonical_slug!r}"
    return (made, *identity.explain(facts, told.evidence, told.text))
