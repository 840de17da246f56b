"""``POST /v1/cost`` over HTTP: one question, many, and what is refused."""

import json
from collections.abc import Iterator
from decimal import Decimal
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from modeldex.domain.provider import Provider
from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.serve.bodies import MOST_BYTES
from modeldex.serve.routes.cost import MOST_ITEMS
from support import catalogs, live, wire
from support.catalogs import build, listing, priced, rows

JSON = "application/json"
PLAIN = {"input": 1000, "output": 500}


def tiered() -> tuple[Rate, ...]:
    """Return rates with a long tier, a batch tier and a price that begins later."""
    return (
        Rate(meter=Meter.INPUT, usd=Decimal("0.000002")),
        Rate(meter=Meter.OUTPUT, usd=Decimal("0.000004")),
        Rate(meter=Meter.INPUT, usd=Decimal("0.000003"), when=Conditions(min_input_tokens=2001)),
        Rate(meter=Meter.INPUT, usd=Decimal("0.000001"), when=Conditions(service_tier="batch")),
        Rate(meter=Meter.OUTPUT, usd=Decimal("0.000002"), when=Conditions(service_tier="batch")),
        Rate(
            meter=Meter.OUTPUT, usd=Decimal("0.000005"), when=Conditions(valid_from="2030-01-01")
        ),
    )


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of one model with three offers, one of them unpriced."""
    directory = tmp_path_factory.mktemp("cost")
    catalog = build(
        rows("acme", [listing("acme", "labs/m", rates=tiered())]),
        rows("bolt", [priced("bolt", "labs/m", "0.000001", "0.000002")]),
        rows("cola", [listing("cola", "labs/m"), listing("cola", "labs/gone", status="retired")]),
        providers=(Provider(slug="acme", name="Acme", aliases=("acme-inc",)),),
    )
    catalogs.publish(directory / "snapshots", catalog)
    with live.served(live.application(directory)) as found:
        yield found


def post(url: str, body: bytes | str, media: str = JSON, path: str = "/v1/cost") -> wire.Answer:
    """Send a body."""
    line = HTTPConnection(urlsplit(url).netloc, timeout=live.PATIENCE)
    try:
        sent = body.encode() if isinstance(body, str) else body
        line.request("POST", path, body=sent, headers={"content-type": media})
        found = line.getresponse()
        fields = [(name.lower(), value) for name, value in found.getheaders()]
        return wire.Answer(found.status, fields, found.read())
    finally:
        line.close()


def ask(url: str, **question: Any) -> wire.Answer:
    """Ask a question."""
    return post(url, json.dumps(question))


def test_an_offer_has_one_bill(url: str) -> None:
    """Line items with quantity, rate and rule, the total, the set of rates and its source."""
    found = ask(url, offer="acme/labs/m", usage=PLAIN, at="2026-11-23").json
    listed = wire.ask(url, "/v1/models/bolt/labs/m").json

    assert (found["object"], found["offer"], found["source"]) == ("cost", "acme/labs/m", "acme")
    assert (found["total"], found["known_total"], found["missing"]) == ("0.004", "0.004", [])
    assert found["at"] == "2026-11-23T00:00:00Z"
    assert found["lines"][0] == {
        "meter": "input", "quantity": "1000", "per": "1", "amount": "0.002", "rule": "own rate",
        "rate": {"meter": "input", "unit": "token", "usd": "0.000002"},
    }  # fmt: skip
    assert ask(url, offer="bolt/labs/m", usage=PLAIN).json["rate_id"] == listed["rate_id"]


def test_a_model_has_a_bill_per_offer_cheapest_first(url: str) -> None:
    """An offer whose cost is unknown comes last, and is never the cheapest."""
    found = ask(url, model="labs/m", usage=PLAIN).json

    assert [(one["offer"], one["total"]) for one in found["data"]] == [
        ("bolt/labs/m", "0.002"), ("acme/labs/m", "0.004"), ("cola/labs/m", None),
    ]  # fmt: skip
    assert (found["object"], found["cheapest"]) == ("cost.list", "bolt/labs/m")
    assert [gap["meter"] for gap in found["data"][2]["missing"]] == ["input", "output"]


@pytest.mark.parametrize("name", ["acme", "acme-inc", "@ACME"])
def test_a_provider_picks_its_offer(url: str, name: str) -> None:
    """By any of its names; with it, the provider's own id of the model is enough."""
    assert ask(url, model="labs/m", provider=name, usage=PLAIN).json["offer"] == "acme/labs/m"
    assert ask(url, offer="labs/m", provider=name, usage=PLAIN).json["offer"] == "acme/labs/m"


