"""The gateways: exactly those that can be asked for, how each is doing, and its logo."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import msgspec
import pytest

from modeldex.serve import monogram
from modeldex.snapshot import status
from modeldex.snapshot.reader import Snapshot
from modeldex.snapshot.status import Held, SourceStatus, Status
from modeldex.sources import registry
from serve.conftest import small
from support import catalogs, live, wire
from support.catalogs import build, listing, rows

AT = 1_795_435_200.0
DECLARED = registry.load()
HELD = Held(kind="shrunk", reason="it answered 3 rows where 9 are held", before=9, now=3,
            suspicious=0, times=2, first_at=AT)  # fmt: skip
TOLD: dict[str, dict[str, Any]] = {
    "groq": {"state": "ok", "rows": 2, "answered_at": AT},
    "mistral": {"state": "failing", "reason": "it answered 503", "failure_kind": "server"},
    "google": {"state": "held", "reason": HELD.reason, "failure_kind": "guard", "held": HELD},
    "openai": {"state": "no key"},
    "modelz": {"state": "no list", "reason": "It lists crypto tokens."},
    "vllm": {"state": "not configured"},
}
FIELDS = {
    "id", "name", "color", "site_url", "logo_url", "aliases", "book_only", "model_count", "state",
    "reason", "in_error_state", "error_message",
}  # fmt: skip


def told(**sources: dict[str, Any]) -> Status:
    """Return a status that tells of these sources."""
    found = (
        SourceStatus(id=name, provider=DECLARED.by_id[name].serves, name=name.title(), **facts)
        for name, facts in sources.items()
    )
    return Status(at=AT, snapshot=None, sources=tuple(found))


def offered() -> dict[str, list[str]]:
    """Return what some providers offer; ``unheard`` is one that only a book knows."""
    slug = DECLARED.by_id["huggingface-router"].serves
    return {"groq": ["a", "b", "c"], "google": ["a"], slug: ["a", "b"], "unheard": ["a"]}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with every declared provider, few offers, and a status."""
    found = tmp_path_factory.mktemp("gateways")
    own = [rows(slug, [listing(slug, one) for one in ids]) for slug, ids in offered().items()]
    hidden = rows("mistral", [listing("mistral", "old", status="retired")])
    catalog = build(*own, hidden, providers=DECLARED.providers().values())
    catalogs.publish(found / "snapshots", catalog)
    status.write(found / "snapshots", told(**TOLD))
    return found


@pytest.fixture(scope="module")
def url(directory: Path) -> Iterator[str]:
    """A server of it."""
    with live.served(live.application(directory)) as found:
        yield found


def listed(url: str, path: str = "/v1/gateways") -> dict[str, dict[str, Any]]:
    """Return the gateways by slug."""
    return {one["id"]: one for one in wire.ask(url, path).json["data"]}


@pytest.mark.finding("X48")
def test_the_gateways_are_exactly_those_that_can_be_asked_for(url: str, directory: Path) -> None:
    """Slugs and aliases of the list are all that `gateway=` takes, and it takes each of them."""
    found = listed(url)
    names = {*found, *(alias for one in found.values() for alias in one["aliases"])}
    refused = wire.ask(url, "/v1/models?gateway=no-such")
    allowed = refused.json["detail"].partition("Use one of: ")[2].partition(" (or ")[0]
    (file,) = (directory / "snapshots").glob("*.sqlite")

    assert refused.status == 400
    assert {*allowed.split(", ")} == {"all", *found}
    assert set(found) == {*DECLARED.providers(), "unheard"}
    assert names == set(Snapshot(file).gateways)
    with wire.connected(url) as line:
        for name in names:
            assert line.ask(f"/v1/models?limit=1&gateway={name}").status == 200, name


@pytest.mark.finding("X12")
def test_an_alias_gives_the_rows_of_its_slug(url: str) -> None:
    """Each alias of the list is answered with the very rows that its slug is answered with."""
    with wire.connected(url) as line:
        for slug, one in listed(url).items():
            own = line.ask(f"/v1/models?gateway={slug}").json["data"]
            assert {row["provider_slug"] for row in own} <= {slug}
            for alias in one["aliases"]:
                assert line.ask(f"/v1/models?gateway={alias}").json["data"] == own
    names = ("hug", "huggingface", "huggingface-router")
    answers = [wire.ask(url, f"/v1/models?gateway={name}").ids for name in names]
    assert answers == [answers[0]] * 3
    assert len(answers[0]) == 2


def test_a_gateway_counts_the_rows_that_are_shown(url: str) -> None:
    """`model_count` is the number of rows that the gateway's own list has, zeros included."""
    shown = Counter(row["provider_slug"] for row in wire.ask(url, "/v1/models").json["data"])
    found = {slug: one["model_count"] for slug, one in listed(url).items()}

    assert {slug: count for slug, count in found.items() if count} == shown
    assert shown == {slug: len(ids) for slug, ids in offered().items()}
    assert found["mistral"] == 0


