"""From rows to listings by a declaration's paths, with every loss counted."""

from decimal import Decimal
from typing import Any

import pytest

from modeldex.domain.listing import Listing
from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.sources import formats
from modeldex.sources.decode import Decoded, decode_rows
from modeldex.sources.parse import parse

HEAD = 'id = "acme"\nname = "Acme"\nlist = "https://acme.example/models"\n'
PRICED = '[fields]\nid = "id"\n[rates]\ninput = { at = "pricing.in", usd_per = "1M" }\n'


def decoded(lines: str, *rows: Any) -> Decoded:
    """Return what a declaration that says *lines* makes of *rows*."""
    if "[fields]" not in lines:
        lines += '\n[fields]\nid = "id"\n'
    return decode_rows(rows, formats.decoder(parse(HEAD + lines, "acme.toml")))


def only(lines: str, row: dict[str, Any]) -> Listing:
    """Return the only listing that a row with the id ``a`` makes."""
    (found,) = decoded(lines, {"id": "a", **row}).listings
    return found


@pytest.mark.finding("PV-L3")
def test_a_row_that_is_no_object_or_has_no_id_is_dropped_and_counted() -> None:
    """Null, numbers, text, lists and rows without a text for an id cost themselves alone."""
    bad: list[Any] = [
        None,
        7,
        "x",
        [],
        {},
        {"id": None},
        {"id": 12},
        {"id": ""},
        {"id": " "},
        {"pricing": 1},
    ]
    found = decoded("", {"id": "a"}, *bad, {"id": "b"})
    assert [one.provider_model_id for one in found.listings] == ["a", "b"]
    assert found.dropped == len(bad)


def test_a_prefix_that_the_call_does_not_take_is_stripped_once() -> None:
    """An id is what the inference call takes; one that is nothing but the prefix is none."""
    rows = [{"id": "models/a"}, {"id": " b "}, {"id": "models/models/c"}, {"id": "models/"}]
    found = decoded('strip = "models/"', *rows)
    assert [one.provider_model_id for one in found.listings] == ["a", "b", "models/c"]
    assert found.dropped == 1


def test_rows_left_out_on_purpose_are_counted_apart() -> None:
    """A row that the declaration drops is skipped, whatever else it holds; no loss is counted."""
    rows = [{"id": "a", "kind": "dataset"}, {"id": "b", "on": False}, {"id": "c", "on": True}]
    found = decoded('drop = { kind = ["dataset"], on = [false] }', *rows)
    assert [one.provider_model_id for one in found.listings] == ["c"]
    assert (found.skipped, found.dropped) == (2, 0)