@pytest.mark.parametrize(
    ("how", "total"),
    [
        ({"service_tier": "batch"}, "0.002"),
        ({"service_tier": "default"}, "0.004"),
        ({"usage": {"input": 3000, "output": 0}}, "0.009"),
        ({"at": "2029-12-31T23:59:59Z"}, "0.004"),
        ({"at": "2030-01-01T00:00:00Z"}, "0.0045"),
        ({"at": "2030-01-01T00:30:00+01:00"}, "0.004"),
        ({"service_tier": "flex"}, None),
    ],
)
def test_conditions_decide(url: str, how: dict[str, Any], total: str | None) -> None:
    """Service tier, length and moment choose among the rates that the row holds."""
    found = ask(url, **{"offer": "acme/labs/m", "usage": PLAIN, **how})

    assert (found.status, found.json["total"]) == (200, total)


def test_a_missing_rate_makes_the_total_unknown(url: str) -> None:
    """What is known is added up beside it; with leave, a part is billed as its whole."""
    used = {"input": 1000, "cache_read": 400}
    strict = ask(url, offer="bolt/labs/m", usage=used).json
    whole = ask(url, offer="bolt/labs/m", usage=used, unpriced_parts="as_whole").json

    assert (strict["total"], strict["known_total"]) == (None, "0.0006")
    assert strict["missing"] == [
        {"meter": "cache_read", "quantity": "400",
         "needed": "A rate for cache_read: the source states none."}
    ]  # fmt: skip
    assert whole["total"] == "0.001"


def test_each_item_of_a_batch_is_answered_alone(url: str) -> None:
    """Bad ones say why at their place; good ones are not disturbed."""
    good = {"offer": "acme/labs/m", "usage": PLAIN}
    items = [good, {"model": "nobody/knows", "usage": PLAIN}, {"model": "labs/m"}, 7, good]
    found = post(url, json.dumps({"items": items}))

    assert found.status == 200
    told = [one.get("total") or one["error"]["code"] for one in found.json["data"]]
    assert told == ["0.004", "not_found", "bad_value", "bad_value", "0.004"]
    assert [one["index"] for one in found.json["data"]] == [0, 1, 2, 3, 4]
    assert found.json["data"][2]["error"]["parameter"] == "usage"


def test_a_batch_as_large_as_allowed_is_answered_whole(url: str) -> None:
    """In slices, but in order and from one snapshot."""
    items = [{"offer": "acme/labs/m", "usage": {"input": n}} for n in range(MOST_ITEMS)]
    found = post(url, json.dumps({"items": items})).json["data"]

    assert [one["total"] for one in found[:3]] == ["0", "0.000002", "0.000004"]
    assert len(found) == MOST_ITEMS


