"""Traces: a span for each answer of either lane and for each refresh, and nothing where off."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from modeldex.bootstrap import refreshing, traces, tracing, worker
from modeldex.errors import ModeldexError
from modeldex.refresh.order import Order
from serve.conftest import small
from support import catalogs, live, provider, wire
from support.logged import Lines
from support.refreshing import Notebook, models, page

URL = "http://127.0.0.1:9/v1/traces"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Kept:
    """Spans that are kept."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        made = TracerProvider(shutdown_on_exit=False)
        made.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.spans = tracing.Spans(made)

    @property
    def found(self) -> list[ReadableSpan]:
        """The spans so far."""
        return list(self.exporter.get_finished_spans())


def facts(one: ReadableSpan) -> dict[str, Any]:
    """Return the attributes of a span."""
    return dict(one.attributes or {})


@pytest.mark.finding("MW-L1")
@pytest.mark.parametrize("traced", [True, False])
@pytest.mark.parametrize("fast_lane", [True, False])
def test_an_answer_is_one_line_and_at_most_one_span(
    tmp_path: Path, *, traced: bool, fast_lane: bool
) -> None:
    """Hit, miss, refusal and what is not there, in either lane, with tracing on or off."""
    catalogs.publish(tmp_path / "snapshots", small())
    lines, kept = Lines(), Kept()
    app: Any = live.application(tmp_path, fast_lane=fast_lane)
    app.gate.watch.log = lines.log
    app.gate.watch.trace = kept.spans if traced else None
    paths = ("/v1/models?limit=1",) * 3 + ("/nowhere", "/v1/models?nope=1", "/healthz")
    with live.served(app) as url:
        for path in paths:
            wire.ask(url, path)
        live.eventually(lambda: len(lines.found) >= len(paths))
    shown = [
        (said["http.route"], said["http.response.status_code"], said["modeldex.request_id"])
        for said in map(facts, kept.found)
    ]

    assert len(lines.found) == len(paths)
    assert shown == [
        (one["route"], one["status"], one["request_id"]) for one in lines.found if traced
    ]


@pytest.mark.parametrize("fast_lane", [True, False])
def test_a_span_continues_the_trace_that_came_with_the_request(
    tmp_path: Path, *, fast_lane: bool
) -> None:
    """Miss and hit; what is no trace begins a new one, and a failure of ours is marked."""
    catalogs.publish(tmp_path / "snapshots", small())
    kept = Kept()
    app: Any = live.application(tmp_path, fast_lane=fast_lane, queue_size=0)
    app.gate.watch.trace = kept.spans
    given = {"traceparent": f"00-{TRACE}-{SPAN}-01"}
    with live.served(app) as url:
        for headers in (given, given, {"traceparent": "00-nothing"}, {}):
            wire.ask(url, "/v1/models?limit=1", **headers)
        live.eventually(lambda: app.gate.places.running == 0)
        app.gate.places.running = app.gate.places.limit
        wire.ask(url, "/v1/models?limit=2")
        app.gate.places.running = 0
        live.eventually(lambda: len(kept.found) == 5)
    parents = [format(one.parent.span_id, "016x") if one.parent else "" for one in kept.found]

    assert parents == [SPAN, SPAN, "", "", ""]
    assert {format(one.context.trace_id, "032x") for one in kept.found[:2]} == {TRACE}
    assert len({one.context.trace_id for one in kept.found}) == 4
    assert [one.name for one in kept.found[:4]] == ["GET /v1/models"] * 4
    assert [facts(one)["modeldex.shelf"] for one in kept.found[:4]] == ["miss", *["hit"] * 3]
    assert [one.status.is_ok for one in kept.found] == [True] * 4 + [False]
    assert all((one.end_time or 0) >= (one.start_time or 0) > 0 for one in kept.found)


def test_a_refresh_is_a_span_with_an_event_for_each_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it published, and what became of each source that was asked."""
    kept = Kept()
    monkeypatch.setattr(tracing, "opened", lambda _url: kept.spans)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "acme.toml").write_text(page("acme", "https://api.acme.example"))
    with provider.running() as asked:
        asked.script("/acme/acme/models", models("labs/a", "labs/b"))
        settings = live.settings(
            tmp_path, traces=URL, sources_dir=tmp_path / "own", sources="acme",
            source_mirror=f"{asked.url}/{{source}}",
        )  # fmt: skip

        async def refresh() -> None:
            async with refreshing.refresher(settings, Notebook()) as found:
                await found.refresh(Order())

        asyncio.run(refresh())
    (span,) = kept.found

    assert span.name == "refresh"
    assert (facts(span)["modeldex.published"], facts(span)["modeldex.offers"]) == (True, 2)
    assert [
        (said["source"], said["outcome"], said["rows"])
        for said in (dict(one.attributes or {}) for one in span.events)
    ] == [("acme", "answered", 2)]


def test_without_the_packages_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither worker nor refresher begins as if it were traced."""
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp", None)
    settings = live.settings(tmp_path, traces=URL)
    for begin in (
        traces.spans,
        lambda one: traces.refresher(one, Notebook),
        lambda one: worker.build(one, Notebook()),
    ):
        with pytest.raises(ModeldexError, match=r"Install modeldex\[otel\], or unset it\."):
            begin(settings)


def test_off_loads_nothing(tmp_path: Path) -> None:
    """Neither worker nor refresher loads the SDK; its bare API comes with the HTTP client."""
    code = (
        "import sys; from modeldex import settings; "
        "from modeldex.bootstrap import refreshing, traces, worker; worker.app(); "
        "assert traces.refresher(settings.load(), refreshing.Refresher) is refreshing.Refresher; "
        "print([one for one in sys.modules if 'opentelemetry.sdk' in one or 'tracing' in one])"
    )
    done = live.python(tmp_path, code)

    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_only_a_url_is_one() -> None:
    """A host without a scheme is refused with an example."""
    with pytest.raises(ValueError, match="must be a URL such as"):
        live.settings(Path(), traces="127.0.0.1:4318")
