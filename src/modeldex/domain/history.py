"""What was true when, and when we learned it: bitemporal facts, and the events between them.

All times are whole unix seconds. *In force* from/until is when something was so in the world;
*recorded* at/*superseded* at is when the catalog believed it. ``None`` is open on that side.
Beginnings are included, ends are not.
"""

import msgspec

from modeldex.domain.rate import Rate

ADDED, REMOVED, RETURNED = "offer.added", "offer.removed", "offer.returned"
PRICE, LIMIT = "price.changed", "limit.changed"
CAPABILITY, STATUS = "capability.changed", "status.changed"
MOVED = "alias.moved"  # a moving name (``…-latest``) means another model
MODEL_ADDED, MODEL_RETIRED = "model.added", "model.retired"
MODEL_RETURNED = "model.returned"
KINDS = (
    MODEL_ADDED, MODEL_RETIRED, MODEL_RETURNED, ADDED, REMOVED, RETURNED,
    PRICE, LIMIT, CAPABILITY, STATUS, MOVED,
)  # fmt: skip


# gc=False: none of these can be part of a cycle, and there are hundreds of thousands of them.
class State(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What is remembered over time of one listing. ``None`` means that its source is silent.

    Attributes:
        rates: those in force, without effective dates; ``()`` means listed without a price.
        status: what the source itself says, such as ``deprecated``.
        means: ``author/name`` of the base that a moving name means; ``None`` for any other.
    """

    rates: tuple[Rate, ...] = ()
    context_length: int | None = None
    max_output_tokens: int | None = None
    capabilities: dict[str, bool] = {}
    status: str | None = None
    means: str | None = None


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """That a source listed a model in one state for a time, as the catalog believed for a time.

    Attributes:
        number: of the fact in its store; 0 before it is stored.
        source: id of the source that said it.
        provider, provider_model_id: which listing of that source.
        rate_id: id of ``state.rates``; ``None`` where no price is stated.
        valid_from, valid_until: in force.
        recorded_at, superseded_at: believed.
    """

    number: int = 0
    source: str
    provider: str
    provider_model_id: str
    state: State
    rate_id: str | None
    valid_from: int | None
    valid_until: int | None = None
    recorded_at: int
    superseded_at: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Which listing of which source it is about."""
        return self.source, self.provider, self.provider_model_id


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One change of one listing of one source.

    Attributes:
        number: of the event in its store, ascending in the order in which events were learned;
            0 before it is stored.
        kind: one of ``KINDS``, an ``offer.`` one or a change.
        field: what changed: a limit's or a capability's name; ``None`` where the kind says it.
        old, new: JSON values: a list of rates, a number, a boolean, a word; ``None`` is unknown.
        happened_at: when the source was seen to say so, or from when on it says that it holds.
        recorded_at: when the catalog learned it.
    """

    number: int = 0
    kind: str
    source: str
    provider: str
    provider_model_id: str
    field: str | None = None
    old: msgspec.Raw | None = None
    new: msgspec.Raw | None = None
    happened_at: int
    recorded_at: int


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """That a source was seen to give a complete or incomplete answer, live or in an import.

    Attributes:
        digest: of what was taken from it; equal answers have equal digests.
        rows: listings in it.
    """

    source: str
    observed_at: int
    recorded_at: int
    digest: str
    rows: int


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """All that a store remembers over time, as a build reads it; sorted by number.

    Attributes:
        horizon: what had ended before it may be forgotten; 0 where nothing is.
    """

    facts: tuple[Fact, ...] = ()
    events: tuple[Event, ...] = ()
    horizon: int = 0


NO_LEDGER = Ledger()


class OfferFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact about an offer of a catalog.

    Attributes:
        offer: id of the offer.
        own: the provider's own list said it; else a book did.
        weight: the lowest one in force and believed wins; without a price they are highest.
    """

    offer: str
    source: str
    own: bool
    weight: int
    rate_id: str | None
    valid_from: int | None
    valid_until: int | None
    recorded_at: int
    superseded_at: int | None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An event as readers see it: of an offer, or of a model all of whose offers it speaks for.

    Attributes:
        number, part: its place in the order in which changes were learned; what follows from an
            event has the event's number and a part above 0.
        offer: id of the offer; ``None`` for changes of a model.
        model: id of the model.
        decisive: its source is one whose word counts for the offer: for a price the one that the
            offer is billed by today, else its provider's own list, or a book where there is none.
    """

    number: int
    part: int = 0
    kind: str
    source: str
    provider: str
    offer: str | None
    model: str
    decisive: bool = True
    field: str | None = None
    old: msgspec.Raw | None = None
    new: msgspec.Raw | None = None
    happened_at: int
    recorded_at: int


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What a catalog remembers: facts sorted by offer, changes in the order they were learned.

    Attributes:
        rate_sets: every set of rates that a fact names, by its id.
        horizon: of moments before it too little is known to answer questions; 0 where of none.
    """

    facts: tuple[OfferFact, ...] = ()
    changes: tuple[Change, ...] = ()
    rate_sets: dict[str, tuple[Rate, ...]] = {}
    horizon: int = 0


NO_HISTORY = History()
