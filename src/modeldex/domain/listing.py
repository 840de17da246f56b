"""What one source said about one model at one time."""

import msgspec

from modeldex.domain.rate import Rate


# gc=False: none of these can be part of a cycle, and there are hundreds of thousands of them.
class Listing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One row of one source's answer, in our units. ``None`` means that the source is silent.

    Attributes:
        source: id of the source that said this.
        provider: slug of the provider that serves the model.
        provider_model_id: what the provider's inference call takes, case kept.
        also: further ids that mean exactly the same entry (a book's equality matches).
        created: unix seconds.
        canonical_slug: the source's own name for the thing itself, whoever serves it.
        release_date: ISO day on which the model came out.
        knowledge_cutoff: until when it was trained: a year, a month or a day, ISO.
        deprecation_date: ISO day from which it should not be taken into use any more.
        expiration_date: ISO day from which it cannot be called any more: its retirement.
        successor: what the provider says takes its place, as its call takes it.
        capabilities: ``tools``, ``vision`` … to true or false; unknown is absent.
        via: who runs the model on behalf of a provider that is a router.
        doubts: sentences about what looked wrong.
    """

    source: str
    provider: str
    provider_model_id: str
    also: tuple[str, ...] = ()
    name: str | None = None
    description: str | None = None
    author: str | None = None
    created: int | None = None
    hugging_face_id: str | None = None
    canonical_slug: str | None = None
    aliases: tuple[str, ...] = ()
    context_length: int | None = None
    max_output_tokens: int | None = None
    input_modalities: tuple[str, ...] | None = None
    output_modalities: tuple[str, ...] | None = None
    tokenizer: str | None = None
    instruct_type: str | None = None
    supported_parameters: tuple[str, ...] | None = None
    capabilities: dict[str, bool] = {}
    rates: tuple[Rate, ...] = ()
    status: str | None = None
    is_private: bool | None = None
    open_weights: bool | None = None
    release_date: str | None = None
    knowledge_cutoff: str | None = None
    deprecation_date: str | None = None
    expiration_date: str | None = None
    successor: str | None = None
    logo_url: str | None = None
    via: str | None = None
    doubts: tuple[str, ...] = ()


class Pending(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A suspicious new state of a listing, and how many answers in a row have stated it.

    Attributes:
        since: unix seconds of the first of them; 0 where that is not known.
    """

    listing: Listing
    times: int
    since: float = 0.0


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A last good listing with the UTC dates on which it was first seen and last changed.

    Attributes:
        missing: complete answers in a row that did not have it any more.
        pending: what its source says now, while that is too suspicious to be taken.
    """

    listing: Listing
    first_seen: str
    last_changed: str
    missing: int = 0
    pending: Pending | None = None


class SourceRows(msgspec.Struct, frozen=True, kw_only=True):
    """The last good listings of one source, as the core reads them.

    Attributes:
        source: id of the source.
        is_book: the source is a published catalog, not a provider's own list.
        rows: the listings.
        derives_from: the book that it is another form of; the two are one witness.
        copies: providers whose own lists a book reads; about these it is no further witness.
        partial: it is no provider's whole list, so that what is not on it may exist all the same.
    """

    source: str
    is_book: bool
    rows: tuple[Kept, ...]
    derives_from: str | None = None
    copies: frozenset[str] = frozenset()
    partial: bool = False
