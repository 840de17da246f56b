"""The native dialect: exactly the documented fields, exact prices, unknown told from zero."""

import json
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from modeldex.dialects import native
from modeldex.domain.model import Catalog
from modeldex.domain.provider import Provider
from modeldex.domain.rate import Conditions, Meter, Rate
from support import catalogs
from support.catalogs import listing, priced

OFFER_FIELDS = {
    "id", "object", "created", "created_from", "owned_by", "canonical_slug", "name",
    "description",
    "provider_slug", "source_gateway", "provider_model_id", "via", "visibility",
    "base", "variants", "editions", "identified_by",
    "context_length", "max_output_tokens", "architecture", "pricing", "pricing_source",
    "rates", "rate_id", "supported_parameters", "capabilities", "is_free", "is_private",
    "open_weights",
    "hugging_face_id", "model_logo_url", "provider_site_url", "is_active", "health_status",
    "modality", "pricing_unit", "status", "confirmed", "sources", "expiration_date",
    "first_seen", "last_changed", "doubts", "doubt_kinds", "release_date", "knowledge_cutoff",
    "deprecation_date", "successor", "average_response_time_ms", "latency", "first_token",
    "throughput", "uptime", "popularity",
}  # fmt: skip
MODEL_FIELDS = {
    "id", "object", "created", "created_from", "owned_by", "canonical_slug", "name",
    "description",
    "base", "variants", "alias_of",
    "context_length", "max_output_tokens", "architecture", "modality", "supported_parameters",
    "capabilities", "hugging_face_id", "open_weights", "model_logo_url", "is_active",
    "is_free", "pricing_unit", "first_seen", "last_changed", "aliases", "providers",
    "provider_count", "cheapest_provider", "cheapest_prompt_price", "fastest_provider",
    "fastest_response_time", "capabilities_all", "release_date", "knowledge_cutoff",
}  # fmt: skip
ENTRY_FIELDS = {
    "id", "slug", "name", "provider_model_id", "model_id", "via", "editions", "pricing",
    "pricing_source",
    "context_length", "health_status", "average_response_time_ms", "modality",
    "supports_streaming", "supports_function_calling", "supports_vision", "status",
}  # fmt: skip
NOT_TOKENS = {
    Meter.IMAGE: "image", Meter.REQUEST: "request", Meter.WEB_SEARCH: "search",
    Meter.FILE_SEARCH: "search", Meter.SECOND: "second", Meter.INPUT_SECOND: "second",
    Meter.HOUR: "hour", Meter.INPUT_HOUR: "hour", Meter.CHARACTER: "character",
    Meter.MINUTE: "minute", Meter.INPUT_MINUTE: "minute", Meter.TOOL_CALL: "call",
    Meter.QUERY: "query",
    Meter.PAGE: "page", Meter.ANNOTATED_PAGE: "page", Meter.MESSAGE: "message",
}  # fmt: skip
ARCHITECTURE = {"modality", "input_modalities", "output_modalities", "tokenizer", "instruct_type"}
ACME = Provider(slug="acme", name="Acme", site="https://acme.example", logo="https://l.example/a")


def rows(catalog: Catalog) -> list[dict[str, Any]]:
    """Return the flat list's rows."""
    providers = {one.slug: one for one in catalog.providers}
    return [native.offer_row(one, providers[one.facts.provider]) for one in catalog.offers]


def row(**facts: Any) -> dict[str, Any]:
    """Return the row of one offer of acme's with these facts."""
    catalog = catalogs.build(
        catalogs.rows("acme", [listing("acme", "org/m", **facts)]), providers=[ACME]
    )
    return rows(catalog)[0]


def unique(catalog: Catalog) -> list[dict[str, Any]]:
    """Return the unique list's rows, as they are put together for a client."""
    providers = {one.slug: one for one in catalog.providers}
    found = []
    for model in catalog.models:
        head = json.dumps(native.model_head(model)).encode()
        entries = [
            json.dumps(native.provider_entry(one, providers[one.facts.provider])).encode()
            for one in model.offers
        ]
        found.append(json.loads(native.unique_row(head, entries)))
    return found


