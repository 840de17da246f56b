"""The recorded days of real providers, imported; counted once more from the raw files.

What is counted here reads the files with ``json`` and ``Decimal`` alone, by rules of its own:

- A day lists the ids that stand in its answer; Gemini's names carry a ``models/`` in front. An id
  that stands twice is one id.
- OpenRouter states a price per meter as text, in USD per unit; ``-1`` means that it varies, which
  is no price. Prices are equal as numbers: ``0.0000020`` is ``0.000002``. Keys are those of
  ``OPENROUTER``; ``overrides`` and ``discount`` stand in no recorded day, and one that has them
  fails here.
- xAI states whole US cents per hundred million tokens or images; 0 is filler. Long prompts have a
  price of their own from ``long_context_threshold`` tokens on.
- The others state no price at all.
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

import recorded
from modeldex.domain.history import ADDED, PRICE, REMOVED, RETURNED, STATUS, Event
from modeldex.domain.listing import Kept
from modeldex.query import history
from modeldex.refresh.order import Order, PastFiles
from modeldex.snapshot.publish import Publisher
from modeldex.sources import registry
from modeldex.sources.address import Addresses
from modeldex.sources.harvest import Asker
from modeldex.sources.registry import Registry
from modeldex.store.memory import MemoryStore
from support.archives import asked, held, opened, seconds
from support.refreshing import Clock, Notebook, new_refresher

SOURCES = (
    "anthropic", "bedrock", "deepseek", "google", "mistral", "openai", "openrouter", "xai",
)  # fmt: skip
ROWS = {"google": ("models", "name"), "bedrock": ("modelSummaries", "modelId")}
OPENROUTER = {
    "prompt": "input",
    "completion": "output",
    "input_cache_read": "cache_read",
    "input_cache_write": "cache_write",
    "input_cache_write_1h": "cache_write_1h",
    "internal_reasoning": "reasoning",
    "audio": "input_audio",
    "image": "image",
    "request": "request",
    "web_search": "web_search",
}
XAI = {
    "prompt_text_token_price": "input",
    "completion_text_token_price": "output",
    "cached_prompt_text_token_price": "cache_read",
}
XAI_ALONE = {"prompt_image_token_price": "input_image", "image_price": "image"}
CENTS_PER_100M = Decimal(10) ** 10
RETIRED_AFTER = 3
MOST = 8 * 2**20
Prices = frozenset[tuple[str, int | None, Decimal]]  # meter, from how many tokens on, USD
Days = dict[str, dict[str, Prices]]  # by date and id
Told = tuple[str, str, int]  # what happened to which id, and when
Period = tuple[int, int | None, Prices | None]  # without prices where it is not listed


def raw_days(source: str) -> Days:
    """Return what stands in the files of a source."""
    found = recorded.load()
    place, key = ROWS.get(source, ("data", "id"))
    days: Days = {}
    for one in found.of(source):
        rows = json.loads(gzip.decompress((found.root / one.file).read_bytes()))[place]
        days[one.date] = {
            row[key].removeprefix("models/"): raw_prices(source, row) for row in rows
        }
    return days


def raw_prices(source: str, row: Mapping[str, Any]) -> Prices:
    """Return the prices that stand in a row."""
    if source == "openrouter":
        return frozenset(openrouter_prices(row["pricing"]))
    return frozenset(xai_prices(row)) if source == "xai" else frozenset()


def openrouter_prices(pricing: Mapping[str, str]) -> Iterator[tuple[str, None, Decimal]]:
    """Yield OpenRouter's: text in USD, of which a negative one is none."""
    assert pricing.keys() <= OPENROUTER.keys(), pricing
    for key, usd in pricing.items():
        if Decimal(usd) >= 0:
            yield OPENROUTER[key], None, Decimal(usd)


