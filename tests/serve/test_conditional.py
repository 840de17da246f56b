"""Entity tags, conditions, HEAD: the same headers whatever way an answer takes."""

import re
import shutil
from pathlib import Path

import pytest

from modeldex.domain.model import Catalog
from modeldex.serve.representation import http_date
from serve.conftest import KINDS, STREAMED, many, small
from support import catalogs, live, wire
from support.catalogs import STAMP

Asked = tuple[str, str]
CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=300"
VARY = "accept-encoding, anthropic-version, authorization, x-api-key, x-goog-api-key"
PUBLISHED = http_date(STAMP).decode()
ENCODINGS = ("identity", "br", "zstd", "gzip")
OF_EVERY_ANSWER = ("etag", "cache-control", "vary", "last-modified")


@pytest.mark.finding("CA-L1")
def test_every_catalog_answer_says_how_it_may_be_kept(asked: Asked) -> None:
    """Cold or warm, 200, 304 or HEAD: one Cache-Control, with ETag, Vary and Last-Modified."""
    server, path = asked
    cold, warm = wire.ask(server, path), wire.ask(server, path)
    head = wire.ask(server, path, "HEAD")
    unchanged = wire.ask(server, path, if_none_match=cold.headers["etag"])

    assert re.fullmatch(r'"[0-9a-f]{32}"', cold.headers["etag"])
    assert [one.status for one in (cold, warm, head, unchanged)] == [200, 200, 200, 304]
    for one in (cold, warm, head, unchanged):
        assert [one.headers[name] for name in OF_EVERY_ANSWER] == [
            cold.headers["etag"], CACHE_CONTROL, VARY, PUBLISHED,
        ]  # fmt: skip


@pytest.mark.finding("RT-C1")
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_hit_is_the_miss_again(tmp_path: Path, encoding: str) -> None:
    """The second identical GET has the status, the headers in their order and the bytes."""
    catalogs.publish(tmp_path / "snapshots", small())
    with live.served(live.application(tmp_path)) as url, wire.connected(url) as line:
        for path in KINDS.values():
            miss, hit, again = (line.ask(path, accept_encoding=encoding) for _ in range(3))
            assert (hit.status, hit.lasting, hit.body) == (200, miss.lasting, miss.body), path
            assert (again.lasting, again.body) == (miss.lasting, miss.body), path


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_stream_is_the_same_twice(streaming: str, encoding: str) -> None:
    """An answer that is made while it is sent has the same headers and bytes each time."""
    first, second = (wire.ask(streaming, STREAMED, accept_encoding=encoding) for _ in range(2))

    assert (first.lasting, first.body) == (second.lasting, second.body)
    assert "content-length" not in first.headers


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_head_is_get_without_the_body(asked: Asked, encoding: str) -> None:
    """HEAD has the status and every header of the GET, and nothing after them."""
    server, path = asked
    get, head = (wire.ask(server, path, how, accept_encoding=encoding) for how in ("GET", "HEAD"))

    assert (head.status, head.lasting, head.body) == (get.status, get.lasting, b"")
    size = None if path == STREAMED else str(len(get.body))
    assert head.headers.get("content-length") == get.headers.get("content-length") == size


def test_head_that_comes_first_has_the_headers_of_the_get(tmp_path: Path) -> None:
    """A HEAD that nobody asked before is no different from a later one."""
    catalogs.publish(tmp_path / "snapshots", small())
    with live.served(live.application(tmp_path)) as url:
        for path in KINDS.values():
            head, get = wire.ask(url, path, "HEAD"), wire.ask(url, path)
            assert (head.status, head.lasting, head.body) == (200, get.lasting, b""), path


@pytest.mark.finding("RT-H4", "X16")
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"a",W/"b" , W/{} ,"c"', "*"])
def test_a_client_that_has_it_gets_304(asked: Asked, form: str) -> None:
    """The tag alone, weak, in a list, or `*`: 304 without a body, with the headers of the 200."""
    server, path = asked
    full = wire.ask(server, path)
    answer = wire.ask(server, path, if_none_match=form.format(full.headers["etag"]))

    assert (answer.status, answer.body) == (304, b"")
    assert set(answer.lasting) < set(full.lasting)
    assert "content-length" not in answer.headers


