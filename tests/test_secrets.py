"""Keys go to their own hosts and appear nowhere else."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support import live, wire
from support.provider import FakeProvider, Reply, running
from support.refreshing import models

KEYS = {"OPENROUTER_API_KEY": "s3cret-of-openrouter", "XAI_API_KEY": "s3cret-of-xai"}
ENTRY = """
id = "{id}"
name = "{id}"
list = "{url}/{id}/models"
insecure = true
rows = "data"
{more}
[fields]
id = "id"
"""
HEADER = 'key = { env = ["OPENROUTER_API_KEY"] }'
QUERY = 'key = { env = ["XAI_API_KEY"], place = "query", name = "key" }'
HAPPENINGS = ("good", "refused", "redirected", "dropped", "garbled", "cut", "paged")


@pytest.fixture
def elsewhere() -> Iterator[FakeProvider]:
    """Another host, that answers whatever it is asked."""
    with running() as found:
        yield found


@pytest.fixture(autouse=True)
def _planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two keys are in the environment."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


def quoting(reply: Reply) -> Reply:
    """Return an answer that is refused and quotes both keys, as some providers do."""
    body = ('{"error": "bad keys ' + " ".join(KEYS.values()) + '"}').encode()
    return Reply(body, status=reply.status, headers=reply.headers)


def scripted(provider: FakeProvider, other: FakeProvider, name: str) -> None:
    """Let what is called *name* happen to the source of that name, whichever way its key goes."""
    away = f"{other.url}/{name}/models"
    replies = {
        "good": models("a"),
        "refused": quoting(Reply(status=401)),
        "redirected": Reply(status=302, headers={"location": away}),
        "dropped": Reply(drop=True),
        "garbled": Reply(b"<html>" + KEYS["XAI_API_KEY"].encode()),
        "cut": Reply(models("a").body, cut=10),
        "paged": Reply(b'{"data": [{"id": "a"}], "next": "' + away.encode() + b'"}'),
    }
    for place in ("header", "query"):
        provider.script(f"/{name}-{place}/models", replies[name])
        other.script(f"/{name}/models", models("b"))


def declare(directory: Path, url: str) -> str:
    """Declare a source for each happening and each place of a key; return their ids."""
    directory.mkdir()
    names = []
    for happening in HAPPENINGS:
        for place, key in (("header", HEADER), ("query", QUERY)):
            name = f"{happening}-{place}"
            page = 'page = { url = "next" }' if happening == "paged" else ""
            entry = ENTRY.format(id=name, url=url, more=f"{key}\n{page}")
            (directory / f"{name}.toml").write_text(entry)
            names.append(name)
    return ",".join(names)


def everything(directory: Path) -> str:
    """Return all that lies in a data directory, the store's rows among it."""
    found = [file.read_bytes().decode("latin-1") for file in directory.rglob("*")
             if file.is_file()]  # fmt: skip
    with closing(sqlite3.connect(directory / "modeldex.db")) as connection:
        found += connection.iterdump()
    return "\n".join(found)


def no_key_in(text: str) -> bool:
    """Return whether neither secret stands in *text*, in any usual spelling."""
    return not any(value in text or value[::-1] in text for value in KEYS.values())


@pytest.mark.finding("X27")
def test_keys_appear_nowhere_but_at_their_host(
    tmp_path: Path, fake_provider: FakeProvider, elsewhere: FakeProvider
) -> None:
    """Whatever happens to a source: no log, report, file, answer or other host has its key."""
    data_dir = tmp_path / "data"
    for happening in HAPPENINGS:
        scripted(fake_provider, elsewhere, happening)
    given = {
        "SOURCES": declare(tmp_path / "own", fake_provider.url),
        "SOURCES_DIR": str(tmp_path / "own"),
        "SOURCE_MIRROR": "",  # the chosen sources are all on this machine
        "LOG_FORMAT": "json",
    }
    done = [live.run(data_dir, "refresh", *words, **given) for words in ((), ("--json",))]
    done += [live.run(data_dir, verb, "--json", **given) for verb in ("sources", "settings")]
    with live.served(live.application(data_dir)) as url:
        paths = ("/v1/models", "/v1/gateways", "/v1/gateways/status", "/metrics", "/readyz")
        answers = [wire.ask(url, path) for path in paths]

    assert [one.returncode for one in done] == [0] * 4, done[0].stdout
    assert {one.status for one in answers} == {200}
    assert no_key_in("".join(one.stdout + one.stderr for one in done))
    assert no_key_in("".join(one.body.decode() for one in answers))
    assert no_key_in(everything(data_dir))
    assert no_key_in(str(elsewhere.asked))
    sent = {KEYS["OPENROUTER_API_KEY"]: "header", KEYS["XAI_API_KEY"]: "query"}
    for key, place in sent.items():
        with_it = {one.path.split("/")[1] for one in fake_provider.asked if key in str(one)}
        assert with_it == {f"{happening}-{place}" for happening in HAPPENINGS}


@pytest.mark.finding("X27")
def test_a_mirror_is_sent_no_key(tmp_path: Path, fake_provider: FakeProvider) -> None:
    """OpenRouter and xAI themselves, at a mirror: asked, and without their keys."""
    fake_provider.script("/openrouter/api/v1/models", models("labs/one"))
    fake_provider.script("/xai/v1/language-models", Reply(b'{"models": []}'))
    done = live.run(
        tmp_path, "refresh", "--json", SOURCES="openrouter,xai",
        SOURCE_MIRROR=f"{fake_provider.url}/{{source}}",
    )  # fmt: skip

    assert {one.path.split("/")[1] for one in fake_provider.asked} == {"openrouter", "xai"}
    assert no_key_in(str(fake_provider.asked) + done.stdout + done.stderr)
    assert no_key_in(everything(tmp_path))


@pytest.mark.finding("X27")
def test_a_key_never_leaves_in_the_clear(tmp_path: Path, fake_provider: FakeProvider) -> None:
    """A source on a plain http host beyond this machine is not usable with a key, nor asked."""
    own = tmp_path / "own"
    own.mkdir()
    page = ENTRY.format(id="plain", url="http://plain.example", more=HEADER)
    (own / "plain.toml").write_text(page)
    base = ENTRY.format(id="base", url="{base}", more=HEADER)
    setting = '[settings]\nbase = { env = ["ACME_BASE"], default = "http://plain.example" }\n'
    (own / "base.toml").write_text(base + setting)
    done = live.run(
        tmp_path / "data", "refresh", "--json", SOURCES="base", SOURCES_DIR=str(own),
        SOURCE_MIRROR="",
    )  # fmt: skip

    assert "a key is never sent over plain http" in done.stdout
    assert "its address is not https, so it is not asked" in done.stdout
    assert no_key_in(done.stdout + done.stderr)
    assert fake_provider.asked == []