@pytest.mark.parametrize(
    "bad",
    [
        "NaN", "Infinity", "-1", "free", "1,5", "0x1", -1, True, False, [], {"usd": "1"},
        Decimal("NaN"), Decimal("-Infinity"), Decimal("1e99999999999"), "1e99999999999999999999",
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_price_is_unknown_and_counted(bad: object) -> None:
    """A value that cannot be a price gives no rate, and one count; it never becomes zero."""
    found = decoded(PRICED, {"id": "a", "pricing": {"in": bad}}, {"id": "b", "pricing": {"in": 1}})
    assert [len(one.rates) for one in found.listings] == [0, 1]
    assert found.bad_prices == 1


@pytest.mark.parametrize("row", [{}, {"pricing": None}, {"pricing": {"in": None}}])
def test_a_price_that_is_not_stated_is_unknown_and_no_loss(row: dict[str, Any]) -> None:
    """Absent, null and blank prices are no errors of the source."""
    found = decoded(PRICED, {"id": "a", **row}, {"id": "b", "pricing": {"in": " "}})
    assert [one.rates for one in found.listings] == [(), ()]
    assert found.bad_prices == 0


def test_zero_is_a_price_where_the_source_says_zero() -> None:
    """A stated zero is a rate of zero."""
    assert only(PRICED, {"pricing": {"in": "0.00"}}).rates == (
        Rate(meter=Meter.INPUT, usd=Decimal(0)),
    )


@pytest.mark.parametrize(
    ("unit", "stated", "usd"),
    [
        ('usd_per = "1"', "5.5e-07", "0.00000055"),
        ('usd_per = "1M"', Decimal("0.15"), "0.00000015"),
        ('usd_per = "10B"', 500, "0.00000005"),
        ('cents_per = "100M"', 12500, "0.00000125"),
    ],
)
def test_a_number_is_divided_by_its_unit_exactly(unit: str, stated: object, usd: str) -> None:
    """The rate is the payload's number over the declared unit, to the last digit."""
    lines = f'[fields]\nid = "id"\n[rates]\ninput = {{ at = "p", {unit} }}'
    (rate,) = only(lines, {"p": stated}).rates
    assert format(rate.usd, "f") == usd


def test_a_quotient_without_end_is_no_price() -> None:
    """A unit that does not divide a number exactly gives no rate rather than a rounded one."""
    lines = '[fields]\nid = "id"\n[rates]\ninput = { at = "p", usd_per = "3" }'
    found = decoded(lines, {"id": "a", "p": 1}, {"id": "b", "p": 6})
    assert [[rate.usd for rate in one.rates] for one in found.listings] == [[], [2]]
    assert found.bad_prices == 1


def test_a_rate_holds_for_the_rows_it_is_declared_for() -> None:
    """A row of another kind, or of no kind, has no such rate, and its number is no bad price."""
    lines = PRICED.replace("}", ', when = { kind = ["chat", "code-*"], beta = [1] } }')
    for kind in ("chat", "code-fim", ["image", "chat"]):
        assert only(lines, {"kind": kind, "beta": 1, "pricing": {"in": 1}}).rates
    others: list[Any] = ["image", "code", "", None, [], ["image"], [["chat"]], {"chat": "chat"}, 7]
    for other in others:
        found = decoded(lines, {"id": "a", "kind": other, "beta": 1, "pricing": {"in": "bad"}})
        assert (found.listings[0].rates, found.bad_prices) == ((), 0)
    assert not only(lines, {"kind": "chat", "beta": True, "pricing": {"in": 1}}).rates


def test_the_payload_may_state_the_unit_of_its_prices() -> None:
    """Each unit is known by its name; a price per any other is no rate, and is reported."""
    rate = '{ at = "p", unit = "u", units = { token = "1", mtok = "1M" } }'
    lines = f'prices = []\n[fields]\nid = "id"\n[rates]\ninput = {rate}'
    assert only(lines, {"p": "0.5", "u": "token"}).rates[0].usd == Decimal("0.5")
    assert only(lines, {"p": "0.5", "u": "mtok"}).rates[0].usd == Decimal("0.0000005")
    found = decoded(lines, {"id": "a", "p": "0.5", "u": "hour"}, {"id": "b", "u": "day"})
    assert [one.rates for one in found.listings] == [(), ()]
    assert (found.bad_prices, found.unknown_prices) == (0, {"p per hour": 1})


def test_an_exponent_of_the_row_moves_the_point() -> None:
    """A number may be an integer whose own row says how many of its digits are decimals."""
    rate = '{ at = "p.value", exponent = "p.exp", usd_per = "1M" }'
    lines = f'prices = ["p"]\n[fields]\nid = "id"\n[rates]\ninput = {rate}'
    assert only(lines, {"p": {"value": 15, "exp": 2}}).rates[0].usd == Decimal("0.00000015")
    for shift in (-1, 41, "2", None, Decimal(2)):
        found = decoded(lines, {"id": "a", "p": {"value": 15, "exp": shift}})
        assert (found.listings[0].rates, found.unknown_prices) == ((), {})


def test_an_amount_as_americans_write_it_is_a_number() -> None:
    """A dollar sign and commas are taken off where the declaration says that they may be there."""
    rate = '{ at = "p", usd_per = "1", text = "us" }'
    lines = f'[fields]\nid = "id"\n[rates]\ninput = {rate}'
    assert only(lines, {"p": " $1,234.50 "}).rates[0].usd == Decimal("1234.5")
    found = decoded(lines, {"id": "a", "p": "from $1"}, {"id": "b", "p": ""})
    assert [one.rates for one in found.listings] == [(), ()]
    assert found.bad_prices == 1


def test_a_context_tier_begins_where_the_declaration_or_the_row_says() -> None:
    """The number of tokens is a literal or a path; without a number there is no such rate."""
    rate = '{ at = "p", usd_per = "1", min_input_tokens = %s }'
    tier = f'[fields]\nid = "id"\n[rates]\ninput = {rate}'
    expected = (Rate(meter=Meter.INPUT, usd=Decimal(1), when=Conditions(min_input_tokens=200000)),)
    assert only(tier % "200000", {"p": 1}).rates == expected
    assert only(tier % '"since"', {"p": 1, "since": 200000}).rates == expected
    for nonsense in (None, "many", -1, 0, True, Decimal("1e999999999")):
        assert only(tier % '"since"', {"p": 1, "since": nonsense}).rates == ()


def test_a_price_key_that_no_rate_reads_is_reported() -> None:
    """A new meter does not pass unseen; blank values and known keys are not reported."""
    pricing = {"in": 1, "cached": 2, "deep": {"x": 1, "y": None}, "blank": " ", "old": {"x": 3}}
    row = {"id": "a", "pricing": pricing, "price_per_second": 4, "other": 5}
    lines = 'prices = ["pricing", "price_*"]\nignored_prices = ["pricing.old"]\n' + PRICED
    found = decoded(lines, row, row)
    assert found.unknown_prices == {
        "pricing.cached": 2,
        "pricing.deep.x": 2,
        "price_per_second": 2,
    }


@pytest.mark.parametrize(
    ("row", "inputs", "outputs"),
    [
        ({"arrow": "text+image->text"}, ("text", "image"), ("text",)),
        ({"arrow": "->embedding"}, None, ("embedding",)),
        ({"arrow": "text->"}, ("text",), None),
        ({"arrow": "text"}, None, None),
        ({"in": ["text", "file"]}, ("text", "file"), None),
        ({"in": ["audio"], "arrow": "text->speech"}, ("audio",), ("speech",)),
        ({"arrow": 7, "in": {"x": 1}}, None, None),
    ],
)
def test_modalities_come_from_lists_or_from_an_arrow(
    row: dict[str, Any], inputs: object, outputs: object
) -> None:
    """Lists win; an arrow fills what they leave open, and half an arrow says half."""
    found = only('[fields]\nid = "id"\nmodality = "arrow"\ninput_modalities = "in"', row)
    assert (found.input_modalities, found.output_modalities) == (inputs, outputs)


def test_the_first_status_that_applies_decides() -> None:
    """A value is compared in lower case, a list by its first known word, else presence counts."""
    lines = (
        '[fields]\nid = "id"\n[[status]]\nat = "live"\nvalues = { false = "retired" }\n'
        '[[status]]\nat = "tags"\nvalues = { legacy = "deprecated" }\n'
        '[[status]]\nat = "end"\npresent = "deprecated"'
    )
    assert only(lines, {"live": False, "tags": ["LEGACY"]}).status == "retired"
    assert only(lines, {"live": True, "tags": ["new", "LEGACY"]}).status == "deprecated"
    assert only(lines, {"end": "2026-12-01"}).status == "deprecated"
    assert only(lines, {"live": True, "tags": "new", "end": ""}).status is None


@pytest.mark.parametrize(
    ("word", "arrow"),
    [
        ("gpt-tts", "text->speech"),
        ("GPT-4-TTS", "text->audio"),
        ("gpt-4", "text->text"),
        (["unheard", "gpt-4"], "text->text"),
        ("chat-gpt", None),
        ("", None),
    ],
)
def test_a_name_with_a_star_stands_for_many(word: object, arrow: str | None) -> None:
    """What is stated exactly decides, then the first pattern that fits the whole value."""
    lines = (
        'modality = { at = "kind", values = { "*-tts" = "text->audio", "gpt-*" = "text->text",'
        ' "gpt-tts" = "text->speech" } }'
    )
    found = only(lines, {"kind": word})
    sides = arrow.split("->") if arrow else (None, None)
    assert (found.input_modalities, found.output_modalities) == tuple(
        side and (side,) for side in sides
    )


@pytest.mark.finding("ME-H4")
def test_capabilities_are_stated_or_absent() -> None:
    """A boolean states one, a list that says anything at all states those it may hold."""
    lines = (
        '[fields]\nid = "id"\n[capabilities]\nvision = "vision"\n'
        'tools = { list = "features", any = ["tools", "functions"] }'
    )
    assert only(lines, {"vision": False, "features": ["functions"]}).capabilities == {
        "vision": False,
        "tools": True,
    }
    assert only(lines, {"features": "json, batch"}).capabilities == {"tools": False}
    assert only(lines, {"vision": "yes", "features": []}).capabilities == {}
    assert only(lines, {"vision": 1, "features": None}).capabilities == {}


def test_a_capability_may_be_stated_in_several_places() -> None:
    """It is there where any place says so, absent only where none that speaks does."""
    lines = '[fields]\nid = "id"\n[capabilities]\ntools = ["a.tools", "b"]'
    assert only(lines, {"a": {"tools": False}, "b": True}).capabilities == {"tools": True}
    assert only(lines, {"a": {"tools": False}}).capabilities == {"tools": False}
    assert only(lines, {"a": {"tools": "yes"}, "b": None}).capabilities == {}


def test_facts_are_read_from_their_paths_in_our_units() -> None:
    """Numbers as text, milliseconds and ISO dates all become what the catalog holds."""
    lines = (
        '[fields]\nid = "id"\nname = "info.title"\ncreated = "at"\ncontext = "limits.in"\n'
        'max_output = "limits.out"\naliases = "also"\nexpires = "end"\nparameters = "takes"'
    )
    row = {"info": {"title": " A "}, "at": 1_750_000_000_000, "limits": {"in": "8192", "out": 0}}
    found = only(lines, {**row, "also": ["b"], "end": "2026-12-01T10:00:00Z", "takes": "x,y"})
    assert (found.name, found.created) == ("A", 1_750_000_000)
    assert (found.context_length, found.max_output_tokens) == (8192, None)
    assert (found.aliases, found.expiration_date) == (("b",), "2026-12-01")
    assert found.supported_parameters == ("x", "y")


def test_the_life_of_a_model_is_read_from_its_paths() -> None:
    """Days become ISO days, a cutoff stays as exact as it is stated."""
    lines = (
        '[fields]\nid = "id"\nreleased = "out"\nknowledge = "knows"\ndeprecated = "old"\n'
        'expires = "end"\nsuccessor = "next"'
    )
    row = {"out": "2026-01-02T03:04:05Z", "knows": "2025-06", "old": 1_790_000_000}
    found = only(lines, {**row, "end": "2026-12-01", "next": "acme-2"})
    assert (found.release_date, found.knowledge_cutoff) == ("2026-01-02", "2025-06")
    assert (found.deprecation_date, found.expiration_date) == ("2026-09-21", "2026-12-01")
    assert found.successor == "acme-2"


def test_what_is_declared_for_all_rows_holds_for_each() -> None:
    """Provider, author and privacy of a declaration stand on every listing."""
    lines = (
        'provider = "bolt"\nauthor = "labs"\nprivate = true\n[fields]\nid = "id"\nauthor = "by"'
    )
    found = only(lines, {"by": "somebody"})
    assert (found.source, found.provider, found.author) == ("acme", "bolt", "labs")
    assert found.is_private is True


@pytest.mark.parametrize("wrong", [{"y": 1}, [], True, "", None], ids=repr)
def test_facts_of_a_wrong_kind_are_unknown(wrong: object) -> None:
    """A row whose facts are all of the wrong kind is a listing with nothing but its id."""
    names = ("name", "created", "context", "logo", "modality", "input_modalities", "expires")
    lines = '[fields]\nid = "id"\n' + "\n".join(f'{name} = "x.{name}"' for name in names)
    bare = Listing(source="acme", provider="acme", provider_model_id="a")
    assert only(lines, {"x": wrong}) == bare
    assert only(lines, {"x": dict.fromkeys(names[:-2], wrong)}) == bare
