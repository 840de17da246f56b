"""What differs between two snapshots."""

import json
from typing import Any

import pytest

from modeldex.query.difference import between
from query.conftest import Publish
from support import catalogs
from support.catalogs import listing, priced
from support.remembered import Fact, remembering

OLD = (
    priced("acme", "labs/one", "0.1", "0.2", name="One", context_length=1000),
    priced("bolt", "labs/one", "0.3", "0.4"),
    listing("bolt", "labs/two", capabilities={"tools": True}),
)
Told = tuple[str, str, str | None, Any, Any]


def told(publish: Publish, *new: Any) -> list[Told]:
    """Return what differs between the old catalog and one of these listings."""
    found = between(publish(catalogs.of(*OLD)), publish(catalogs.of(*new)))
    return [
        (
            one.kind,
            one.id,
            one.field,
            None if one.old is None else json.loads(bytes(one.old)),
            None if one.new is None else json.loads(bytes(one.new)),
        )
        for one in found
    ]


def rates(first: str, second: str) -> list[dict[str, str]]:
    """Return rates as a difference states them."""
    return [
        {"meter": "input", "unit": "token", "usd": first},
        {"meter": "output", "unit": "token", "usd": second},
    ]


def test_equal_catalogs_do_not_differ(publish: Publish) -> None:
    """The same content published twice has no differences."""
    assert told(publish, *OLD) == []


CHEAPER = priced("acme", "labs/one", "0.05", "0.2", name="One", context_length=1000)
LONGER = priced("acme", "labs/one", "0.1", "0.2", name="One", context_length=2000)
RENAMED = priced("acme", "labs/one", "0.1", "0.2", name="Uno", context_length=1000)
UNABLE = listing("bolt", "labs/two", capabilities={"tools": False})
DEPRECATED = listing("bolt", "labs/two", capabilities={"tools": True}, status="deprecated")
RETIRED = listing("bolt", "labs/two", capabilities={"tools": True}, status="retired")


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ((CHEAPER, *OLD[1:]), [
            ("price.changed", "acme/labs/one", None, rates("0.1", "0.2"), rates("0.05", "0.2")),
        ]),
        ((LONGER, *OLD[1:]), [
            ("limit.changed", "acme/labs/one", "context_length", 1000, 2000),
            ("limit.changed", "labs/one", "context_length", 1000, 2000),
        ]),
        ((RENAMED, *OLD[1:]), [
            ("fact.changed", "acme/labs/one", "name", "One", "Uno"),
            ("fact.changed", "labs/one", "name", "One", "Uno"),
        ]),
        ((*OLD[:2], UNABLE), [
            ("capability.changed", "bolt/labs/two", "tools", True, False),
            ("capability.changed", "labs/two", "tools", True, False),
        ]),
        ((*OLD[:2], DEPRECATED), [
            ("status.changed", "bolt/labs/two", None, "available", "deprecated"),
        ]),
        ((*OLD[:2], RETIRED), [
            ("status.changed", "bolt/labs/two", None, "available", "retired"),
            ("status.changed", "labs/two", None, "available", "retired"),
        ]),
        (OLD[:2], [
            ("offer.removed", "bolt/labs/two", None, None, None),
            ("model.retired", "labs/two", None, None, None),
        ]),
        ((*OLD, listing("acme", "labs/two", capabilities={"tools": True})), [
            ("offer.added", "acme/labs/two", None, None, None),
        ]),
        ((*OLD, listing("acme", "labs/new")), [
            ("offer.added", "acme/labs/new", None, None, None),
            ("model.added", "labs/new", None, None, None),
        ]),
    ],
)  # fmt: skip
def test_each_difference_is_told_once(
    publish: Publish, new: tuple[Any, ...], expected: list[Told]
) -> None:
    """Offers first, then models; with what was and what is."""
    assert told(publish, *new) == expected


def test_what_is_only_remembered_is_no_difference(publish: Publish) -> None:
    """Two snapshots that list the same do not differ, though their ids do."""
    today = catalogs.of(*OLD)
    plain, past = publish(today), publish(remembering(today, [Fact(offer="bolt/labs/two")]))

    assert plain.id != past.id
    assert between(plain, past) == []
