"""The one network client, against a provider over real HTTP."""

import asyncio
import gzip
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import stamina

from modeldex import __version__
from modeldex.errors import NotAsked, SourceError
from modeldex.sources.address import Addresses
from modeldex.sources.declaration import Declaration
from modeldex.sources.exchange import Answer, Exchange, Validators, exchange
from modeldex.sources.fetcher import Fetcher
from modeldex.sources.harvest import Asker
from modeldex.sources.parse import parse
from support.live import free_port
from support.provider import FakeProvider, Reply, running

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
URL = "https://acme.example/models"
HEAD = f'id = "acme"\nname = "Acme"\nlist = "{URL}"\ninsecure = true\n'
FIELDS = '\n[fields]\nid = "id"\n'
PAGES = 'page = { parameter = "after", next = "next" }\n'
GZIP = {"content-encoding": "gzip"}
ATTEMPTS = 3
MOST = 2**16


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    """Attempts are made without pauses, as many as usual."""
    with stamina.set_testing(True, attempts=99, cap=True):
        yield


def declared(lines: str = "") -> Declaration:
    """Return a declaration that says *lines*."""
    return parse(HEAD + lines + FIELDS, "acme.toml")


def talk(url: str, lines: str = "", key: str | None = None) -> Exchange:
    """Return a conversation with an address on this machine, as a source that says *lines*."""
    declaration = parse(HEAD.replace(URL, url) + lines + FIELDS, "acme.toml")
    first = Addresses(lambda _: key, None).first_request(declaration)
    return exchange(declaration, first, Validators(), NOW)


async def fetch(url: str, lines: str = "", key: str | None = None, deadline: float = 20) -> Answer:
    """Ask an address once as a source that says *lines*."""
    async with Fetcher(4, MOST, use_proxies=False) as fetcher:
        return await fetcher.run(talk(url, lines, key), deadline)


async def failure(url: str, lines: str = "", key: str | None = None) -> SourceError:
    """Return how asking an address fails."""
    with pytest.raises(SourceError) as caught:
        await fetch(url, lines, key)
    return caught.value


@pytest.mark.finding("PV-M3")
async def test_every_request_says_who_asks(fake_provider: FakeProvider) -> None:
    """First pages, further pages, attempts and redirected requests all carry our User-Agent."""
    moved = Reply(status=302, headers={"location": "/n"})
    fake_provider.script("/m", Reply(status=503), Reply(b'{"next": "b"}'), moved)
    fake_provider.script("/n", Reply(b"{}"))
    await fetch(f"{fake_provider.url}/m", PAGES)
    paths = [one.path for one in fake_provider.asked]
    assert paths == ["/m", "/m", "/m?after=b", "/n"]
    agents = {one.headers.get("user-agent") for one in fake_provider.asked}
    assert agents == {f"modeldex/{__version__}"}


async def test_an_answer_comes_with_its_bytes_and_marks(fake_provider: FakeProvider) -> None:
    """The body is handed on as it came, unpacked, with what a conditional request needs."""
    packed = gzip.compress(b'{"data": [0.10]}')
    fake_provider.script("/m", Reply(packed, headers={**GZIP, "ETag": '"v1"'}))
    got = await fetch(f"{fake_provider.url}/m")
    assert got == Answer((b'{"data": [0.10]}',), Validators('"v1"', None))


async def test_a_source_that_hangs_is_given_up_at_its_deadline(
    fake_provider: FakeProvider,
) -> None:
    """Without an answer in time the failure is a timeout, and another attempt is not made."""
    gate = threading.Event()
    fake_provider.script("/m", Reply(gate=gate))
    with pytest.raises(SourceError, match=r"no complete answer within 0\.2 s") as caught:
        await fetch(f"{fake_provider.url}/m", deadline=0.2)
    gate.set()
    assert caught.value.kind == "timeout"
    assert fake_provider.count("/m") == 1