@pytest.mark.parametrize(
    ("slug", "state", "reason"),
    [
        ("openai", "no key", None),
        ("modelz", "no list", "It lists crypto tokens."),
        ("vllm", "not configured", None),
        ("together", "never asked", None),
    ],
)
def test_a_gateway_that_gives_nothing_says_why(
    url: str, slug: str, state: str, reason: str | None
) -> None:
    """Without key, list or answer, a gateway's models are 200 and none, and its state is told."""
    answer = wire.ask(url, f"/v1/models?gateway={slug}")
    found = listed(url)[slug]

    assert (answer.status, answer.ids, answer.json["total"]) == (200, [], 0)
    assert (found["state"], found["reason"], found["in_error_state"]) == (state, reason, False)


def test_a_gateway_that_only_books_know_says_so(url: str) -> None:
    """What no declaration is for is listed with its rows, marked as known from books alone."""
    found = listed(url)["unheard"]

    assert (found["book_only"], found["state"], found["model_count"]) == (True, "book only", 1)
    assert not any(one["book_only"] for slug, one in listed(url).items() if slug != "unheard")


def test_a_failing_or_held_gateway_is_in_an_error_state(url: str) -> None:
    """Its message is the reason; every gateway has the same fields."""
    found = listed(url)

    assert [found[one]["in_error_state"] for one in ("mistral", "google", "groq")] == [1, 1, 0]
    assert found["mistral"]["error_message"] == "it answered 503"
    assert found["google"]["error_message"] == HELD.reason
    assert {frozenset(one) for one in found.values()} == {frozenset(FIELDS)}


def test_the_best_of_its_sources_is_the_gateways_state(tmp_path: Path) -> None:
    """Two sources feed Google: while one is fine, the gateway is."""
    catalogs.publish(tmp_path / "snapshots", build(providers=DECLARED.providers().values()))
    both = {"google": {"state": "failing", "reason": "down"}}
    both["google-openai-compat"] = {"state": "ok"}
    status.write(tmp_path / "snapshots", told(**both))
    with live.served(live.application(tmp_path)) as url:
        found = listed(url, "/v1/gateways/status")["google"]

    assert (found["state"], found["in_error_state"]) == ("ok", False)
    assert [(one["id"], one["state"]) for one in found["sources"]] == [
        ("google", "failing"),
        ("google-openai-compat", "ok"),
    ]


@pytest.mark.finding("X09")
@pytest.mark.parametrize("path", ["/v1/gateways", "/v1/gateways/status"])
@pytest.mark.parametrize("broken", [None, b"", b"no JSON", b"{}", b'{"at": 1, "sources": "x"}'])
def test_the_status_is_200_whatever_the_status_file_holds(
    directory: Path, tmp_path: Path, path: str, broken: bytes | None
) -> None:
    """Without a status file, or with one that is damaged, each gateway was never asked."""
    shutil.copytree(directory / "snapshots", tmp_path / "snapshots")
    (tmp_path / "snapshots" / status.STATUS).unlink()
    if broken is not None:
        (tmp_path / "snapshots" / status.STATUS).write_bytes(broken)
    with live.served(live.application(tmp_path)) as url:
        found = listed(url, path)

    assert {one["state"] for one in found.values()} == {"never asked", "book only"}


@pytest.mark.finding("X09")
def test_the_status_tells_each_source_with_its_numbers(url: str) -> None:
    """Why it fails by kind, what is held back and how often it came; and a summary of all."""
    answer = wire.ask(url, "/v1/gateways/status")
    found = {one["id"]: one for one in answer.json["data"]}
    (google,) = found["google"]["sources"]
    (mistral,) = found["mistral"]["sources"]

    assert (answer.status, answer.json["at"], answer.json["total"]) == (200, AT, len(found))
    assert (google["state"], google["failure_kind"]) == ("held", "guard")
    assert (google["held"]["before"], google["held"]["now"], google["held"]["times"]) == (9, 3, 2)
    assert (mistral["failure_kind"], mistral["held"]) == ("server", None)
    assert answer.json["summary"] == {
        "total_gateways": len(found),
        "total_models": 7,
        "gateways_with_errors": 2,
        "gateways_with_zero_models": len(found) - 4,
    }


def test_a_rejected_answer_is_told_as_such(directory: Path, tmp_path: Path) -> None:
    """The rows that are served are not what the provider says now, and somebody wants it so."""
    shutil.copytree(directory / "snapshots", tmp_path / "snapshots")
    rejected = {"rejected": True, **{name: getattr(HELD, name) for name in ("before", "now")}}
    held = msgspec.structs.replace(HELD, rejected=True)
    groq = {"state": "rejected", "reason": HELD.reason, "failure_kind": "guard", "held": held}
    status.write(tmp_path / "snapshots", told(groq=groq))
    with live.served(live.application(tmp_path)) as url:
        answer = wire.ask(url, "/v1/gateways/status")
        labels = wire.ask(url, "/metrics").body.decode()
    (found,) = (one for one in answer.json["data"] if one["id"] == "groq")
    assert (found["state"], found["error_message"]) == ("rejected", HELD.reason)
    assert found["sources"][0]["held"].items() >= rejected.items()
    assert 'source="groq",state="rejected"' in labels


