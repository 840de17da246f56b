"""What was true before, over HTTP: lists and rows of another moment, histories, changes, rates."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modeldex.domain.history import KINDS
from serve.conftest import CHANGES, FACTS, small
from support import catalogs, live, wire
from support.catalogs import priced
from support.remembered import Fact, change, name_of, remembering

LARGE = "/v1/models/acme/labs/Large"
OLD, NEW, BOLT = (("0.1", "0.5"), ("0.3", "0.5"), ("0.2", "0.8"))


def prices(url: str, question: str) -> dict[str, str | None]:
    """Return the input price of each row that answers a question."""
    data = wire.ask(url, f"/v1/models?{question}").json["data"]
    return {row["id"]: (row["pricing"] or {}).get("prompt") for row in data}


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-01-01", {"acme/uni/old": "0"}),  # of acme, only a book was known
        ("2026-01-02T00:00:00Z", {"acme/labs/Large": "0.1"}),
        ("2026-01-10T23:59:59Z", {"acme/labs/Large": "0.1", "bolt/labs/large": "0.2"}),
        ("2026-01-11T00:00:00Z", {"acme/labs/Large": "0.3", "bolt/labs/large": "0.2"}),
        ("2026-01-22", {"acme/labs/Large": "0.3"}),
        ("2026-01-26", {"acme/labs/Large": "0.3", "bolt/labs/large": "0.2"}),
        ("2126-01-26", {"acme/labs/Large": "0.3", "bolt/labs/large": "0.2"}),
    ],
)
def test_a_list_is_what_was_listed_then_at_its_prices_then(
    url: str, as_of: str, expected: dict[str, str]
) -> None:
    """Beginnings are included, ends are not; what is announced for later is in force later."""
    found = prices(url, f"q=labs+l&sort=id&as_of={as_of}")
    old = prices(url, f"q=old&as_of={as_of}")

    assert found | old == expected


def test_the_answer_says_what_moment_it_is_about(url: str) -> None:
    """`as_of` and `known_at` stand in the envelope where they were asked for, and only there."""
    plain = wire.ask(url, "/v1/models?limit=1").json
    then = wire.ask(url, "/v1/models?limit=1&as_of=2026-01-03T01:00:00%2B01:00").json
    known = wire.ask(url, "/v1/models?limit=1&known_at=2026-01-03").json
    day = "2026-01-03T00:00:00Z"

    assert not {"as_of", "known_at"} & set(plain)
    assert (then["as_of"], then["known_at"]) == (day, None)
    assert (known["as_of"], known["known_at"]) == (day, day)
    assert set(then) - set(plain) == {"as_of", "known_at"}


def test_before_anything_was_known_a_list_is_empty(url: str) -> None:
    """Nothing was listed as far as is known: no rows, total 0, and no error."""
    answer = wire.ask(url, "/v1/models?as_of=2025-01-01&known_at=2025-01-01")

    assert (answer.status, answer.json["data"], answer.json["total"]) == (200, [], 0)


def test_one_offer_has_its_price_of_then(url: str) -> None:
    """A row of another moment differs from today's in its price, its rates and its moment."""
    today = wire.ask(url, LARGE).json
    then = wire.ask(url, f"{LARGE}?as_of=2026-01-03").json

    assert {key for key in then if then[key] != today.get(key, then)} == {
        "pricing", "rates", "rate_id", "as_of", "known_at", "doubts", "doubt_kinds",
    }  # fmt: skip
    assert then["pricing"] == {"prompt": "0.1", "completion": "0.5"}
    assert [rate["usd"] for rate in then["rates"]] == ["0.1", "0.5"]
    assert then["rate_id"] == name_of(OLD)


def test_one_model_has_the_offers_of_then(url: str) -> None:
    """Before bolt came, acme was the only and the cheapest one."""
    ask = "/v1/models/labs/large?unique=true&as_of="
    early, late = (wire.ask(url, f"{ask}2026-01-{day}").json for day in ("03", "12"))

    assert [one["id"] for one in early["providers"]] == ["acme/labs/Large"]
    assert (early["provider_count"], early["cheapest_provider"]) == (1, "acme")
    assert [one["id"] for one in late["providers"]] == ["bolt/labs/large", "acme/labs/Large"]
    assert (late["cheapest_provider"], late["cheapest_prompt_price"]) == ("bolt", "0.2")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (f"{LARGE}?as_of=2026-01-01", "from 2026-01-02T00:00:00Z on"),
        ("/v1/models/labs/large?unique=1&as_of=2025-01-01", "from 2026-01-02T00:00:00Z on"),
        ("/v1/models/acme/labs/fast:free?as_of=2026-01-05", "does not exist"),
        (f"{LARGE}?as_of=2026-01-03&known_at=2026-01-01", "as it was believed at 2026-01-01T"),
    ],
)
def test_a_name_of_which_nothing_was_known_then_is_404(
    url: str, asked: str, sentence: str
) -> None:
    """The problem says from when on something is remembered of it."""
    answer = wire.ask(url, asked)

    assert (answer.status, answer.json["code"]) == (404, "not_known_then")
    assert sentence in answer.json["detail"]


