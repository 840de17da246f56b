"""Price and metadata catalogs that come as installed packages."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from genai_prices import types
from genai_prices.data import providers

from modeldex.domain.listing import Listing
from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.normalize.listings import normalized
from modeldex.sources import registry
from modeldex.sources.address import Addresses
from modeldex.sources.books import genai_prices, modelsdotdev
from modeldex.sources.decode import Decoded
from modeldex.sources.harvest import Asker

DECLARED = registry.load().by_id
MILLION = Decimal(1_000_000)
Key = tuple[Meter, int | None]
Row = dict[str, Any]


@pytest.fixture(scope="module")
def book() -> Decoded:
    """All that the installed genai-prices says."""
    return genai_prices.read(DECLARED["genai-prices"])


def theirs(provider: str, model: str) -> types.ModelInfo:
    """Return an entry of the package."""
    (found,) = (one for one in providers if one.id == provider)
    return next(one for one in found.models if one.id == model)


def ours(book: Decoded, provider: str, model: str) -> Listing:
    """Return a listing of the book."""
    found = {(one.provider, one.provider_model_id): one for one in book.listings}
    return found[provider, model]


def usd(listing: Listing, meter: Meter, when: Conditions) -> Decimal:
    """Return a listing's rate of one meter under exactly these conditions."""
    (found,) = (one.usd for one in listing.rates if (one.meter, one.when) == (meter, when))
    return found


def test_the_book_lists_thousands_of_models_each_once(book: Decoded) -> None:
    """More than 2,000 listings, each under an id of its own, and none of its prices is bad."""
    ids = [(one.provider, one.provider_model_id) for one in book.listings]
    assert len(ids) > 2000
    assert len(set(ids)) == len(ids)
    assert len(normalized(book.listings, 2000)) == len(ids)
    assert (book.bad_prices, book.dropped) == (0, 0)


def test_a_plain_price_of_the_book_is_per_token(book: Decoded) -> None:
    """A price per million is the package's own decimal over a million."""
    prices = theirs("openai", "gpt-4o").prices
    assert isinstance(prices, types.ModelPrice)
    assert isinstance(prices.input_mtok, Decimal)
    found = ours(book, "openai", "gpt-4o")
    assert usd(found, Meter.INPUT, Conditions()) * MILLION == prices.input_mtok


def test_a_context_tier_of_the_book_begins_above_its_start(book: Decoded) -> None:
    """The package's threshold is strictly below the first token that is billed so."""
    prices = theirs("google", "gemini-2.5-pro").prices
    assert isinstance(prices, types.ModelPrice)
    assert isinstance(prices.input_mtok, types.TieredPrices)
    (tier,) = prices.input_mtok.tiers
    found = ours(book, "google", "gemini-2.5-pro")
    assert usd(found, Meter.INPUT, Conditions()) * MILLION == prices.input_mtok.base
    since = Conditions(min_input_tokens=tier.start + 1)
    assert usd(found, Meter.INPUT, since) * MILLION == tier.price


def test_a_start_date_of_the_book_ends_the_price_before_it(book: Decoded) -> None:
    """Two periods of one price meet on the day that the package names."""
    before, after = conditional(theirs("openai", "o3"))
    assert isinstance(after.constraint, types.StartDateConstraint)
    day, found = after.constraint.start_date.isoformat(), ours(book, "openai", "o3")
    first = usd(found, Meter.INPUT, Conditions(valid_until=day))
    second = usd(found, Meter.INPUT, Conditions(valid_from=day))
    assert first * MILLION == before.prices.input_mtok
    assert second * MILLION == after.prices.input_mtok


def test_a_time_of_day_of_the_book_is_a_window(book: Decoded) -> None:
    """A price that holds for some hours is a rate under that window, beside the standard one."""
    standard, window = conditional(theirs("deepseek", "deepseek-chat"))
    assert isinstance(window.constraint, types.TimeOfDateConstraint)
    found = ours(book, "deepseek", "deepseek-chat")
    hours = Conditions(
        utc_start=f"{window.constraint.start_time:%H:%M}",
        utc_end=f"{window.constraint.end_time:%H:%M}",
    )
    assert usd(found, Meter.OUTPUT, Conditions()) * MILLION == standard.prices.output_mtok
    assert usd(found, Meter.OUTPUT, hours) * MILLION == window.prices.output_mtok


