"""A catalog with all that makes questions hard, and a plain oracle that answers them.

The oracle knows nothing of ranks, indexes or SQL: it filters, sorts and cuts the decoded rows.
"""

import json
import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from modeldex.domain.listing import Listing
from modeldex.domain.model import Catalog
from modeldex.domain.offer import Observed, Offer
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
PARAMETERS = ("stop", "seed", "topK", *(f"p{number}" for number in range(90)))  # too many for bits
PRICES = ("0.000009", "0.00001", "0.0000002", "0", "0.000009")
WORDS = ("input_modalities", "output_modalities", "supported_parameters", "capabilities")
METERS = {"price": "prompt", "output_price": "completion"}
SPEEDS = {"latency": 0, "throughput": 1, "popularity": 2}
BEST: dict[str, Any] = {"latency": min, "throughput": max, "popularity": max}
ARROWS = (
    (("text",), ("text",)), (("text", "image"), ("text",)), (None, None), (("text",), None),
    (("audio",), ("text", "image")), ((), ("embedding",)),
)  # fmt: skip
ABILITIES: tuple[dict[str, Any], ...] = (
    {"tools": True},
    {"tools": False, "vision": True},
    {},
    {"tools": True, "vision": None},
)
DATES = ("2023-11-14", None, "2026-11-22", "2020-02-29", "not a day")
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
            input_modalities=ARROWS[number % 6][0],
            output_modalities=ARROWS[number % 6][1],
            supported_parameters=PARAMETERS[number % 5 :: 5] if number % 3 else None,
            capabilities=ABILITIES[number % 4],
            is_private=(None, True, False)[number % 3],
            open_weights=(False, None, True, None)[number % 4],
            release_date=DATES[number % 5],
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
    found = catalogs.build(
        *sources, catalogs.rows("book", book, is_book=True), providers=PROVIDERS
    )
    return observed(found)


def speeds(offer: str) -> tuple[float | None, float | None, int] | None:
    """Return latency, throughput and requests of an offer; some are known of most."""
    number = zlib.crc32(offer.encode()) % 23
    if number % 3 == 0:
        return None
    latency = float(number % 7) if number % 4 else None
    return latency, (float(number % 5) if number % 5 else None), number % 6


def observed(found: Catalog) -> Catalog:
    """Return a catalog whose offers are as fast as :func:`speeds` says."""

    def told(one: Offer) -> Offer:
        known = speeds(one.id)
        if known is None:
            return one
        latency, throughput, requests = known
        return replace(one, observed=Observed(
            latency_ms={} if latency is None else {"p50": latency, "p99": 9.0},
            throughput={} if throughput is None else {"p50": throughput}, requests=requests,
        ))  # fmt: skip

    models = (replace(one, offers=tuple(map(told, one.offers))) for one in found.models)
    return replace(found, offers=tuple(map(told, found.offers)), models=tuple(models))


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


class Oracle:
    """Answers questions from the decoded rows of a snapshot, and the speeds of its offers."""

    speeds = staticmethod(speeds)

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
            and all(fits(row, question) for fits in FITS)
            and self._providers(row) >= (question.min_providers or 0)
        )

    def _providers(self, row: Row) -> int:
        return len({one["provider_slug"] for one in self._offers(row, unique=True)})

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
            return self._providers(row)
        if question.sort == "name":
            return row["name"].casefold()
        if question.sort in ("created", "context"):
            return came_out(row) if question.sort == "created" else row["context_length"]
        if question.sort in SPEEDS:
            known = [self.speeds(one["id"]) for one in self._offers(row, unique=question.unique)]
            values = [one[SPEEDS[question.sort]] for one in known if one]
            return BEST[question.sort]((one for one in values if one is not None), default=None)
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


def _bears(row: Row, question: Question) -> bool:
    able = {name for name, has in row["capabilities"].items() if has}
    borne = {**row["architecture"], **row, "capabilities": able}
    inputs, outputs = borne["input_modalities"], borne["output_modalities"]
    borne["modality"] = {*inputs, *outputs, row["modality"]}
    return all({*getattr(question, kind)} <= {*borne[kind]} for kind in (*WORDS, "modality"))


def _states(row: Row, question: Question) -> bool:
    """Return whether what is asked for is stated; what is not stated is neither true nor false."""
    costs = [Decimal(usd) for usd in (row["pricing"] or {}).values() if usd is not None]
    free = True if row["is_free"] else (False if any(costs) else None)
    pairs = (
        (question.is_free, free), (question.is_private, row["is_private"]),
        (question.open_weights, row["open_weights"]),
    )  # fmt: skip
    return all(wanted is None or wanted is stated for wanted, stated in pairs)


def _lies(row: Row, question: Question) -> bool:
    """Return whether numbers lie within bounds; one that is not known lies nowhere."""
    came, million = came_out(row), Decimal(1_000_000)
    prompt, completion = (_price(row, meter) for meter in ("prompt", "completion"))
    age = None if came is None or question.day is None else question.day - came // 86_400
    bounds: tuple[tuple[Any, Any, Any], ...] = (
        (question.min_context, row["context_length"], question.max_context),
        (question.min_age_days, age, question.max_age_days),
        (question.min_price, prompt and prompt * million, question.max_price),
        (question.min_output_price, completion and completion * million,
         question.max_output_price),
    )  # fmt: skip
    return all(
        (least is None or (value is not None and value >= least))
        and (most is None or (value is not None and value <= most))
        for least, value, most in bounds
    )


def _stands(row: Row, question: Question) -> bool:
    return not question.status or row["status"] in question.status


FITS = (_bears, _states, _lies, _stands)


def came_out(row: Row) -> int | None:
    """Return when a row's model came out, unix seconds: as it is stated, else its release date."""
    if row["created"] is not None and row.get("created_from", "stated") == "stated":
        created: int = row["created"]
        return created
    try:
        return int(datetime.fromisoformat(f"{row['release_date']}T00:00:00+00:00").timestamp())
    except ValueError:
        return None


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
