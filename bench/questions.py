"""Questions never asked before, through the whole edge of one worker, beside their bare SQL.

Run: ``python bench/questions.py [--sizes 10000,100000] [--questions 150]``
"""

import argparse
import http.client
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import parse_qsl

import msgspec

import harness
import synthetic
from modeldex.domain.history import History, OfferFact
from modeldex.domain.model import Catalog
from modeldex.pricing.effective import rate_id
from modeldex.query import lists, names, parameters
from modeldex.query.question import Question
from modeldex.settings import Settings
from modeldex.snapshot.publish import Publisher
from modeldex.snapshot.reader import Snapshot
from payloads import TODAY

_OK = 200
_SORTS = ("name", "created", "context", "price", "output_price", "provider_count")
_WORDS = ("lumen", "orion", "tessera", "quill", "basalt", "70b", "8b", "chat", "coder", "vision")
_DAY = 20_780
_MONTH = 30 * 86_400
_NOW = 1_795_392_000  # the end of TODAY, unix seconds
_SERVE = (
    "from modeldex import settings; from modeldex.bootstrap import serving; "
    "serving.run_workers(settings.load())"
)
_Dice = random.Random
_Make = Callable[[_Dice], str]


def _filtered(dice: _Dice) -> str:
    """Return a filter that nobody has asked for yet, of any selectivity."""
    some = (
        f"min_context={dice.randint(1, 900_000)}",
        f"max_price={dice.randint(0, 9)}.{dice.randint(1, 999_999)}",
        f"max_output_price={dice.randint(0, 40)}.{dice.randint(1, 999_999)}",
        f"gateway=host-{dice.randint(0, 9):02d}&min_context={dice.randint(1, 99_999)}",
        f"input_modalities=image&min_context={dice.randint(1, 99_999)}",
        f"capabilities=tools&max_context={dice.randint(5_000, 999_999)}",
        f"supported_parameters=tools,seed&min_context={dice.randint(1, 99_999)}",
        f"min_age_days={dice.randint(0, 1100)}&is_free=false",
    )
    return dice.choice(some)


def _sorted(dice: _Dice) -> str:
    return f"sort={dice.choice(_SORTS)}&order={dice.choice(('asc', 'desc'))}"


def _worded(dice: _Dice) -> str:
    return f"q={dice.choice(_WORDS)}+{dice.choice('abcdefghijklmnopqrstuvwxyz0123456789')}"


