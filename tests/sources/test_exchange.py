"""How every source is asked: conditions, pages, and what a status means. No I/O."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from modeldex.errors import SourceError
from modeldex.sources.address import Addresses
from modeldex.sources.declaration import Declaration
from modeldex.sources.exchange import Answer, Response, Validators, exchange, retry_after
from modeldex.sources.paging import Request
from modeldex.sources.parse import parse

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
URL = "https://acme.example/v1/models"
MORE = 'page = { parameter = "after", next = "last", more = "has_more" }'
CURSOR = 'page = { parameter = "pageToken", next = "meta.next" }'


def declared(lines: str = "") -> Declaration:
    """Return a declaration that says *lines*."""
    head = f'id = "acme"\nname = "Acme"\nlist = "{URL}"\n'
    return parse(f'{head}{lines}\n[fields]\nid = "id"\n', "acme.toml")


def answer(body: Any = (), status: int = 200, **headers: str) -> Response:
    """Return a response; underscores in header names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, named, json.dumps(body).encode())


def talk(
    declaration: Declaration,
    *answers: Response,
    held: Validators = Validators(),  # noqa: B008 - frozen
) -> tuple[list[Request], Answer]:
    """Answer an exchange's requests in turn, the last for ever; return them and how it ends."""
    first = Addresses(lambda _: None, None).first_request(declaration)
    talking, left = exchange(declaration, first, held, NOW), list(answers)
    asked = [next(talking)]
    while True:
        response = left.pop(0) if len(left) > 1 else left[0]
        try:
            asked.append(talking.send(response))
        except StopIteration as end:
            return asked, end.value


def test_declared_headers_and_queries_go_with_every_page() -> None:
    """What a source always wants is sent for the first page and for each further one."""
    lines = f'headers = {{ version = "1" }}\nquery = {{ limit = "2" }}\n{MORE}'
    pages = [answer({"last": "b", "has_more": True}), answer({"last": "d", "has_more": False})]
    asked, _ = talk(declared(lines), *pages)
    assert [one.headers["version"] for one in asked] == ["1", "1"]
    assert [one.query for one in asked] == [(("limit", "2"),), (("limit", "2"), ("after", "b"))]


def test_every_page_is_signed_the_first_with_its_conditions() -> None:
    """A signature is put on each request as it is sent, and never on one that has it already."""

    def sign(request: Request) -> Request:
        assert "signed" not in request.headers
        signature = ",".join([*sorted(request.headers), *(value for _, value in request.query)])
        return Request(request.url, request.query, {**request.headers, "signed": signature})

    declaration = declared(CURSOR)
    first = Request(URL, (), {})
    talking = exchange(declaration, first, Validators(etag='"v1"'), NOW, sign)
    assert next(talking).headers["signed"] == "if-none-match"
    assert talking.send(answer({"meta": {"next": "t"}})).headers["signed"] == "t"


@pytest.mark.parametrize("end", [False, None, "yes", 1])
def test_pages_follow_a_cursor_while_there_are_more(end: object) -> None:
    """Each page is asked for by what the page before says; the flag ends it, not the cursor."""
    flags: list[Any] = [True, True, end]
    pages = [answer({"last": f"p{n}", "has_more": more}) for n, more in enumerate(flags)]
    asked, got = talk(declared(MORE), *pages)
    assert [one.query for one in asked] == [(), (("after", "p0"),), (("after", "p1"),)]
    assert got.pages == tuple(page.body for page in pages)


def test_pages_without_a_flag_end_with_the_cursor() -> None:
    """A token that is absent, null or blank ends the list."""
    for end in ({}, {"meta": None}, {"meta": {"next": ""}}, {"meta": {"next": None}}):
        asked, got = talk(declared(CURSOR), answer({"meta": {"next": "t"}}), answer(end))
        assert [one.query for one in asked] == [(), (("pageToken", "t"),)]
        assert len(got.pages) == 2


def test_pages_that_never_end_are_an_error() -> None:
    """A source that always has a next page is stopped, and its last good answer stands."""
    pages = [answer({"meta": {"next": f"t{number}"}}) for number in range(999)]
    with pytest.raises(SourceError, match="pages do not end after 200") as caught:
        talk(declared(CURSOR), *pages)
    assert caught.value.kind == "decode"


