"""A question about the catalog, in one spelling."""

import msgspec


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a list request asks for. Two requests that mean the same are the same question.

    Attributes:
        gateways: provider slugs, sorted; ``()`` means all.
        author: slug, exact.
        provider: slug of a serving provider or of an author, exact.
        text: full text, every word must occur, each as a prefix.
        sort: one of ``id``, ``relevance`` and ``schema.SORTS``.
        limit: ``None`` means everything.
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
        )

    @property
    def is_whole_list(self) -> bool:
        """Whether it asks for everything as it is: a document that is finished already."""
        return self in (EVERYTHING, EVERY_MODEL)


EVERYTHING = Question()
EVERY_MODEL = Question(unique=True)
