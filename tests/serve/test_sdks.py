"""Other services' own clients list, page through, retrieve and miss models here."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import errors, types

from modeldex.access import keys
from modeldex.access.keys import KeyRecord
from support import catalogs, live, varied

MISSING = "labs/nothing:here"
SHOWN = {
    "acme/labs/Whole:v1", "acme/labs/plain", "acme/labs/unpriced", "acme/labs/no-context",
    "acme/labs/free:free", "bolt/labs/plain", "bolt/labs/embed", "bolt/labs/unpriced",
}  # fmt: skip
NEWEST = "acme/labs/Whole:v1"
TOKEN = keys.new_token()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the varied catalog, and of one key."""
    directory = tmp_path_factory.mktemp("varied")
    catalogs.publish(directory / "snapshots", varied.catalog())
    keys.write(directory / keys.FILE, [KeyRecord(id="one", sha256=keys.digest(TOKEN))])
    with live.served(live.application(directory)) as url:
        yield url


@pytest.fixture
def claude(served: str) -> Iterator[anthropic.Anthropic]:
    """Anthropic's client."""
    with anthropic.Anthropic(base_url=served, api_key=TOKEN, max_retries=0) as client:
        yield client


@pytest.fixture
def gpt(served: str) -> Iterator[openai.OpenAI]:
    """OpenAI's client."""
    with openai.OpenAI(base_url=f"{served}/v1", api_key=TOKEN, max_retries=0) as client:
        yield client


@pytest.fixture
def gemini(served: str) -> Iterator[genai.Client]:
    """Google's client."""
    with google_client(served) as client:
        yield client


def google_client(url: str) -> genai.Client:
    """Return Google's client of a server."""
    return genai.Client(api_key=TOKEN, http_options=types.HttpOptions(base_url=url))


@pytest.mark.parametrize("base", ["/v1", "", "/priced/v1"])
def test_openai_s_client_lists(served: str, base: str) -> None:
    """Under any of the base URLs: every id once, with a whole number and an owner."""
    with openai.OpenAI(base_url=f"{served}{base}", api_key=TOKEN, max_retries=0) as client:
        found = client.models.list().data

    assert {one.id for one in found} == (SHOWN if "priced" not in base else {
        "acme/labs/Whole:v1", "acme/labs/plain", "acme/labs/free:free", "bolt/labs/plain",
    })  # fmt: skip
    assert len({one.id for one in found}) == len(found)
    assert {type(one.created) for one in found} == {int}
    assert {(one.object, one.owned_by) for one in found} == {("model", "labs")}


def test_openai_s_client_retrieves(gpt: openai.OpenAI) -> None:
    """Slashes and colons in an id come through, and what is listed is what is retrieved."""
    listed = {one.id: one for one in gpt.models.list()}

    for name in (NEWEST, "acme/labs/free:free"):
        assert gpt.models.retrieve(name) == listed[name]


@pytest.mark.parametrize("query", [{}, {"shape": "openai"}, {"shape": "union"}])
def test_openai_s_client_is_told_what_is_not_there(
    gpt: openai.OpenAI, query: dict[str, str]
) -> None:
    """Its own error, with the words that OpenAI uses, on the native route as well."""
    with pytest.raises(openai.NotFoundError, match="nothing:here") as caught:
        gpt.models.retrieve(MISSING, extra_query=query)

    assert caught.value.code == "model_not_found"
    assert (caught.value.param, caught.value.type) == ("model", "invalid_request_error")


def test_openai_s_asynchronous_client(served: str) -> None:
    """It lists, retrieves and misses the same."""

    async def ask() -> set[str]:
        url = f"{served}/v1"
        async with openai.AsyncOpenAI(base_url=url, api_key=TOKEN, max_retries=0) as client:
            assert (await client.models.retrieve(NEWEST)).id == NEWEST
            with pytest.raises(openai.NotFoundError):
                await client.models.retrieve(MISSING)
            return {one.id async for one in client.models.list()}

    assert asyncio.run(ask()) == SHOWN


@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_anthropic_s_client_pages_on(claude: anthropic.Anthropic, limit: int) -> None:
    """Pages of any size make the whole list: every id once, the newest first."""
    found = list(claude.models.list(limit=limit))

    assert len(found) == len(SHOWN)
    assert {one.id for one in found} == SHOWN
    dates = [one.created_at for one in found]
    assert dates == sorted(dates, reverse=True)
    assert found[0].id == NEWEST


def test_anthropic_s_client_pages_back(claude: anthropic.Anthropic) -> None:
    """From any row, pages before it give all that came before, each once."""
    order = [one.id for one in claude.models.list()]
    found = [one.id for one in claude.models.list(limit=2, before_id=order[5])]

    assert sorted(found) == sorted(order[:5])
    assert found[:2] == order[3:5]


def test_anthropic_s_first_page(claude: anthropic.Anthropic) -> None:
    """It says where it begins and ends, and whether there is more."""
    page = claude.models.list(limit=2)

    assert (page.first_id, page.last_id) == (page.data[0].id, page.data[-1].id)
    assert page.has_more is True
    assert claude.models.list(limit=8).has_more is False


def test_anthropic_s_page_behind_the_last_row_is_empty(claude: anthropic.Anthropic) -> None:
    """Then there is no first id and no last, and no more."""
    last = [one.id for one in claude.models.list()][-1]
    page = claude.models.list(after_id=last)

    assert (page.data, page.first_id, page.last_id, page.has_more) == ([], None, None, False)


