"""A catalog with all that makes questions hard, and a plain oracle that answers them.

The oracle knows nothing of ranks, indexes or SQL: it filters, sorts and cuts the decoded rows.
"""

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from modeldex.domain.listing import Listing
from modeldex.domain.model import Catalog
from modeldex.domain.provider import Provider
from modeldex.query.question import Question
from modeldex.snapshot.reader import Snapshot
from support import catalogs

Row = dict[str, Any]
PROVIDERS = (
    Provider(slug="acme", name="Acme", aliases=("acme-inc", "ac")),
    Provider(slug="bolt", name="Bolt"),
    Provider(slug="cove", name="Cove"),
    Provider(slug="labs", name="Labs"),  # serves, and makes models too
    Provider(slug="void", name="Void"),  # serves nothing
)
ALIASES = {one.slug: one.aliases for one in PROVIDERS}
PRICES = ("0.000009", "0.00001", "0.0000002", "0", "0.000009")
METERS = {"price": "prompt", "output_price": "completion"}
SPEEDS = {"latency": 0, "throughput": 1, "popularity": 2}
BEST = {"latency": min, "throughput": max, "popularity": max}
OBSERVED: dict[str, tuple[float | None, float | None, int]] = {}
NAMES = ("Model", "model", "Zephyr Large", None, "alpha mini", "Éclair")
CREATED = (None, 1_700_000_000, 1_600_000_000, 1_700_000_000)
CONTEXTS = (8192, None, 128_000, 8192, 32_768, 1000)


def _listings() -> Iterator[Listing]:
    """Yield offers whose values repeat, miss and cross, each field at a pace of its own."""
    for number in range(64):
        provider = ("acme", "bolt", "cove", "labs")[number % 4]
        author = ("labs", "orgs", "acme")[number % 3]
        priced = number % 5 != 4
        make = catalogs.priced if priced else catalogs.listing
        rates = (PRICES[number % 5], PRICES[(number + 2) % 5]) if priced else ()
        yield make(
            provider,
            f"{author}/m{number % 7:02d}",
            *rates,
            name=NAMES[number % 6],
            created=CREATED[number % 4 if number % 7 else 0],
            context_length=CONTEXTS[number % 6],
            description="A deep thinker." if number % 8 == 3 else None,
            status="deprecated" if number % 11 == 5 else None,
        )


def catalog() -> Catalog:
    """Return the catalog: some of its offers are only in a book, and so are not listed."""
    own: dict[str, list[Listing]] = {}
    for one in _listings():
        own.setdefault(one.source, []).append(one)
    nameless = (("cove", "labs/zz"), ("bolt", "zeta/aa"))
    for provider, native in nameless:
        own[provider].append(catalogs.listing(provider, native))
    book = [
        catalogs.priced(provider, native, "0.00000001", "0.00000002", source="book")
        for provider, native in (
            ("acme", "labs/gone"), ("bolt", "solo/lost"), ("cove", "orgs/gone"),
            ("labs", "labs/m99"), ("cove", "labs/m01"),  # acme, bolt and labs have that one
        )
    ]  # fmt: skip
    sources = [catalogs.rows(source, ones) for source, ones in own.items()]
    return catalogs.build(*sources, catalogs.rows("book", book, is_book=True), providers=PROVIDERS)


def namesakes(count: int) -> Catalog:
    """Return a catalog of offers of one name; every third has a price, the same one."""
    named = (("acme", f"labs/m{number:04d}") for number in range(count))
    return catalogs.of(
        *(
            catalogs.listing(*names, name="Twin")
            if number % 3
            else catalogs.priced(*names, "0.1", "0.2", name="Twin")
            for number, names in enumerate(named)
        )
    )


def released(row: Row) -> int | None:
    """Return when a row's model came out; the day on which it was first seen is not that."""
    found: int = row["created"]
    return None if row["created_from"] == "first_seen" else found


COLUMNS: dict[str, Callable[[Row], int | None]] = {
    "created": released,
    "context": lambda row: row["context_length"],
}


