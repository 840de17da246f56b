"""What the guard holds back in a refresh, and what becomes of it."""

import json
from collections.abc import Mapping
from typing import Literal

import msgspec
import pytest

from modeldex.errors import RefreshError
from modeldex.refresh.order import Decision
from modeldex.refresh.report import Report
from modeldex.refresh.suspicion import Thresholds
from modeldex.snapshot import status
from modeldex.snapshot.status import SourceStatus
from support.provider import FakeProvider, Reply
from support.refreshing import INTERVAL, START, Workshop, models, outcome

IDS = tuple(f"m{number:02}" for number in range(20))
LOW, HIGH = "0.000001", "0.000012"
SHRUNK = models(*IDS[:7])
SCALED = models(*IDS, prompt="0.001")
ACCEPT = Decision(action="accept", target="acme")
REJECT = Decision(action="reject", target="acme")


def stating(prices: Mapping[str, str]) -> Reply:
    """Return an answer in which each model has its price."""
    rows = [
        {"id": name, "pricing": {"prompt": price, "completion": price}}
        for name, price in prices.items()
    ]
    return Reply(json.dumps({"data": rows}).encode())


def one_high() -> Reply:
    """Return an answer in which the first model costs twelve times as much as ever."""
    return stating({**dict.fromkeys(IDS, LOW), "m00": HIGH})


async def started(workshop: Workshop) -> Report:
    """Refresh once, so that twenty models are held and published."""
    workshop.declare("acme")
    workshop.answers("acme", models(*IDS))
    return await workshop.refresh()


async def again(workshop: Workshop, reply: Reply, seconds: float = INTERVAL) -> Report:
    """Refresh once more, some time later, with another answer."""
    workshop.clock.seconds += seconds
    workshop.answers("acme", reply)
    return await workshop.refresh()


def shown(workshop: Workshop) -> SourceStatus:
    """Return how the source is doing, as the status file says."""
    found = status.read(workshop.refresher.directory)
    assert found is not None
    (one,) = found.sources
    return one


WHOLE = {
    "scaled": (SCALED, "changed", 20, 20, "20 of 20 rows changed suspiciously"),
    "shrunk": (SHRUNK, "shrunk", 7, 0, "it answered 7 rows where 20 are held"),
    "empty": (models(), "empty", 0, 0, "it answered an empty list where 20 rows are held"),
}


@pytest.mark.finding("X22")
@pytest.mark.parametrize("kind", WHOLE)
async def test_an_answer_that_is_suspicious_as_a_whole_is_held_with_its_numbers(
    kind: str, workshop: Workshop
) -> None:
    """The last good catalog stands, and report, status and store say what is held and why."""
    reply, name, now, suspicious, reason = WHOLE[kind]
    before = await started(workshop)
    report = await again(workshop, reply)
    one = outcome(report, "acme")
    assert (one.outcome, one.rows, one.suspicious, one.reason) == ("held", 20, suspicious, reason)
    assert (report.snapshot, report.published) == (before.snapshot, False)
    assert workshop.statuses() == {f"acme/{one}": "available" for one in IDS}
    held = shown(workshop).held
    assert held is not None
    assert (held.kind, held.before, held.now, held.suspicious) == (name, 20, now, suspicious)
    assert (shown(workshop).state, held.times, held.first_at) == ("held", 1, START + INTERVAL)
    kept = (await workshop.store.known()).held["acme"]
    assert (kept.reason, kept.pages) == (reason, (reply.body,))


async def test_a_held_answer_is_counted_over_a_restart_and_goes_with_a_good_one(
    workshop: Workshop,
) -> None:
    """Equal answers add up whatever process sees them; a plausible one ends the matter."""
    await started(workshop)
    for times in (1, 2, 3):
        await again(workshop, SCALED)
        workshop.restart()
        held = shown(workshop).held
        assert held is not None
        assert held.times == times
    report = await again(workshop, models(*IDS, "new"))
    assert outcome(report, "acme").new == 1
    assert (shown(workshop).state, shown(workshop).held) == ("ok", None)
    assert (await workshop.store.known()).held == {}


async def test_a_shrunken_answer_is_released_by_itself(workshop: Workshop) -> None:
    """After five equal answers over a day it is taken, and the rest is missing."""
    await started(workshop)
    outcomes = [
        outcome(await again(workshop, SHRUNK, 6 * 3600.0), "acme").outcome for _ in range(5)
    ]
    assert outcomes == ["held"] * 4 + ["answered"]
    found = list(workshop.statuses().values())
    assert (found.count("available"), found.count("missing")) == (7, 13)
    assert (await workshop.store.known()).held == {}


