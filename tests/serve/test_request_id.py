"""Request ids: every answer has one, and a client's own is kept where it is harmless."""

import re

import pytest

from support import wire

PATHS = ["/v1/models", "/v1/models?limit=2", "/v1/models?nope=1", "/nowhere", "/healthz", "/docs"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_every_answer_has_an_id_of_its_own(url: str, path: str, method: str) -> None:
    """Hit or miss, found or refused: a request without an id gets a new one."""
    found = [wire.ask(url, path, method).headers["x-request-id"] for _ in range(3)]

    assert len(set(found)) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in found)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("mine", ["a", "A-b_c.9", "0" * 128])
def test_a_harmless_id_is_given_back(url: str, path: str, mine: str) -> None:
    """A client can follow its own request through the logs."""
    for _ in range(2):
        assert wire.ask(url, path, x_request_id=mine).headers["x-request-id"] == mine


@pytest.mark.parametrize("mine", ["", "a b", "a,b", "é", "a" * 129, "<script>", "a;b", "a\tb"])
def test_any_other_id_is_replaced(url: str, mine: str) -> None:
    """What could break a log line or a page is not repeated."""
    found = wire.ask(url, "/v1/models?limit=2", x_request_id=mine).headers["x-request-id"]

    assert re.fullmatch("[0-9a-f]{32}", found)


def test_a_304_has_its_own_id(url: str) -> None:
    """The id belongs to the request, so an answer without a body has one, too."""
    tag = wire.ask(url, "/v1/models?limit=2").headers["etag"]
    answer = wire.ask(url, "/v1/models?limit=2", if_none_match=tag, x_request_id="mine")

    assert (answer.status, answer.headers["x-request-id"]) == (304, "mine")


def test_there_is_one_id_in_an_answer(url: str) -> None:
    """The header occurs once, whatever way the answer took."""
    for path in PATHS:
        fields = wire.ask(url, path).fields
        assert [name for name, _ in fields].count("x-request-id") == 1
