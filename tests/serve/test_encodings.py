"""Encodings: what is chosen, and that every one of them carries the same bytes."""

import pytest

from modeldex.serve.representation import Negotiator
from serve.conftest import STREAMED
from support import wire

Asked = tuple[str, str]
ENCODINGS = ("br", "zstd", "gzip")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_decodes_to_the_plain_bytes(asked: Asked, encoding: str) -> None:
    """Whole lists, pages, single rows and streams say the same in br, zstd, gzip and plain."""
    server, path = asked
    plain = wire.ask(server, path, accept_encoding="identity")
    packed = wire.ask(server, path, accept_encoding=encoding)

    assert packed.headers["content-encoding"] == encoding
    assert "content-encoding" not in plain.headers
    assert packed.plain == plain.body
    assert len(packed.body) < len(plain.body)


def test_every_answer_says_what_it_depends_on(asked: Asked) -> None:
    """`Vary` names Accept-Encoding whichever encoding is sent, so that caches keep them apart."""
    server, path = asked
    found = {wire.ask(server, path, accept_encoding=x).headers["vary"] for x in ("br", "identity")}

    assert len(found) == 1
    assert found.pop().startswith("accept-encoding, ")


@pytest.mark.parametrize("path", ["/v1/models?offset=9&limit=1", "/v1/models?q=nothing"])
def test_what_is_tiny_is_sent_plain(url: str, path: str) -> None:
    """An answer without rows would only grow by compression, cold and warm."""
    cold, warm = (wire.ask(url, path, accept_encoding="br, gzip") for _ in range(2))

    assert "content-encoding" not in cold.headers
    assert (cold.lasting, cold.body) == (warm.lasting, warm.body)


def test_encodings_of_one_answer_can_be_asked_in_any_order(url: str) -> None:
    """An answer that is kept in one encoding is sent in another to who asks for that."""
    path = "/v1/models?limit=4"
    wanted = ["gzip", "identity", "br", "gzip", "zstd", "br", "identity"]
    answers = [wire.ask(url, path, accept_encoding=encoding) for encoding in wanted]

    sent = [one.headers.get("content-encoding", "identity") for one in answers]
    assert sent == wanted
    assert len({one.plain for one in answers}) == 1


def test_two_headers_are_one_list(url: str) -> None:
    """Accept-Encoding that is spread over two lines is read as one."""
    with wire.connected(url) as line:
        line.connection.putrequest("GET", "/v1/models?limit=3", skip_accept_encoding=True)
        line.connection.putheader("accept-encoding", "*;q=0.5")
        line.connection.putheader("accept-encoding", "br;q=0")
        line.connection.endheaders()
        answer = line.connection.getresponse()

        assert answer.getheader("content-encoding") == "zstd"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "identity"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("GZip", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0.5,zstd;q=0.5", "br"),
        ("br ; q=0.2 , zstd;Q=0.4", "zstd"),
        ("br;q=0, *", "zstd"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("*;q=0.3, gzip;q=0.9", "gzip"),
        ("identity", "identity"),
        ("identity, gzip;q=0.5", "identity"),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0", "identity"),
        ("br;q=0", "identity"),
        ("br;q=none", "identity"),
        ("br;q=nan", "identity"),
        ("br;q=-1", "identity"),
        ("br;q=9, gzip;q=1", "br"),
        ("deflate, compress, x-unknown", "identity"),
        (",;=,;q=1,,", "identity"),
        ("br;level=5", "br"),
    ],
)
def test_the_best_encoding_that_a_client_accepts_is_chosen(accept: str, chosen: str) -> None:
    """By weight, then by how small it is; identity where nothing else is wanted."""
    negotiator = Negotiator()

    assert [negotiator.choose(accept.encode()) for _ in range(2)] == [chosen] * 2


def test_what_spellings_cost_is_bounded() -> None:
    """However many and however long the headers are that clients invent, few are remembered."""
    negotiator = Negotiator()
    for number in range(3000):
        negotiator.choose(b"br;x=%d" % number)
        negotiator.choose(b"gzip;x=" + b"%d" % number * 100)

    assert sum(map(len, negotiator._known)) <= 1000 * 200


def test_a_stream_is_sent_in_pieces_in_every_encoding(streaming: str) -> None:
    """Nobody has to hold a long answer: it comes in chunks, however it is packed."""
    for encoding in (*ENCODINGS, "identity"):
        answer = wire.ask(streaming, STREAMED, accept_encoding=encoding)

        assert answer.headers["transfer-encoding"] == "chunked"
        assert len(answer.ids) == 1200
