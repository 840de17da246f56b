"""Whether an answer may replace the last good one, row by row and as a whole. Pure.

One suspicious row keeps its old value until the same answer has come often enough, an independent
source agrees, or an operator accepts. An answer that is suspicious as a whole is held back entire.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import msgspec

from modeldex.domain.listing import Kept, Listing, Pending
from modeldex.domain.rate import Meter
from modeldex.refresh.suspicion import RATES, Thresholds, says_the_same, suspects, tamed

Agrees = Callable[[Listing, frozenset[str]], bool]


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why an answer is held back entire.

    Attributes:
        kind: ``empty``, ``shrunk`` or ``changed``.
        before, now: rows that are held, and rows of the answer.
        suspicious: rows that changed suspiciously.
        digest: of the answer; equal answers have equal digests.
    """

    kind: str
    reason: str
    before: int
    now: int
    suspicious: int
    digest: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to be judged.

    Attributes:
        complete: every page came and no row was lost; only such an answer retires anything.
        today, now: UTC date and unix seconds.
        agrees: whether an independent source states the same in the fields named.
    """

    held: Sequence[Kept]
    new: Sequence[Listing]
    complete: bool
    today: str
    now: float
    thresholds: Thresholds
    agrees: Agrees


def refusal(asked: Question) -> Refusal | None:
    """Return why the answer is held back entire, ``None`` where it is not."""
    present = {_key(one.listing): one for one in asked.held if not one.missing}
    suspicious = sum(
        _is_open(present[key], one, asked) for one in asked.new if (key := _key(one)) in present
    )
    numbers = {"before": len(present), "now": len(asked.new), "suspicious": suspicious}
    found = _whole_problem(asked, **numbers)
    if found is None:
        return None
    kind, reason = found
    return Refusal(kind=kind, reason=reason, digest=digest(asked.new), **numbers)


def _whole_problem(
    asked: Question, before: int, now: int, suspicious: int
) -> tuple[str, str] | None:
    limits = asked.thresholds
    if before and not now:
        return "empty", f"it answered an empty list where {before} rows are held"
    if before >= limits.small and now < before * limits.least_share:
        return "shrunk", f"it answered {now} rows where {before} are held"
    if suspicious > _most_suspicious(before, limits):
        return "changed", f"{suspicious} of {before} rows changed suspiciously"
    return None


def _most_suspicious(before: int, limits: Thresholds) -> float:
    """A small source is judged by its rows alone, unless two of them are over half."""
    return before * limits.most_suspicious if before >= limits.small else max(1.0, before / 2)


def rows(asked: Question) -> tuple[Kept, ...]:
    """Return what is held from now on, row by row."""
    held = {_key(one.listing): one for one in asked.held}
    found = [_judged(held.pop(_key(one), None), one, asked) for one in asked.new]
    return (*found, *(_without(one, asked) for one in held.values()))


def repeated(held: Sequence[Kept], asked: Question) -> tuple[Kept, ...]:
    """Return what is held after an answer that says it is equal to the last one."""
    return tuple(
        one
        if one.pending is None
        else _judged(one, one.pending.listing, msgspec.structs.replace(asked, held=held))
        for one in held
    )


def settled(one: Kept, today: str) -> Kept:
    """Return a row whose pending state was accepted."""
    if one.pending is None:
        return one
    return Kept(listing=one.pending.listing, first_seen=one.first_seen, last_changed=today)


def digest(listings: Sequence[Listing]) -> str:
    """Return a digest of an answer, whatever the order of its rows."""
    said = sorted(hashlib.sha256(msgspec.json.encode(one)).digest() for one in listings)
    return hashlib.sha256(b"".join(said)).hexdigest()[:32]


def _judged(held: Kept | None, new: Listing, asked: Question) -> Kept:
    if held is None:
        return Kept(listing=new, first_seen=asked.today, last_changed=asked.today)
    if _is_open(held, new, asked):
        kept = tamed(held.listing, new, asked.thresholds)
        return _changed(held, kept, asked.today, _pending(held, new, asked.now))
    return _changed(held, new, asked.today, None)


def _pending(held: Kept, new: Listing, now: float) -> Pending:
    before = held.pending
    if before is None or not says_the_same(before.listing, new):
        return Pending(listing=new, times=1, since=now)
    return Pending(listing=new, times=before.times + 1, since=before.since or now)


def _changed(held: Kept, listing: Listing, today: str, pending: Pending | None) -> Kept:
    return Kept(
        listing=listing,
        first_seen=held.first_seen,
        last_changed=held.last_changed if held.listing == listing else today,
        pending=pending,
    )


def _is_open(held: Kept, new: Listing, asked: Question) -> bool:
    """Return whether a row is suspicious and nothing has settled it yet."""
    found = suspects(held.listing, new, asked.thresholds)
    if not found or asked.agrees(new, found):
        return False
    return _pending(held, new, asked.now).times < asked.thresholds.answers


def _without(one: Kept, asked: Question) -> Kept:
    """Return a row that the answer no longer has."""
    if not asked.complete:
        return one
    missing = min(one.missing + 1, asked.thresholds.retire_after)
    return msgspec.structs.replace(one, missing=missing, pending=None)


def _key(one: Listing) -> tuple[str, str]:
    return one.provider, one.provider_model_id


def anything(_new: Listing, _fields: frozenset[str]) -> bool:
    """Agree with whatever is said."""
    return True


def witnesses(books: Mapping[tuple[str, str], Sequence[Listing]]) -> Agrees:
    """Return what asks independent sources: whether one states all the same for the same id."""

    def agrees(new: Listing, fields: frozenset[str]) -> bool:
        others = books.get((new.provider, new.provider_model_id.lower()), ())
        return any(_states(one, new, fields) for one in others if one.source != new.source)

    return agrees


def _states(other: Listing, new: Listing, fields: frozenset[str]) -> bool:
    if RATES in fields and not (_flat(new) and _flat(new) <= _flat(other)):
        return False
    return all(getattr(other, name) == getattr(new, name) for name in fields - {RATES})


def _flat(one: Listing) -> set[tuple[Meter, Decimal]]:
    return {(rate.meter, rate.usd) for rate in one.rates if rate.when.min_input_tokens is None}
