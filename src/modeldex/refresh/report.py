"""What a refresh did, source by source; a value that is also its JSON."""

import msgspec

ANSWERED, UNCHANGED = "answered", "unchanged"
HELD, REJECTED, FAILED, SKIPPED = "held", "rejected", "failed", "skipped"
IMPORTED = "imported"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one source in one refresh.

    Attributes:
        outcome: ``answered``, ``unchanged``, ``held`` (the guard has it, an operator decides),
            ``rejected`` (an operator did), ``failed`` or ``skipped``; the last four with the
            reason; or ``imported``, with what that gave.
        rows, priced: last good listings held now, and how many of them state a price.
        new, changed, removed, returned: listings, against what was held.
        suspicious: rows that keep an old value for now.
        dropped, bad_prices: rows and prices that could not be used.
        notes: which rows those were, the first ones, and why.
    """

    source: str
    outcome: str
    rows: int = 0
    priced: int = 0
    new: int = 0
    changed: int = 0
    removed: int = 0
    returned: int = 0
    suspicious: int = 0
    dropped: int = 0
    bad_prices: int = 0
    unknown_prices: dict[str, int] = {}
    notes: tuple[str, ...] = ()
    bytes: int = 0
    seconds: float = 0.0
    failure_kind: str | None = None
    reason: str | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What one refresh did.

    Attributes:
        snapshot: id of the catalog that is current now; ``None`` where there is none.
        published: whether it is a new one.
        read_from: the database that the catalog was built from, ``primary`` or ``replica``;
            ``None`` where none was built.
        problem: why nothing could be published, if so.
        broken: declarations that cannot be used, a sentence each.
    """

    started_at: float
    seconds: float = 0.0
    outcomes: tuple[Outcome, ...] = ()
    snapshot: str | None = None
    published: bool = False
    offers: int = 0
    models: int = 0
    dry_run: bool = False
    read_from: str | None = None
    problem: str | None = None
    broken: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The sources that failed."""
        return tuple(one for one in self.outcomes if one.outcome == FAILED)