def test_the_status_is_read_again_when_it_was_replaced(directory: Path, tmp_path: Path) -> None:
    """A worker shows what the last refresh wrote, without a new snapshot or a restart."""
    shutil.copytree(directory / "snapshots", tmp_path / "snapshots")
    with live.served(live.application(tmp_path)) as url:
        before = wire.ask(url, "/v1/gateways/status")
        status.write(tmp_path / "snapshots", told(groq={"state": "failing", "reason": "new"}))
        after = wire.ask(url, "/v1/gateways/status", if_none_match=before.headers["etag"])

    assert (after.status, after.json["snapshot"]) == (200, before.json["snapshot"])
    assert {one["id"]: one["reason"] for one in after.json["data"]}["groq"] == "new"


@pytest.mark.parametrize("path", ["/v1/gateways", "/v1/gateways/status"])
def test_the_gateways_are_asked_for_again_each_time(url: str, path: str) -> None:
    """`no-cache` with a tag of their own content: 304 to who has it, the same headers to HEAD."""
    full, head = wire.ask(url, path), wire.ask(url, path, "HEAD")
    unchanged = wire.ask(url, path, if_none_match=full.headers["etag"])
    other = wire.ask(url, path, if_none_match='"other"')

    assert full.headers["cache-control"] == "no-cache"
    assert (unchanged.status, unchanged.body) == (304, b"")
    assert unchanged.headers["etag"] == full.headers["etag"] == other.headers["etag"]
    assert (other.status, other.body) == (200, full.body)
    assert (head.status, head.lasting, head.body) == (200, full.lasting, b"")
    assert full.headers["etag"] != wire.ask(url, "/v1/models").headers["etag"]


@pytest.mark.finding("PV-M1", "PV-L2", "ME-L1")
def test_every_gateway_has_a_logo_and_every_declared_one_its_site(url: str) -> None:
    """A logo is a link of the provider's own or a picture of ours, and each answers for itself."""
    found = listed(url)

    with wire.connected(url) as line:
        for slug, one in found.items():
            picture = line.ask(f"/logos/{slug}.svg")
            assert (picture.status, picture.headers["content-type"]) == (200, "image/svg+xml")
            assert ET.fromstring(picture.body).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - ours
            own = urlsplit(one["logo_url"])
            assert one["logo_url"] == f"/logos/{slug}.svg" or (
                own.scheme == "https" and own.hostname
            )
    for slug in DECLARED.providers():
        link = urlsplit(found[slug]["site_url"] or "")
        assert link.scheme in ("http", "https"), slug
        assert link.hostname, slug


@pytest.mark.finding("PV-M1")
def test_a_logo_names_no_third_party(url: str) -> None:
    """A picture is drawn by this server alone: no address in it but the name of its format."""
    picture = wire.ask(url, "/logos/google.svg")
    text = picture.body.decode().replace("http://www.w3.org/2000/svg", "")
    missing = wire.ask(url, "/logos/no-such.svg")

    assert not re.search(r"https?:|//|url\(|href|<script|<image", text)
    assert picture.headers["content-security-policy"] == "default-src 'none'"
    assert wire.ask(url, "/logos/gemini.svg").body == picture.body
    assert (missing.status, missing.json["code"]) == (404, "gateway_not_found")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Hugging Face", "HF"),
        ("xAI", "X"),
        ("Z.ai", "ZA"),
        ("<b>&", "?"),
        ("", "?"),
        ("模型", "模"),
    ],
)
def test_a_monogram_is_made_of_any_name(name: str, letters: str) -> None:
    """One or two letters; a name that holds markup stays text."""
    provider = DECLARED.providers()["groq"]
    drawn = monogram.svg(type(provider)(slug="x", name=name))
    root = ET.fromstring(drawn)  # noqa: S314 - ours

    assert root[1].text == letters
    assert root.get("aria-label") == name


@pytest.mark.finding("PV-L6")
def test_links_are_facts_of_the_snapshot(tmp_path: Path) -> None:
    """The gateways of a snapshot keep their links whatever is declared by the time of asking."""
    catalogs.publish(tmp_path / "snapshots", small())
    with live.served(live.application(tmp_path)) as url:
        assert set(listed(url)) == {"acme", "bolt"}
        assert listed(url)["acme"]["aliases"] == ["acme-inc"]


@pytest.mark.parametrize("path", ["/v1/gateways", "/v1/gateways/status", "/logos/groq.svg"])
def test_before_the_first_catalog_the_gateways_are_not_ready(tmp_path: Path, path: str) -> None:
    """Nothing has been published: 503 with the reason, as for the models."""
    with live.served(live.application(tmp_path)) as url:
        assert wire.ask(url, path).status == 503
