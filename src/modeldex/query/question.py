"""A question about the catalog, in one spelling."""

from typing import NamedTuple

import msgspec


class Moment(NamedTuple):
    """What a question about the past means, in unix seconds.

    Attributes:
        as_of: when the answer was true.
        known_at: when it was believed; ``None`` is now.
    """

    as_of: int
    known_at: int | None = None


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a list request asks for. Two requests that mean the same are the same question.

    Attributes:
        gateways: provider slugs, sorted; ``()`` means all.
        author: slug, exact.
        provider: slug of a serving provider or of an author, exact.
        text: full text, every word must occur, each as a prefix.
        sort: one of ``id``, ``relevance`` and ``schema.SORTS``.
        limit: ``None`` means everything.
        moment: another one than that of the snapshot.
    """

    unique: bool = False
    gateways: tuple[str, ...] = ()
    author: str | None = None
    provider: str | None = None
    text: str | None = None
    include_inactive: bool = False
    sort: str = "id"
    order: str = "asc"
    limit: int | None = None
    offset: int = 0
    moment: Moment | None = None

    @property
    def filters(self) -> "Question":
        """The part that decides which rows match: the key of totals."""
        return Question(
            unique=self.unique,
            gateways=self.gateways,
            author=self.author,
            provider=self.provider,
            text=self.text,
            include_inactive=self.include_inactive,
            moment=self.moment,
        )

    @property
    def is_whole_list(self) -> bool:
        """Whether it asks for everything as it is: a document that is finished already."""
        return self in (EVERYTHING, EVERY_MODEL)


class OneQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What a request for one offer or model asks for.

    Attributes:
        unique: the model before an offer of that name.
        moment: another one than that of the snapshot.
        explain: also why it is what it is.
    """

    unique: bool = False
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