KINDS: dict[str, _Make] = {
    "page, filtered, sorted": lambda dice: f"{_filtered(dice)}&{_sorted(dice)}&limit=100",
    "page, deep": lambda dice: f"{_sorted(dice)}&limit=100&offset={dice.randint(1, 9000)}",
    "unique": lambda dice: f"unique=true&{_filtered(dice)}&{_sorted(dice)}&limit=100",
    "full text": lambda dice: f"{_worded(dice)}&min_context={dice.randint(1, 9999)}&limit=100",
    "facets": lambda dice: f"facets=true&{_filtered(dice)}&limit=100",
    "unique, facets": lambda dice: f"unique=true&facets=true&{_filtered(dice)}&limit=100",
    "fields": lambda dice: f"fields=name,pricing.prompt&{_filtered(dice)}&limit=100",
    "as_of": lambda dice: f"as_of=2026-11-23T{dice.randint(0, 23):02d}:{dice.randint(0, 59):02d}:"
                          f"{dice.randint(0, 59):02d}Z&{_filtered(dice)}&limit=100",
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 3 where a tool is missing."""
    given = _arguments(arguments)
    try:
        for size in map(int, given.sizes.split(",")):
            print(f"\n{size:,} synthetic offers, {given.questions} questions of each kind, "
                  f"milliseconds.\n")  # fmt: skip
            print(measure(size, given.questions))
    except harness.Missing as missing:
        print(missing, file=sys.stderr)
        return 3
    return 0


def measure(offers: int, questions: int) -> str:
    """Return the table of one catalog: each kind in turn, its questions one after the other."""
    dice, rows = random.Random(1), []  # noqa: S311 - not for secrets
    with tempfile.TemporaryDirectory() as made, _serving(Path(made), offers) as port:
        file = next(Path(made).rglob("*.sqlite"))
        snapshot = Snapshot(file)
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as line:
            _asked(line, "limit=1")
            for kind, make in KINDS.items():
                asked = list(dict.fromkeys(make(dice) for _ in range(questions)))
                both = [(_asked(line, query), _bare(snapshot, query)) for query in asked]
                edge, bare = zip(*both, strict=True)
                rows.append([kind, *_figures(edge), *_figures(bare)])
    header = ["question", "edge p50", "edge p99", "SQL p50", "SQL p99"]
    return harness.table(header, rows)


@contextmanager
def _serving(data: Path, offers: int) -> Iterator[int]:
    """Give the port of a worker that serves a synthetic catalog with a past of six months."""
    port = harness.free_port()
    with ThreadPoolExecutor(1) as pool:
        publisher = Publisher(data / "snapshots", lambda: 0.0, pool)
        publisher.publish(_remembering(synthetic.catalog(offers)), f"{TODAY}T12:00:00Z")
    settings = {
        "MODELDEX_DATA_DIR": str(data),
        "MODELDEX_PORT": str(port),
        "MODELDEX_SOURCE_MIRROR": "http://127.0.0.1:9/{source}",
        "MODELDEX_LOG_FORMAT": "json",
    }
    if "rate_limit_anonymous" in Settings.model_fields:
        settings["MODELDEX_RATE_LIMIT_ANONYMOUS"] = "1000000/minute"
    url = f"http://127.0.0.1:{port}/readyz"
    with harness.running([sys.executable, "-c", _SERVE], harness.cores()[0], url, **settings):
        yield port


def _remembering(catalog: Catalog) -> Catalog:
    """Return a catalog each of whose offers was listed since then at the price of now."""
    sets = {rate_id(one.rates): one.rates for one in catalog.offers}
    facts = tuple(
        OfferFact(
            offer=one.id, source=one.facts.source, own=True, weight=0, rate_id=rate_id(one.rates),
            valid_from=_NOW - (1 + number % 6) * _MONTH, valid_until=None,
            recorded_at=_NOW - (1 + number % 6) * _MONTH, superseded_at=None,
        )
        for number, one in enumerate(catalog.offers)
    )  # fmt: skip
    kept = {name: rates for name, rates in sets.items() if name is not None}
    return msgspec.structs.replace(catalog, history=History(facts=facts, rate_sets=kept))


def _asked(line: http.client.HTTPConnection, query: str) -> float:
    """Return how long an answer takes, headers and body read."""
    began = time.perf_counter()
    line.request("GET", f"/v1/models?{query}")
    answer = line.getresponse()
    said = answer.read()
    took = time.perf_counter() - began
    if answer.status != _OK:
        raise RuntimeError(f"{query} is answered by {answer.status}: {said[:300]!r}")
    return took


def _bare(snapshot: Snapshot, query: str) -> float:
    """Return how long the statements of a question take that find and count its rows."""
    asked = _question(snapshot, query)
    began = time.perf_counter()
    lists.page(snapshot, asked)
    if asked.facets:
        lists.facets(snapshot, asked)
    return time.perf_counter() - began


def _question(snapshot: Snapshot, query: str) -> Question:
    return parameters.question(parse_qsl(query), names.of(snapshot), _DAY)


def _figures(seconds: Sequence[float]) -> tuple[str, str]:
    ordered = sorted(seconds)
    last = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    return f"{statistics.median(seconds) * 1000:.2f}", f"{last * 1000:.2f}"


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000", help="offers, with commas")
    parser.add_argument("--questions", type=int, default=150)
    return parser.parse_args(given)


if __name__ == "__main__":
    raise SystemExit(main())