async def test_the_deadline_is_for_all_pages_together(fake_provider: FakeProvider) -> None:
    """A source that answers each page in time but never ends is given up all the same."""
    pages = (Reply(b'{"next": "%d"}' % number, delay=0.2) for number in range(99))
    fake_provider.script("/m", *pages)
    with pytest.raises(SourceError, match=r"within 0\.9 s"):
        await fetch(f"{fake_provider.url}/m", PAGES, deadline=0.9)
    assert 1 < fake_provider.count("/m") <= 5


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b" " * (MOST + 1)),
        Reply(gzip.compress(b" " * (MOST + 1)), headers=GZIP),
        Reply(gzip.compress(b" " * 2**28), headers=GZIP),
    ],
    ids=["plain", "packed", "bomb"],
)
async def test_an_answer_beyond_the_limit_is_refused(
    reply: Reply, fake_provider: FakeProvider
) -> None:
    """The limit counts unpacked bytes; what is too large is asked for once."""
    fake_provider.script("/m", reply)
    error = await failure(f"{fake_provider.url}/m")
    assert (error.kind, error.reason) == ("client", f"its answer is larger than {MOST} bytes")
    assert fake_provider.count("/m") == 1


async def test_the_limit_is_counted_while_reading(fake_provider: FakeProvider) -> None:
    """A body that never ends is given up at the limit, not at its end."""
    fake_provider.script("/m", Reply(b" " * 2**24, cut=2**22))
    assert (await failure(f"{fake_provider.url}/m")).reason.startswith("its answer is larger")