def xai_prices(row: Mapping[str, Any]) -> Iterator[tuple[str, int | None, Decimal]]:
    """Yield xAI's: whole cents per hundred million, of which 0 is none."""
    long = row.get("long_context_threshold")
    for key, meter in (XAI | XAI_ALONE).items():
        if row.get(key):
            yield meter, None, Decimal(row[key]) / CENTS_PER_100M
    for key, meter in XAI.items():
        if long and row.get(f"{key}_long_context"):
            yield meter, long, Decimal(row[f"{key}_long_context"]) / CENTS_PER_100M


def counted_events(days: Days) -> list[Told]:
    """Count what happened from each day to the next; before the first one nothing is known."""
    found: list[Told] = []
    seen, absent, before = set[str](), dict[str, int](), dict[str, Prices]()
    for date, now in days.items():
        moment = seconds(date)
        found += day_events(before, now, seen, moment) if seen else ()
        absent = {one: absent.get(one, 0) + 1 for one in seen - now.keys()}
        gone = (one for one, times in absent.items() if times == RETIRED_AFTER)
        found += [("retired", one, moment) for one in gone]
        seen |= now.keys()
        before = now
    return sorted(found)


def day_events(
    before: Mapping[str, Prices], now: Mapping[str, Prices], seen: set[str], moment: int
) -> Iterator[Told]:
    """Yield what happened between two days."""
    for one in now.keys() - before.keys():
        yield RETURNED if one in seen else ADDED, one, moment
    for one in before.keys() - now.keys():
        yield REMOVED, one, moment
    for one in before.keys() & now.keys():
        if before[one] != now[one]:
            yield PRICE, one, moment


def counted_periods(days: Days, name: str) -> list[Period]:
    """Count the times at one price of one id, from the first day that has it to the open end."""
    found: list[tuple[int, Prices | None]] = []
    for date, rows in days.items():
        prices = rows.get(name)
        if (found and found[-1][1] != prices) or (not found and prices is not None):
            found.append((seconds(date), prices))
    ends = [begins for begins, _ in found[1:]]
    return [(begins, end, said) for (begins, said), end in zip(found, [*ends, None], strict=True)]


def short(event: Event) -> Told | None:
    """Return an event as it is counted; limits, capabilities and notices are counted elsewhere."""
    if event.kind in {ADDED, REMOVED, RETURNED, PRICE}:
        return event.kind, event.provider_model_id, event.happened_at
    if event.kind == STATUS and event.new == msgspec.Raw(b'"retired"'):
        return "retired", event.provider_model_id, event.happened_at
    return None


def shown_prices(rates: list[dict[str, Any]]) -> Prices:
    """Return the rates of a row or of a period as numbers; they have no other conditions."""
    conditions = [one["when"] for one in rates if "when" in one]
    assert all(one == {"min_input_tokens": one["min_input_tokens"], "tier": "cliff"}
               for one in conditions)  # fmt: skip
    return frozenset(
        (one["meter"], one.get("when", {}).get("min_input_tokens"), Decimal(one["usd"]))
        for one in rates
    )


def shown_periods(body: bytes | None, offer: str) -> list[Period]:
    """Return the periods of an offer, as its history shows them."""
    (found,) = (one for one in json.loads(body or b"{}")["offers"] if one["id"] == offer)
    return [
        (
            seconds(one["from"].removesuffix("Z")),
            one["until"] and seconds(one["until"].removesuffix("Z")),
            shown_prices(one["rates"]) if one["listed"] else None,
        )
        for one in found["periods"]
    ]


async def events_of(store: MemoryStore, *, returns: bool = True) -> list[tuple[Any, ...]]:
    """Return all events, whenever they were learned; without *returns* these are comings."""
    return sorted(
        (
            one.happened_at, one.provider_model_id, one.field or "",
            one.kind if returns or one.kind != RETURNED else ADDED,
            str(one.old and bytes(one.old)), str(one.new and bytes(one.new)),
        )
        for one in (await store.basis(0)).ledger.events
    )  # fmt: skip


async def rows_of(store: MemoryStore) -> list[Kept]:
    """Return the rows that are held, by id."""
    rows = (await store.known()).listings[0].rows
    return sorted(rows, key=lambda one: one.listing.provider_model_id)


