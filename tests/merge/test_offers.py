"""What is said about one offer: by its provider's own lists, and by books."""

from typing import Any

import pytest

from modeldex.domain.listing import SourceRows
from modeldex.merge import offers
from modeldex.merge.offers import gather
from support.catalogs import kept, listing, priced, rows


def own(*natives: str, source: str = "acme") -> SourceRows:
    """Return the provider acme's own list."""
    return rows(source, [listing("acme", one, source=source) for one in natives])


def book(*entries: Any, name: str = "book") -> SourceRows:
    """Return a book of entries for acme."""
    return rows(name, entries, is_book=True)


def entry(native: str, *also: str, source: str = "book", provider: str = "acme") -> Any:
    """Return a book's priced entry."""
    return priced(provider, native, "0.1", "0.2", source=source, also=also, name="Book's")


def of(native: str, *sources: SourceRows) -> offers.Testimony:
    """Return what is said about an offer of acme's."""
    (found,) = [one for one in gather(sources) if one.provider_model_id == native]
    return found


def said(found: offers.Testimony) -> list[tuple[str, str]]:
    """Return source and id of each book's entry, the strongest first."""
    return [(row.listing.source, row.listing.provider_model_id) for row in found.books]


@pytest.mark.parametrize("written", ["GPT-4o", "gpt-4o", "Gpt-4O"])
def test_a_book_means_an_offer_in_any_case(written: str) -> None:
    """Equal ids but for their case are the same; the offer keeps the provider's spelling."""
    found = gather([own("GPT-4o"), book(entry(written))])

    assert [(one.provider_model_id, len(one.own), len(one.books)) for one in found] == [
        ("GPT-4o", 1, 1)
    ]


@pytest.mark.finding("X05")
@pytest.mark.parametrize("native", ["gpt-4o-mini", "gpt-4", "openai/gpt-4o", "Book's", "gpt-4o:x"])
def test_a_book_means_nothing_else(native: str) -> None:
    """Not by prefix, path, variant or display name."""
    found = of("gpt-4o", own("gpt-4o"), book(entry(native)))

    assert found.books == ()


@pytest.mark.finding("X05")
def test_a_book_speaks_of_one_provider() -> None:
    """The same id at another provider is another offer."""
    found = gather([own("m"), book(entry("m", "x", provider="bolt"))])

    assert [(one.provider, len(one.own), len(one.books)) for one in found] == [
        ("acme", 1, 0),
        ("bolt", 0, 1),
    ]


def test_a_further_id_of_an_entry_has_its_price_only() -> None:
    """What an entry prices alike is priced alike; its name and facts belong to its own id."""
    (found,) = gather([own("m-latest"), book(entry("m", "M-Latest"))])
    (row,) = found.books

    assert row.listing.rates == entry("m").rates
    assert row.listing.name is None


def test_of_a_book_the_closest_entry_comes_first() -> None:
    """The exact spelling, then another case, then an entry that only prices it alike."""
    entries = [entry("zz", "m"), entry("M"), entry("m")]
    found = of("m", own("m"), book(*entries))

    assert said(found) == [("book", "m"), ("book", "M"), ("book", "zz")]


def test_books_speak_in_the_order_of_their_names() -> None:
    """Whatever order they were read in."""
    books = [book(entry("m", source=name), name=name) for name in ("zed", "abc")]

    assert said(of("m", own("m"), *books)) == [("abc", "m"), ("zed", "m")]


def test_an_entry_for_two_spellings_means_both() -> None:
    """Ids are case-sensitive: a provider may list both, and a book's entry means either."""
    found = gather([own("m", "M"), book(entry("m"))])

    assert [(one.provider_model_id, len(one.books)) for one in found] == [("M", 1), ("m", 1)]


def test_an_offer_that_only_books_know_is_one_offer() -> None:
    """Two books' spellings of one unknown id are one offer, under the first book's spelling."""
    books = [book(entry("m", source="b2"), name="b2"), book(entry("M", source="b1"), name="b1")]
    found = of("M", *books)

    assert said(found) == [("b1", "M"), ("b2", "m")]
    assert not found.own


@pytest.mark.parametrize(("lists", "listed"), [([], False), ([own()], False), ([own("x")], True)])
def test_an_offer_is_unlisted_once_its_providers_list_is_known(
    lists: list[SourceRows], *, listed: bool
) -> None:
    """As long as the provider's own list has said nothing, a book's offer may well be listed."""
    assert of("m", *lists, book(entry("m"))).listed is listed


def test_the_source_of_the_providers_name_is_the_strongest() -> None:
    """Of two own lists, the one that is named like the provider speaks first."""
    found = of("m", own("m", source="aaa"), own("m", source="acme"), own("m", source="zzz"))

    assert [row.listing.source for row in found.own] == ["acme", "aaa", "zzz"]


def test_offers_are_sorted() -> None:
    """By provider, then by id."""
    sources = [rows("zed", [listing("zed", "a")]), own("b", "a"), book(entry("aa"))]

    assert [(one.provider, one.provider_model_id) for one in gather(sources)] == [
        ("acme", "a"),
        ("acme", "aa"),
        ("acme", "b"),
        ("zed", "a"),
    ]


def test_dates_of_an_entry_go_with_it() -> None:
    """What a book is quoted with keeps the days on which it was first seen and last changed."""
    row = kept(entry("m", "x"), "2026-01-01")
    quoted = SourceRows(source="book", is_book=True, rows=(row,))
    (found,) = of("x", own("x"), quoted).books

    assert (found.first_seen, found.last_changed) == ("2026-01-01", "2026-01-01")
