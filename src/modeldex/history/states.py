"""What is remembered of listings: their states, and a digest of all that an answer says."""

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from modeldex.domain.history import State
from modeldex.domain.listing import Kept, Listing
from modeldex.merge import identity
from modeldex.pricing.effective import in_force, in_order

Name = tuple[str, str]  # a provider's slug and the id that it takes: which listing of a source
_MOVING = "latest"
_encode = msgspec.json.Encoder(order="deterministic").encode


def name_of(one: Listing) -> Name:
    """Return which listing of its source it is."""
    return one.provider, one.provider_model_id


def present(rows: Iterable[Kept]) -> dict[Name, Listing]:
    """Return the listings that the last complete answer had, by name."""
    return {name_of(one.listing): one.listing for one in rows if not one.missing}


def said(one: Listing) -> State:
    """Return all that is remembered of a listing; its rates keep their effective dates."""
    return State(
        rates=in_order(one.rates),
        context_length=one.context_length,
        max_output_tokens=one.max_output_tokens,
        capabilities=one.capabilities,
        status=one.status,
        means=_means(one),
    )


def at(state: State, moment: int) -> State:
    """Return a state as it is in force at *moment*, its rates without dates."""
    rates = in_force(state.rates, moment)
    if rates is state.rates:
        return state
    return msgspec.structs.replace(state, rates=in_order(rates))


def differing(was: Mapping[Name, Listing], now: Mapping[Name, Listing]) -> list[Name]:
    """Return the names whose state may differ, sorted; it makes no state, so it is cheap."""
    changed = [name for name, one in now.items() if name not in was or not _alike(was[name], one)]
    return sorted((*changed, *(name for name in was if name not in now)))


def digest(listings: Iterable[Listing]) -> str:
    """Return a digest of what is remembered of an answer, whatever the order of its rows."""
    rows = sorted([_encode((name_of(one), _remembered(one))) for one in listings])
    return hashlib.sha256(b",".join(rows)).hexdigest()[:32]


def _alike(one: Listing | None, other: Listing) -> bool:
    if one is None or one is other:
        return one is other
    return _remembered(one) == _remembered(other)


def _remembered(one: Listing) -> tuple[object, ...]:
    limits = one.context_length, one.max_output_tokens
    means = () if (base := _means(one)) is None else (base,)
    return one.rates, *limits, one.capabilities, one.status, *means


def _means(one: Listing) -> str | None:
    """Return the base that a moving name means now, as far as its source says so."""
    is_moving = _MOVING in one.provider_model_id.lower()
    return identity.identify(one).target if is_moving else None
