"""The whole core: listings in, one catalog out, whatever the order."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from threading import Barrier
from typing import Any

import msgspec
import pytest
from typing_extensions import override

from modeldex import pipeline
from modeldex.dialects import native
from modeldex.domain.listing import Listing, SourceRows
from modeldex.domain.model import Catalog, Model
from modeldex.domain.offer import Offer
from modeldex.domain.provider import Provider
from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.domain.rules import Rules
from modeldex.query import answer
from support import answers, catalogs, snapshots
from support.catalogs import TODAY, kept, listing, priced


def rows(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """Return the flat list's rows by id."""
    providers = {one.slug: one for one in catalog.providers}
    found = [native.offer_row(one, providers[one.facts.provider]) for one in catalog.offers]
    return {row["id"]: row for row in found}


def offer(catalog: Catalog, name: str) -> Offer:
    """Return an offer by its id."""
    return next(one for one in catalog.offers if one.id == name)


def model(catalog: Catalog, name: str) -> Model:
    """Return a model by its id."""
    return next(one for one in catalog.models if one.id == name)


def some(name: str, count: int) -> list[Listing]:
    """Return so many priced listings of acme's."""
    return [priced("acme", f"{name}{number}", f"0.{number + 1}", "1") for number in range(count)]


def a_book(*entries: Any, name: str = "book") -> SourceRows:
    """Return a book."""
    return catalogs.rows(name, entries, is_book=True)


def openrouter(**pricing: Any) -> dict[str, Any]:
    """Return the row of OpenRouter's only model at these prices."""
    body = answers.data([{"id": "org/m", "pricing": pricing}])
    (row,) = rows(answers.catalog("openrouter", body)).values()
    return row


@pytest.mark.finding("PR-H2")
@pytest.mark.parametrize("stated", ["0.00000015", "0.0006", "0.15", "2.5", "1000", "0"])
def test_openrouters_numbers_are_served_as_they_are(stated: str) -> None:
    """They are dollars per token; none is taken for a price per million, however large it is."""
    pricing = openrouter(prompt=stated, completion=stated, image=stated)["pricing"]

    assert pricing == {"prompt": stated, "completion": stated, "image": stated}


@pytest.mark.finding("X06", "X41")
@pytest.mark.parametrize(
    "number", ["5.5e-07", "0.00000055", "0.000000550", '"5.5E-7"', '"0.00000055"', '".55e-6"']
)
def test_a_notation_in_the_answer_changes_no_price(number: str) -> None:
    """A number or a text, scientific or plain: the same price, written plainly."""
    body = f'{{"data": [{{"id": "m", "pricing": {{"prompt": {number}}}}}]}}'.encode()
    (row,) = rows(answers.catalog("acme", body)).values()

    assert row["pricing"]["prompt"] == "0.00000055"


@pytest.mark.finding("PR-M2")
@pytest.mark.parametrize(
    "odd",
    [
        "NaN", "Infinity", "-Infinity", "-1", "-0.5", "1e400", "1e99999999999",
        "1e9999999999999999999", "true", "false", "[]", '["1"]', '"free"', '"NaN"', '"-1"',
        '"1_000"', '"\\uff10\\uff11"', '"1e400"', "9" * 60,
    ],
)  # fmt: skip
def test_an_odd_price_is_unknown_and_counted(odd: str) -> None:
    """It is null, not served and not free; it costs neither its row's other price nor the row."""
    body = f'{{"data": [{{"id": "m", "pricing": {{"prompt": {odd}, "completion": 0}}}}]}}'
    (row,) = rows(answers.catalog("acme", body.encode())).values()

    assert answers.decoded("acme", body.encode()).bad_prices == 1
    assert row["pricing"] == {"prompt": None, "completion": "0"}
    assert row["is_free"] is False


@pytest.mark.finding("PR-M1")
def test_two_and_a_half_thousand_prices_are_all_there() -> None:
    """Nothing on the way is cut at a number of rows."""
    count = 2500
    body = answers.data(
        {"id": f"m{number}", "pricing": {"prompt": f"0.{number + 1:06d}", "completion": "1"}}
        for number in range(count)
    )
    found = rows(answers.catalog("acme", body))

    assert len(found) == count
    assert len({row["pricing"]["prompt"] for row in found.values()}) == count