@pytest.mark.parametrize("name", ["as_of", "known_at"])
@pytest.mark.parametrize(
    "value", ["", "yesterday", "2026-1-1", "2026-02-30", "2026-01-01T00:00", "1767225600", "now"]
)
def test_a_bad_moment_is_refused(url: str, name: str, value: str) -> None:
    """Anything but a date or a time with its zone is 400 with what is allowed."""
    for path in ("/v1/models", LARGE):
        answer = wire.ask(url, f"{path}?{name}={value}")

        assert (answer.status, answer.json["parameter"]) == (400, name)
        assert "2026-08-15T12:30:00Z" in answer.json["detail"]


def test_a_history_is_a_timeline_of_each_offer(url: str) -> None:
    """Periods follow one another without gaps; while it was not listed, it says so."""
    found = wire.ask(url, "/v1/models/labs/large/history").json
    acme, bolt = found["offers"]

    assert (found["object"], found["model"], "known_at" in found) == (
        "history",
        "labs/large",
        False,
    )
    assert brief(acme) == [
        ("2026-01-02T00:00:00Z", "2026-01-11T00:00:00Z", True, "acme", name_of(OLD)),
        ("2026-01-11T00:00:00Z", None, True, "acme", name_of(NEW)),
    ]
    assert brief(bolt) == [
        ("2026-01-06T00:00:00Z", "2026-01-21T00:00:00Z", True, "bolt", name_of(BOLT)),
        ("2026-01-21T00:00:00Z", "2026-01-26T00:00:00Z", False, None, None),
        ("2026-01-26T00:00:00Z", None, True, "bolt", name_of(BOLT)),
    ]
    assert acme["periods"][0]["pricing"] == {"prompt": "0.1", "completion": "0.5"}
    assert [one["id"] for one in found["changes"]] == ["5.0", "10.0", "20.0", "20.1", "25.0"]


def brief(offer: dict[str, Any]) -> list[tuple[object, ...]]:
    """Return what matters of an offer's periods."""
    keys = ("from", "until", "listed", "source", "rate_id")
    return [tuple(one[key] for key in keys) for one in offer["periods"]]


def test_a_history_of_what_was_believed(url: str) -> None:
    """With `known_at`, what was learned later is not in it."""
    found = wire.ask(url, "/v1/models/labs/large/history?known_at=2026-01-08").json

    assert found["known_at"] == "2026-01-08T00:00:00Z"
    assert [len(one["periods"]) for one in found["offers"]] == [2, 2]
    assert [one["id"] for one in found["changes"]] == ["5.0"]


@pytest.mark.parametrize("name", ["acme/labs/Large", "acme%2Flabs%2FLarge", "LABS/large"])
def test_a_history_always_means_the_model(url: str, name: str) -> None:
    """An offer, however its slashes are written, or an alias leads to its model."""
    assert wire.ask(url, f"/v1/models/{name}/history").json["model"] == "labs/large"


