"""Any combination of parameters, asked over HTTP: what a plain reading of the rows gives.

Each question is asked of a worker that keeps nothing, of one with the fast lane and of one
without it, twice of each, in any encoding, while other questions are asked.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from modeldex.query.question import Question
from modeldex.snapshot.reader import Snapshot
from query import mixed, wording
from query.mixed import Oracle
from query.test_oracle import QUESTIONS
from support import catalogs, live, wire
from support.scale import scaled

LANES: dict[str, dict[str, Any]] = {
    "cold": {"shelf_bytes": 0},
    "fast": {"fast_lane": True},
    "ordinary": {"fast_lane": False},
}
ENCODINGS = ("identity", "br", "zstd", "gzip")
OF_OFFERS = ("name", "pricing", "pricing.prompt", "architecture.modality", "status", "rates")
OF_MODELS = ("name", "providers", "provider_count", "architecture.modality")
ASKED_AT_ONCE = 6
DAY = 86_400


class Asked(NamedTuple):
    """One request: where, of which question by its number, and in which encoding."""

    lane: str
    number: int
    encoding: str


def whole(question: Question, some: set[int], *, facets: bool) -> Question:
    """Return a question that also asks for some fields and for facets."""
    known = OF_MODELS if question.unique else OF_OFFERS
    fields = tuple(sorted({known[number % len(known)] for number in some}))
    return replace(wording.known(question), fields=fields, facets=facets)


SOME = st.just(set[int]()) | st.sets(st.integers(0, 5))
WHOLE = st.builds(whole, QUESTIONS, SOME, facets=st.booleans())
LAW = settings(
    max_examples=scaled(100, 3000),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the catalog that makes questions hard."""
    found = tmp_path_factory.mktemp("mixed")
    catalogs.publish(found / "snapshots", mixed.catalog())
    return found


@pytest.fixture(scope="module")
def lanes(directory: Path) -> Iterator[dict[str, str]]:
    """Three workers over one catalog."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(live.served(live.application(directory, **changes)))
            for name, changes in LANES.items()
        }


@pytest.fixture(scope="module")
def oracle(directory: Path) -> Oracle:
    """The oracle of that catalog."""
    (file,) = (directory / "snapshots").glob("*.sqlite")
    return Oracle(Snapshot(file))


@pytest.fixture(scope="module")
def clients() -> Iterator[ThreadPoolExecutor]:
    """Threads that ask at once."""
    with ThreadPoolExecutor(ASKED_AT_ONCE) as found:
        yield found


def orders(count: int) -> st.SearchStrategy[list[Asked]]:
    """Return a strategy for requests: each question twice of each worker, in any order."""
    every = [(lane, number) for lane in LANES for number in range(count) for _ in range(2)]
    encodings = st.lists(st.sampled_from(ENCODINGS), min_size=len(every), max_size=len(every))
    return st.tuples(st.permutations(every), encodings).map(
        lambda drawn: [Asked(*one, coding) for one, coding in zip(*drawn, strict=True)]
    )


@pytest.mark.finding("X30", "X45", "RT-C1")
@LAW
@given(data=st.data(), questions=st.lists(WHOLE, min_size=1, max_size=5))
def test_answers_over_http_are_what_the_oracle_says(
    lanes: dict[str, str],
    oracle: Oracle,
    clients: ThreadPoolExecutor,
    data: st.DataObject,
    questions: Sequence[Question],
) -> None:
    """Cold or warm, by either lane, packed or plain: the same bytes, the right rows."""
    requests = data.draw(orders(len(questions)))
    paths = [wording.path(one) for one in questions]
    day = int(time.time()) // DAY
    answers = list(
        clients.map(
            lambda one: wire.ask(lanes[one.lane], paths[one.number], accept_encoding=one.encoding),
            requests,
        )
    )
    if int(time.time()) // DAY != day:
        return  # ages are counted from another day now

    for number, question in enumerate(questions):
        pairs = zip(requests, answers, strict=True)
        mine = [(of, answer) for of, answer in pairs if of.number == number]
        assert {answer.status for _, answer in mine} == {200}, paths[number]
        assert len({answer.plain for _, answer in mine}) == 1, paths[number]
        assert _agree(mine), paths[number]
        wording.check(oracle, replace(question, day=day), mine[0][1].json)


def _agree(mine: Sequence[tuple[Asked, wire.Answer]]) -> bool:
    """Return whether all answers in one encoding have the same headers and bytes."""
    said = {(of.encoding, str(answer.lasting), answer.body) for of, answer in mine}
    return len(said) == len({of.encoding for of, _ in mine})
