"""The predecessor's paths: its parameters and envelopes, with the meaning they should have."""

import pytest

from support import wire


@pytest.mark.finding("X08")
def test_a_search_finds_the_rows_of_the_list(url: str) -> None:
    """The same rows in the same order, in the old envelope."""
    found = wire.ask(url, "/v1/models/search?q=large&gateway=acme-inc&sort_by=price").json
    listed = wire.ask(url, "/v1/models?q=large&gateway=acme-inc&sort_by=price&limit=20").json

    assert (found["success"], found["data"]) == (True, listed["data"])
    assert found["meta"] == {
        "total": listed["total"], "limit": 20, "offset": 0, "returned": 1,
        "filters_applied": {"q": "large", "gateway": ["acme-inc"]},
    }  # fmt: skip


@pytest.mark.parametrize("offset", [0, 2, 99])
def test_a_search_has_pages(url: str, offset: int) -> None:
    """Past the end there is nothing, and the total stays true."""
    whole = wire.ask(url, "/v1/models").json["data"]
    found = wire.ask(url, f"/v1/models/search?limit=2&offset={offset}").json

    assert found["data"] == whole[offset : offset + 2]
    assert (found["meta"]["total"], found["meta"]["limit"]) == (len(whole), 2)


def test_models_come_by_providers_unless_asked_otherwise(url: str) -> None:
    """Those that most serve first, as the list sorts them; `cheapest_price` is `price`."""
    for mine, list_ in (
        ("", "sort=provider_count&order=desc"),
        ("?sort_by=cheapest_price&order=asc", "sort=price&order=asc"),
        ("?sort=cheapest_price", "sort=price&order=desc"),
        ("?min_providers=2", "min_providers=2&sort=provider_count&order=desc"),
        ("?include_inactive=true", "include_inactive=true&sort=provider_count&order=desc"),
    ):
        found = wire.ask(url, f"/v1/models/unique{mine}").json
        listed = wire.ask(url, f"/v1/models?unique=true&limit=100&{list_}").json
        assert found["models"] == listed["data"], mine
        assert found["total"] == listed["total"], mine


def test_the_envelope_of_models_repeats_what_was_asked(url: str) -> None:
    """Filters and order as they were understood."""
    found = wire.ask(url, "/v1/models/unique?limit=1&min_providers=1&sort_by=name&order=asc").json

    assert found["filters"] == {"min_providers": 1, "include_inactive": False}
    assert found["sort"] == {"by": "name", "order": "asc"}
    assert (found["limit"], found["offset"], found["has_more"]) == (1, 0, True)


@pytest.mark.parametrize(
    "query", ["sort_by=size", "order=up", "limit=0", "shape=openai", "unique=0"]
)
@pytest.mark.parametrize("path", ["/v1/models/unique"])
def test_a_wrong_question_is_refused(url: str, path: str, query: str) -> None:
    """Nothing is replaced by a default in silence."""
    assert wire.ask(url, f"{path}?{query}").status == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("modelId=labs/large", "labs/large"),
        ("modelId=bolt/labs/large", "bolt/labs/large"),
        ("developer=@labs&modelName=large", "labs/large"),
        ("modelId=labs/large&gateway=acme-inc", "acme/labs/Large"),
        ("modelId=acme/labs/Large&gateway=bolt", "bolt/labs/large"),
    ],
)
def test_a_detail_is_of_what_is_named(url: str, query: str, found: str) -> None:
    """By one id or by its parts; with a gateway, what that one offers of the model."""
    answer = wire.ask(url, f"/api/models/detail?{query}").json

    assert answer["data"]["id"] == found
    assert (answer["provider"], answer["model"]) == ("labs", "large")
    assert answer["providers"] == ["bolt", "acme"]


@pytest.mark.parametrize("query", ["", "developer=labs", "modelName=large", "modelId="])
def test_a_detail_of_nothing_is_refused(url: str, query: str) -> None:
    """Half a name is none."""
    answer = wire.ask(url, f"/api/models/detail?{query}")

    assert (answer.status, answer.json["parameter"]) == (400, "modelId")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("modelId=labs/larg", "modelId"),
        ("modelId=labs/larg&gateway=bolt", "modelId"),
        ("modelId=uni/small&gateway=bolt", "gateway"),
    ],
)
def test_a_detail_of_what_is_not_there_is_404(url: str, query: str, parameter: str) -> None:
    """No such model, or none at that gateway."""
    answer = wire.ask(url, f"/api/models/detail?{query}")

    assert (answer.status, answer.json["code"]) == (404, "model_not_found")
    assert answer.json["parameter"] == parameter