def test_pages_that_go_round_in_a_circle_are_an_error() -> None:
    """A cursor that comes again would give the same pages again."""
    circle = [answer({"meta": {"next": one}}) for one in ("a", "b", "a")]
    with pytest.raises(SourceError, match="pages do not end after 3"):
        talk(declared(CURSOR), *circle)


def test_more_pages_that_are_nowhere_are_an_error() -> None:
    """An answer that says it is not complete is not taken for complete."""
    with pytest.raises(SourceError, match="more pages, but does not say where"):
        talk(declared(MORE), answer({"has_more": True, "last": None}))


def test_a_page_that_fails_fails_the_whole_answer() -> None:
    """Part of a list is no list: its other models would be taken for gone."""
    with pytest.raises(SourceError, match="it answered 500"):
        talk(declared(CURSOR), answer({"meta": {"next": "t"}}), answer(status=500))


def test_a_held_answer_makes_the_request_conditional() -> None:
    """What the last good answer was marked with is sent, each mark in its header."""
    held = Validators(etag='"v1"', last_modified="Mon, 23 Nov 2026 11:00:00 GMT")
    (asked,), _ = talk(declared(), answer(), held=held)
    assert asked.headers["if-none-match"] == '"v1"'
    assert asked.headers["if-modified-since"] == held.last_modified
    (first,), _ = talk(declared(), answer())
    assert not {"if-none-match", "if-modified-since"} & set(first.headers)


def test_an_unchanged_answer_has_no_pages_and_the_marks_it_had() -> None:
    """A 304 says that what is held still holds."""
    held = Validators(etag='"v1"')
    _, got = talk(declared(), answer(status=304), held=held)
    assert got == Answer((), held)


def test_an_unchanged_answer_that_nobody_asked_for_is_an_error() -> None:
    """Where nothing is held, a 304 cannot stand for it."""
    with pytest.raises(SourceError, match="it answered 304"):
        talk(declared(), answer(status=304))


def test_a_single_page_is_remembered_by_its_marks() -> None:
    """The marks of an answer of one page are kept for the next request."""
    _, got = talk(declared(), answer(etag='"v2"', last_modified="yesterday"))
    assert got.validators == Validators('"v2"', "yesterday")


def test_only_the_first_page_is_conditional_and_many_pages_have_no_marks() -> None:
    """Later pages may change while the first stays, so several pages are always asked for."""
    pages = [answer({"meta": {"next": "t"}}, etag='"1"'), answer({}, etag='"2"')]
    asked, got = talk(declared(CURSOR), *pages, held=Validators(etag='"0"'))
    assert ["if-none-match" in one.headers for one in asked] == [True, False]
    assert got.validators == Validators()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, "auth"), (403, "auth"), (429, "rate_limit"), (404, "client"), (400, "client"),
        (204, "client"), (301, "client"), (500, "server"), (503, "server"), (599, "server"),
    ],
)  # fmt: skip
def test_a_status_says_of_what_kind_a_failure_is(status: int, kind: str) -> None:
    """Anything but 200 is a failure, told apart by whose it is."""
    with pytest.raises(SourceError, match=f"it answered {status}") as caught:
        talk(declared(), answer(status=status))
    assert (caught.value.kind, caught.value.retry_after) == (kind, None)


def test_a_failure_says_how_long_to_leave_the_source_alone() -> None:
    """``Retry-After`` goes with the error, on any status."""
    for status in (429, 503):
        with pytest.raises(SourceError) as caught:
            talk(declared(), answer(status=status, retry_after="120"))
        assert caught.value.retry_after == 120.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Mon, 23 Nov 2026 12:01:30 GMT", 90.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("Monday, 23-Nov-26 12:01:30 GMT", 90.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("\u0663", None),
        ("", None),
        ("Mon, 23 Nov 2026 12:01:30 -0000", None),
        ("Mon, 23 Nov 99999999999999999999 12:01:30 GMT", None),
        ("9" * 5000, 999_999_999.0),
    ],
    ids=lambda value: repr(value)[:50],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    """Seconds and dates count from now, a date that has passed is now, nonsense is nothing."""
    assert retry_after(header, NOW) == seconds
