"""Answers are whole, made of fragments, and the same for the same question."""

import json
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from modeldex.dialects import native
from modeldex.query import answer
from modeldex.query.question import EVERY_MODEL, EVERYTHING, Question
from modeldex.snapshot.reader import Snapshot
from modeldex.snapshot.schema import SORTS
from support import catalogs
from support.snapshots import ask, ids

ENVELOPE = (
    "object", "data", "total", "returned", "offset", "limit", "has_more", "next_offset",
    "next_cursor", "gateway", "unique", "snapshot", "timestamp",
)  # fmt: skip


def pages(snapshot: Snapshot, question: Question, size: int) -> Iterator[list[str]]:
    """Yield the ids of each page, following ``next_offset`` to the end."""
    offset: int | None = 0
    while offset is not None:
        found = ask(snapshot, question, limit=size, offset=offset)
        yield [row["id"] for row in found["data"]]
        offset = found["next_offset"]


@pytest.mark.finding("DB-H4")
def test_a_list_without_a_limit_is_whole(large: Snapshot) -> None:
    """A catalog of 2,500 offers gives 2,500 rows and says so."""
    found = ask(large)

    assert (found["total"], found["returned"], found["limit"]) == (2500, 2500, None)
    assert len({row["id"] for row in found["data"]}) == 2500


@pytest.mark.finding("DB-H5")
@pytest.mark.parametrize(
    ("question", "total"),
    [
        (Question(gateways=("acme",)), 1250),
        (Question(author="labs"), 2500),
        (Question(provider="bolt"), 1250),
        (Question(text="model", sort="relevance"), 2500),
        (Question(unique=True), 2500),
        (Question(unique=True, gateways=("acme",), sort="price"), 1250),
        (Question(include_inactive=True, order="desc"), 2500),
    ],
)
def test_a_filtered_list_is_whole(large: Snapshot, question: Question, total: int) -> None:
    """More than a thousand matches of any filter are returned and counted, none twice."""
    found = ask(large, question)

    assert (found["total"], found["returned"]) == (total, total)
    assert len({row["id"] for row in found["data"]}) == total


@pytest.mark.finding("X15")
@pytest.mark.parametrize(
    "question",
    [
        Question(),
        Question(sort="name", order="desc"),
        Question(sort="price"),
        Question(sort="relevance", text="twin"),
        Question(unique=True, sort="name"),
    ],
)
def test_pages_of_equal_names_add_up(namesakes: Snapshot, question: Question) -> None:
    """The pages of 5,000 rows with equal names are the whole list: no row twice, none lost."""
    found = [one for page in pages(namesakes, question, 700) for one in page]

    assert found == ids(namesakes, question)
    assert len(set(found)) == 5000


@pytest.mark.finding("X30")
@pytest.mark.parametrize("unique", [False, True])
def test_a_filtered_page_is_full_while_matches_remain(snapshot: Snapshot, *, unique: bool) -> None:
    """Every page but the last has as many rows as were asked for, whatever the filter drops."""
    question = Question(gateways=("cove",), unique=unique)
    total = ask(snapshot, question)["total"]
    sizes = [len(page) for page in pages(snapshot, question, 4)]

    assert sizes[:-1] == [4] * (len(sizes) - 1)
    assert sum(sizes) == total > 8


def test_a_page_past_the_end_is_empty(snapshot: Snapshot) -> None:
    """A deep offset is no error: no rows, the same total, nothing more."""
    found = ask(snapshot, limit=10, offset=10**9)

    assert (found["data"], found["returned"], found["has_more"]) == ([], 0, False)
    assert found["total"] == ask(snapshot)["total"]
    assert found["next_offset"] is None


@pytest.mark.parametrize("sort", ["id", *SORTS])
def test_pages_are_slices_of_the_whole_list(large: Snapshot, sort: str) -> None:
    """A page deep in the list holds just the rows of that place."""
    question = Question(sort=sort, order="desc")

    assert ids(large, question, limit=10, offset=2401) == ids(large, question)[2401:2411]