class Archive:
    """The recorded days of a source as files, and refreshers with empty stores."""

    def __init__(self, source: str, directory: Path, pool: ThreadPoolExecutor) -> None:
        self.source, self.directory, self.pool = source, directory, pool
        self.found, self.clock = recorded.load(), Clock()
        self.dates = [one.date for one in self.found.of(source)]

    def folder(self, dates: list[str]) -> str:
        """Return a folder that holds the answers of some days."""
        folder = self.directory / f"{dates[0]}-{dates[-1]}"
        folder.mkdir(exist_ok=True)
        for date in dates:
            body = (self.found.root / self.found.at(self.source, date).file).read_bytes()
            (folder / f"{date}.json.gz").write_bytes(body)
        return str(folder)

    async def imported(self, *parts: list[str]) -> tuple[MemoryStore, Path]:
        """Import days, part by part, into a new store; return it and what was published."""
        declared = Registry([registry.load().by_id[self.source]], [])
        store, directory = MemoryStore(), self.directory / f"out{len(parts)}{parts[0][0]}"
        asker = Asker(Addresses(lambda _: "-", None), 30.0, self.clock.time)
        publisher = Publisher(directory, lambda: self.clock.seconds, self.pool)
        refresher = new_refresher(
            self.clock, Notebook(), store, asker, publisher, lambda: declared, MOST
        )
        for dates in parts:
            past = PastFiles(path=self.folder(dates), source=self.source)
            report = await refresher.refresh(Order(ask_nobody=True, past=past))
            assert (report.problem, report.outcomes[0].outcome) == (None, "imported")
        return store, directory


@pytest.fixture
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    """The recorded days of a source."""
    with ThreadPoolExecutor(1) as pool:
        yield Archive(request.param, tmp_path, pool)


@pytest.mark.recorded
@pytest.mark.parametrize("archive", SOURCES, indirect=True)
async def test_recorded_days_are_what_was_then(archive: Archive) -> None:
    """Events, periods, and the list of each day: ids and every price, equal to the raw files."""
    days = raw_days(archive.source)
    store, directory = await archive.imported(archive.dates)
    snapshot = opened(directory)

    events = (await store.basis(0)).ledger.events
    assert sorted(filter(None, map(short, events))) == counted_events(days)
    names = {name for rows in days.values() for name in rows}
    for name in names:
        offer = f"{archive.source}/{name}"
        periods = shown_periods(history.history(snapshot, offer), offer)
        assert periods == counted_periods(days, name), name
    for date, rows in days.items():
        for moment in (date, f"{date}T23:59:59Z"):
            shown = {
                name.removeprefix(f"{archive.source}/"): shown_prices(row["rates"])
                for name, row in asked(snapshot, as_of=moment).items()
            }
            assert shown == rows, moment
        assert asked(snapshot, as_of=date, known_at="2026-11-23T11:59:59Z") == {}
    assert asked(snapshot, as_of=next(iter(days)), known_at="2026-11-23T12:00:00Z")


@pytest.mark.recorded
@pytest.mark.parametrize("archive", SOURCES, indirect=True)
async def test_days_imported_in_overlapping_parts_are_days_imported_at_once(
    archive: Archive,
) -> None:
    """In any order; only who came later first is said to have come, not to have returned."""
    half = len(archive.dates) // 2
    early, late = archive.dates[: half + 1], archive.dates[half - 1 :]
    whole, _ = await archive.imported(archive.dates)
    forwards, _ = await archive.imported(early, late)
    backwards, _ = await archive.imported(late, early)

    for parts in (forwards, backwards):
        assert await held(parts) == await held(whole)
        assert await rows_of(parts) == await rows_of(whole)
        seen = [await one.observations(archive.source) for one in (parts, whole)]
        assert seen[0] == seen[1]
    assert await events_of(forwards) == await events_of(whole)
    assert await events_of(backwards, returns=False) == await events_of(whole, returns=False)