def test_a_service_tier_of_the_book_is_a_condition(book: Decoded) -> None:
    """A variant by processing or speed is a rate of that tier; other variants are reported."""
    model = theirs("anthropic", "claude-fable-5-2")
    variants = {next(iter(one.when.values())): one for one in model.price_variants or ()}
    found = ours(book, "anthropic", "claude-fable-5-2")
    for tier, variant in variants.items():
        rate = usd(found, Meter.INPUT, Conditions(service_tier=tier))
        assert rate * MILLION == variant.prices.input_mtok
    assert set(variants) == {"batch", "fast"}
    assert all(key.startswith("price_variants.") for key in book.unknown_prices)


@pytest.mark.parametrize("moment", ["2025-06-09T02:00", "2026-09-01T07:30", "2027-01-01T20:00"])
def test_every_price_of_the_book_is_what_the_package_itself_says(
    moment: str, book: Decoded
) -> None:
    """At a moment, the rates in force of every model are those that the package's rules choose."""
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    models = [model for provider in providers for model in provider.models]
    assert len(models) == len(book.listings)
    for model, listing in zip(models, book.listings, strict=True):
        assert in_force(listing, moment) == stated(model.get_prices(at)), model.id


def conditional(model: types.ModelInfo) -> list[types.ConditionalPrice]:
    """Return an entry's conditional prices."""
    assert isinstance(model.prices, list)
    return model.prices


def stated(prices: types.ModelPrice) -> dict[Key, Decimal]:
    """Return what the package states for tokens, in USD per million."""
    found: dict[Key, Decimal] = {}
    for name, meter in {"input_mtok": Meter.INPUT, "output_mtok": Meter.OUTPUT}.items():
        value = getattr(prices, name)
        if isinstance(value, types.TieredPrices):
            found |= {(meter, tier.start + 1): tier.price for tier in value.tiers}
            value = value.base
        if value is not None:
            found[meter, None] = value
    return found


def in_force(listing: Listing, moment: str) -> dict[Key, Decimal]:
    """Return what a listing states for tokens at a moment: a window's rates, else the others."""
    day, time = moment.split("T")
    dated = [one for one in listing.rates if is_dated(one.when, day)]
    windows = [one for one in dated if one.when.utc_start and is_within(one.when, time)]
    return {
        (one.meter, one.when.min_input_tokens): one.usd * MILLION
        for one in windows or [one for one in dated if one.when.utc_start is None]
        if one.meter in {Meter.INPUT, Meter.OUTPUT}
    }


def is_dated(when: Conditions, day: str) -> bool:
    """Return whether a standard rate is in force on a day."""
    began = (when.valid_from or "") <= day < (when.valid_until or "9")
    return began and when.service_tier is when.region is when.option is None


def is_within(when: Conditions, time: str) -> bool:
    """Return whether a time of day is within a rate's window."""
    start, end = when.utc_start or "", when.utc_end or ""
    return start <= time < end if start <= end else time >= start or time < end


@pytest.mark.parametrize(
    ("model", "also"),
    [("deepseek-chat", ("deepseek-chat-v3-0324",)), ("deepseek-reasoner", ("deepseek-r1-0528",))],
)
def test_equality_rules_of_the_book_are_further_names(
    model: str, also: tuple[str, ...], book: Decoded
) -> None:
    """An entry keeps an id that its rules find; ids that it calls equal are further names."""
    assert ours(book, "deepseek", model).also == also


def test_an_id_that_the_rules_of_the_book_do_not_find_is_a_name_of_its_own(book: Decoded) -> None:
    """Where an entry's id is no name of the provider's, the first equal one is."""
    assert not theirs("fireworks", "gpt-oss-20b").is_match("gpt-oss-20b")
    assert ours(book, "fireworks", "accounts/fireworks/models/gpt-oss-20b").also == ()


def test_a_book_uses_our_names_of_providers(book: Decoded) -> None:
    """Its names are mapped to ours, and a reseller's sub-providers are told by the id's end."""
    slugs = {one.provider for one in book.listings}
    assert {"bedrock", "vertex", "huggingface-router", "xai"} <= slugs
    assert not slugs & {"aws", "x-ai", "huggingface_together"}
    routed = [one for one in book.listings if one.provider == "huggingface-router"]
    assert all(one.provider_model_id.endswith(f":{one.via}") for one in routed)


def test_a_book_is_asked_where_its_package_is_installed() -> None:
    """Without its package nothing is missing but its rows; a new version is a new answer."""
    asker = Asker(Addresses(lambda _: None, None), 1.0, lambda: datetime.now(UTC))
    assert asker.obstacle(DECLARED["genai-prices"]) is None
    missing = modelsdotdev.version() is None
    assert asker.obstacle(DECLARED["modelsdotdev"]) == ("not installed" if missing else None)


