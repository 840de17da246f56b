"""The metrics: Prometheus reads them, and they say what the status file says."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from modeldex.domain.provenance import KINDS as KINDS_OF_DOUBT
from modeldex.snapshot import status
from modeldex.snapshot.status import SourceStatus, Status, StoreWork
from serve.conftest import small
from support import catalogs, live, provider, refreshing, wire

AT = 1_795_435_200.0
KINDS = (
    "timeout", "connection", "tls", "auth", "rate_limit", "client", "server", "decode", "guard",
)  # fmt: skip
GOOD = SourceStatus(
    id="acme", provider="acme", name="Acme", state="ok", rows=4, priced=3, missing=1, suspicious=2,
    asked_at=AT, answered_at=AT, outcome="answered", seconds=1.25, bytes=4096,
)  # fmt: skip
NEVER = SourceStatus(id="bolt", provider="bolt", name="Bolt", state="no key")
BAD = tuple(
    SourceStatus(
        id=f"bad-{kind}", provider="bad", name="Bad", state="failing", failure_kind=kind,
        failures=3, breaker="open", outcome="failed", reason="it quoted s3cret",
    )
    for kind in KINDS
)  # fmt: skip


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a source that is fine, one never asked, and one for each kind of failure."""
    directory = tmp_path_factory.mktemp("metrics") / "snapshots"
    name = catalogs.publish(directory, small())
    work = StoreWork(statements=42, seconds=0.5, slow=3, replica_unused=2)
    sources = (GOOD, NEVER, *BAD)
    status.write(directory, Status(at=AT, snapshot=name, sources=sources, store=work))
    with live.served(live.application(directory.parent)) as found:
        yield found


def samples(url: str) -> dict[tuple[str, str], float]:
    """Return each sample by its name and source."""
    text = wire.ask(url, "/metrics").body.decode()
    return {
        (one.name, one.labels.get("source", "")): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def states(url: str) -> dict[str, dict[str, str]]:
    """Return the labels of each source's state."""
    text = wire.ask(url, "/metrics").body.decode()
    return {
        one.labels["source"]: one.labels
        for family in text_string_to_metric_families(text)
        for one in family.samples
        if one.name == "modeldex_source_state" and one.value == 1
    }


@pytest.mark.finding("PV-M8", "PV-L4")
def test_every_source_has_rows_failures_duration_bytes_and_outcome(url: str) -> None:
    """What the last turn of a source brought, how long it took and how it ended."""
    found = samples(url)
    of_acme = {name.removeprefix("modeldex_source_"): v for (name, s), v in found.items()
               if s == "acme"}  # fmt: skip

    assert of_acme == {
        "rows": 4, "priced_rows": 3, "missing_rows": 1, "suspicious_rows": 2, "failures": 0,
        "answer_bytes": 4096, "turn_seconds": 1.25, "asked_timestamp_seconds": AT,
        "answered_timestamp_seconds": AT, "state": 1,
    }  # fmt: skip
    assert states(url)["acme"]["outcome"] == "answered"
    assert found["modeldex_source_failures", "bad-tls"] == 3


@pytest.mark.finding("PV-M6")
def test_failures_are_told_apart_by_kind(url: str) -> None:
    """Each of the nine kinds is a label of its own, with the breaker and the outcome."""
    found = states(url)

    for kind in KINDS:
        labels = found[f"bad-{kind}"]
        assert (labels["failure_kind"], labels["state"]) == (kind, "failing")
        assert (labels["breaker"], labels["outcome"]) == ("open", "failed")


def test_what_is_unknown_is_no_sample(url: str) -> None:
    """A source that was never asked has no time of an answer, not the time zero."""
    found = samples(url)

    assert ("modeldex_source_asked_timestamp_seconds", "bolt") not in found
    assert found["modeldex_source_rows", "bolt"] == 0
    assert states(url)["bolt"]["outcome"] == ""


def test_the_snapshot_is_measured_and_no_reason_is_quoted(url: str) -> None:
    """The sizes are those of the served catalog; sentences of sources are no labels."""
    found = samples(url)
    answer = wire.ask(url, "/metrics")

    assert found["modeldex_snapshot_offers", ""] == wire.ask(url, "/v1/models").json["total"]
    unique = wire.ask(url, "/v1/models?unique=true").json["total"]
    assert found["modeldex_snapshot_models", ""] == unique
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["cache-control"] == "no-store"
    assert "s3cret" not in answer.body.decode()


def test_the_work_of_the_store_is_counted(url: str) -> None:
    """The refresher is another process; its figures come by the status file."""
    found = samples(url)
    counted = {name: v for (name, _), v in found.items() if name.startswith("modeldex_store_")}

    assert counted == {
        "modeldex_store_statements_total": 42,
        "modeldex_store_seconds_total": 0.5,
        "modeldex_store_slow_statements_total": 3,
        "modeldex_store_replica_unused_total": 2,
    }


def test_metrics_come_before_the_first_catalog(tmp_path: Path) -> None:
    """Nothing published and nothing refreshed: 200, with samples of the edge alone."""
    with live.served(live.application(tmp_path)) as url:
        assert wire.ask(url, "/metrics").status == 200
        names = {name.removeprefix("modeldex_").split("_")[0] for name, _ in samples(url)}

    assert not names & {"snapshot", "source", "store", "doubts"}


def test_doubts_are_counted_by_kind(tmp_path: Path) -> None:
    """Each kind has a number, also the one of which there is none."""
    own = catalogs.rows("acme", [catalogs.priced("acme", "m", "0.000001", "0.000002")])
    entry = catalogs.priced("acme", "m", "0", "0", source="book")
    book = catalogs.rows("book", [entry], is_book=True)
    catalogs.publish(tmp_path / "snapshots", catalogs.build(own, book))
    with live.served(live.application(tmp_path)) as url:
        text = wire.ask(url, "/metrics").body.decode()
    found = {
        one.labels["kind"]: one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
        if one.name == "modeldex_doubts"
    }

    assert found == {kind: float(kind == "zero") for kind in KINDS_OF_DOUBT}


@pytest.mark.finding("ME-L3")
def test_the_rows_of_a_source_are_those_in_the_catalog(tmp_path: Path) -> None:
    """As many as the list has of each gateway, after the first answer and after another one."""
    (tmp_path / "own").mkdir()
    for name in ("acme", "bolt"):
        page = refreshing.page(name, f"https://api.{name}.example")
        (tmp_path / "own" / f"{name}.toml").write_text(page)
    with provider.running() as asked, live.served(live.application(tmp_path)) as url:
        for rows in ({"acme": 3, "bolt": 1}, {"acme": 5, "bolt": 4}):
            for name, count in rows.items():
                answer = refreshing.models(*(f"labs/m{number}" for number in range(count)))
                asked.script(f"/{name}/{name}/models", answer)
            done = live.run(
                tmp_path, "refresh", SOURCES_DIR=str(tmp_path / "own"), SOURCES="acme,bolt",
                SOURCE_MIRROR=f"{asked.url}/{{source}}",
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            live.eventually(partial(is_listed, url, rows))
            found = {name: samples(url)["modeldex_source_rows", name] for name in rows}
            assert found == rows


def is_listed(url: str, rows: dict[str, int]) -> bool:
    """Return whether the list has so many rows of each gateway."""
    answer = wire.ask(url, "/v1/models")
    return answer.status == 200 and Counter(one.split("/")[0] for one in answer.ids) == rows
