"""Metrics in Prometheus' text form: the snapshot, the store, and how each source is doing."""

from collections.abc import Callable, Iterator

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from modeldex.errors import NoSnapshot
from modeldex.query import quality
from modeldex.serve import openapi
from modeldex.serve.routes import reading
from modeldex.serve.statuses import StatusFile
from modeldex.snapshot.current import Current
from modeldex.snapshot.status import SourceStatus, StoreWork

_MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_GAUGES: tuple[tuple[str, str, Callable[[SourceStatus], float | None]], ...] = (
    ("rows", "Last good listings that are held.", lambda one: one.rows),
    ("priced_rows", "Those of them that state a price.", lambda one: one.priced),
    ("missing_rows", "Listings that the last answers did not have.", lambda one: one.missing),
    ("suspicious_rows", "Listings that keep an old value for now.", lambda one: one.suspicious),
    ("failures", "Failures in a row.", lambda one: one.failures),
    ("answer_bytes", "Bytes of the last answer.", lambda one: one.bytes),
    ("turn_seconds", "Duration of the last turn.", lambda one: one.seconds),
    ("asked_timestamp_seconds", "When it was last asked.", lambda one: one.asked_at),
    ("answered_timestamp_seconds", "When it last answered.", lambda one: one.answered_at),
)

_COUNTERS: tuple[tuple[str, str, Callable[[StoreWork], float]], ...] = (
    ("statements", "Statements that the refresher ran.", lambda work: work.statements),
    ("seconds", "Seconds that they took, all together.", lambda work: work.seconds),
    ("slow_statements", "Those of them that were slow.", lambda work: work.slow),
    (
        "replica_unused",
        "Builds read from the primary though there is a replica.",
        lambda work: work.replica_unused,
    ),
)


class SourcesCollector(Collector):
    """Reads the status file when it is asked; counts nothing itself."""

    def __init__(self, statuses: StatusFile, current: Current) -> None:
        self.statuses, self.current = statuses, current

    @override
    def collect(self) -> Iterator[Metric]:
        yield from self._snapshot()
        status = self.statuses.read()
        if status is not None and status.store is not None:
            for name, about, count in _COUNTERS:
                yield CounterMetricFamily(f"modeldex_store_{name}", about, count(status.store))
        sources = status.sources if status else ()
        for name, about, value in _GAUGES:
            family = GaugeMetricFamily(f"modeldex_source_{name}", about, labels=["source"])
            for one in sources:
                if (found := value(one)) is not None:
                    family.add_metric([one.id], found)
            yield family
        states = GaugeMetricFamily(
            "modeldex_source_state",
            "1 for the state, breaker and outcome in which a source is.",
            labels=["source", "state", "breaker", "outcome", "failure_kind"],
        )
        for one in sources:
            labels = [one.id, one.state, one.breaker, one.outcome or "", one.failure_kind or ""]
            states.add_metric(labels, 1)
        yield states

    def _snapshot(self) -> Iterator[GaugeMetricFamily]:
        try:
            snapshot = self.current.snapshot
        except NoSnapshot:
            return
        yield GaugeMetricFamily(
            "modeldex_snapshot_offers", "Offers shown.", value=snapshot.offer_count
        )
        yield GaugeMetricFamily(
            "modeldex_snapshot_models", "Models shown.", value=snapshot.model_count
        )
        family = GaugeMetricFamily(
            "modeldex_doubts", "Doubts about offers, by kind.", labels=["kind"]
        )
        for kind, count in quality.doubts(snapshot).items():
            family.add_metric([kind], count)
        yield family


def router(statuses: StatusFile, current: Current, *others: Collector) -> APIRouter:
    """Return the metrics route."""
    registry = CollectorRegistry(auto_describe=False)
    for one in (SourcesCollector(statuses, current), *others):
        registry.register(one)
    routes = APIRouter()

    async def metrics(_request: Request) -> Response:
        """Metrics in Prometheus' text form."""
        answer = Response(generate_latest(registry), media_type=_MEDIA_TYPE)
        answer.headers["cache-control"] = "no-store"
        return answer

    counted = openapi.answers(None, media="text/plain")
    reading.add(routes, "/metrics", metrics, openapi_extra=counted)
    return routes