@pytest.fixture(scope="module")
def named_so(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with ids that end as the path of a history does."""
    directory = tmp_path_factory.mktemp("named")
    names = ("labs/one", "labs/one/history", "solo/history")
    offers = [priced("acme", name, "0.1", "0.2") for name in names]
    catalogs.publish(directory / "snapshots", catalogs.of(*offers))
    with live.served(live.application(directory)) as found:
        yield found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("acme/labs/one/history", "labs/one"),  # both exist: the history wins
        ("acme/labs/one%2Fhistory", "acme/labs/one/history"),
        ("acme%2Flabs%2Fone%2Fhistory", "acme/labs/one/history"),
        ("acme/labs/one/histor%79", "acme/labs/one/history"),
        ("acme/labs/one/history/history", "one/history"),
        ("acme/solo/history", "acme/solo/history"),  # nothing is called acme/solo
        ("acme/solo/history?unique=true", "acme/solo/history"),
        ("acme/solo/history/history", "solo/history"),
    ],
)
def test_a_name_that_ends_in_history_is_reached(named_so: str, path: str, found: str) -> None:
    """A slash written as %2F belongs to the name; a plain one does where nothing else fits."""
    answer = wire.ask(named_so, f"/v1/models/{path}").json

    assert answer.get("model", answer.get("id")) == found


def test_a_history_of_nothing_is_404(url: str) -> None:
    """The problem names what was looked for, without the ending."""
    answer = wire.ask(url, "/v1/models/nobody/x/history")

    assert (answer.status, answer.json["code"]) == (404, "model_not_found")
    assert "'nobody/x'" in answer.json["detail"]


def test_a_history_takes_known_at_only(url: str) -> None:
    """Another parameter is refused with the one that is allowed."""
    answer = wire.ask(url, "/v1/models/labs/large/history?as_of=2026-01-01")

    assert (answer.status, answer.json["detail"][-18:]) == (400, "Allowed: known_at.")


def learned(url: str, question: str = "") -> list[str]:
    """Return the ids of the changes that answer a question."""
    return wire.ask(url, f"/v1/changes?{question}").ids


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("", ["2.0", "5.0", "10.0", "20.0", "20.1", "25.0"]),
        ("kind=price.changed", ["10.0"]),
        ("kind=offer.returned&kind=OFFER.REMOVED", ["20.0", "25.0"]),
        ("provider=acme", ["2.0", "10.0"]),
        ("provider=@ACME-inc", ["2.0", "10.0"]),
        ("model=labs/large", ["5.0", "10.0", "20.0", "20.1", "25.0"]),
        ("model=LABS/Large", ["5.0", "10.0", "20.0", "20.1", "25.0"]),
        ("model=acme/labs/Large", ["10.0"]),
        ("model=acme/uni/tiny", ["2.0"]),
        ("since=2026-01-21", ["20.0", "20.1", "25.0"]),
        ("until=2026-01-21", ["2.0", "5.0", "10.0"]),
        ("since=2026-01-06&until=2026-01-21&model=labs/large&provider=bolt", ["5.0"]),
        ("since=2027-01-01", []),
        ("limit=2", ["2.0", "5.0"]),
    ],
)
def test_changes_are_those_asked_for_in_the_order_learned(
    url: str, question: str, expected: list[str]
) -> None:
    """By kind, provider, model or offer, and time; `until` is excluded."""
    assert learned(url, question) == expected


def test_a_change_says_what_when_and_from_where(url: str) -> None:
    """Each change has its old and new value, its source, and both of its times."""
    assert wire.ask(url, "/v1/changes?kind=price.changed").json["data"] == [
        {
            "id": "10.0", "kind": "price.changed", "offer": "acme/labs/Large",
            "model": "labs/large", "provider": "acme", "source": "acme", "decisive": True,
            "field": None, "old": [{"usd": "0.1"}], "new": None,
            "happened_at": "2026-01-11T00:00:00Z", "recorded_at": "2026-01-11T00:00:00Z",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("size", range(1, 8))
def test_the_cursor_leads_through_all_changes_once(url: str, size: int) -> None:
    """Pages of any size follow one another; the last one has a cursor too, after which is none."""
    found: list[str] = []
    cursor = ""
    for _ in range(8):
        page = wire.ask(url, f"/v1/changes?limit={size}{cursor}").json
        found += [row["id"] for row in page["data"]]
        assert page["has_more"] is (found[-1] != "25.0")
        cursor = f"&cursor={page['next_cursor']}"

    assert found == ["2.0", "5.0", "10.0", "20.0", "20.1", "25.0"]


def test_a_cursor_outlives_its_snapshot(tmp_path: Path) -> None:
    """Who polls with the last cursor gets what was learned since, after any publication."""
    today = small()
    more = (*CHANGES, change(31, "offer.added", "bolt/uni/zoom", "uni/zoom"))
    first, second = (remembering(today, FACTS, found) for found in (CHANGES[:3], more))
    catalogs.publish(tmp_path / "snapshots", first)
    with live.served(live.application(tmp_path)) as url:
        cursor = wire.ask(url, "/v1/changes").json["next_cursor"]
        assert learned(url, f"cursor={cursor}") == []
        catalogs.publish(tmp_path / "snapshots", second, 1001.0)
        live.eventually(lambda: learned(url, f"cursor={cursor}"))

        assert learned(url, f"cursor={cursor}") == ["20.0", "20.1", "25.0", "31.0"]


def test_every_damaged_cursor_is_refused(url: str) -> None:
    """No character of a cursor can be another one, be missing, or be added."""
    cursor: str = wire.ask(url, "/v1/changes?limit=1").json["next_cursor"]
    swapped = [cursor[:n] + ("A" if cursor[n] != "A" else "B") + cursor[n + 1 :] for n in range(8)]

    for one in (*swapped, cursor[:-1], cursor[1:], f"{cursor}A", "", "2.0", "%00", "é"):
        answer = wire.ask(url, f"/v1/changes?cursor={one.replace('é', '%C3%A9')}")
        assert (answer.status, answer.json["parameter"]) == (400, "cursor"), one


@pytest.mark.parametrize(
    ("question", "parameter", "allowed"),
    [
        ("kind=price", "kind", ", ".join(KINDS)),
        ("provider=nobody", "provider", "acme, bolt (or an alias"),
        ("model=nobody/x", "model", "the id of a model or an offer"),
        ("model=", "model", "the id of a model or an offer"),
        ("limit=0", "limit", "1 to 1000"),
        ("limit=1001", "limit", "1 to 1000"),
        ("since=today", "since", "2026-08-15"),
        ("until=2026", "until", "2026-08-15"),
        ("as_of=2026-01-01", "as_of", "cursor, kind, limit, model, provider, since, until."),
    ],
)
def test_a_wrong_question_about_changes_is_refused(
    url: str, question: str, parameter: str, allowed: str
) -> None:
    """The problem names the parameter and what is allowed."""
    answer = wire.ask(url, f"/v1/changes?{question}")

    assert (answer.status, answer.json["parameter"]) == (400, parameter)
    assert allowed in answer.json["detail"]


def test_a_set_of_rates_says_when_which_offers_were_listed_at_it(url: str) -> None:
    """The id that a row states leads to the rates, and to when they were in force."""
    found = wire.ask(url, f"/v1/rates/{name_of(BOLT)}").json

    assert found == {
        "object": "rate_set",
        "id": name_of(BOLT),
        "rates": [
            {"meter": "input", "unit": "token", "usd": "0.2"},
            {"meter": "output", "unit": "token", "usd": "0.8"},
        ],
        "pricing": {"prompt": "0.2", "completion": "0.8"},
        "offers": [
            {
                "offer": "bolt/labs/large",
                "from": "2026-01-06T00:00:00Z",
                "until": "2026-01-21T00:00:00Z",
            },
            {"offer": "bolt/labs/large", "from": "2026-01-26T00:00:00Z", "until": None},
        ],
    }


def test_every_rate_id_that_is_shown_resolves(url: str) -> None:
    """Rows of today and periods of the past lead to the rates that they state."""
    rows = wire.ask(url, "/v1/models?include_inactive=true").json["data"]
    offers = wire.ask(url, "/v1/models/labs/large/history").json["offers"]
    stated = [*rows, *(one for offer in offers for one in offer["periods"])]
    for one in stated:
        if one["rate_id"] is not None:
            assert wire.ask(url, f"/v1/rates/{one['rate_id']}").json["rates"] == one["rates"]


@pytest.mark.parametrize("name", ["rate_0", "x", "rate_%00"])
def test_unknown_rates_are_404(url: str, name: str) -> None:
    """The problem says what was looked for."""
    answer = wire.ask(url, f"/v1/rates/{name}")

    assert (answer.status, answer.json["code"]) == (404, "rates_not_found")


def test_a_long_list_of_another_moment_is_whole(tmp_path: Path) -> None:
    """More rows than a page may have are streamed, as they are for today."""
    today = catalogs.sized(1200)
    facts = [Fact(offer=one.id, since=0, prices=("0.1", "0.2")) for one in today.offers]
    catalogs.publish(tmp_path / "snapshots", remembering(today, facts))
    with live.served(live.application(tmp_path)) as url:
        answer = wire.ask(url, "/v1/models?as_of=2026-02-01", accept_encoding="gzip")

    assert (answer.json["total"], len(set(answer.ids))) == (1200, 1200)
    assert {row["pricing"]["prompt"] for row in answer.json["data"]} == {"0.1"}