@pytest.mark.finding("X04")
def test_variants_are_offers_of_their_own() -> None:
    """Each is listed under exactly its id, and only the one that costs nothing is free."""
    paid, free = {"prompt": "1", "completion": "1"}, {"prompt": "0", "completion": "0"}
    body = answers.data([
        {"id": "a", "name": "A", "pricing": paid},
        {"id": "a:free", "name": "A (free)", "pricing": free},
        {"id": "a:thinking", "name": "A", "pricing": paid},
    ])  # fmt: skip
    found = rows(answers.catalog("acme", body))

    assert list(found) == ["acme/a", "acme/a:free", "acme/a:thinking"]
    assert [row["is_free"] for row in found.values()] == [False, True, False]
    assert [row["provider_model_id"] for row in found.values()] == ["a", "a:free", "a:thinking"]


@pytest.mark.finding("X05")
def test_no_price_comes_from_another_provider() -> None:
    """Same name, same repository, same id: another provider's price is still another's."""
    facts = {"name": "Llama 70B", "hugging_face_id": "org/m"}
    catalog = catalogs.build(
        catalogs.rows("acme", [listing("acme", "org/m", **facts)]),
        catalogs.rows("bolt", [priced("bolt", "org/m", "1", "2", **facts)]),
        a_book(priced("core", "org/m", "3", "4", source="book", **facts)),
    )
    sources = {name: row["pricing_source"] for name, row in rows(catalog).items()}

    assert [one.id for one in catalog.models] == ["org/m"]
    assert sources == {"acme/org/m": None, "bolt/org/m": "bolt", "core/org/m": "book"}
    assert rows(catalog)["acme/org/m"]["pricing"] is None


@pytest.mark.finding("ME-M1")
@pytest.mark.parametrize(
    "row", [{}, {"id": None}, {"id": ""}, {"id": " "}, {"id": 0}, {"id": ["m"]}, None, "m", 1, []]
)
def test_a_row_without_an_id_is_dropped_and_counted(row: object) -> None:
    """It costs itself only: the rows around it are served, each under its id."""
    body = answers.data([{"id": "a"}, row, {"id": "b"}])

    assert list(rows(answers.catalog("acme", body))) == ["acme/a", "acme/b"]
    assert answers.decoded("acme", body).dropped == 1


@pytest.mark.finding("X13")
def test_a_renamed_model_is_listed_under_its_new_name() -> None:
    """The next build has it with all its offers, and knows nothing of the old name."""

    def world(name: str) -> Catalog:
        facts = {"hugging_face_id": f"org/{name}"}
        return catalogs.of(listing("acme", "m", **facts), listing("bolt", "x", **facts))

    before, after = world("old"), world("new")

    assert [one.id for one in before.models] == ["org/old"]
    assert [one.id for one in after.models] == ["org/new"]
    assert [one.id for one in after.models[0].offers] == ["acme/m", "bolt/x"]


@pytest.mark.finding("X39", "X49")
def test_every_provider_of_a_unique_row_resolves(tmp_path: Path) -> None:
    """Its id finds the offer that says the same; its count is that of the distinct providers."""
    listings = [priced("acme", f"m{number}", "1", "1", hugging_face_id="org/m") for number in "12"]
    listings += [listing("bolt", "org/m"), listing("bolt", "org/other:free")]
    with ThreadPoolExecutor(1) as pool:
        snapshot = snapshots.published(tmp_path, catalogs.of(*listings), pool)

    for row in snapshots.ask(snapshot, unique=True)["data"]:
        entries = row["providers"]
        assert row["provider_count"] == len({one["slug"] for one in entries})
        assert len({one["id"] for one in entries}) == len(entries)
        for one in entries:
            found = json.loads(answer.one(snapshot, one["id"]) or b"{}")
            assert found["provider_model_id"] == one["provider_model_id"]
            assert found["canonical_slug"] == row["id"]


class Meeting(list[SourceRows]):
    """Sources that are not read before all who are to build at the same time want to."""

    def __init__(self, sources: list[SourceRows], barrier: Barrier) -> None:
        super().__init__(sources)
        self.barrier = barrier

    @override
    def __iter__(self) -> Iterator[SourceRows]:
        self.barrier.wait(30)
        return super().__iter__()


