"""Who serves models."""

import msgspec


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """A provider as people see it: its slug, its other names and its pages.

    Attributes:
        aliases: slugs that mean this provider in a question; lower case.
        api: address below which its models are listed and called, where everybody has the same.
        env: variables in which a key for it is looked for.
        priced_as: slug of the provider whose prices hold here, too, by its own declaration.
        book_only: no list of its own is declared; only a book knows it.
    """

    slug: str
    name: str
    site: str | None = None
    logo: str | None = None
    aliases: tuple[str, ...] = ()
    book_only: bool = False
    api: str | None = None
    env: tuple[str, ...] = ()
    priced_as: str | None = None
