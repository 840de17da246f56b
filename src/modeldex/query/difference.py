"""What differs between two snapshots, whenever each was published."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from modeldex.domain.history import ADDED, MODEL_ADDED, MODEL_RETIRED, REMOVED, State
from modeldex.history import diff, events
from modeldex.pricing import stated
from modeldex.pricing.stated import StatedRate
from modeldex.snapshot.reader import Snapshot

FACT = "fact.changed"  # any other field than those that are remembered over time
_BODIES = {
    "offer": "select body from offer_native order by rank",
    "model": "select head from model_native order by rank",
}
_OF_MODELS = {ADDED: MODEL_ADDED, REMOVED: MODEL_RETIRED}
# Compared as a state, following from other fields, or different whenever anything is.
_TOLD = {
    "rates", "context_length", "max_output_tokens", "capabilities", "status", "is_active",
    "pricing", "rate_id", "is_free", "provider_count", "cheapest_provider",
    "cheapest_prompt_price", "last_changed", "capabilities_all", "doubts", "doubt_kinds",
    "alias_of",
}  # fmt: skip
_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
Name = tuple[str, str]  # "offer" or "model", and its id


class Changed(NamedTuple):
    """One difference; ``old`` and ``new`` are JSON, ``None`` is unknown or not there."""

    kind: str
    id: str
    field: str | None
    old: msgspec.Raw | None
    new: msgspec.Raw | None


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """What of a row is compared as a state; a model has neither rates nor a status."""

    id: str
    rates: tuple[StatedRate, ...] = ()
    context_length: int | None
    max_output_tokens: int | None
    capabilities: dict[str, bool | None]
    status: str | None = None
    alias_of: str | None = None
    is_active: bool

    @property
    def state(self) -> State:
        return State(
            rates=stated.rates(self.rates),
            context_length=self.context_length,
            max_output_tokens=self.max_output_tokens,
            capabilities={k: v for k, v in self.capabilities.items() if v is not None},
            status=self.status or ("available" if self.is_active else "retired"),
            means=self.alias_of,
        )


def between(old: Snapshot, new: Snapshot) -> list[Changed]:
    """Return what differs: offers, then models, each by id."""
    if old.id == new.id:
        return []
    return [one for what in _BODIES for one in _between(_bodies(old, what), _bodies(new, what))]


def _between(old: Mapping[Name, bytes], new: Mapping[Name, bytes]) -> Iterator[Changed]:
    differing = sorted(key for key in {**old, **new} if old.get(key) != new.get(key))
    found = diff.changes(_states(old, differing), _states(new, differing))
    states = {one.key: one for one in found}
    for key in differing:
        if key in states:
            yield from _told(states[key])
        if key in old and key in new:
            yield from _facts(key[1], _decode(old[key]), _decode(new[key]))


def _told(found: diff.Difference[Name]) -> Iterator[Changed]:
    what, name = found.key
    for told in events.tell(found, was_known=False):
        kind = _OF_MODELS.get(told.kind, told.kind) if what == "model" else told.kind
        yield Changed(kind, name, told.field, told.old, told.new)


def _facts(name: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Changed]:
    for field in sorted({*old, *new} - _TOLD):
        left, right = old.get(field), new.get(field)
        if left != right:
            yield Changed(FACT, name, field, left, right)


def _bodies(snapshot: Snapshot, what: str) -> dict[Name, bytes]:
    return {(what, _id(body)): body for (body,) in snapshot.rows(_BODIES[what])}


def _id(body: bytes) -> str:
    name: str = msgspec.json.decode(_decode(body)["id"])
    return name


def _states(bodies: Mapping[Name, bytes], wanted: list[Name]) -> dict[Name, State]:
    decoder = msgspec.json.Decoder(_Row)
    return {key: decoder.decode(bodies[key]).state for key in wanted if key in bodies}