@pytest.mark.finding("CA-C3")
def test_builds_at_the_same_time_do_not_disturb_each_other() -> None:
    """Eight builds of two worlds, all of them begun before one ends, give what each does alone."""
    worlds = [[catalogs.rows("acme", some(name, 30))] for name in "ab"]
    alone = [pipeline.build(world, {}, TODAY) for world in worlds]
    barrier = Barrier(8)

    with ThreadPoolExecutor(8) as pool:
        found = pool.map(
            lambda number: pipeline.build(Meeting(worlds[number % 2], barrier), {}, TODAY),
            range(8),
        )
        assert list(found) == alone * 4


@pytest.mark.finding("PV-M4")
def test_an_offer_says_who_speaks_of_it() -> None:
    """The provider's own list before books, each once; it is confirmed by the former."""
    catalog = catalogs.build(
        a_book(priced("acme", "m", "1", "1", source="b2"), name="b2"),
        a_book(
            priced("acme", "m", "2", "2", source="b1"),
            priced("acme", "M", "3", "3", source="b1"),
            name="b1",
        ),
        catalogs.rows("acme", [listing("acme", "m")]),
    )
    found = offer(catalog, "acme/m")

    assert found.sources == ("acme", "b1", "b2")
    assert rows(catalog)["acme/m"]["sources"] == ["acme", "b1", "b2"]
    assert (found.confirmed, found.status, found.pricing_source) == (True, "available", "b1")


def test_an_offer_that_its_provider_does_not_list_is_unlisted() -> None:
    """Once the provider's own list is known; until then it is available and unconfirmed."""
    book = a_book(
        priced("acme", "gone", "1", "1", source="book"),
        priced("bolt", "m", "1", "1", source="book", status="deprecated"),
        priced("core", "m", "1", "1", source="book"),
    )
    catalog = catalogs.build(book, catalogs.rows("acme", [listing("acme", "here")]))
    found = {one.id: (one.status, one.confirmed) for one in catalog.offers}

    assert found == {
        "acme/gone": ("unlisted", False),
        "acme/here": ("available", True),
        "bolt/m": ("deprecated", False),
        "core/m": ("available", False),
    }


@pytest.mark.parametrize(
    ("missing", "hidden", "expected"),
    [
        (0, False, ("deprecated", True)),
        (1, False, ("missing", True)),
        (2, False, ("retired", False)),
        (3, False, ("retired", False)),
        (0, True, ("hidden", False)),
        (2, True, ("hidden", False)),
    ],
)
def test_an_offer_shows_what_became_of_it(
    missing: int, *, hidden: bool, expected: tuple[str, bool]
) -> None:
    """Missing is still shown, retired and hidden are not; who hides has the last word."""
    row = msgspec.structs.replace(kept(listing("acme", "m", status="deprecated")), missing=missing)
    source = SourceRows(source="acme", is_book=False, rows=(row,))
    rules = Rules(hidden=frozenset({"acme/m"} if hidden else ()), retire_after=2)
    (found,) = pipeline.build([source], {}, TODAY, rules).offers

    assert (found.status, found.is_active) == expected
    assert found.confirmed is (missing == 0)


def test_an_offer_that_two_of_a_providers_lists_have_is_missing_from_neither() -> None:
    """It is missing only where every list of its provider lost it."""
    here = catalogs.rows("acme", [listing("acme", "m")])
    gone = msgspec.structs.replace(kept(listing("acme", "m", source="acme-2")), missing=3)
    other = SourceRows(source="acme-2", is_book=False, rows=(gone,))

    assert offer(catalogs.build(here, other), "acme/m").status == "available"


def test_an_offer_was_first_seen_by_its_own_provider() -> None:
    """A book's older date is not the provider's; any later change is a change."""
    own = SourceRows(
        source="acme", is_book=False, rows=(kept(listing("acme", "m"), "2026-03-03"),)
    )
    entry = listing("acme", "m", source="book")
    book = SourceRows(source="book", is_book=True, rows=(kept(entry, "2026-01-01"),))
    newer = SourceRows(source="book", is_book=True, rows=(kept(entry, "2026-05-05"),))

    assert offer(catalogs.build(own, book), "acme/m").first_seen == "2026-03-03"
    assert offer(catalogs.build(own, book), "acme/m").last_changed == "2026-03-03"
    assert offer(catalogs.build(own, newer), "acme/m").last_changed == "2026-05-05"
    assert offer(catalogs.build(book), "acme/m").first_seen == "2026-01-01"