class Oracle:
    """Answers questions from the decoded rows of a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        bodies = snapshot.rows("select body from offer_native order by rank")
        heads = snapshot.rows("select head from model_native order by rank")
        self.offers: list[Row] = [json.loads(body) for (body,) in bodies]
        self.models: list[Row] = [json.loads(head) for (head,) in heads]

    def ids(self, question: Question) -> list[str]:
        """Return the ids of all rows that match, in order; by id where that is by relevance."""
        matching = [row for row in self.offers if self._matches(row, question)]
        if question.unique:
            names = {row["canonical_slug"] for row in matching}
            matching = [row for row in self.models if row["id"] in names]
        return [row["id"] for row in self._sorted(matching, question)]

    def providers(self, model: str, question: Question) -> list[str]:
        """Return the ids of the offers of a model: cheapest first, unknown last, then by id."""
        shown = [
            row
            for row in self.offers
            if row["canonical_slug"] == model and (row["is_active"] or question.include_inactive)
        ]
        shown.sort(key=lambda row: (not row["is_active"], *_cost(row), row["id"]))
        return [row["id"] for row in shown]

    def _matches(self, row: Row, question: Question) -> bool:
        who = (row["provider_slug"], *ALIASES[row["provider_slug"]], row["owned_by"])
        return (
            (row["is_active"] or question.include_inactive)
            and (not question.gateways or row["provider_slug"] in question.gateways)
            and question.author in (None, row["owned_by"])
            and (question.provider is None or question.provider in who)
            and (question.text is None or _says(row, question.text))
        )

    def _sorted(self, rows: list[Row], question: Question) -> list[Row]:
        """Sort by number or by name: ties by id, unknown last in both directions."""
        rows = sorted(rows, key=lambda row: row["id"], reverse=_backwards(question, "id"))
        if question.sort in ("id", "relevance"):
            return rows
        values = {row["id"]: self._value(row, question) for row in rows}
        known = [row for row in rows if values[row["id"]] is not None]
        known.sort(key=lambda row: values[row["id"]], reverse=question.order == "desc")
        return known + [row for row in rows if values[row["id"]] is None]

    def _value(self, row: Row, question: Question) -> Any:
        if question.sort == "provider_count":
            return len({one["provider_slug"] for one in self._offers(row, unique=True)})
        if question.sort == "name":
            return row["name"].casefold()
        if question.sort in SPEEDS:
            known = [OBSERVED.get(one["id"]) for one in self._offers(row, unique=question.unique)]
            values = [one[SPEEDS[question.sort]] for one in known if one]
            return BEST[question.sort]((one for one in values if one is not None), default=None)
        if question.sort in COLUMNS:
            return COLUMNS[question.sort](row)
        offers = self._offers(row, unique=question.unique)
        prices = [_price(one, METERS[question.sort]) for one in offers]
        return min((price for price in prices if price is not None), default=None)

    def _offers(self, row: Row, *, unique: bool) -> list[Row]:
        """Return the offers that a row's value comes from: itself, or what is shown of a model."""
        if not unique:
            return [row]
        return [
            one
            for one in self.offers
            if one["canonical_slug"] == row["canonical_slug"] and one["is_active"]
        ]


def _backwards(question: Question, sort: str) -> bool:
    return question.sort == sort and question.order == "desc"


def _price(row: Row, meter: str) -> Decimal | None:
    known = (row["pricing"] or {}).get(meter)
    return None if known is None else Decimal(known)


def _cost(row: Row) -> tuple[Decimal, Decimal]:
    prices = (_price(row, meter) for meter in ("prompt", "completion"))
    first, second = (Decimal("Infinity") if one is None else one for one in prices)
    return first, second


def _says(row: Row, text: str) -> bool:
    """Return whether each word of *text* begins a word of the row."""
    said = f"{row['id']} {row['name']} {row['owned_by']} {row['description'] or ''}"
    words = _words(said)
    return all(any(one.startswith(word) for one in words) for word in _words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower().replace("é", "e"))