def full() -> dict[str, Any]:
    """Return facts for every field that a source can state."""
    return {
        "name": "M", "description": "D", "author": "org", "created": 1, "hugging_face_id": "org/M",
        "canonical_slug": "org/m", "aliases": ("x",), "also": ("y",), "context_length": 10,
        "max_output_tokens": 5, "input_modalities": ("text", "image"), "instruct_type": "i",
        "output_modalities": ("text",), "tokenizer": "T", "supported_parameters": ("seed",),
        "capabilities": {"tools": True, "thermal": False}, "status": "deprecated",
        "is_private": True, "open_weights": True, "expiration_date": "2027-01-01",
        "release_date": "2026-01-02", "knowledge_cutoff": "2025-10", "successor": "org/m-2",
        "deprecation_date": "2026-12-01", "logo_url": "https://l.example/m", "via": "sub",
        "doubts": ("odd",),
    }  # fmt: skip


@pytest.mark.finding("X37")
@pytest.mark.parametrize("facts", [{}, full()], ids=["bare", "full"])
def test_a_row_has_exactly_the_documented_fields(facts: dict[str, Any]) -> None:
    """However much or little its source says, and nothing of the source's own beside them."""
    found = row(**facts)

    assert set(found) == OFFER_FIELDS
    assert set(found["architecture"]) == ARCHITECTURE


@pytest.mark.finding("X37", "X39")
@pytest.mark.parametrize("facts", [{}, full()], ids=["bare", "full"])
def test_a_unique_row_has_exactly_the_documented_fields(facts: dict[str, Any]) -> None:
    """The model's facts, and in ``providers`` each offer with its id and how it is called."""
    (found,) = unique(catalogs.of(listing("acme", "org/m", **facts)))
    (entry,) = found["providers"]

    assert set(found) == MODEL_FIELDS
    assert set(entry) == ENTRY_FIELDS
    assert entry["id"] == "acme/org/m"
    assert entry["provider_model_id"] == entry["model_id"] == "org/m"


def test_facts_stand_under_their_names() -> None:
    """What the source says is found where OpenAI's and OpenRouter's clients look for it."""
    found = row(**full())

    assert (found["object"], found["name"], found["description"]) == ("model", "M", "D")
    assert (found["owned_by"], found["canonical_slug"]) == ("org", "org/m")
    assert (found["provider_slug"], found["source_gateway"]) == ("acme", "acme")
    assert found["modality"] == found["architecture"]["modality"] == "text+image->text"
    assert found["context_length"] == 10
    assert found["max_output_tokens"] == 5
    assert found["model_logo_url"] == "https://l.example/m"
    assert found["provider_site_url"] == "https://acme.example"
    assert (found["status"], found["is_active"]) == ("deprecated", True)
    assert (found["release_date"], found["knowledge_cutoff"]) == ("2026-01-02", "2025-10")
    assert (found["deprecation_date"], found["expiration_date"]) == ("2026-12-01", "2027-01-01")
    assert found["successor"] == "org/m-2"
    assert (found["doubts"], found["doubt_kinds"]) == (["odd"], ["listing"])
    assert (found["via"], found["doubts"], found["is_private"]) == ("sub", ["odd"], True)


def test_what_nobody_says_is_null_or_empty() -> None:
    """Unknown is null; a list of words of which none is known is empty; a name is the id."""
    found = row()
    unknown = (
        "description via context_length max_output_tokens pricing pricing_source rate_id "
        "is_private hugging_face_id modality expiration_date"
    )

    assert {name: found[name] for name in unknown.split()} == dict.fromkeys(unknown.split())
    assert (found["rates"], found["supported_parameters"], found["doubts"]) == ([], [], [])
    assert found["name"] == "org/m"
    assert found["model_logo_url"] == "https://l.example/a"


