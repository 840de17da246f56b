"""A question about the catalog, in one spelling."""

import hashlib
from decimal import Decimal
from typing import NamedTuple

import msgspec

NATIVE = "native"
SHAPES = (NATIVE, "openai", "anthropic", "union")


class Moment(NamedTuple):
    """What a question about the past means, in unix seconds.

    Attributes:
        as_of: when the answer was true.
        known_at: when it was believed; ``None`` is now.
    """

    as_of: int
    known_at: int | None = None


class Place(NamedTuple):
    """Where a page begins in the list of one snapshot.

    Attributes:
        passed: how many rows lie before it.
        after: rank of the row before it, in the order of the list.
    """

    passed: int
    after: int


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a list request asks for. Two requests that mean the same are the same question.

    Of the filters, those that are ``None`` or ``()`` filter nothing; what an offer does not state
    matches none of the others. Several words must all be there; of several gateways, statuses
    and prices, one.

    Attributes:
        gateways: provider slugs, sorted; ``()`` means all.
        author: slug, exact.
        provider: slug of a serving provider or of an author, exact.
        text: full text, every word must occur, each as a prefix.
        modality: words of either side, or whole arrows.
        min_price, max_price: USD for a million input tokens, exact; so those of output.
        is_free: ``False`` is what costs something, not what is not known to be free.
        min_age_days, max_age_days: since the model came out, counted up to *day*.
        min_providers: distinct ones of the model.
        day: the UTC day since 1970 from which ages count; ``None`` where none is asked for.
        sort: one of ``id``, ``relevance`` and ``schema.SORTS``.
        limit: ``None`` means everything.
        place: where to go on instead of an offset.
        snapshot: id of the snapshot that is meant; ``None`` is the current one.
        fields: dotted names of what of each row is wanted, sorted; ``()`` is everything.
        facets: also how often each value occurs.
        moment: another one than that of the snapshot.
    """

    unique: bool = False
    gateways: tuple[str, ...] = ()
    author: str | None = None
    provider: str | None = None
    text: str | None = None
    is_private: bool | None = None
    input_modalities: tuple[str, ...] = ()
    output_modalities: tuple[str, ...] = ()
    modality: tuple[str, ...] = ()
    supported_parameters: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    min_context: int | None = None
    max_context: int | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    min_output_price: Decimal | None = None
    max_output_price: Decimal | None = None
    is_free: bool | None = None
    open_weights: bool | None = None
    min_age_days: int | None = None
    max_age_days: int | None = None
    min_providers: int | None = None
    status: tuple[str, ...] = ()
    day: int | None = None
    include_inactive: bool = False
    sort: str = "id"
    order: str = "asc"
    limit: int | None = None
    offset: int = 0
    place: Place | None = None
    snapshot: str | None = None
    fields: tuple[str, ...] = ()
    facets: bool = False
    shape: str = NATIVE
    moment: Moment | None = None

    @property
    def filters(self) -> "Question":
        """The part that decides which rows match: the key of totals."""
        return msgspec.structs.replace(
            self, sort="id", order="asc", limit=None, offset=0, place=None, snapshot=None,
            fields=(), facets=False, shape=NATIVE,
        )  # fmt: skip

    @property
    def digest(self) -> bytes:
        """Tell lists apart: rows and their order, whichever part of them is asked for."""
        listed = msgspec.structs.replace(self.filters, sort=self.sort, order=self.order)
        return hashlib.blake2b(repr(listed).encode(), digest_size=12).digest()

    @property
    def is_whole_list(self) -> bool:
        """Whether it asks for everything as it is: a document that is finished already."""
        return msgspec.structs.replace(self, snapshot=None) in (EVERYTHING, EVERY_MODEL)


class OneQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What a request for one offer or model asks for.

    Attributes:
        unique: the model before an offer of that name.
        fields: dotted names of what of the row is wanted, sorted; ``()`` is everything.
        moment: another one than that of the snapshot.
        explain: also why it is what it is.
    """

    unique: bool = False
    fields: tuple[str, ...] = ()
    moment: Moment | None = None
    explain: bool = False


EVERYTHING = Question()
EVERY_MODEL = Question(unique=True)


class ChangesQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What a request for changes asks for.

    Attributes:
        since, until: when they happened, unix seconds; the end is excluded.
        kinds: sorted; ``()`` means all.
        provider: slug.
        name: id or alias of a model or an offer.
        after: number and part of the last change that the asker has.
    """

    since: int | None = None
    until: int | None = None
    kinds: tuple[str, ...] = ()
    provider: str | None = None
    name: str | None = None
    limit: int
    after: tuple[int, int] = (0, 0)