def test_anthropic_s_client_retrieves(claude: anthropic.Anthropic) -> None:
    """With its limits and its date; an alias or a model's id is as good as an offer's."""
    found = claude.models.retrieve(NEWEST)

    assert (found.id, found.type, found.display_name) == (NEWEST, "model", "Whole")
    assert (found.max_input_tokens, found.max_tokens) == (1_000_000, 64_000)
    assert found.created_at.timestamp() == 1_750_000_000
    assert claude.models.retrieve("labs/plain").id == "labs/plain"


def test_anthropic_s_other_list(claude: anthropic.Anthropic) -> None:
    """The beta list sends a parameter and a header of its own; it reads the same rows."""
    assert {one.id for one in claude.beta.models.list(betas=["x-1"])} == SHOWN


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda c: c.models.retrieve(MISSING), anthropic.NotFoundError, "nothing:here"),
        (lambda c: c.models.list(after_id=MISSING), anthropic.BadRequestError, "after_id"),
        (lambda c: c.models.list(before_id=MISSING), anthropic.BadRequestError, "before_id"),
        (lambda c: c.models.list(limit=1001), anthropic.BadRequestError, "limit"),
        (lambda c: c.models.list(limit=0), anthropic.BadRequestError, "limit=.0"),
        (lambda c: c.models.list(after_id="x", before_id="y"), anthropic.BadRequestError, "both"),
        (lambda c: c.get("/v1/nothing", cast_to=object), anthropic.NotFoundError, "nothing"),
        (lambda c: c.post("/v1/models", cast_to=object), anthropic.APIStatusError, "POST"),
    ],
)
def test_anthropic_s_client_is_told_what_is_wrong(
    claude: anthropic.Anthropic,
    ask: Callable[[anthropic.Anthropic], Any],
    error: type[anthropic.APIStatusError],
    words: str,
) -> None:
    """Its own errors, whoever finds the fault, in Anthropic's envelope."""
    with pytest.raises(error, match=words) as caught:
        ask(claude)

    body = caught.value.body
    assert isinstance(body, dict)
    assert (set(body), body["type"], set(body["error"])) == (
        {"type", "error"}, "error", {"type", "message"}
    )  # fmt: skip


def test_anthropic_s_asynchronous_client(served: str) -> None:
    """It pages, retrieves and misses the same."""

    async def ask() -> set[str]:
        async with anthropic.AsyncAnthropic(
            base_url=served, api_key=TOKEN, max_retries=0
        ) as client:
            assert (await client.models.retrieve(NEWEST)).id == NEWEST
            with pytest.raises(anthropic.NotFoundError):
                await client.models.retrieve(MISSING)
            return {one.id async for one in client.models.list(limit=3)}

    assert asyncio.run(ask()) == SHOWN


def test_both_clients_read_the_union(served: str) -> None:
    """One body is a list to either, with every row once."""
    with anthropic.Anthropic(base_url=served, api_key=TOKEN, max_retries=0) as client:
        ours = client.models.list(extra_query={"shape": "union"}, limit=3)
        assert {one.id for one in ours} == SHOWN
    with openai.OpenAI(base_url=f"{served}/v1", api_key=TOKEN, max_retries=0) as other:
        theirs = other.models.list(extra_query={"shape": "union"}).data

    assert {one.id for one in theirs} == SHOWN
    assert {type(one.created) for one in theirs} == {int}


@pytest.mark.parametrize("size", [1, 3, 50, 5000])
def test_google_s_client_pages_on(gemini: genai.Client, size: int) -> None:
    """Pages of any size make the whole list, every model once."""
    found = [one.name for one in gemini.models.list(config={"page_size": size})]

    assert sorted(map(str, found)) == sorted(f"models/{one}" for one in SHOWN)


@pytest.mark.parametrize("prefix", ["", "models/"])
def test_google_s_client_retrieves(gemini: genai.Client, prefix: str) -> None:
    """With its limits and what it is for, under its id with or without the collection."""
    found = gemini.models.get(model=f"{prefix}{NEWEST}")

    assert (found.name, found.display_name) == (f"models/{NEWEST}", "Whole")
    assert (found.input_token_limit, found.output_token_limit) == (1_000_000, 64_000)
    assert (found.supported_actions, found.thinking) == (["generateContent"], True)


def test_google_s_client_is_told_what_is_wrong(gemini: genai.Client) -> None:
    """A model that is not there, and a page that never was."""
    with pytest.raises(errors.ClientError, match="nothing:here") as missing:
        gemini.models.get(model=MISSING)
    with pytest.raises(errors.ClientError, match="pageToken") as wrong:
        gemini.models.list(config={"page_token": "never"})

    assert (missing.value.code, missing.value.status) == (404, "NOT_FOUND")
    assert (wrong.value.code, wrong.value.status) == (400, "INVALID_ARGUMENT")


# The client builds on a session class of aiohttp's in a way that aiohttp discourages.
@pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")
def test_google_s_asynchronous_client(served: str) -> None:
    """It pages, retrieves and misses the same."""

    async def ask() -> list[str | None]:
        async with google_client(served).aio as client:
            assert (await client.models.get(model=NEWEST)).name == f"models/{NEWEST}"
            with pytest.raises(errors.ClientError, match="nothing:here"):
                await client.models.get(model=MISSING)
            pages = await client.models.list(config={"page_size": 3})
            return [one.name async for one in pages]

    assert len(set(asyncio.run(ask()))) == len(SHOWN)
