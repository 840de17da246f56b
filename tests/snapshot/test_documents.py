"""Whole lists are finished, compressed and tagged before anybody asks."""

import hashlib
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

import brotli
import pytest
import zstandard
from isal import igzip

from modeldex.query import answer
from modeldex.query.question import EVERY_MODEL, EVERYTHING, Question
from modeldex.snapshot import documents
from modeldex.snapshot.reader import Snapshot
from support import catalogs
from support.snapshots import published

UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "zstd": zstandard.decompress,
    "gzip": igzip.decompress,
}
LISTS = {"list": EVERYTHING, "unique": EVERY_MODEL}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory, pool: Executor) -> Snapshot:
    """A catalog of 1,194 offers of 597 models, and three that are not shown."""
    shown = [one.facts for one in catalogs.sized(1194, models=597).offers]
    book = [catalogs.listing("acme", f"old-{number}", source="book") for number in range(3)]
    own = [catalogs.rows(one, [r for r in shown if r.source == one]) for one in ("acme", "bolt")]
    catalog = catalogs.build(*own, catalogs.rows("book", book, is_book=True))
    assert sum(not one.is_active for one in catalog.offers) == 3
    return published(tmp_path_factory.mktemp("documents"), catalog, pool)


@pytest.mark.parametrize("name", LISTS)
def test_a_finished_list_is_what_the_question_gives(snapshot: Snapshot, name: str) -> None:
    """The document and the answer to the same question are equal, byte for byte."""
    found = snapshot.whole(name, documents.IDENTITY)

    assert LISTS[name].is_whole_list
    assert found.body == answer.page(snapshot, LISTS[name])


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("encoding", documents.ENCODINGS)
def test_an_encoding_decodes_to_the_identity(snapshot: Snapshot, name: str, encoding: str) -> None:
    """Every compressed document is shorter and holds the same bytes."""
    identity = snapshot.whole(name, documents.IDENTITY).body
    packed = snapshot.whole(name, encoding).body

    assert UNPACK[encoding](packed) == identity
    assert len(packed) < len(identity)


@pytest.mark.parametrize("name", LISTS)
def test_each_representation_has_a_tag_of_its_own(snapshot: Snapshot, name: str) -> None:
    """A tag is the hash of the identity bytes and, where it is compressed, the encoding's name."""
    identity = snapshot.whole(name, documents.IDENTITY)
    root = hashlib.blake2b(identity.body, digest_size=16).hexdigest()
    tags = {one: snapshot.whole(name, one).etag for one in documents.ENCODINGS}

    assert identity.etag == f'"{root}"'
    assert tags == {one: f'"{root}-{one}"' for one in documents.ENCODINGS}


@pytest.mark.parametrize("encoding", [documents.IDENTITY, *documents.ENCODINGS])
def test_a_document_is_read_in_slices(snapshot: Snapshot, encoding: str) -> None:
    """The slices of a document are of bounded size, add up to it, and end."""
    number, _, size, _ = snapshot.document("list", encoding)
    body = snapshot.whole("list", encoding).body
    slices = [snapshot.part(number, part) or b"" for part in range(-(-size // documents.PART))]

    assert b"".join(slices) == body
    assert len(body) == size
    assert max(map(len, slices)) <= documents.PART
    assert snapshot.part(number, len(slices)) is None


def test_a_large_document_has_several_slices(snapshot: Snapshot) -> None:
    """No slice is as large as a large document."""
    assert snapshot.document("list", documents.IDENTITY)[2] > 2 * documents.PART


@pytest.mark.parametrize("encoding", documents.ENCODINGS)
def test_compression_is_repeatable(encoding: str) -> None:
    """The same body makes the same bytes: no time, no name, no chance."""
    body = b"model " * 5000

    assert documents.compress(body, encoding) == documents.compress(body, encoding)
    assert UNPACK[encoding](documents.compress(body, encoding)) == body


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_catalog_has_finished_lists(tmp_path: Path, pool: Executor, name: str) -> None:
    """Without any offer the lists are empty, whole and equal to the answers."""
    snapshot = published(tmp_path, catalogs.of(), pool)
    body = snapshot.whole(name, documents.IDENTITY).body

    assert body.startswith(b'{"object":"list","data":[],"total":0,"returned":0,')
    assert body == answer.page(snapshot, LISTS[name])


@pytest.mark.parametrize(
    "question", [Question(limit=1000), Question(include_inactive=True), Question(order="desc")]
)
def test_other_questions_are_not_finished_lists(question: Question) -> None:
    """Only the bare questions are answered by a finished document."""
    assert not question.is_whole_list