@pytest.mark.parametrize(
    ("facts", "created", "origin"),
    [
        ({"created": 1_700_000_000, "release_date": "2026-01-02"}, 1_700_000_000, "stated"),
        ({"release_date": "2026-01-02"}, 1_767_312_000, "release_date"),
        ({}, 1_795_392_000, "first_seen"),
        ({"release_date": "soon"}, 1_795_392_000, "first_seen"),
    ],
)
def test_there_is_always_a_moment_of_creation(
    facts: dict[str, Any], created: int, origin: str
) -> None:
    """OpenAI's clients need a number; beside it stands whose word it is, if anybody's."""
    offer, (model,) = row(**facts), unique(catalogs.of(listing("acme", "org/m", **facts)))

    assert (offer["created"], offer["created_from"]) == (created, origin)
    assert (model["created"], model["created_from"]) == (created, origin)


@pytest.mark.finding("ME-H4")
def test_capabilities_are_true_false_or_unknown() -> None:
    """The five that clients ask for are always named, others where they are known."""
    assert row(capabilities={"tools": True, "thermal": False})["capabilities"] == {
        "reasoning": None,
        "streaming": None,
        "structured_output": None,
        "thermal": False,
        "tools": True,
        "vision": None,
    }


@pytest.mark.finding("X14")
@pytest.mark.parametrize(
    ("prices", "pricing"),
    [
        ({}, None),
        ({Meter.INPUT: "0"}, {"prompt": "0", "completion": None}),
        ({Meter.OUTPUT: "0"}, {"prompt": None, "completion": "0"}),
        ({Meter.IMAGE: "0.01"}, {"prompt": None, "completion": None, "image": "0.01"}),
        ({Meter.SECOND: "1"}, {"prompt": None, "completion": None}),
    ],
)
def test_an_unknown_price_is_null_and_zero_is_zero(
    prices: dict[Meter, str], pricing: dict[str, Any] | None
) -> None:
    """Nothing known is no ``pricing`` at all; a price that is not stated is never zero."""
    assert native.pricing({meter: Decimal(usd) for meter, usd in prices.items()}) == pricing


@pytest.mark.finding("PR-L2", "X41")
def test_prices_are_plain_numbers_of_a_stated_unit() -> None:
    """Strings without an exponent, in dollars for one unit, which every row and rate names."""
    rates = (
        Rate(meter=Meter.INPUT, usd=Decimal("5.5E-7")),
        Rate(meter=Meter.IMAGE, usd=Decimal("1E+1"), when=Conditions(region="eu")),
    )
    found = row(rates=rates)

    assert found["pricing_unit"] == "usd_per_unit"
    assert found["pricing"] == {"prompt": "0.00000055", "completion": None}
    assert found["rates"] == [
        {"meter": "input", "unit": "token", "usd": "0.00000055"},
        {"meter": "image", "unit": "image", "usd": "10", "when": {"region": "eu"}},
    ]


@pytest.mark.finding("PR-L2")
@pytest.mark.parametrize("meter", Meter, ids=lambda meter: meter.value)
def test_every_meter_names_its_unit(meter: Meter) -> None:
    """What a rate is for is told with it: tokens, unless the meter counts something else."""
    unit = native.rate_value(Rate(meter=meter, usd=Decimal(1)))["unit"]

    assert unit == NOT_TOKENS.get(meter, "token")


def test_a_rate_set_is_known_by_its_content() -> None:
    """Its id is the same in any order, and another for any other price or condition."""
    rates = (
        Rate(meter=Meter.INPUT, usd=Decimal("0.5")),
        Rate(meter=Meter.OUTPUT, usd=Decimal("0.5")),
        Rate(meter=Meter.INPUT, usd=Decimal(1), when=Conditions(min_input_tokens=9)),
    )
    ids = {native.rate_id(order) for order in permutations(rates)}
    others = {native.rate_id(rates[:2]), native.rate_id(rates[:1]), native.rate_id(rates[2:])}

    assert len(ids) == 1
    assert len(ids | others) == 4
    assert native.rate_id(()) is None