async def test_an_accepted_answer_is_published(workshop: Workshop) -> None:
    """Without asking anybody: its prices are held and its payload is the last good one."""
    await started(workshop)
    await again(workshop, SCALED)
    asked = workshop.asked("acme")
    report = await workshop.decide(ACCEPT)
    assert (report.published, report.outcomes) == (True, ())
    assert await workshop.price("m00") == "0.001"
    payload = await workshop.store.payload("acme")
    assert payload is not None
    assert payload.pages == (SCALED.body,)
    assert (workshop.asked("acme"), (await workshop.store.known()).held) == (asked, {})
    assert (shown(workshop).state, shown(workshop).held) == ("ok", None)
    assert outcome(await again(workshop, SCALED), "acme").outcome == "answered"


async def test_a_rejected_answer_stays_rejected(workshop: Workshop) -> None:
    """Equal ones are refused without end; another one is judged for itself."""
    await started(workshop)
    await again(workshop, SHRUNK)
    await workshop.decide(REJECT)
    for _ in range(6):
        report = await again(workshop, SHRUNK, 86400.0)
        assert outcome(report, "acme").outcome == "rejected"
    assert (await workshop.store.known()).held["acme"].rejected
    await again(workshop, models(*IDS[:6]))
    assert not (await workshop.store.known()).held["acme"].rejected
    assert len(workshop.statuses()) == 20


async def test_a_rejected_answer_is_shown_as_such_until_a_good_one_comes(
    workshop: Workshop,
) -> None:
    """At once, with its numbers, over a restart and a failure; a good answer ends the matter."""
    await started(workshop)
    await again(workshop, SHRUNK)
    await workshop.decide(REJECT)
    states, times = [shown(workshop).state], list[int]()
    for reply in (SHRUNK, Reply(status=404), SHRUNK, models(*IDS)):
        workshop.restart()
        await again(workshop, reply)
        one = shown(workshop)
        states.append(one.state)
        times += [one.held.times] if one.held else []
    assert states == ["rejected", "rejected", "failing", "rejected", "ok"]
    assert times == [2, 2, 3]
    assert (shown(workshop).held, shown(workshop).reason) == (None, None)
    assert (await workshop.store.known()).held == {}


async def test_who_rejected_an_answer_may_still_accept_it(workshop: Workshop) -> None:
    """It is published then, as if it had never been rejected."""
    await started(workshop)
    await again(workshop, SCALED)
    await workshop.decide(REJECT)
    assert (await workshop.decide(ACCEPT)).published
    assert await workshop.price("m00") == "0.001"
    assert (shown(workshop).state, shown(workshop).held) == ("ok", None)
    assert outcome(await again(workshop, SCALED), "acme").outcome == "answered"


async def test_an_accepted_answer_retires_when_the_settings_say(workshop: Workshop) -> None:
    """A model that four answers lacked lacks in the accepted one for the fifth time."""
    limits = Thresholds(retire_after=5)
    workshop.refresher.terms = msgspec.structs.replace(workshop.refresher.terms, thresholds=limits)
    await started(workshop)
    for _ in range(4):
        await again(workshop, models(*IDS[1:]))
    await again(workshop, models(*IDS[1:], prompt="0.001"))
    await workshop.decide(ACCEPT)
    (source,) = (await workshop.store.known()).listings
    assert [one.missing for one in source.rows] == [0] * 19 + [5]


@pytest.mark.parametrize(
    "decision",
    [ACCEPT, REJECT, Decision(action="accept", target="acme", model="m00"),
     Decision(action="accept", target="nobody")],
)  # fmt: skip
async def test_where_nothing_is_held_there_is_nothing_to_decide(
    decision: Decision, workshop: Workshop
) -> None:
    """It is refused, and nothing changes."""
    await started(workshop)
    before = (await workshop.store.known()).health
    with pytest.raises(RefreshError, match="Nothing is"):
        await workshop.decide(decision)
    assert (await workshop.store.known()).health == before


async def test_one_suspicious_row_is_settled_by_the_third_equal_answer(
    workshop: Workshop,
) -> None:
    """Until then its old price is served, with a doubt; no other row waits."""
    await started(workshop)
    seen = []
    for _ in range(3):
        one = outcome(await again(workshop, one_high()), "acme")
        workshop.restart()
        seen.append((one.outcome, one.suspicious, await workshop.price("m00")))
    assert seen == [("answered", 1, LOW), ("answered", 1, LOW), ("answered", 0, HIGH)]


async def test_answers_that_say_unchanged_settle_a_row_too(workshop: Workshop) -> None:
    """A 304 says the same price once more."""
    await started(workshop)
    marked = Reply(one_high().body, headers={"ETag": '"v2"'})
    workshop.answers("acme", marked, Reply(b"", status=304))
    prices = []
    for _ in range(3):
        await workshop.refresh()
        prices.append(await workshop.price("m00"))
    assert prices == [LOW, LOW, HIGH]


