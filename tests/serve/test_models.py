"""Offers, comparisons and batches over HTTP."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from modeldex.query import comparing
from modeldex.query.comparing import MOST_MODELS, Batch
from modeldex.snapshot.publish import read_pointer
from modeldex.snapshot.reader import Snapshot
from serve.conftest import small
from serve.test_cost import post
from support import catalogs, wire

BATCH = "/v1/models/batch-compare"


@pytest.mark.parametrize("name", ["labs/large", "LABS/Large", "acme/labs/Large"])
def test_offers_are_those_of_the_model(url: str, name: str) -> None:
    """A model, another case of it, and an offer of it mean the same; cheapest first."""
    found = wire.ask(url, f"/v1/models/{name}/offers").json
    rows = {row["id"]: row for row in wire.ask(url, "/v1/models").json["data"]}

    assert (found["model"], found["total"]) == ("labs/large", 2)
    assert found["data"] == [rows["bolt/labs/large"], rows["acme/labs/Large"]]


def test_offers_can_be_those_of_one_gateway_or_inactive_too(url: str) -> None:
    """An alias of a gateway is the gateway."""
    one = wire.ask(url, "/v1/models/labs/large/offers?gateway=acme-inc")
    none, all_ = (
        wire.ask(url, f"/v1/models/uni/old/offers{query}")
        for query in ("", "?include_inactive=true")
    )

    assert one.ids == ["acme/labs/Large"]
    assert (none.ids, all_.ids) == ([], ["acme/uni/old"])


@pytest.mark.parametrize("name", ["labs/large", "bolt/labs/large"])
def test_a_comparison_is_of_the_model(url: str, name: str) -> None:
    """Whichever of its names is asked for."""
    found = wire.ask(url, f"/v1/models/{name}/compare").json

    assert [one["id"] for one in found["comparisons"]] == ["acme/labs/Large", "bolt/labs/large"]
    assert found["recommendation"]["id"] == "acme/labs/Large"
    assert found["savings"]["potential_savings_per_1m_tokens"] == "200000"
    assert found["savings"]["savings_percentage"] == "20"


def test_a_batch_is_the_comparisons_of_each(url: str) -> None:
    """In the order in which they were asked for; one that means nothing says so alone."""
    names = ["uni/small", "nobody", "labs/large", "acme/labs/Large"]
    found = post(url, json.dumps({"model_ids": names}), path=BATCH).json
    single = wire.ask(url, "/v1/models/labs/large/compare").json
    results = found["results"]

    assert [one["model_id"] for one in results] == names
    assert found["models_compared"] == 3
    assert results[1]["comparison"] is None
    assert results[1]["error"]["code"] == "model_not_found"
    assert results[2]["comparison"] == results[3]["comparison"]
    assert results[2]["comparison"].items() <= single.items()
    assert results[2]["gateways_available"] == ["acme", "bolt"]


def test_a_batch_in_the_query_is_the_one_in_the_body(url: str) -> None:
    """As the predecessor's clients ask."""
    path = f"{BATCH}?model_ids=labs/large&model_ids=uni/small&criteria=context"
    body = {"model_ids": ["labs/large", "uni/small"], "criteria": "context"}

    assert post(url, "", path=path).json == post(url, json.dumps(body), path=BATCH).json


@pytest.mark.finding("X33")
@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"model_ids": ["labs/large"] * (MOST_MODELS + 1)}, "model_ids"),
        ({"model_ids": []}, "model_ids"),
        ({"model_ids": "labs/large"}, "model_ids"),
        ({"model_ids": [1]}, "model_ids"),
        ({"model_ids": ["x" * 513]}, "model_ids"),
        ({"model_ids": ["a"], "criteria": "luck"}, "criteria"),
        ({"model_ids": ["a"], "criteria": {}}, "criteria"),
        ({"model_ids": ["a"], "gateways": ["nowhere"]}, "gateways"),
        ({"model_ids": ["a"], "gateways": {}}, "gateways"),
        ({"model_ids": ["a"], "more": 1}, "more"),
        ({}, "model_ids"),
    ],
)
def test_a_batch_that_is_none_is_refused(url: str, body: object, parameter: str) -> None:
    """Too many, or something else than ids."""
    answer = post(url, json.dumps(body), path=BATCH)

    assert (answer.status, answer.json["code"]) == (400, "bad_value")
    assert answer.json["parameter"] == parameter


class Counted(Snapshot):
    """A snapshot that counts statements."""

    asked = 0

    @override
    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        """Count, and read."""
        self.asked += 1
        return super().rows(statement, values)


@pytest.mark.finding("X33")
def test_a_batch_costs_the_same_statements_for_any_number(tmp_path: Path) -> None:
    """Names, heads and offers are each read once."""
    catalogs.publish(tmp_path, small())
    current = read_pointer(tmp_path).current
    assert current is not None
    held = Counted(tmp_path / current.file)
    counts = []
    for names in (("labs/large",), ("labs/large", "uni/small", "x") * 30):
        before = held.asked
        comparing.batch(held, Batch(names))
        counts.append(held.asked - before)

    assert counts[0] == counts[1] <= 3