def test_one_number_in_two_notations_is_one_rate_set() -> None:
    """How a price was written does not change the id of its rates."""
    plain, scientific = (
        native.rate_id((Rate(meter=Meter.INPUT, usd=Decimal(usd)),)) for usd in ("0.5", "5.0E-1")
    )

    assert plain == scientific


@pytest.mark.finding("X14")
def test_an_unknown_price_is_never_the_cheapest() -> None:
    """It comes last among the providers, and a stated price wins however high it is."""
    (found,) = unique(catalogs.of(listing("acme", "org/m"), priced("bolt", "org/m", "0.9", "1")))

    assert [one["slug"] for one in found["providers"]] == ["bolt", "acme"]
    assert (found["cheapest_provider"], found["cheapest_prompt_price"]) == ("bolt", "0.9")
    assert found["providers"][1]["pricing"] is None


@pytest.mark.finding("X14")
def test_where_no_price_is_known_there_is_no_cheapest() -> None:
    """Nor is the model free."""
    (found,) = unique(catalogs.of(listing("acme", "org/m"), listing("bolt", "org/m")))

    assert (found["cheapest_provider"], found["cheapest_prompt_price"]) == (None, None)
    assert found["is_free"] is False


def test_a_price_of_zero_is_the_cheapest() -> None:
    """Zero is a price; only who states it is free."""
    (found,) = unique(
        catalogs.of(priced("acme", "org/m", "0.1", "0.1"), priced("bolt", "org/m", "0", "0"))
    )

    assert (found["cheapest_provider"], found["cheapest_prompt_price"]) == ("bolt", "0")
    assert found["is_free"] is True


def test_an_unlisted_offer_is_not_counted() -> None:
    """What the provider does not list any more makes a model neither cheaper nor free."""
    book = priced("acme", "org/m", "0", "0", source="book")
    (found,) = unique(
        catalogs.build(
            catalogs.rows("acme", [listing("acme", "org/other", hugging_face_id="org/m")]),
            catalogs.rows("book", [book], is_book=True),
        )
    )

    assert [one["status"] for one in found["providers"]] == ["available", "unlisted"]
    assert (found["provider_count"], found["cheapest_provider"], found["is_free"]) == (
        1,
        None,
        False,
    )


@pytest.mark.finding("X49")
def test_a_provider_is_counted_once() -> None:
    """However many of its ids serve the model, of which none stands there twice."""
    offers = [priced("acme", native, "1", "1", hugging_face_id="org/m") for native in "abc"]
    (found,) = unique(catalogs.of(*offers, listing("bolt", "org/m")))
    ids = [one["id"] for one in found["providers"]]

    assert found["provider_count"] == 2
    assert sorted(ids) == ["acme/a", "acme/b", "acme/c", "bolt/org/m"]


@pytest.mark.parametrize(
    ("offset", "returned", "total", "more", "following"),
    [(0, 2, 5, True, 2), (2, 2, 5, True, 4), (4, 1, 5, False, None), (9, 0, 5, False, None)],
)
def test_the_envelope_tells_where_a_page_stands(
    offset: int, returned: int, total: int, *, more: bool, following: int | None
) -> None:
    """Its fields are the documented ones, and the next page begins where this one ends."""
    told = native.Envelope(
        total=total, returned=returned, offset=offset, limit=2, gateway="all", unique=False,
        snapshot="abc", timestamp=catalogs.STAMP,
    )  # fmt: skip
    found = json.loads(native.OPENING + b",".join([b"{}"] * returned) + native.closing(told))

    assert found == {
        "object": "list", "data": [{}] * returned, "total": total, "returned": returned,
        "offset": offset, "limit": 2, "has_more": more, "next_offset": following,
        "next_cursor": None, "gateway": "all", "unique": False, "snapshot": "abc",
        "timestamp": catalogs.STAMP,
    }  # fmt: skip
