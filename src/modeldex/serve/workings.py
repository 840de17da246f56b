"""What a worker's edge, shelf and snapshot look like from within, for its metrics."""

from collections.abc import Callable, Iterator
from datetime import datetime

from modeldex.errors import NoSnapshot
from modeldex.serve.answers import Answers
from modeldex.serve.edge import Gate
from modeldex.serve.middleware.collector import EdgeCollector

Gauge = tuple[str, str, float]


def workings(gate: Gate, answers: Answers, now: Callable[[], datetime]) -> EdgeCollector:
    """Return what collects the metrics of a worker's edge."""

    def gauges() -> Iterator[Gauge]:
        yield from _edge(gate)
        yield "shelf_bytes", "Bytes of finished answers.", answers.shelf.size
        yield "shelf_entries", "Questions that are answered by them.", len(answers.shelf)
        yield from _snapshot(answers, now())

    return EdgeCollector(gate.watch, gauges)


def _edge(gate: Gate) -> Iterator[Gauge]:
    places, ring = gate.places, gate.guards.ring
    yield "admission_running", "Requests that run.", places.running
    yield "admission_queued", "Requests that wait for a place.", places.queued
    yield "admission_streams", "Answers of unknown length under way.", places.streams
    yield "admission_places", "Requests that may run at a time.", places.limit
    yield "limiter_clients", "Clients that are counted.", len(gate.guards.limits)
    yield "keys", "API keys that are known, expired ones too.", len(ring)
    yield "keys_readable", "1 unless the key file cannot be read.", ring.problem is None


def _snapshot(answers: Answers, now: datetime) -> Iterator[Gauge]:
    try:
        snapshot = answers.current.snapshot
    except NoSnapshot:
        return
    age = (now - datetime.fromisoformat(snapshot.timestamp)).total_seconds()
    yield "snapshot_age_seconds", "Since this content was first published.", age
    try:
        size = snapshot.file.stat().st_size
    except OSError:  # it was just removed: the next scrape sees the next one
        return
    yield "snapshot_bytes", "Bytes of the snapshot's file.", size
