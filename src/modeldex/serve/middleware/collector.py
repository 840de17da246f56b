"""The edge's counters in Prometheus' terms, read when they are asked for."""

from collections.abc import Callable, Iterator

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from modeldex.serve.middleware.counts import BOUNDS, Counts
from modeldex.serve.middleware.watch import Watch

Gauges = Callable[[], Iterator[tuple[str, str, float]]]


class EdgeCollector(Collector):
    """Says what a worker answered, and how its edge is doing.

    Args:
        gauges: further values of now: name without the prefix, what it is, value.
    """

    def __init__(self, watch: Watch, gauges: Gauges) -> None:
        self.watch, self.gauges = watch, gauges

    @override
    def collect(self) -> Iterator[Metric]:
        counts = self.watch.counts
        yield from _answers(counts)
        yield _seconds(counts)
        yield _labelled("shelf_questions", "Questions asked of the shelf.", "shelf", counts.shelf)
        yield _labelled(
            "edge_refusals", "Answers that the edge gave itself, by code.", "code", counts.outcomes
        )
        yield _gauge("loop_lag_seconds", "How late the event loop is now.", self.watch.lag.last)
        about = "The most that the event loop was late within a minute."
        yield _gauge("loop_lag_max_seconds", about, self.watch.lag.most)
        dropped = self.watch.log.dropped if self.watch.log else 0
        about = "Lines of the access log that nobody took."
        yield CounterMetricFamily("modeldex_access_lines_dropped", about, dropped)
        for name, about, value in self.gauges():
            yield _gauge(name, about, value)


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"modeldex_{name}", about, value=value)


def _labelled(name: str, about: str, label: str, found: dict[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(f"modeldex_{name}", about, labels=[label])
    for value, count in sorted(found.items()):
        family.add_metric([value], count)
    return family


def _answers(counts: Counts) -> Iterator[Metric]:
    labels = ["method", "route", "status_class", "shelf"]
    requests = CounterMetricFamily("modeldex_http_requests", "Answers given.", labels=labels)
    sent = CounterMetricFamily(
        "modeldex_http_response_bytes", "Bytes of bodies, as sent.", labels=labels
    )
    for series, found in counts.answers.items():
        requests.add_metric(series, found.count)
        sent.add_metric(series, found.bytes)
    yield requests
    yield sent


def _seconds(counts: Counts) -> HistogramMetricFamily:
    about = "Seconds from a request's arrival to the end of its answer."
    family = HistogramMetricFamily("modeldex_http_request_seconds", about, labels=["shelf"])
    for shelf, found in counts.durations.items():
        total, buckets = 0, []
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), found.counts, strict=True):
            total += count
            buckets.append((bound, total))
        family.add_metric([shelf], buckets, found.seconds)
    return family
