"""Full text: words as prefixes, the best first, and no text that is anything but text."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modeldex.query import parameters
from modeldex.query.names import Names
from modeldex.query.question import Question
from modeldex.snapshot.reader import Snapshot
from query import mixed
from query.conftest import Publish
from support import catalogs
from support.scale import scaled
from support.snapshots import ask, ids


@pytest.fixture(scope="module")
def library(publish: Publish) -> Snapshot:
    """A few offers whose words stand in different places."""
    return publish(
        catalogs.of(
            catalogs.listing("acme", "labs/zebra", name="Striped", description="An animal."),
            catalogs.listing("acme", "labs/horse", name="Zebra Cousin", description="No stripes."),
            catalogs.listing("acme", "zebra/foal", name="Foal"),
            catalogs.listing("acme", "labs/cat", name="Cat", description="Afraid of a zebra."),
            catalogs.listing("acme", "labs/résumé-v2.5", name="Lebenslauf", description="Ça va!"),
            catalogs.listing("acme", "labs/한국어", name="언어 모델"),
        )
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("zeb", {"zebra", "horse", "foal", "cat"}),
        ("ZEBRA", {"zebra", "horse", "foal", "cat"}),
        ("zebra cous", {"horse"}),
        ("cousin zebra", {"horse"}),
        ("ebra", set()),
        ("zebras", set()),
        ("striped animal", {"zebra"}),
        ("labs/cat", {"cat"}),
        ("acme/labs", {"zebra", "horse", "cat", "résumé-v2.5", "한국어"}),
        ("resume", {"résumé-v2.5"}),
        ("RÉSUMÉ", {"résumé-v2.5"}),
        ("re\u0301sume\u0301", {"résumé-v2.5"}),
        ("ca va", {"résumé-v2.5"}),
        ("v2.5", {"résumé-v2.5"}),
        ("v2_5", {"résumé-v2.5"}),
        ("한국", {"한국어"}),
        ("모델", {"한국어"}),
        ("zebra NOT cousin", set()),
        ("zebra OR cat", set()),
        ("name:zebra", set()),
        ('"zebra cousin"', {"horse"}),
        ("(zebra", {"zebra", "horse", "foal", "cat"}),
        ("zebra*", {"zebra", "horse", "foal", "cat"}),
        ("^zebra -cat", {"cat"}),
        ("zebra zebra zebra", {"zebra", "horse", "foal", "cat"}),
        ("!?", set()),
        ("…", set()),
        ("'; drop table offers; --", set()),
        ("zebra\x00cousin", {"horse"}),
    ],
)
@pytest.mark.finding("X31")
def test_words_are_found_as_prefixes(library: Snapshot, text: str, found: set[str]) -> None:
    """All words must occur, as beginnings of words, in any place and case; nothing is syntax."""
    shown = ids(library, text=text, sort="relevance")

    assert {one.rpartition("/")[2] for one in shown} == found
    assert len(shown) == len(found) == ask(library, text=text, limit=1)["total"]


def test_relevance_weighs_where_a_word_stands(library: Snapshot) -> None:
    """A word in the id or name counts more than one in the description, in both views."""
    flat = ids(library, text="zebra", sort="relevance")
    unique = ids(library, text="zebra", sort="relevance", unique=True)

    assert flat[-1] == "acme/labs/cat"
    assert unique == [one.removeprefix("acme/") for one in flat]


def test_equally_relevant_rows_come_by_id(namesakes: Snapshot) -> None:
    """Rows that match alike are in the order of their ids."""
    found = ids(namesakes, text="twin", sort="relevance", limit=300)

    assert found == sorted(found)


SYNTAX = ('"', "'", "(", ")", "*", "^", "-", ":", "+", "NEAR(", " AND ", " OR ", " NOT ", "{", "}")
TEXTS = st.text(max_size=512) | st.lists(
    st.sampled_from(
        (*SYNTAX, "zebra", "la", "é", "\x00", "\\", "%", "_", ";--", "\U0001d54f", "\u200d")
    ),
    max_size=60,
).map("".join)


@pytest.mark.finding("X31")
@settings(max_examples=scaled(150, 5000), deadline=None)
@given(text=TEXTS)
@example(text="a " * 256)
@example(text="".join(chr(65 + n % 26) + chr(97 + n % 25) + " " for n in range(170)))
@example(text='"' * 512)
@example(text="NEAR(a b, 5)")
@example(text="\x00" * 512)
def test_any_text_is_searched_for_as_text(snapshot: Snapshot, text: str) -> None:
    """No text is an error or adds a condition: it narrows the list to rows that have its words."""
    question = parameters.question([("q", text[:512])], Names({}))
    found = ids(snapshot, question)

    assert sorted(found) == ids(snapshot, question, sort="id")
    if text[:512].isascii() and question.text is not None and any(map(str.isalnum, text[:512])):
        assert sorted(found) == mixed.Oracle(snapshot).ids(Question(text=question.text))
