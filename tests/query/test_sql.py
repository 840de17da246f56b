"""Questions are statements that walk an index, with every value bound."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from modeldex.query import lists, sql, sql_text
from modeldex.query.question import Place, Question
from modeldex.snapshot.reader import Snapshot
from modeldex.snapshot.schema import SORTS

FILTERS = {
    "nothing": Question(),
    "a gateway": Question(gateways=("acme",)),
    "two gateways": Question(gateways=("acme", "bolt")),
    "an author": Question(author="labs"),
    "an unknown author": Question(author="nobody"),
    "a serving provider": Question(provider="acme"),
    "a provider that is nobody": Question(provider="nobody"),
    "a gateway and an author": Question(gateways=("bolt",), author="labs"),
    "models": Question(unique=True),
    **{
        f"{name}={value}": replace(Question(day=20_780), **{name: value})
        for name, value in {
            "input_modalities": ("text",),
            "output_modalities": ("text",),
            "modality": ("text->text",),
            "supported_parameters": ("stop", "unheard of"),
            "capabilities": ("tools",),
            "min_context": 1,
            "max_context": 1,
            "min_price": Decimal(1),
            "max_price": Decimal(1),
            "min_output_price": Decimal(1),
            "max_output_price": Decimal(1),
            "is_free": False,
            "is_private": True,
            "open_weights": True,
            "min_age_days": 1,
            "max_age_days": 1,
            "min_providers": 2,
            "status": ("available", "missing"),
            "include_inactive": True,
        }.items()
    },
    "models of a gateway": Question(unique=True, gateways=("acme",)),
}


def plan(snapshot: Snapshot, statement: sql.Statement) -> list[str]:
    """Return what SQLite says it will do, step by step."""
    said, values = statement
    return [step for *_, step in snapshot.rows(f"explain query plan {said}", values)]


def scanned(steps: list[str]) -> list[str]:
    """Return the steps that read the table of offers from end to end."""
    return [one for one in steps if one.startswith(("SCAN o", "SCAN m"))]


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("sort", ["id", *SORTS])
@pytest.mark.parametrize("limit", [100, None])
def test_a_flat_list_is_read_from_an_index_in_order(
    large: Snapshot, sort: str, order: str, limit: int | None
) -> None:
    """Every sort in each direction has an index that nothing else is needed beside."""
    steps = plan(large, sql.ranks(Question(sort=sort, order=order, limit=limit), large))

    assert len(steps) == 1
    assert steps[0].startswith("SEARCH o USING COVERING INDEX")


@pytest.mark.finding("DB-M7")
@pytest.mark.parametrize("what", FILTERS)
@pytest.mark.parametrize("sort", ["id", "price", "name"])
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("unique", [False, True])
@pytest.mark.parametrize("matching", [None, 2500])
def test_no_question_reads_the_whole_table(
    large: Snapshot, what: str, sort: str, order: str, matching: int | None, *, unique: bool
) -> None:
    """Rows and totals are found by an index, whatever the filter and the sort.

    That holds both where most rows match and where it is not known how many do.
    """
    question = replace(FILTERS[what], sort=sort, order=order, limit=10, unique=unique)

    assert scanned(plan(large, sql.ranks(question, large, matching))) == []
    assert scanned(plan(large, sql.total(question, large))) == []


CHEAP = Decimal("0.12")  # that is 120 of the 2,500
FAR = {
    "the dearest of the cheap": Question(max_price=CHEAP, sort="price", order="desc"),
    "the last of the first": Question(max_price=CHEAP, order="desc"),
    "the first of the last": Question(gateways=("bolt",)),
    "the last of the first gateway": Question(gateways=("acme",), order="desc"),
    "the next of the cheap": Question(
        max_price=CHEAP, sort="price", order="desc", offset=5, place=Place(5, 9)
    ),
    "the next of the first": Question(
        max_price=CHEAP, order="desc", offset=5, place=Place(5, 2400)
    ),
}


@pytest.mark.parametrize("what", FAR)
@pytest.mark.parametrize("unique", [False, True])
def test_a_walk_that_finds_too_little_is_given_up(
    large: Snapshot, what: str, *, unique: bool
) -> None:
    """Rows far off in the order cost no walk through all others, and none of them is lost."""
    question = replace(FAR[what], unique=unique, limit=10)
    matching = lists.total(large, question)
    every = large.rows(*sql.ranks(replace(question, limit=None, offset=0, place=None), large))
    gateways = bool(question.gateways)

    found = large.rows(*sql.ranks(question, large, matching))
    assert len(found) < 10 or (unique and gateways)
    shown = lists.page(large, question)
    left = [row for row in every if question.place is None or _later(row[-1], question)]
    assert list(shown.ranks) == [rank for rank, *_ in left[:10]]


def _later(place: int, question: Question) -> bool:
    assert question.place is not None
    falls = question.sort == "id"
    return place < question.place.after if falls else place > question.place.after


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_models_by_id_are_a_streamed_distinct(large: Snapshot, order: str) -> None:
    """The default order of models needs neither a sort nor a set of those seen."""
    steps = plan(large, sql.ranks(Question(unique=True, order=order, limit=10), large))

    assert steps == ["SEARCH o USING COVERING INDEX offers_shown_model (active=?)"]


@pytest.mark.parametrize("what", ["a gateway", "an author", "a serving provider"])
def test_a_filter_is_counted_in_its_own_index(large: Snapshot, what: str) -> None:
    """A total is counted without a look at the table."""
    assert all("COVERING INDEX" in one for one in plan(large, sql.total(FILTERS[what], large)))


@pytest.mark.finding("X31")
@pytest.mark.parametrize("evil", ["'", '"', "x' or '1'='1", "x; drop table offers", "x--"])
def test_values_are_bound_and_never_part_of_a_statement(large: Snapshot, evil: str) -> None:
    """The statement is the same whatever is searched for; the values stand beside it."""
    hostile = Question(author=evil, provider=evil, text=evil, sort="relevance")
    harmless = Question(author="x", provider="x", text="x", sort="relevance")

    for make in (sql.ranks, sql.total):
        assert make(hostile, large)[0] == make(harmless, large)[0]


@pytest.mark.parametrize(
    ("said", "expression"),
    [
        ("Large Model", '"large"* "model"*'),
        ("gpt-4.1_mini", '"gpt"* "4"* "1"* "mini"*'),
        ("a A a", '"a"*'),
        ('say "hi" NEAR(x)', '"say"* "hi"* "near"* "x"*'),
        ("e\u0301t\u00e9", '"\u00e9t\u00e9"*'),
        ("***", '""'),
        ("", '""'),
    ],
)
def test_a_text_becomes_quoted_words(said: str, expression: str) -> None:
    """Words are quoted, said once, and nothing else of the text is left."""
    assert sql_text.match(said) == expression
