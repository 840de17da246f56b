"""The known disagreements of public catalogs, found in the catalogs themselves."""

import gzip
from pathlib import Path

import pytest

import recorded
from modeldex import pipeline
from modeldex.domain.listing import Listing, SourceRows
from modeldex.domain.offer import Offer
from modeldex.normalize.listings import DESCRIPTION_LENGTH, normalized
from modeldex.sources import harvest, registry
from support import catalogs, live
from support.catalogs import TODAY, kept, priced

CATALOGS = recorded.BESIDE.parent / "catalogs"
DECLARED = registry.load().by_id
DOUBTS = 3  # exit code of `modeldex check`
BOOKS = {"litellm": "litellm.model_prices", "models-dev": "models.dev.2026-08-18"}
# Of the fifteen of the survey, those that the catalogs still hold, and what they are.
KNOWN = {
    "7": ("google/gemini-2.5-flash-image", "wrong_meter", {"models-dev": "$0.3/$30"}),
    "11": ("xai/grok-code-fast-1", "disagreement", {"litellm": "$1/$2"}),
    "13": ("deepseek/deepseek-reasoner", "disagreement", {"models-dev": "$0.14/$0.28"}),
    "14": ("openrouter/qwen/qwen3-235b-a22b-thinking-2507", "stale", {"models-dev": "$0.23/$2.3"}),
    "jais": ("azure/jais-30b-chat", "out_of_band", {"litellm": "$3200/$9710"}),
}


def rows(source: str, listings: tuple[Listing, ...]) -> SourceRows:
    """Return what a declared source is held to say."""
    declared = DECLARED[source]
    return SourceRows(
        source=source,
        is_book=declared.book,
        rows=tuple(map(kept, normalized(listings, DESCRIPTION_LENGTH))),
        derives_from=declared.derives_from,
        copies=frozenset(declared.copies),
    )


def read(source: str, body: bytes) -> SourceRows:
    """Return what an answer of a source says."""
    return rows(source, harvest.decode(DECLARED[source], (body,)).listings)


@pytest.fixture(scope="module")
def sources() -> list[SourceRows]:
    """The newest recorded answer of every provider, and three books."""
    recordings = recorded.load()
    newest = {one.provider: one for one in recordings.all}
    lists = [read(name, recordings.body(one)) for name, one in newest.items()]
    books = [read(name, gzip.decompress(at(file).read_bytes())) for name, file in BOOKS.items()]
    package = harvest.PACKAGES["genai-prices"].read(DECLARED["genai-prices"])
    return [*lists, *books, rows("genai-prices", package.listings)]


def at(file: str) -> Path:
    """Return where a catalog lies."""
    return CATALOGS / f"{file}.json.gz"


@pytest.fixture(scope="module")
def offers(sources: list[SourceRows]) -> dict[str, Offer]:
    """Every offer of the recorded world, by id."""
    found = pipeline.build(sources, registry.load().providers(), TODAY)
    return {one.id: one for one in found.offers}


@pytest.mark.recorded
@pytest.mark.parametrize("case", KNOWN)
def test_a_known_disagreement_is_found(case: str, offers: dict[str, Offer]) -> None:
    """With its kind, and with the source that says so."""
    name, kind, said = KNOWN[case]
    doubts = {one.kind: dict(one.said) for one in offers[name].doubts}

    assert said.items() <= doubts[kind].items()


@pytest.mark.recorded
@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("openrouter/qwen/qwen3-235b-a22b-thinking-2507", "knowledge_cutoff", "2025-06-30"),
        ("mistral/open-mistral-7b", "expiration_date", "2026-01-31"),
        ("mistral/open-mistral-7b", "successor", "ministral-8b-latest"),
        ("anthropic/claude-opus-4-6", "release_date", "2026-02-04"),
    ],
)
def test_the_life_of_a_model_is_as_its_provider_states(
    name: str, field: str, value: str, offers: dict[str, Offer]
) -> None:
    """Dates and successor, from the provider's own list."""
    source = next(one for one in offers[name].evidence if one.field == field).source

    assert getattr(offers[name].facts, field) == value
    assert source == name.partition("/")[0]


@pytest.mark.recorded
def test_every_kind_of_price_doubt_is_there(offers: dict[str, Offer]) -> None:
    """Real catalogs are wrong in every way that is looked for."""
    found = {doubt.kind for one in offers.values() for doubt in one.doubts}

    assert {
        "unit_slip", "out_of_band", "wrong_meter", "zero", "output_under_input", "stale",
        "disagreement", "context",
    } <= found  # fmt: skip


@pytest.mark.recorded
def test_books_do_not_overrule_the_providers_own_answer(
    sources: list[SourceRows], offers: dict[str, Offer]
) -> None:
    """However many contradict it: each price on an own list is the price of that offer."""
    priced = {
        f"{row.listing.provider}/{row.listing.provider_model_id}": row.listing.rates
        for source in sources
        for row in source.rows
        if not source.is_book and row.listing.rates
    }

    assert len(priced) > 500
    assert {name: offers[name].rates for name in priced} == priced


@pytest.mark.recorded
def test_check_prints_the_known_and_the_planted(sources: list[SourceRows], tmp_path: Path) -> None:
    """A planted thousand and a planted zero stand beside the known ones, under their kinds."""
    planted = [
        priced("together", "deepseek-ai/DeepSeek-V3", "0.00125", "0.00125", source="planted"),
        priced("openrouter", "openai/gpt-4o", "0", "0", source="planted"),
    ]
    world = [*sources, catalogs.rows("planted", planted, is_book=True)]
    catalogs.publish(
        tmp_path / "snapshots", pipeline.build(world, registry.load().providers(), TODAY)
    )
    done = live.run(tmp_path, "check")
    kind, found = "", set()
    for line in filter(None, done.stdout.splitlines()):
        kind = kind if line.startswith("  ") else line.split()[0]
        found.add((kind, line.split()[0].removesuffix(":")))

    assert done.returncode == DOUBTS
    assert {(kind, name) for name, kind, _ in KNOWN.values()} <= found
    assert {
        ("unit_slip", "together/deepseek-ai/DeepSeek-V3"), ("zero", "openrouter/openai/gpt-4o"),
    } <= found  # fmt: skip
