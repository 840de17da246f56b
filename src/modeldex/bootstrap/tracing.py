"""Spans of requests and refreshes for OpenTelemetry, sent in batches by a thread.

A span of a request is made once its answer is over, by the function that also counts and logs it:
so both lanes are traced alike, and neither is slowed by a span that is under way.
"""

import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from typing_extensions import override

from modeldex import __version__
from modeldex.refresh.asking import Progress
from modeldex.refresh.order import Order
from modeldex.refresh.refresher import Refresher
from modeldex.refresh.report import SKIPPED, Outcome, Report
from modeldex.serve.middleware.answered import Answered

_EXPORTER = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
_PATIENCE = 2.0  # seconds for one batch: a collector that is down delays no end of a worker
_OURS = 500  # status from which a failure is ours
_SECOND = 1_000_000_000
_parents = TraceContextTextMapPropagator()


class Spans:
    """Makes spans.

    Args:
        provider: decides what is sampled, and where it goes.
        now: unix time in nanoseconds.
    """

    def __init__(self, provider: TracerProvider, now: Callable[[], int] = time.time_ns) -> None:
        self._provider, self._now = provider, now
        self._tracer = provider.get_tracer("modeldex", __version__)

    def note(self, one: Answered) -> None:
        """Make a span of an answer that is over."""
        end = self._now()
        span = self._tracer.start_span(
            f"{one.method[:20]} {one.route}",
            _parents.extract({"traceparent": one.parent}, Context()),
            SpanKind.SERVER,
            _facts(one),
            start_time=end - int(one.seconds * _SECOND),
        )
        if one.status >= _OURS:
            span.set_status(StatusCode.ERROR, one.outcome)
        span.end(end)

    def close(self) -> None:
        """Send what has not been sent yet."""
        self._provider.shutdown()

    def refresher(self, **parts: Any) -> Refresher:
        """Return a refresher whose refreshes are spans."""
        return TracedRefresher(partial(self._tracer.start_as_current_span, "refresh"), parts)


class TracedRefresher(Refresher):
    """Makes a span of each refresh, with an event for each source that was asked."""

    def __init__(self, begin: Callable[[], Any], parts: dict[str, Any]) -> None:
        super().__init__(**parts)
        self._begin = begin

    @override
    async def refresh(self, order: Order, progress: Progress = lambda _: None) -> Report:
        with self._begin() as span:
            report = await super().refresh(order, progress)
            _tell(span, report)
            return report


def opened(url: str) -> Spans:
    """Return spans that go to the collector at *url*.

    Raises:
        ImportError: the packages of the extra ``otel`` are not installed.
    """
    exporter = import_module(_EXPORTER).OTLPSpanExporter(endpoint=url, timeout=_PATIENCE)
    resource = Resource.create({"service.name": "modeldex", "service.version": __version__})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Spans(provider)


def _facts(one: Answered) -> dict[str, str | int]:
    return {
        "http.request.method": one.method[:20],
        "http.route": one.route,
        "http.response.status_code": one.status,
        "http.response.body.size": one.bytes,
        "modeldex.request_id": one.request_id,
        "modeldex.shelf": one.shelf,
        "modeldex.outcome": one.outcome,
        "modeldex.key": one.key,
    }


def _of_source(one: Outcome) -> dict[str, str | int | float]:
    return {
        "source": one.source,
        "outcome": one.outcome,
        "rows": one.rows,
        "seconds": one.seconds,
    }


def _tell(span: Span, report: Report) -> None:
    span.set_attribute("modeldex.published", report.published)
    span.set_attribute("modeldex.offers", report.offers)
    span.set_attribute("modeldex.snapshot", report.snapshot or "")
    for one in report.outcomes:
        if one.outcome != SKIPPED:
            span.add_event("source", _of_source(one))
    if report.problem is not None:
        span.set_status(StatusCode.ERROR, report.problem)
