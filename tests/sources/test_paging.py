"""How a list that comes in pages is asked for to its end."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from modeldex.errors import SourceError
from modeldex.sources.address import Addresses
from modeldex.sources.exchange import Response, Validators, exchange
from modeldex.sources.parse import parse

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
URL = "https://acme.example/v1/models"
NUMBER = 'page = { number = "page" }'
OFFSET = 'page = { offset = "skip", size = 2 }'
ADDRESS = 'page = { url = "links.next" }'
CURSOR = 'page = { parameter = "after", next = "next" }'


def asked(lines: str, *pages: Any) -> list[str]:
    """Answer a source that says *lines* with *pages*, the last for ever; return what it asks."""
    declaration = parse(
        f'id = "acme"\nname = "Acme"\nlist = "{URL}"\nrows = "data"\n{lines}\n'
        'key = { env = ["K"] }\n[fields]\nid = "id"\n',
        "acme.toml",
    )
    first = Addresses(lambda _: "s3cret", None).first_request(declaration)
    talk, left, found = exchange(declaration, first, Validators(), NOW), list(pages), []
    request = next(talk)
    while True:
        assert request.headers["authorization"] == "Bearer s3cret"
        query = "&".join(f"{name}={value}" for name, value in request.query)
        found.append(f"{request.url}?{query}".rstrip("?"))
        page = left.pop(0) if len(left) > 1 else left[0]
        try:
            request = talk.send(Response(200, {}, json.dumps(page).encode()))
        except StopIteration:
            return found


def rows(count: int) -> dict[str, Any]:
    """Return a page of so many rows."""
    return {"data": [{"id": str(number)} for number in range(count)]}


def linked(target: object) -> dict[str, Any]:
    """Return a page that says where the next one is."""
    return {"data": [{"id": "a"}], "links": {"next": target}}


def test_a_list_without_pages_is_asked_once() -> None:
    """Whatever the answer says of further pages, none is declared."""
    assert asked("", linked("/v1/more")) == [URL]


def test_page_numbers_go_up_until_a_page_is_empty() -> None:
    """The first page is asked for without a number, the next ones count on from it."""
    pages = (rows(2), rows(1), rows(0))
    assert asked(NUMBER, *pages) == [URL, f"{URL}?page=2", f"{URL}?page=3"]
    from_zero = 'page = { number = "page", first = 0 }\nquery = { page = "0", limit = "9" }'
    assert asked(from_zero, *pages) == [
        f"{URL}?page=0&limit=9",
        f"{URL}?limit=9&page=1",
        f"{URL}?limit=9&page=2",
    ]


def test_an_offset_goes_on_while_pages_are_full() -> None:
    """A page with fewer rows than its size, or none, is the last one."""
    assert asked(OFFSET, rows(2), rows(2), rows(1)) == [URL, f"{URL}?skip=2", f"{URL}?skip=4"]
    assert asked(OFFSET, rows(2), rows(0)) == [URL, f"{URL}?skip=2"]
    assert asked(OFFSET, rows(1)) == [URL]


@pytest.mark.parametrize("lines", [NUMBER, OFFSET])
def test_counted_pages_that_never_end_are_an_error(lines: str) -> None:
    """A source that gives the same page for every number is stopped."""
    with pytest.raises(SourceError, match="pages do not end after 200"):
        asked(lines, rows(2))


@pytest.mark.parametrize("lines", [NUMBER, OFFSET])
def test_a_page_without_a_list_is_no_end(lines: str) -> None:
    """An answer of another shape is an error, not taken for the end of the list."""
    with pytest.raises(SourceError, match="no list under 'data'"):
        asked(lines, rows(2), {"message": "busy"})


@pytest.mark.parametrize(
    ("target", "url"),
    [
        (f"{URL}?page=2&x=a%20b", f"{URL}?page=2&x=a b"),
        ("/v2/models?page=2", "https://acme.example/v2/models?page=2"),
        ("?page=2", f"{URL}?page=2"),
        ("//acme.example/m", "https://acme.example/m"),
    ],
)
def test_the_next_page_is_where_the_answer_says(target: str, url: str) -> None:
    """An address within the host, whole or relative, is asked for with the key."""
    assert asked(ADDRESS, linked(target), linked(None)) == [URL, url]


@pytest.mark.parametrize("end", [None, "", {}, 7])
def test_without_an_address_there_is_no_next_page(end: object) -> None:
    """Null, blank and what is no text end the list."""
    assert asked(ADDRESS, linked(end)) == [URL]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/v1/models",
        "//evil.example/m",
        "http://acme.example/v1/models",
        "https://acme.example:8443/m",
        "https://acme.example@evil.example/m",
        "https://acme.example.evil.example/m",
        "ftp://acme.example/m",
        "javascript:x",
    ],
)
def test_a_next_page_on_another_host_is_refused(target: str) -> None:
    """The key goes to the source's own host alone; another scheme or port is another host."""
    with pytest.raises(SourceError, match="is on another host") as caught:
        asked(ADDRESS, linked(target))
    assert caught.value.kind == "client"


def test_an_address_that_is_none_is_one_clear_error() -> None:
    """A broken address is the source's error."""
    with pytest.raises(SourceError, match="next page is none") as caught:
        asked(ADDRESS, linked("https://[::1/m"))
    assert caught.value.kind == "decode"


def test_addresses_that_go_round_in_a_circle_are_an_error() -> None:
    """A page that was read before is not read again."""
    with pytest.raises(SourceError, match="pages do not end after 2"):
        asked(ADDRESS, linked("?page=2"), linked("?page=2"))
    with pytest.raises(SourceError, match="pages do not end after 1"):
        asked(ADDRESS, linked(URL))


def test_a_cursor_replaces_the_one_before() -> None:
    """Each page is asked for with the first request's parameters and the newest cursor alone."""
    lines = f'{CURSOR}\nquery = {{ limit = "2" }}'
    pages = ({"next": "p 1&x=1"}, {"next": "p2"}, {"next": None})
    assert asked(lines, *pages) == [
        f"{URL}?limit=2",
        f"{URL}?limit=2&after=p 1&x=1",
        f"{URL}?limit=2&after=p2",
    ]
