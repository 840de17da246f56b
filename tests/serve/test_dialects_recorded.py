"""The row dialects on the recorded answers of real providers."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import anthropic
import openai
import pytest
from google import genai
from google.genai import types

from dialects import openrouter_schema as schema
from support import live, wire
from support.scale import scaled
from support.schemas import validate

pytestmark = pytest.mark.recorded
PRICE = re.compile(r"[0-9]+(\.[0-9]+)?")


@pytest.fixture(scope="module")
def world(upstreams: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of what a refresh made of the recorded world."""
    directory = tmp_path_factory.mktemp("world")
    done = live.run(directory, "refresh", "--json", SOURCE_MIRROR=upstreams)
    assert done.returncode == 0, done.stderr
    with live.served(live.application(directory)) as url:
        yield url


@pytest.fixture(scope="module")
def shown(world: str) -> list[str]:
    """The ids of the native list."""
    return wire.ask(world, "/v1/models", accept_encoding="br").ids


def test_openai_s_client_reads_the_world(world: str, shown: list[str]) -> None:
    """Natively and lean: the same ids, thousands of them, each once."""
    for query in ({}, {"shape": "openai"}):
        with openai.OpenAI(base_url=f"{world}/v1", api_key="none", max_retries=0) as client:
            found = client.models.list(extra_query=query).data
        assert [one.id for one in found] == shown
        assert {type(one.created) for one in found} == {int}
    assert len(set(shown)) == len(shown) > 8000


def test_anthropic_s_client_pages_through_the_world(world: str, shown: list[str]) -> None:
    """All pages together are the list, each row once, the newest first."""
    with anthropic.Anthropic(base_url=world, api_key="none", max_retries=0) as client:
        found = list(client.models.list(limit=1000))

    assert sorted(one.id for one in found) == sorted(shown)
    dates = [one.created_at for one in found]
    assert dates == sorted(dates, reverse=True)


def test_google_s_client_pages_through_the_world(world: str, shown: list[str]) -> None:
    """All pages together are the list, each model once."""
    options = types.HttpOptions(base_url=world)
    with genai.Client(api_key="none", http_options=options) as client:
        found = [one.name for one in client.models.list(config={"page_size": 1000})]

    assert found == [f"models/{one}" for one in shown]


def test_openrouter_s_list_of_the_world_is_as_published(world: str) -> None:
    """Hundreds of models, every one by the closed schema, and those with prices of zero say it."""
    found = wire.ask(world, "/api/v1/models?output_modalities=all", accept_encoding="br").json

    validate(found, schema.LIST)
    assert len({row["id"] for row in found["data"]}) == found["total_count"] > 500
    assert 0 < wire.ask(world, "/api/v1/models").json["total_count"] < found["total_count"]


def test_endpoints_of_the_world_are_as_published(world: str) -> None:
    """Of some models, at full scale of all."""
    ids = wire.ask(world, "/api/v1/models?output_modalities=all", accept_encoding="br").ids
    with wire.connected(world) as line:
        for name in ids[:: -(-len(ids) // scaled(40, len(ids)))]:
            found = line.ask(f"/api/v1/models/{quote(name)}/endpoints").json
            validate(found, schema.ENDPOINTS)
            assert found["data"]["id"] == name


def test_priced_rows_of_the_world_have_prices(world: str) -> None:
    """Each has two prices and a context: else its reader would drop them all."""
    rows = wire.ask(world, "/priced/v1/models", accept_encoding="br").json["data"]

    assert len(rows) > 500
    for row in rows:
        assert type(row["context_length"]) is int
        for meter in ("prompt", "completion"):
            assert PRICE.fullmatch(row["pricing"][meter])


def test_gateways_of_the_world(world: str) -> None:
    """Vercel's rows are whole; Hugging Face's contexts are positive where they are there."""
    vercel = wire.ask(world, "/vercel/v1/models", accept_encoding="br").json["data"]
    router = wire.ask(world, "/huggingface/v1/models", accept_encoding="br").json["data"]

    assert len(vercel) > 100
    assert all(type(row["max_tokens"]) is int and row["pricing"]["input"] for row in vercel)
    offers = [one for row in router for one in row["providers"]]
    assert len(router) > 1000
    assert all(one.get("context_length", 1) > 0 for one in offers)