@pytest.mark.parametrize(("decision", "price"), [("accept", HIGH), ("reject", LOW)])
async def test_one_suspicious_row_can_be_decided(
    decision: Literal["accept", "reject"], price: str, workshop: Workshop
) -> None:
    """Accepted, the new price is served at once; rejected, the count begins anew."""
    await started(workshop)
    await again(workshop, one_high())
    await workshop.decide(Decision(action=decision, target="acme", model="m00"))
    assert await workshop.price("m00") == price
    assert shown(workshop).suspicious == 0
    await again(workshop, one_high())
    assert await workshop.price("m00") == price
    assert shown(workshop).suspicious == (0 if decision == "accept" else 1)


@pytest.mark.finding("X22")
async def test_a_model_that_vanished_is_missing_then_retired_and_may_return(
    workshop: Workshop,
) -> None:
    """Three complete answers without it retire it; the first one with it brings it back."""
    await started(workshop)
    found = []
    for reply in [models(*IDS[1:])] * 4 + [models(*IDS)]:
        one = outcome(await again(workshop, reply), "acme")
        workshop.restart()
        found.append((workshop.statuses()["acme/m00"], one.removed, one.returned))
    assert found == [
        ("missing", 1, 0),
        ("missing", 0, 0),
        ("retired", 0, 0),
        ("retired", 0, 0),
        ("available", 0, 1),
    ]


async def test_an_incomplete_answer_retires_nothing(workshop: Workshop) -> None:
    """Where a row could not be read, it may be the one that is not there."""
    await started(workshop)
    rows = json.loads(models(*IDS[1:]).body)["data"]
    broken = Reply(json.dumps({"data": [*rows, {"id": None}]}).encode())
    for _ in range(4):
        await again(workshop, broken)
    assert workshop.statuses()["acme/m00"] == "available"


@pytest.mark.finding("X22")
async def test_a_hidden_offer_stays_hidden(workshop: Workshop) -> None:
    """Over changes, restarts, absence and return, until it is shown again."""
    await started(workshop)
    await workshop.decide(Decision(action="hide", target="acme/m00"))
    assert workshop.statuses()["acme/m00"] == "hidden"
    for reply in (models(*IDS, prompt="0.000002"), models(*IDS[1:]), models(*IDS)):
        workshop.restart()
        await again(workshop, reply)
        assert workshop.statuses()["acme/m00"] == "hidden"
    await workshop.decide(Decision(action="show", target="acme/m00"))
    assert workshop.statuses()["acme/m00"] == "available"


async def test_a_changed_declaration_reads_the_last_answer_anew(workshop: Workshop) -> None:
    """A corrected unit is no suspicious change: what was held is read as the new answer is."""
    await started(workshop)
    page = (workshop.sources / "acme.toml").read_text()
    (workshop.sources / "acme.toml").write_text(page.replace('usd_per = "1"', 'usd_per = "1M"'))
    workshop.restart()
    one = outcome(await again(workshop, models(*IDS)), "acme")
    assert (one.outcome, one.suspicious, one.changed) == ("answered", 0, 20)
    assert await workshop.price("m00") == "0.000000000001"


async def test_a_changed_declaration_settles_no_suspicious_row(workshop: Workshop) -> None:
    """The last answer states the new price, which nothing but the guard's rules may release."""
    await started(workshop)
    await again(workshop, one_high())
    workshop.declare("acme", 'site = "https://acme.example"')
    prices = []
    for _ in range(2):
        await again(workshop, one_high())
        prices.append(await workshop.price("m00"))
    assert prices == [LOW, HIGH]


async def test_a_changed_declaration_does_not_hide_scaled_prices(
    workshop: Workshop, fake_provider: FakeProvider
) -> None:
    """Only the last good answer is read anew, not the one that comes."""
    await started(workshop)
    workshop.declare("acme", 'site = "https://acme.example"')
    for _ in range(2):
        assert outcome(await again(workshop, SCALED), "acme").outcome == "held"
        assert "if-none-match" not in fake_provider.asked[-1].headers
    assert await workshop.price("m00") == LOW


async def test_a_changed_declaration_read_while_an_answer_is_held_is_not_forgotten(
    workshop: Workshop,
) -> None:
    """The corrected unit still explains the prices of the first answer that is no longer held."""
    await started(workshop)
    page = (workshop.sources / "acme.toml").read_text()
    (workshop.sources / "acme.toml").write_text(page.replace('usd_per = "1"', 'usd_per = "1M"'))
    assert outcome(await again(workshop, SHRUNK), "acme").outcome == "held"
    assert outcome(await again(workshop, models(*IDS)), "acme").outcome == "answered"
    assert await workshop.price("m00") == "0.000000000001"


async def test_a_changed_declaration_forgets_no_missing_model(workshop: Workshop) -> None:
    """The last answer did not have it, and so does the next one: it is retired in its time."""
    await started(workshop)
    found = []
    for number in range(3):
        workshop.declare("acme", f'site = "https://acme.example/{number}"')
        await again(workshop, models(*IDS[1:]))
        found.append(workshop.statuses()["acme/m00"])
    assert found == ["missing", "missing", "retired"]
