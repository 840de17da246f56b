"""The finished lists of the row dialects are what their rows make."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from modeldex.dialects import openai
from modeldex.domain.model import Catalog
from modeldex.query import routers, shaped
from modeldex.query.question import EVERY_MODEL, EVERYTHING
from modeldex.query.shapes import Shaped
from modeldex.snapshot.documents import IDENTITY
from modeldex.snapshot.reader import Snapshot
from support import catalogs, varied
from support.snapshots import published

NEWEST = replace(EVERYTHING, sort="created", order="desc")
CATALOGS: dict[str, Callable[[], Catalog]] = {
    "varied": varied.catalog,
    "many": lambda: catalogs.sized(300, models=40),
    "empty": catalogs.of,
}


@pytest.fixture(scope="module", params=CATALOGS)
def snapshot(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Snapshot]:
    """A published catalog."""
    catalog = CATALOGS[request.param]()
    with ThreadPoolExecutor(1) as pool:
        yield published(tmp_path_factory.mktemp("lists"), catalog, pool)


@pytest.mark.parametrize(
    "asked",
    [
        Shaped(shape="openai", question=EVERYTHING),
        Shaped(shape="openai", question=EVERYTHING, priced=True),
        Shaped(shape="union", question=NEWEST),
    ],
    ids=["openai", "priced", "union"],
)
def test_a_finished_list_has_the_bytes_of_the_composed_one(
    snapshot: Snapshot, asked: Shaped
) -> None:
    """So neither a client nor its entity tag can tell which of the two it got."""
    assert asked.document is not None
    assert snapshot.whole(asked.document, IDENTITY).body == shaped.page(snapshot, asked)


def test_openrouter_s_finished_list_is_the_composed_one(snapshot: Snapshot) -> None:
    """The models that make text as far as is known, the newest first."""
    question = replace(EVERY_MODEL, sort="created", order="desc")
    asked = routers.Asked(question=question)

    assert asked.is_whole_list
    body = snapshot.whole("openrouter/list", IDENTITY).body
    assert body == routers.page(snapshot, asked)


@pytest.mark.parametrize("dialect", ["vercel", "huggingface"])
def test_the_gateways_finished_lists_are_their_rows(snapshot: Snapshot, dialect: str) -> None:
    """By id, and only those that have one."""
    rows = routers.models(snapshot, f"model_{dialect}", EVERY_MODEL)
    body = openai.OPENING + b",".join(rows) + openai.CLOSING

    assert snapshot.whole(f"{dialect}/list", IDENTITY).body == body


@pytest.mark.parametrize(
    "changes",
    [{"limit": 3}, {"gateways": ("acme",)}, {"unique": True}, {"include_inactive": True}],
)
def test_only_the_bare_question_is_a_document(changes: dict[str, object]) -> None:
    """Any filter, page or view is made of rows."""
    for one in (
        Shaped(shape="openai", question=replace(EVERYTHING, **changes)),
        Shaped(shape="union", question=replace(NEWEST, **changes)),
        Shaped(shape="anthropic", question=NEWEST),
        Shaped(shape="union", question=NEWEST, after="x"),
    ):
        assert one.document is None