async def test_the_limit_is_for_all_pages_together(fake_provider: FakeProvider) -> None:
    """Many pages are one answer."""
    page = b'{"next": "%d", "pad": "' + b" " * (MOST // 4) + b'"}'
    fake_provider.script("/m", *(Reply(page % number) for number in range(99)))
    error = await failure(f"{fake_provider.url}/m", PAGES)
    assert error.reason == f"its answer is larger than {MOST} bytes"
    assert fake_provider.count("/m") == 4


async def test_an_answer_at_the_limit_is_taken(fake_provider: FakeProvider) -> None:
    """The limit itself is allowed."""
    fake_provider.script("/m", Reply(b" " * MOST))
    assert len((await fetch(f"{fake_provider.url}/m")).pages[0]) == MOST


@pytest.mark.parametrize("reply", [Reply(b"[1, 2, 3]", cut=4), Reply(drop=True)])
async def test_a_broken_connection_is_tried_again_and_then_reported(
    reply: Reply, fake_provider: FakeProvider
) -> None:
    """A cut answer is never taken for a whole one."""
    fake_provider.script("/m", reply)
    error = await failure(f"{fake_provider.url}/m")
    assert error.kind == "connection"
    assert fake_provider.count("/m") == ATTEMPTS


@pytest.mark.parametrize("first", [Reply(b"[1]", cut=1), Reply(drop=True), Reply(status=502)])
async def test_a_failure_that_passes_costs_nothing(
    first: Reply, fake_provider: FakeProvider
) -> None:
    """A second attempt that is answered is the answer."""
    fake_provider.script("/m", first, Reply(b"[1]"))
    assert (await fetch(f"{fake_provider.url}/m")).pages == (b"[1]",)
    assert fake_provider.count("/m") == 2


async def test_a_server_error_is_tried_again_and_then_reported(
    fake_provider: FakeProvider,
) -> None:
    """After the last attempt the status is the failure."""
    fake_provider.script("/m", Reply(status=503))
    error = await failure(f"{fake_provider.url}/m")
    assert (error.kind, error.reason, error.retry_after) == ("server", "it answered 503", None)
    assert fake_provider.count("/m") == ATTEMPTS


@pytest.mark.parametrize(
    ("after", "seconds"), [("7", 7.0), (format_datetime(NOW + timedelta(seconds=9)), 9.0)]
)
async def test_a_server_error_that_says_when_to_come_again_ends_the_turn(
    after: str, seconds: float, fake_provider: FakeProvider
) -> None:
    """It is not asked before that time, which is later than this turn; the wait is told."""
    limited = Reply(status=503, headers={"retry-after": after})
    fake_provider.script("/m", Reply(status=502), limited, Reply(b"[1]"))
    error = await failure(f"{fake_provider.url}/m")
    assert (error.kind, error.reason, error.retry_after) == ("server", "it answered 503", seconds)
    assert fake_provider.count("/m") == 2


@pytest.mark.parametrize("after", ["0", "soon"])
async def test_a_server_error_that_names_no_time_is_tried_again(
    after: str, fake_provider: FakeProvider
) -> None:
    """No wait at all, or words that mean none, keep nobody from another attempt."""
    fake_provider.script("/m", Reply(status=503, headers={"retry-after": after}), Reply(b"[1]"))
    assert (await fetch(f"{fake_provider.url}/m")).pages == (b"[1]",)


@pytest.mark.parametrize("status", [400, 401, 404, 429])
async def test_what_another_attempt_cannot_repair_is_asked_once(
    status: int, fake_provider: FakeProvider
) -> None:
    """A refusal is not asked for again."""
    fake_provider.script("/m", Reply(status=status))
    await failure(f"{fake_provider.url}/m")
    assert fake_provider.count("/m") == 1


async def test_broken_compression_is_one_clear_error(fake_provider: FakeProvider) -> None:
    """Bytes that are not what their encoding says are the source's error, asked for once."""
    fake_provider.script("/m", Reply(b"not packed at all", headers=GZIP))
    error = await failure(f"{fake_provider.url}/m")
    assert (error.kind, error.reason) == ("decode", "its compression is broken")
    assert fake_provider.count("/m") == 1


async def test_nobody_listening_is_a_connection_error() -> None:
    """The reason is told in words."""
    error = await failure(f"http://127.0.0.1:{free_port()}/m")
    assert (error.kind, error.reason[:22]) == ("connection", "the connection failed:")


async def test_tls_that_fails_is_told_apart(fake_provider: FakeProvider) -> None:
    """A server that speaks no TLS where it should is an error of that kind."""
    error = await failure(fake_provider.url.replace("http:", "https:") + "/m")
    assert error.kind == "tls"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_within_the_host_is_followed_with_the_key(
    status: int, fake_provider: FakeProvider
) -> None:
    """The host is the one that the key is for."""
    fake_provider.script("/m", Reply(status=status, headers={"location": "/v2/m?x=1"}))
    fake_provider.script("/v2/m", Reply(b"[1]"))
    got = await fetch(f"{fake_provider.url}/m", 'key = { env = ["K"] }', "s3cret")
    assert got.pages == (b"[1]",)
    last = fake_provider.asked[-1]
    assert (last.path, last.headers["authorization"]) == ("/v2/m?x=1", "Bearer s3cret")


async def test_a_redirect_to_another_host_is_refused(fake_provider: FakeProvider) -> None:
    """The other host, another port of the same machine included, sees neither request nor key."""
    with running() as other:
        fake_provider.script("/m", Reply(status=302, headers={"location": f"{other.url}/m"}))
        error = await failure(f"{fake_provider.url}/m", 'key = { env = ["K"] }', "s3cret")
        assert (other.asked, fake_provider.count("/m")) == ([], 1)
    assert "redirects to another host" in error.reason
    assert "s3cret" not in error.reason


@pytest.mark.parametrize(
    "location",
    ["http://[::1", "/a b\x01", "https://127.0.0.1/m", "ftp://x/", "//x/m", "http://:/"],
)
async def test_a_redirect_to_nowhere_is_one_clear_error(
    location: str, fake_provider: FakeProvider
) -> None:
    """Whatever the header says, the failure is the source's."""
    fake_provider.script("/m", Reply(status=302, headers={"location": location}))
    error = await failure(f"{fake_provider.url}/m")
    assert error.kind == "client"
    assert fake_provider.count("/m") == 1


async def test_redirects_that_never_end_are_given_up(fake_provider: FakeProvider) -> None:
    """A circle is left after a few turns, and so is a redirect that names no place."""
    fake_provider.script("/m", Reply(status=302, headers={"location": "/m"}))
    assert (await failure(f"{fake_provider.url}/m")).reason == "it redirected more than 3 times"
    fake_provider.script("/n", Reply(status=302))
    assert (await failure(f"{fake_provider.url}/n")).reason == "it redirected more than 3 times"


async def test_no_more_conversations_than_allowed_are_held_at_a_time(
    fake_provider: FakeProvider,
) -> None:
    """Of many sources only so many are in flight, and all are answered in the end."""
    for number in range(6):
        fake_provider.script(f"/{number}", Reply(b"[]", delay=0.05))
    async with Fetcher(2, MOST, use_proxies=False) as fetcher:
        talks = [talk(f"{fake_provider.url}/{number}") for number in range(6)]
        answers = await asyncio.gather(*(fetcher.run(one, 20) for one in talks))
    assert [one.pages for one in answers] == [(b"[]",)] * 6
    assert fake_provider.most_in_flight == 2


async def test_a_deadline_begins_when_a_source_has_its_turn(fake_provider: FakeProvider) -> None:
    """Waiting for other conversations costs none of a source's own time."""
    gate = threading.Event()
    fake_provider.script("/first", Reply(b"[]", gate=gate))
    fake_provider.script("/second", Reply(b"[]"))
    async with Fetcher(1, MOST, use_proxies=False) as fetcher:
        talks = [
            fetcher.run(talk(f"{fake_provider.url}/{path}"), deadline)
            for path, deadline in (("first", 20.0), ("second", 1.0))
        ]
        both = asyncio.gather(*talks)
        await asyncio.sleep(1.2)
        gate.set()
        assert [one.pages for one in await both] == [(b"[]",)] * 2


async def test_all_conversations_end_with_the_patience_of_the_fetcher(
    fake_provider: FakeProvider,
) -> None:
    """Who was being asked has failed; who was waiting, or comes later, was never asked."""
    gate = threading.Event()
    fake_provider.script("/m", Reply(gate=gate))
    url, told = f"{fake_provider.url}/m", list[tuple[type, str, str]]()
    async with Fetcher(1, MOST, use_proxies=False, patience=0.3) as fetcher:
        first = [fetcher.run(talk(url), 20) for _ in range(3)]
        found = await asyncio.gather(*first, return_exceptions=True)
        found += await asyncio.gather(fetcher.run(talk(url), 20), return_exceptions=True)
    gate.set()
    told = [(type(one), one.kind, one.reason) for one in found if isinstance(one, SourceError)]
    late = "its turn did not come by the refresh's deadline of 0.3 s"
    cut = "no complete answer by the refresh's deadline of 0.3 s"
    assert told == [(SourceError, "timeout", cut), *[(NotAsked, "timeout", late)] * 3]
    assert fake_provider.count("/m") == 1


async def test_a_source_that_hangs_does_not_hold_up_the_others(
    fake_provider: FakeProvider,
) -> None:
    """While one conversation waits, another one is answered."""
    gate = threading.Event()
    fake_provider.script("/slow", Reply(b"[]", gate=gate))
    fake_provider.script("/fast", Reply(b"[]"))
    async with Fetcher(2, MOST, use_proxies=False) as fetcher:
        slow = asyncio.create_task(fetcher.run(talk(f"{fake_provider.url}/slow"), 20))
        await fetcher.run(talk(f"{fake_provider.url}/fast"), 20)
        assert not slow.done()
        gate.set()
        assert (await slow).pages == (b"[]",)


async def test_a_header_that_cannot_be_sent_is_not_told(fake_provider: FakeProvider) -> None:
    """An error that would quote a header says only that the request cannot be sent."""
    error = await failure(f"{fake_provider.url}/m", 'headers = { x = "s3c\\nret" }')
    assert (error.kind, fake_provider.asked) == ("client", [])
    assert "s3c" not in error.reason


async def test_a_key_never_goes_to_a_mirror(fake_provider: FakeProvider) -> None:
    """A mirror is asked for the source's own path, without the key that is there for it."""
    source = declared('query = { limit = "9" }\nkey = { env = ["K"] }\nrows = "data"')
    fake_provider.script("/acme/models", Reply(b'{"data": [{"id": "a"}]}'))
    asker = Asker(
        Addresses(lambda _: "s3cret", f"{fake_provider.url}/{{source}}"), 20, lambda: NOW
    )
    async with Fetcher(2, MOST, use_proxies=False) as fetcher:
        harvest = await asker.ask(source, fetcher, Validators())
    assert harvest.decoded is not None
    assert [one.path for one in fake_provider.asked] == ["/acme/models?limit=9"]
    assert "s3cret" not in str(fake_provider.asked)


def test_a_source_that_needs_a_key_is_asked_only_with_one() -> None:
    """Without its key a source is left out; with a mirror it is asked, since no key is sent."""
    needs, optional = 'key = { env = ["K"] }', 'key = { env = ["K"], optional = true }'
    without = Asker(Addresses(lambda _: None, None), 20, lambda: NOW)
    assert without.obstacle(declared(needs)) == "no key"
    assert without.obstacle(declared(optional)) is None
    assert Asker(Addresses(lambda _: "k", None), 20, lambda: NOW).obstacle(declared(needs)) is None
    mirror = Asker(Addresses(lambda _: None, "http://127.0.0.1:9"), 20, lambda: NOW)
    assert mirror.obstacle(declared(needs)) is None


def test_a_provider_without_a_list_is_not_asked() -> None:
    """A declaration may only describe a provider."""
    described = parse('id = "acme"\nname = "Acme"', "acme.toml")
    asker = Asker(Addresses(lambda _: None, None), 20, lambda: NOW)
    assert asker.obstacle(described) == "no list"