@pytest.mark.parametrize(
    ("body", "status", "code", "parameter"),
    [
        ("", 400, "bad_json", None),
        ("{", 400, "bad_json", None),
        (b"\xff\xfe", 400, "bad_json", None),
        ("[" * 100_000, 400, "bad_json", None),
        ("[]", 400, "bad_value", ""),
        ("{}", 400, "bad_value", "model"),
        ('{"model": "a", "offer": "b", "usage": {}}', 400, "bad_value", "model"),
        ('{"model": "", "usage": {"input": 1}}', 400, "bad_value", "model"),
        ('{"model": "labs/m", "usage": {"input": 1.5}}', 400, "bad_value", "usage.input"),
        ('{"model": "labs/m", "usage": {"input": 1e400}}', 400, "bad_value", "usage.input"),
        ('{"model": "labs/m", "usage": {"x": 1}}', 400, "bad_value", "usage"),
        ('{"model": "labs/m", "usage": {"input": 1}, "at": "soon"}', 400, "bad_value", "at"),
        ('{"model": "labs/m", "usage": {"input": 1}, "at": 5}', 400, "bad_value", "at"),
        ('{"model": "labs/m", "usage": {"input": 1}, "at": "2026-01-01T00:00"}', 400, "bad_value",
         "at"),
        ('{"model": "labs/m", "usage": {"input": 1}, "colour": 1}', 400, "bad_value", "colour"),
        ('{"model": "labs/m", "usage": {"input": 1}, "unpriced_parts": "free"}', 400, "bad_value",
         "unpriced_parts"),
        ('{"model": "labs/m", "usage": {"input": 1}, "options": {"a": 1}}', 400, "bad_value",
         "options"),
        ('{"model": "labs/none", "usage": {"input": 1}}', 404, "not_found", "model"),
        ('{"offer": "labs/none", "usage": {"input": 1}}', 404, "not_found", "offer"),
        ('{"model": "labs/m", "provider": "zed", "usage": {"input": 1}}', 404, "not_found",
         "provider"),
        ('{"items": []}', 400, "bad_value", "items"),
        ('{"items": {}}', 400, "bad_value", "items"),
        ('{"items": [{}], "at": "2026-01-01"}', 400, "bad_value", "at"),
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused(
    url: str, body: str | bytes, status: int, code: str, parameter: str | None
) -> None:
    """As a problem that names the key; nothing of the request's inside is an error of ours."""
    found = post(url, body)

    assert (found.status, found.json["code"]) == (status, code)
    assert found.headers["content-type"] == "application/problem+json"
    assert found.json.get("parameter") == parameter


def test_too_many_items_are_refused(url: str) -> None:
    """The bound is named."""
    found = post(url, json.dumps({"items": [{}] * (MOST_ITEMS + 1)}))

    assert (found.status, found.json["parameter"]) == (400, "items")
    assert str(MOST_ITEMS) in found.json["detail"]


def test_a_body_that_is_too_large_is_refused(url: str) -> None:
    """It is counted while it comes."""
    assert post(url, b" " * (MOST_BYTES + 1)).json["code"] == "body_too_large"


@pytest.mark.parametrize("media", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_only_json_is_taken(url: str, media: str) -> None:
    """A form that a browser sends without asking is none."""
    assert post(url, "{}", media).status == 415
    assert post(url, "{}", "application/json; charset=utf-8").status == 400


def test_only_post_is_taken_and_no_query(url: str) -> None:
    """Reading the address says which method it takes."""
    found = wire.ask(url, "/v1/cost")

    assert (found.status, found.headers["allow"]) == (405, "POST")
    assert post(url, "{}", path="/v1/cost?model=x").json["code"] == "unknown_parameter"


def test_an_answer_is_not_to_be_kept(url: str) -> None:
    """It has a request id as any other, and no cache may hold it."""
    found = ask(url, offer="acme/labs/m", usage=PLAIN)

    assert found.headers["cache-control"] == "no-store"
    assert found.headers["x-request-id"]


def test_nothing_published_is_not_ready(tmp_path: Path) -> None:
    """As on every route."""
    with live.served(live.application(tmp_path)) as empty:
        assert ask(empty, model="labs/m", usage=PLAIN).status == 503


def test_the_document_describes_the_question(url: str) -> None:
    """Single and batch form, with every key that is taken."""
    body = wire.ask(url, "/openapi.json").json["paths"]["/v1/cost"]["post"]["requestBody"]
    single, batch = body["content"][JSON]["schema"]["oneOf"]

    assert batch["properties"]["items"]["items"] == single
    assert set(single["properties"]) == {
        "model", "offer", "provider", "usage", "at", "known_at", "service_tier", "region",
        "options", "unpriced_parts",
    }  # fmt: skip
