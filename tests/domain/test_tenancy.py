"""Views of keys, and what is stated in two places."""

from modeldex.domain.rules import EVERYBODY, Audience, Stated
from modeldex.domain.tenancy import view_of
from modeldex.domain.views import Restriction

NARROW = Restriction(providers=("acme",))


def test_a_view_is_named_by_what_it_shows() -> None:
    """Equal views have equal names, others have others; an open restriction is none."""
    shop = Audience("shop")
    views = [
        view_of(shop, [Restriction()], private=True),
        view_of(shop, [], private=False),
        view_of(shop, [NARROW], private=True),
        view_of(Audience("shop", "key_1"), [], private=True),
        view_of(Audience("mall"), [], private=True),
        view_of(EVERYBODY, [NARROW], private=True),
    ]
    assert view_of(shop, [], private=True) == views[0]
    assert len({one.name for one in views if one is not None}) == len(views)
    assert [one.private for one in views if one is not None] == [
        True,
        False,
        True,
        True,
        True,
        False,
    ]


def test_who_sees_what_everybody_sees_has_no_view() -> None:
    """Whether or not it might see private models, which it has not."""
    assert view_of(EVERYBODY, [Restriction()], private=True) is None


def test_of_two_that_speak_of_the_same_the_first_is_believed() -> None:
    """The rest is united, in both directions."""
    store = Stated(joined=(("a/b", "c/d"),), parted=frozenset({"x/y"}), aliases=(("o/p", "q/r"),))
    file = Stated(joined=(("a/b", "e/f"), ("g/h", "c/d")), problems=("wrong",))
    united = store.over(file)
    assert dict(united.joined) == {"a/b": "c/d", "g/h": "c/d"}
    assert (united.parted, united.aliases, united.problems) == (
        store.parted, store.aliases, ("wrong",),
    )  # fmt: skip