@pytest.mark.parametrize("form", ['"other"', "{0}x", "x{0}", '"{0}"', "", '"*"', "W/"])
def test_a_client_that_has_something_else_gets_it_all(asked: Asked, form: str) -> None:
    """Another tag, or none, is answered in full."""
    server, path = asked
    full = wire.ask(server, path)
    answer = wire.ask(server, path, if_none_match=form.format(full.headers["etag"]))

    assert (answer.status, answer.body) == (200, full.body)


def test_a_tag_belongs_to_one_encoding(asked: Asked) -> None:
    """The tag of one encoding is not that of another: each client keeps what it can read."""
    server, path = asked
    tags = {one: wire.ask(server, path, accept_encoding=one).headers["etag"] for one in ENCODINGS}
    answer = wire.ask(server, path, accept_encoding="br", if_none_match=tags["gzip"])

    assert len(set(tags.values())) == len(ENCODINGS)
    assert (answer.status, answer.headers["etag"]) == (200, tags["br"])


@pytest.mark.parametrize(
    ("since", "status"),
    [
        (PUBLISHED, 304),
        ("Wed, 25 Nov 2026 12:00:00 GMT", 200),
        ("Mon, 23 Nov 2026 11:59:59 GMT", 200),
        ("Mon, 23 Nov 2026 13:00:00 +0100", 304),
        ("yesterday", 200),
        ("", 200),
        ("0", 200),
        ("Mon, 01 Jan 99999999999999999999999 00:00:00 GMT", 200),
        ("Mon, 01 Jan 2024 99999999999999999999:00:00 GMT", 200),
        ("Mon, 23 Nov 2026 12:00:00 -0000", 200),
    ],
)
def test_a_date_decides_where_no_tag_is_given(asked: Asked, since: str, status: int) -> None:
    """Its very date is 304; a later one may be of a content that has gone again."""
    server, path = asked

    assert wire.ask(server, path, if_modified_since=since).status == status


@pytest.mark.parametrize("tag", ['"other"', "*"])
def test_a_tag_decides_over_a_date(asked: Asked, tag: str) -> None:
    """With If-None-Match, If-Modified-Since is not looked at."""
    server, path = asked
    dates = (PUBLISHED, "Mon, 23 Nov 2020 12:00:00 GMT")
    found = {wire.ask(server, path, if_none_match=tag, if_modified_since=d).status for d in dates}

    assert found == ({304} if tag == "*" else {200})


def tags(data_dir: Path, catalog: Catalog | None = None) -> dict[tuple[str, str], str]:
    """Return the tag of every kind of answer of a new server in each encoding."""
    if catalog is not None:
        catalogs.publish(data_dir / "snapshots", catalog)
    with live.served(live.application(data_dir)) as url, wire.connected(url) as line:
        return {
            (path, encoding): line.ask(path, accept_encoding=encoding).headers["etag"]
            for path in KINDS.values()
            for encoding in ENCODINGS
        }


@pytest.mark.finding("RT-H4")
def test_tags_are_the_same_on_every_server_and_after_a_restart(tmp_path: Path) -> None:
    """One content published twice, copied, or served again has one tag for each answer."""
    first = tags(tmp_path / "one", small())
    shutil.copytree(tmp_path / "one", tmp_path / "copy")

    assert first == tags(tmp_path / "two", small()) == tags(tmp_path / "copy")
    assert first == tags(tmp_path / "one")
    assert len(set(first.values())) == len(first)


@pytest.mark.finding("RT-H4", "X16")
def test_a_change_of_the_last_row_alone_changes_the_tag(tmp_path: Path) -> None:
    """The tag covers all bytes, not the first few rows; what the change leaves out keeps it."""
    before = tags(tmp_path / "before", small(last="0.9"))
    after = tags(tmp_path / "after", small(last="0.8"))
    others = ("/v1/models/acme/", "/v1/rates/")  # all but these name their snapshot

    assert {key for key in before if before[key] != after[key]} == {
        key for key in before if not key[0].startswith(others)
    }


def test_a_stream_of_other_content_has_another_tag(tmp_path: Path, streaming: str) -> None:
    """The tag of an answer that is made while it is sent covers its content, too."""
    catalogs.publish(tmp_path / "snapshots", catalogs.sized(1201))
    with live.served(live.application(tmp_path)) as other:
        found = {wire.ask(url, STREAMED, "HEAD").headers["etag"] for url in (other, streaming)}

    assert len(found) == 2
    assert len(many().offers) == 1200