@pytest.mark.finding("X46", "CA-C1")
@pytest.mark.parametrize(
    "question",
    [Question(), Question(limit=3, offset=2), Question(text="nothing at all"), Question(limit=1)],
)
def test_the_envelope_is_the_same_with_and_without_unique(
    snapshot: Snapshot, question: Question
) -> None:
    """Its members and their order never change; what it says of the question is what was asked."""
    for unique in (False, True):
        found = ask(snapshot, question, unique=unique)
        assert tuple(found) == ENVELOPE
        assert (found["object"], found["unique"]) == ("list", unique)
        assert (found["next_cursor"] is None) is not (found["limit"] and found["has_more"])
        assert (found["limit"], found["offset"]) == (question.limit, question.offset)
        assert (found["snapshot"], found["timestamp"]) == (snapshot.id, catalogs.STAMP)


def test_the_envelope_names_the_gateways(snapshot: Snapshot) -> None:
    """The gateways that were asked for, or all."""
    assert ask(snapshot, limit=1)["gateway"] == "all"
    assert ask(snapshot, limit=1, gateways=("acme", "bolt"))["gateway"] == "acme,bolt"


@pytest.mark.finding("CA-M2")
def test_an_answer_is_the_fragments_of_the_snapshot(snapshot: Snapshot) -> None:
    """The rows of an answer are the bytes that the snapshot holds, joined by commas."""
    held = dict(
        snapshot.rows(
            "select n.name, b.body from names n join offer_native b on b.rank = n.rank "
            "where n.kind = 0"
        )
    )
    question = Question(sort="price", limit=9, offset=3)
    page = answer.page(snapshot, question)
    rows = b",".join(held[one] for one in ids(snapshot, question))

    assert page.startswith(native.OPENING + rows + b"],")


@pytest.mark.finding("CA-M2")
def test_a_model_row_is_made_of_fragments(snapshot: Snapshot) -> None:
    """A unique row is the model's head with its offers' fragments in it, as they are held."""
    entries = dict(
        snapshot.rows(
            "select n.name, b.body from names n join offer_entry b on b.rank = n.rank "
            "where n.kind = 0"
        )
    )
    for row in ask(snapshot, EVERY_MODEL)["data"]:
        providers = b",".join(entries[one["id"]] for one in row["providers"])
        body = answer.one(snapshot, row["id"], model_first=True)
        assert body is not None
        assert providers in body


@pytest.mark.finding("X42")
@pytest.mark.parametrize("question", [EVERYTHING, EVERY_MODEL, Question(text="model", limit=5)])
def test_nothing_done_with_an_answer_changes_the_next(
    snapshot: Snapshot, question: Question
) -> None:
    """Answers are bytes: who decodes one and alters it alters nobody else's."""
    first = answer.page(snapshot, question)
    decoded = json.loads(first)
    decoded["data"][0].clear()
    decoded["data"].reverse()

    assert type(first) is bytes
    assert answer.page(snapshot, question) == first


def test_an_answer_is_streamed_in_slices(large: Snapshot) -> None:
    """A long answer comes in pieces that each hold a part of the rows, and add up to it."""
    pieces = list(answer.stream(large, EVERYTHING))

    assert b"".join(pieces) == answer.page(large, EVERYTHING)
    assert len(pieces) == 1 + 10 + 1
    assert max(piece.count(b'"object":"model"') for piece in pieces) == 250


class Counting(Snapshot):
    """A snapshot that counts the rows it reads."""

    def __init__(self, file: Path) -> None:
        self.read = 0
        super().__init__(file)

    @override
    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        found = super().rows(statement, values)
        self.read += len(found)
        return found


@pytest.mark.finding("X43")
def test_a_page_reads_its_own_rows_only(large: Snapshot) -> None:
    """Wherever a page lies, its ranks and bodies are read, and the total once for all pages."""
    counting = Counting(large.file)
    counting.read = 0
    for offset in range(0, 2000, 200):
        answer.page(counting, Question(limit=10, offset=offset, sort="price"))

    assert counting.read == 10 * (10 + 10) + 1


def test_totals_are_remembered_up_to_a_bound(large: Snapshot) -> None:
    """Threads that count thousands of questions at once get the right totals, and memory ends."""
    snapshot = Snapshot(large.file)
    start = threading.Barrier(4)

    def count(thread: int) -> list[int]:
        start.wait()
        words = (f"{number}" for number in range(thread, 3000, 4))
        return [answer.total(snapshot, Question(provider=f"x{word}")) for word in words]

    with ThreadPoolExecutor(4) as pool:
        totals = [one for found in pool.map(count, range(4)) for one in found]

    assert totals == [0] * 3000
    assert 0 < len(snapshot.memo) <= 2000 + 4
