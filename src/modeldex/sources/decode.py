"""From rows to listings, as a declaration says, and what could not be understood."""

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from modeldex.domain.listing import Listing
from modeldex.domain.rate import Rate
from modeldex.normalize import dates
from modeldex.sources import values
from modeldex.sources.declaration import Choice, Declaration, Flag
from modeldex.sources.money import Keys, Losses, Match, RateReader
from modeldex.sources.payload import Row, at

_MOST_NOTES = 20
_TEXT_FIELDS = (
    "name", "description", "author", "hugging_face_id", "canonical_slug", "tokenizer",
    "instruct_type", "via",
)  # fmt: skip


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """The listings of an answer, and its losses.

    Attributes:
        dropped: rows that were not objects or had no id.
        skipped: rows that the declaration leaves out on purpose.
        bad_prices: values where a price should stand that are none.
        unknown_prices: paths of price keys that no rate reads, with how often they occur.
        notes: a sentence for each of the first rows that lost something: which, and why.
    """

    listings: tuple[Listing, ...]
    dropped: int = 0
    skipped: int = 0
    bad_prices: int = 0
    unknown_prices: dict[str, int] = {}
    notes: tuple[str, ...] = ()


class TableDecoder:
    """Reads rows by the paths of a declaration. Build one per declaration; it has no state."""

    def __init__(self, declaration: Declaration) -> None:
        self.declaration = declaration
        self.paths = {name: tuple(path.split(".")) for name, path in declaration.fields.items()}
        self.drop = [Match(path, unwanted) for path, unwanted in declaration.drop.items()]
        self.rates = [
            RateReader(meter, one, declaration.exchange)
            for meter, money in declaration.rates.items()
            for one in (money if isinstance(money, list) else [money])
        ]
        self.abilities = [(name, _ability(how)) for name, how in declaration.capabilities.items()]
        self.price_roots = [tuple(path.split(".")) for path in declaration.prices]
        ignored = [tuple(path.split(".")) for path in declaration.ignored_prices]
        self.known_prices = {keys for one in self.rates for keys in one.reads} | set(ignored)

    def listing(self, row: Row, losses: Losses) -> Listing | None:
        """Return what *row* says, ``None`` for a row without an id or left out on purpose."""
        native = self._id(row)
        if native is None:
            losses.dropped += 1
            return None
        if any(one.holds(row) for one in self.drop):
            losses.skipped += 1
            return None
        self._note_unknown_prices(row, losses)
        return Listing(**self._facts(row, native), rates=self._rates(row, losses))

    def _id(self, row: Row) -> str | None:
        native = values.text(at(row, self.paths["id"])) or ""
        native = native.removeprefix(self.declaration.strip)
        return native if native and "\0" not in native else None

    def get(self, row: Row, field: str) -> Any:
        """Return what the row has for one of our fields, ``None`` where none is declared."""
        keys = self.paths.get(field)
        return None if keys is None else at(row, keys)

    def _facts(self, row: Row, native: str) -> dict[str, Any]:
        declared = self.declaration
        inputs, outputs = _modalities(self, row)
        facts: dict[str, Any] = {name: values.text(self.get(row, name)) for name in _TEXT_FIELDS}
        facts["author"] = declared.author or facts["author"]
        return facts | {
            "source": declared.id,
            "provider": declared.serves,
            "provider_model_id": native,
            "created": dates.unix(self.get(row, "created")),
            "aliases": values.texts(self.get(row, "aliases")) or (),
            "context_length": values.count(self.get(row, "context")),
            "max_output_tokens": values.count(self.get(row, "max_output")),
            "input_modalities": inputs,
            "output_modalities": outputs,
            "supported_parameters": values.texts(self.get(row, "parameters")),
            "capabilities": dict(self._capabilities(row)),
            "status": _first_chosen(declared.status, row),
            "is_private": values.flag(self.get(row, "is_private"), default=declared.private),
            "open_weights": values.flag(self.get(row, "open_weights")),
            "release_date": dates.day(self.get(row, "released")),
            "knowledge_cutoff": dates.period(self.get(row, "knowledge")),
            "deprecation_date": dates.day(self.get(row, "deprecated")),
            "expiration_date": dates.day(self.get(row, "expires")),
            "successor": values.text(self.get(row, "successor")),
            "logo_url": values.text(self.get(row, "logo")),
        }

    def _rates(self, row: Row, losses: Losses) -> tuple[Rate, ...]:
        read = (one.read(row, losses) for one in self.rates if one.applies(row))
        return tuple(rate for rate in read if rate is not None)

    def _capabilities(self, row: Row) -> Iterable[tuple[str, bool]]:
        for name, ability in self.abilities:
            stated = ability(row)
            if stated is not None:
                yield name, stated

    def _note_unknown_prices(self, row: Row, losses: Losses) -> None:
        roots = (root for stated in self.price_roots for root in _roots(row, stated))
        for root in roots:
            for keys in _leaves(at(row, root), root):
                if not any(keys[: len(known)] == known for known in self.known_prices):
                    losses.unknown_prices[".".join(keys)] += 1


