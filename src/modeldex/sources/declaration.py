"""A source as a page of facts: what a declaration may say.

Paths are dotted keys into one row of the answer (``metadata.pricing.input_tokens``).
docs/sources.md explains each key with an example.
"""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

SLUG = r"^[a-z0-9][a-z0-9._-]{0,63}\Z"
Slug = Annotated[str, Meta(pattern=SLUG)]
Link = Annotated[str, Meta(pattern=r"^https?://[^\s]+\Z")]
Url = Annotated[str, Meta(pattern=r"^(https?://|\{[a-z_]+\})[^\s]*\Z")]
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
Variable = Annotated[str, Meta(pattern=r"^(?!MODELDEX_)[A-Z][A-Z0-9_]*\Z")]
Scalar = str | bool | int
_MAGNITUDES = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9}


class Exchange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one of another currency is worth in dollars, on a day; an operator's own statement."""

    usd: Annotated[str, Meta(pattern=r"^[0-9]{1,6}(\.[0-9]{1,9})?\Z")]
    date: Day


class Money(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a price stands and what one of its numbers means.

    Attributes:
        at: path of the number.
        usd_per: so many units for that many dollars: ``"1"``, ``"1K"``, ``"1M"``, ``"10B"``.
        cents_per: the same in US cents.
        unit: path of the unit's name in the row, where the payload itself states it.
        units: those names to the meaning of ``usd_per``; any other unit gives no rate.
        text: ``us`` where the number is text such as ``"$1,234.50"``.
        exponent: path of an exponent: the number is multiplied by 10 to its negative.
        when: path to the values that the row must have there for this price to apply.
        min_input_tokens: the rate holds from so many input tokens on; a number or a path.
        currency: ISO code where it is not dollars: no rate without one in ``exchange``.
    """

    at: str
    usd_per: str | None = None
    cents_per: str | None = None
    unit: str | None = None
    units: dict[str, str] = {}
    text: Literal["us"] | None = None
    exponent: str | None = None
    when: dict[str, list[Scalar]] = {}
    min_input_tokens: Annotated[int, Meta(gt=0)] | str | None = None
    currency: str | None = None

    def divisors(self) -> dict[str | None, int]:
        """Return by what the number is divided, by the unit's name (``None``: always).

        Raises:
            ValueError: what the number means is not said, or said twice.
        """
        said = [one for one in (self.usd_per, self.cents_per, self.unit) if one is not None]
        if len(said) != 1 or (self.unit is None) == bool(self.units):
            raise ValueError("exactly one of usd_per, cents_per, or unit with units is needed")
        if self.unit is not None:
            return {name: units(count) for name, count in self.units.items()}
        factor = 100 if self.cents_per else 1
        return {None: units(said[0]) * factor}


def units(text: str) -> int:
    """Return a count such as ``"1M"`` as a number.

    Raises:
        ValueError: it is no such count.
    """
    found = re.fullmatch(r"([0-9]{1,4})([KMB]?)", text)
    if not found or not int(found[1]):
        raise ValueError(f'{text!r} is not a count like "1", "1K", "1M" or "10B"')
    return int(found[1]) * _MAGNITUDES[found[2]]


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value of ours chosen by a value of the row's.

    Attributes:
        at: path of a string, or of a list of strings (the first one that is known decides).
        values: their value, in lower case, to ours; ``*`` stands for anything, and what is
            stated exactly, then what stands first, decides. An arrow may leave out what the row
            does not say: ``->embedding``.
        present: what it means that there is any value at all.
    """

    at: str
    values: dict[str, str] = {}
    present: str | None = None


class Flag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A capability that a complete list of words states: true when one of *any* is in it."""

    words: str = msgspec.field(name="list")
    any: list[str]


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the next page is asked for, in one of four ways.

    Attributes:
        parameter, next: the parameter gets the value that the answer has at the path *next*.
        more: path of a boolean that says whether there is a next page.
        number, first: the parameter is a page's number, until a page has no rows.
        offset, size: the parameter is a number of rows, while a page has *size* of them.
        url: path of the next page's address, on the same host.
    """

    parameter: str | None = None
    next: str | None = None
    more: str | None = None
    number: str | None = None
    first: int = 1
    offset: str | None = None
    size: int = 0
    url: str | None = None


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The key a source takes.

    Attributes:
        env: names of the environment variables that may hold it, the first set one is used.
        place: where it goes; ``aws-sigv4`` and ``google`` sign with it instead of sending it.
        name: name of the header or query parameter; the service that is signed for.
        prefix: text before the key in the header.
        optional: the source also answers without.
    """

    env: Annotated[list[Variable], Meta(min_length=1)]
    place: Literal["bearer", "header", "query", "aws-sigv4", "google"] = "bearer"
    name: str = "authorization"
    prefix: str = ""
    optional: bool = False


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the address that differs between operators: ``{name}`` in the URL or headers.

    Attributes:
        default: what it is where no variable is set; without one, the source is not asked.
    """

    env: list[Variable]
    default: str | None = None


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the shape of a source's answer is known.

    Attributes:
        kind: ``recorded`` (a body of it is decoded), ``page`` (its own documentation), ``client``
            (the code of somebody's client), ``guess``.
        where: which recording, page or client.
    """

    kind: Literal["recorded", "page", "client", "guess"]
    where: str
    date: Day


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One source. docs/sources.md explains each key with an example.

    Attributes:
        url: where its list is asked for (``list`` in TOML); without one, a package or nothing.
        no_list: why there is none; the books alone speak of such a provider.
        package: an installed package that holds it, for books that need no network.
        prices: where prices stand, to report those that no rate reads; ``*`` in a last key
            stands for anything, for rows whose prices are keys of the row itself.
        providers: for a book, its names of providers to our slugs.
        derives_from: for a book, the book that it is another form of.
        copies: for a book, providers whose own lists it reads.
        priced_as: the provider whose prices hold here, too, for equal ids that nobody prices.
        exchange: dated rates of other currencies by their ISO codes.
    """

    id: Slug
    name: str
    provider: Slug | None = None
    aliases: list[Slug] = []
    site: Link | None = None
    logo: Link | None = None
    url: Url | None = msgspec.field(name="list", default=None)
    no_list: str | None = None
    evidence: Evidence | None = None
    settings: dict[str, Setting] = {}
    package: str | None = None
    book: bool = False
    insecure: bool = False
    key: Key | None = None
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    page: Page | None = None
    timeout: Annotated[float, Meta(gt=0, le=600)] | None = None
    format: str = "table"
    rows: str = ""
    drop: dict[str, list[Scalar]] = {}
    strip: str = ""
    author: str | None = None
    private: bool | None = None
    fields: dict[str, str] = {}
    modality: Choice | None = None
    status: Choice | list[Choice] = []
    capabilities: dict[str, str | list[str] | Flag] = {}
    rates: dict[str, Money | list[Money]] = {}
    prices: list[str] = msgspec.field(default_factory=lambda: ["pricing"])
    ignored_prices: list[str] = []
    providers: dict[str, str] = {}
    derives_from: Slug | None = None
    copies: list[Slug] = []
    priced_as: Slug | None = None
    exchange: dict[str, Exchange] = {}

    @property
    def serves(self) -> str:
        """The slug of the provider whose models it lists."""
        return self.provider or self.id

    @property
    def runs_keyless(self) -> bool:
        """Whether it answers without a key."""
        return self.key is None or self.key.optional
