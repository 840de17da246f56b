"""Authors go by one name, whatever hubs and providers call them."""

import pytest

from modeldex.domain.ids import author_slug
from modeldex.merge.identity import authors


@pytest.mark.finding("ME-L6")
@pytest.mark.parametrize(
    ("name", "author"),
    [
        ("deepseek-ai", "deepseek"),
        ("zai-org", "z-ai"),
        ("meta", "meta-llama"),
        ("coherelabs", "cohere"),
        ("mistralai", "mistralai"),
        ("somebody-else", "somebody-else"),
    ],
)
def test_an_author_has_one_name(name: str, author: str) -> None:
    """Known names become the author's; an unknown one is its own."""
    assert authors.canonical(name) == author


@pytest.mark.finding("ME-M3")
def test_canonical_names_are_final() -> None:
    """Applying it twice changes nothing, and every name in the table is a slug."""
    for author, names in authors._SAME.items():
        assert authors.canonical(author) == author
        assert [author_slug(one) for one in (author, *names)] == [author, *names]


def test_no_name_means_two_authors() -> None:
    """The table is a function: each name stands in it once."""
    names = [name for one in authors._SAME.values() for name in one]

    assert len(names) == len(set(names))


def test_hosts_and_republishers_are_slugs() -> None:
    """They are compared with slugs, so nothing else may stand there."""
    for name in (*authors.HOSTS, *authors.REPUBLISHERS):
        assert author_slug(name) == name


def test_who_only_republishes_is_nobodys_spelling() -> None:
    """A republisher is never an author's other name."""
    assert authors.REPUBLISHERS.isdisjoint(authors.KNOWN)
