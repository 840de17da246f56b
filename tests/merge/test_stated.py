"""What is served of a model is what sources state: its abilities, its links and its logo."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldex.domain.listing import Listing
from modeldex.domain.provider import Provider
from modeldex.errors import DeclarationError
from modeldex.normalize.listings import normalized
from modeldex.snapshot import fragments
from modeldex.sources import parse
from support import answers, catalogs, worlds
from support.catalogs import listing

LOGO, OTHER = "https://acme.example/Logo.PNG?v=1", "https://book.example/icon.png"
NO_LINKS = ["javascript:alert(1)", "data:image/png;base64,AAAA", "//l.example/a.png",
            "ftp://l.example/a", "file:///etc/passwd", "/logo.png"]  # fmt: skip
LINKS = ("model_logo_url", "provider_site_url")
CORE = ("reasoning", "streaming", "structured_output", "tools", "vision")


def served(
    *said: Listing, books: tuple[Listing, ...] = (), logo: str | None = None
) -> list[dict[str, Any]]:
    """Return the rows of the offers and the models of acme, as they are served."""
    catalog = catalogs.build(
        catalogs.rows("acme", normalized(list(said), 20)),
        catalogs.rows("book", normalized(list(books), 20), is_book=True),
        providers=[Provider(slug="acme", name="Acme", logo=logo)],
    )
    found = fragments.render(catalog)
    return [json.loads(body) for body in (*found.offers, *found.heads)]


@pytest.mark.finding("ME-H4")
@pytest.mark.parametrize(
    "name", ["gpt-4-vision", "claude-3-5-tools", "m-thinking", "reasoning-streaming", "llava-vl"]
)
def test_a_name_says_nothing_of_what_a_model_can(name: str) -> None:
    """Whatever its id, name and description say, what no source states is unknown."""
    facts = {"name": name, "description": f"{name} with vision and tools", "author": "openai"}

    for row in served(listing("acme", name, **facts)):
        assert row["capabilities"] == dict.fromkeys(CORE)


@pytest.mark.finding("ME-H4")
@worlds.LAW
@given(st.dictionaries(st.sampled_from(["tools", "vision", "odd"]), st.booleans()))
def test_abilities_are_those_that_are_stated(stated: dict[str, bool]) -> None:
    """True and false as the source says, all others null; in the offer and in the model."""
    for row in served(listing("acme", "m", capabilities=stated)):
        assert row["capabilities"] == {**dict.fromkeys(CORE), **stated}


@pytest.mark.finding("PV-M2")
@pytest.mark.parametrize("link", NO_LINKS)
def test_a_link_of_a_source_is_a_web_address_or_none(link: str) -> None:
    """Whoever gives it, the provider's own list or a book."""
    own = listing("acme", "m", logo_url=link)
    book = listing("acme", "n", source="book", logo_url=link)

    assert [row["model_logo_url"] for row in served(own, books=(book,))] == [None] * 4


@pytest.mark.finding("PV-M2")
@pytest.mark.parametrize("key", ["site", "logo"])
@pytest.mark.parametrize("link", NO_LINKS)
def test_a_link_of_a_declaration_is_a_web_address(key: str, link: str) -> None:
    """A page of facts that gives another one is refused, and the sentence names the key."""
    page = answers.ACME.replace('name = "Acme"', f'name = "Acme"\n{key} = "{link}"', 1)

    with pytest.raises(DeclarationError, match=key):
        parse.parse(page, "acme.toml")


@pytest.mark.finding("PV-M2")
@worlds.LAW
@given(worlds.answers("acme", "acme"))
def test_every_link_of_a_row_is_a_web_address(answer: list[Listing]) -> None:
    """Whatever a decoder makes of an answer."""
    links = [row.get(name) for row in served(*answer) for name in LINKS]

    assert all(one is None or one.startswith(("http://", "https://")) for one in links)


@pytest.mark.finding("ME-M7")
@pytest.mark.parametrize(
    ("book", "declared"),
    [
        (OTHER, OTHER),
        (None, None),
        ("https://www.google.com/s2/favicons?domain=acme.example", None),
    ],
)
def test_the_providers_own_logo_is_served_unchanged(
    book: str | None, declared: str | None
) -> None:
    """Neither a book's icon nor the provider's general one takes its place."""
    entry = listing("acme", "m", source="book", logo_url=book)
    found = served(listing("acme", "m", logo_url=LOGO), books=(entry,), logo=declared)

    assert [row["model_logo_url"] for row in found] == [LOGO] * 2
