"""The table of who may speak: every source has its place, and the page shows the table."""

import json
import re
from pathlib import Path

import pytest

from modeldex.domain.listing import Listing
from modeldex.merge import precedence
from modeldex.sources import registry
from support import live

PAGE = (Path(__file__).parents[2] / "docs" / "precedence.md").read_text(encoding="utf-8")


@pytest.mark.finding("PR-L1")
def test_the_page_shows_the_table() -> None:
    """Each field, who speaks for it and who speaks for the model, in the table's own order."""
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)

    assert rows == [
        (row["field"], " > ".join(row["offer"]), " > ".join(row["model"]) or "nobody")
        for row in precedence.table()
    ]


@pytest.mark.finding("PR-L1")
def test_the_verb_prints_the_table(tmp_path: Path) -> None:
    """For people a line per field, for programs JSON; nothing needs to be published."""
    shown, printed = live.run(tmp_path, "precedence"), live.run(tmp_path, "precedence", "--json")
    fields = [row["field"] for row in precedence.table()]

    assert (shown.returncode, printed.returncode) == (0, 0)
    assert [line.split()[0] for line in shown.stdout.splitlines()[1:]] == fields
    assert json.loads(printed.stdout) == precedence.table()


def test_every_book_has_a_rank_for_every_subject() -> None:
    """No built-in book comes last because somebody forgot it."""
    books = {one.id for one in registry.load().by_id.values() if one.book}
    said = [set(precedence.speakers(voice)) for voice in precedence.PRECEDENCE.values()]

    assert all(books <= one for one in (*said, set(precedence.speakers(precedence.RATES)))
               if "other books" in one)  # fmt: skip


def test_books_without_a_rank_keep_their_order_behind_the_others() -> None:
    """An operator's own book is read after those that are known."""
    found = precedence.ranked(["mine", "litellm", "yours", "genai-prices"], "prices", str)

    assert found == ["genai-prices", "litellm", "mine", "yours"]


def test_only_the_provider_names_its_aliases() -> None:
    """And whether it keeps what it is sent to itself; a book cannot know."""
    only = {name for name, voice in precedence.PRECEDENCE.items() if voice.kinds == ("own",)}

    assert only == {"aliases", "is_private"}
    assert only < set(Listing.__struct_fields__)