def test_offers_of_a_model_are_sorted_by_what_they_cost() -> None:
    """Input, then output, then id; unknown prices last; what is not shown after all that is."""
    catalog = catalogs.build(
        catalogs.rows("acme", [priced("acme", "org/m", "2", "1")]),
        catalogs.rows("bolt", [priced("bolt", "org/m", "1", "2")]),
        catalogs.rows("core", [priced("core", "org/m", "1", "1")]),
        catalogs.rows("dune", [priced("dune", "org/m", "1", "1")]),
        catalogs.rows("east", [listing("east", "org/m")]),
        catalogs.rows("fond", [listing("fond", "other")]),
        a_book(priced("fond", "org/m", "0", "0", source="book")),
    )

    assert [one.id.partition("/")[0] for one in model(catalog, "org/m").offers] == [
        "core", "dune", "bolt", "acme", "east", "fond",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        (("acme", {}), ("org", {})),
        (("acme", {"source": "book"}), ("bolt", {})),
        (("acme", {"status": "hidden"}), ("bolt", {})),
        (("bolt", {}), ("acme", {})),
    ],
    ids=["its author's", "a list's", "one shown", "the first's"],
)
def test_a_model_is_described_by_who_knows_it_best(
    weaker: tuple[str, dict[str, Any]], stronger: tuple[str, dict[str, Any]]
) -> None:
    """Its author before other lists, lists before books, what is shown first, then by id."""
    said = [
        listing(provider, "org/m", name=name, **facts)
        for name, (provider, facts) in (("weaker", weaker), ("stronger", stronger))
    ]
    sources = [catalogs.rows(one.source, [one], is_book=one.source == "book") for one in said]

    assert model(catalogs.build(*sources), "org/m").facts.name == "stronger"


def test_other_names_of_a_model_are_its_aliases() -> None:
    """Every name that its offers bear, but the one it is called by."""
    catalog = catalogs.of(
        listing("acme", "x/one", hugging_face_id="org/m"),
        listing("bolt", "y/two", hugging_face_id="org/m", canonical_slug="org/n"),
    )

    assert model(catalog, "org/m").aliases == ("org/n", "x/one", "y/two")


def test_providers_are_those_declared_and_those_that_only_books_know() -> None:
    """Sorted; who is only known from a book says so, under a name made of its slug."""
    declared = Provider(slug="zed", name="Zed Inc.", aliases=("z",))
    catalog = catalogs.build(
        a_book(listing("acme-cloud_2", "m", source="book"), listing("zed", "m", source="book")),
        providers=[declared],
    )

    assert catalog.providers == (
        Provider(slug="acme-cloud_2", name="Acme Cloud 2", book_only=True),
        declared,
    )


def test_a_provider_that_a_tenant_states_is_not_known_from_books_only() -> None:
    """Whether or not a book knows it as well; its neighbour, whom only a book knows, is."""
    own = catalogs.rows(
        "private",
        [listing("shop", "own", source="private"), listing("acme", "own", source="private")],
    )
    book = a_book(listing("acme", "m", source="book"), listing("bolt", "m", source="book"))
    rules = Rules(private=frozenset({"private"}))

    catalog = pipeline.build([own, book], {}, catalogs.TODAY, rules)

    assert {one.slug: one.book_only for one in catalog.providers} == {
        "acme": False, "bolt": True, "shop": False,
    }  # fmt: skip


def test_prices_are_those_of_the_day() -> None:
    """The standard price is that of the day for which the catalog is built."""
    rates = tuple(
        Rate(meter=Meter.INPUT, usd=Decimal(usd), when=Conditions(valid_from=since))
        for usd, since in (("1", "2026-01-01"), ("2", "2026-07-01"))
    )
    world = [catalogs.rows("acme", [listing("acme", "m", rates=rates)])]
    june, july = (pipeline.build(world, {}, day) for day in ("2026-06-30", "2026-07-01"))

    assert (june.date, june.offers[0].prices) == ("2026-06-30", {Meter.INPUT: Decimal(1)})
    assert (july.date, july.offers[0].prices) == ("2026-07-01", {Meter.INPUT: Decimal(2)})
    assert june.offers[0].rates == july.offers[0].rates == rates


def test_nothing_makes_an_empty_catalog() -> None:
    """Without a source there are no offers, no models, and only the declared providers."""
    assert pipeline.build([], {}, TODAY) == Catalog(date=TODAY, offers=(), models=(), providers=())