COLUMNS = (
    "full_id", "provider_id", "id", "name", "limit_context", "limit_output", "tool_call",
    "reasoning", "structured_output", "attachment", "temperature", "open_weights", "status",
    "knowledge",
)  # fmt: skip
PRICES = ("cost_input", "cost_output", "cost_reasoning", "cost_cache_read", "cost_cache_write",
          "cost_input_audio", "cost_output_audio")  # fmt: skip


def database(file: Path, models: list[Row], pricing: list[Row]) -> Path:
    """Return a file as the modelsdotdev package has it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"create table models ({', '.join(COLUMNS)})")
        connection.execute(
            "create table model_modalities (model_full_id, direction, position, value)"
        )
        prices = ("model_full_id", "experimental_mode_name", "min_context", *PRICES)
        connection.execute(f"create table pricing ({', '.join(prices)})")
        insert(connection, "models", COLUMNS, models)
        insert(connection, "pricing", prices, pricing)
        connection.execute("insert into model_modalities values ('x/a', 'input', 1, 'image')")
        connection.execute("insert into model_modalities values ('x/a', 'input', 0, 'text')")
        connection.commit()
    return file


def insert(
    connection: sqlite3.Connection,
    table: str,
    columns: tuple[str, ...],
    rows: list[Row],
) -> None:
    """Put *rows* into a table; what they do not say is null."""
    places = ", ".join("?" for _ in columns)
    values = [[row.get(name) for name in columns] for row in rows]
    connection.executemany(f"insert into {table} values ({places})", values)  # noqa: S608


def test_models_dev_as_a_package_is_read_from_its_database(tmp_path: Path) -> None:
    """A model's facts, its modalities in their order, and flags that are stated are read."""
    model = {
        "full_id": "x/a", "provider_id": "togetherai", "id": "a", "name": "A",
        "limit_context": 8192, "limit_output": 0, "tool_call": 1, "reasoning": 0,
        "open_weights": 1, "status": "deprecated", "knowledge": "2025-04",
    }  # fmt: skip
    file = database(tmp_path / "db", [model], [])
    (one,) = modelsdotdev.read_file(DECLARED["modelsdotdev"], file).listings
    assert (one.provider, one.provider_model_id, one.name) == ("together", "a", "A")
    assert (one.context_length, one.max_output_tokens) == (8192, None)
    assert (one.input_modalities, one.output_modalities) == (("text", "image"), None)
    assert (one.capabilities, one.status) == ({"tools": True, "reasoning": False}, "deprecated")
    assert (one.knowledge_cutoff, one.release_date) == ("2025-04", None)


def test_prices_of_the_database_are_the_numbers_that_were_written(tmp_path: Path) -> None:
    """A binary float is read as its shortest text, a tier begins above its context."""
    models = [{"full_id": "x/a", "provider_id": "x", "id": "a"}]
    pricing = [
        {"model_full_id": "x/a", "cost_input": 0.1, "cost_output": 0.30000000000000004},
        {"model_full_id": "x/a", "min_context": 200000, "cost_input": 2.5},
        {"model_full_id": "x/a", "experimental_mode_name": "fast", "cost_input": 9},
    ]
    file = database(tmp_path / "db", models, pricing)
    (one,) = modelsdotdev.read_file(DECLARED["modelsdotdev"], file).listings
    assert one.rates == (
        Rate(meter=Meter.INPUT, usd=Decimal("0.0000001")),
        Rate(meter=Meter.OUTPUT, usd=Decimal("0.00000030000000000000004")),
        Rate(
            meter=Meter.INPUT,
            usd=Decimal("0.0000025"),
            when=Conditions(min_input_tokens=200001),
        ),
    )


def test_a_bad_price_of_the_database_is_unknown_and_counted(tmp_path: Path) -> None:
    """A negative number is no price; a file of another kind is an error of its own."""
    models = [{"full_id": "x/a", "provider_id": "x", "id": "a"}]
    file = database(tmp_path / "db", models, [{"model_full_id": "x/a", "cost_input": -1.0}])
    found = modelsdotdev.read_file(DECLARED["modelsdotdev"], file)
    assert (found.listings[0].rates, found.bad_prices) == ((), 1)
    (tmp_path / "other").write_bytes(b"no database" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        modelsdotdev.read_file(DECLARED["modelsdotdev"], tmp_path / "other")