def _ability(how: str | list[str] | Flag) -> Callable[[Row], bool | None]:
    """Return what reads a capability from a row: true, false, or unknown."""
    if isinstance(how, Flag):
        words, wanted = tuple(how.words.split(".")), set(how.any)

        def listed(row: Row) -> bool | None:
            said = values.texts(at(row, words))
            return not wanted.isdisjoint(said) if said else None

        return listed
    paths = [tuple(path.split(".")) for path in ([how] if isinstance(how, str) else how)]

    def stated(row: Row) -> bool | None:
        said = [one for keys in paths if isinstance(one := at(row, keys), bool)]
        return any(said) if said else None

    return stated


Decoder = Callable[[Row, Losses], Iterable[Listing]]


def decode_rows(found: Iterable[Any], decoder: Decoder) -> Decoded:
    """Decode rows one by one; what is not an object is dropped and counted."""
    losses, listings, notes = Losses(), list[Listing](), list[str]()
    for number, row in enumerate(found, start=1):
        dropped, bad_prices = losses.dropped, losses.bad_prices
        if isinstance(row, dict):
            listings.extend(decoder(row, losses))
        else:
            losses.dropped += 1
        if len(notes) < _MOST_NOTES and (losses.dropped, losses.bad_prices) != (
            dropped,
            bad_prices,
        ):
            notes.append(_note(number, row, was_dropped=losses.dropped > dropped))
    return Decoded(
        listings=tuple(listings),
        dropped=losses.dropped,
        skipped=losses.skipped,
        bad_prices=losses.bad_prices,
        unknown_prices=dict(losses.unknown_prices),
        notes=tuple(notes),
    )


def _note(number: int, row: Any, *, was_dropped: bool) -> str:
    """Return which row lost something, and why; its id where it has one."""
    if not isinstance(row, dict):
        return f"row {number} was dropped: it is not an object"
    if was_dropped:
        return f"row {number} was dropped: it has no usable id"
    named = next((row[key] for key in ("id", "name") if isinstance(row.get(key), str)), "")
    return f"row {number} ({named[:80]!r}) has a price that is none"


def _modalities(table: TableDecoder, row: Row) -> tuple[Any, Any]:
    inputs = values.texts(table.get(row, "input_modalities"))
    outputs = values.texts(table.get(row, "output_modalities"))
    arrow = values.text(table.get(row, "modality")) or _chosen(table.declaration.modality, row)
    if arrow is not None and "->" in arrow and (inputs is None or outputs is None):
        left, _, right = arrow.partition("->")
        inputs = inputs or _side(left)
        outputs = outputs or _side(right)
    return inputs, outputs


def _side(words: str) -> tuple[str, ...] | None:
    return tuple(words.split("+")) if words else None


def _first_chosen(choices: Choice | list[Choice], row: Row) -> str | None:
    """Return what the first choice that applies says."""
    found = (_chosen(one, row) for one in (choices if isinstance(choices, list) else [choices]))
    return next((one for one in found if one is not None), None)


def _chosen(choice: Choice | None, row: Row) -> str | None:
    if choice is None:
        return None
    found = at(row, tuple(choice.at.split(".")))
    for word in found if isinstance(found, list) else [found]:
        ours = _meaning(choice.values, str(word).lower()) if isinstance(word, str | bool) else None
        if ours is not None:
            return ours
    return choice.present if found not in (None, "", [], {}) else None


def _meaning(meanings: dict[str, str], word: str) -> str | None:
    """Return what *word* means: stated exactly, else by the first pattern that fits."""
    if word in meanings:
        return meanings[word]
    globs = ((glob, ours) for glob, ours in meanings.items() if "*" in glob)
    return next((ours for glob, ours in globs if fnmatchcase(word, glob)), None)


def _roots(row: Row, keys: Keys) -> Iterable[Keys]:
    """Return where prices stand in *row*: a last key with ``*`` means all keys of that shape."""
    *outer, last = keys
    table = at(row, tuple(outer)) if "*" in last else None
    if not isinstance(table, dict):
        return (keys,)
    return [(*outer, key) for key in table if fnmatchcase(key, last)]


def _leaves(value: Any, keys: Keys) -> Iterable[Keys]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*keys, key))
    elif value is not None and not (isinstance(value, str) and not value.strip()):
        yield keys
