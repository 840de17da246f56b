"""Other services' own clients with a key, with one that is none, and without any."""

from collections.abc import Callable, Iterator
from pathlib import Path

import anthropic
import openai
import pytest
from google import genai
from google.genai import errors, types

from modeldex.access import keys
from modeldex.access.keys import KeyRecord
from support import catalogs, live, varied, wire

SENTENCE = "This key is unknown, revoked or expired. Use another one, or none."
NEEDED = "This needs a key"
WRONG = "sk-made-up-0123456789"
NO_ONE = "Bearer"  # a header without a key: nobody's
GOOGLE = "x-goog-api-key"


class Place:
    """A server and its key file.

    Attributes:
        token: of the one key that there is.
    """

    def __init__(self, directory: Path, url: str) -> None:
        self.directory, self.url, self.token = directory, url, keys.new_token()
        self.know(KeyRecord(id="one", sha256=keys.digest(self.token)))
        live.eventually(lambda: self.status() == 200)

    def know(self, *records: KeyRecord) -> None:
        """Replace the key file."""
        keys.write(self.directory / keys.FILE, records)

    def status(self) -> int:
        """Return the status of what is asked with the key."""
        return wire.ask(self.url, "/v1/models?limit=1", x_api_key=self.token).status


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server that lets nobody read without a key."""
    directory = tmp_path_factory.mktemp("closed")
    catalogs.publish(directory / "snapshots", varied.catalog())
    with live.served(live.application(directory, anonymous=False)) as url:
        yield Place(directory, url)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that lets anybody read, and knows no key."""
    directory = tmp_path_factory.mktemp("open")
    catalogs.publish(directory / "snapshots", varied.catalog())
    with live.served(
        live.application(directory, rate_limit_wrong_keys="off", foreign_keys="refuse")
    ) as url:
        yield url


@pytest.fixture(autouse=True)
def no_keys_around(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clients find none in the environment."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN",
                 "GOOGLE_API_KEY", "GEMINI_API_KEY"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)


def by_openai(url: str, key: str | None, **headers: str) -> int:
    """Return how many models OpenAI's client lists."""
    with openai.OpenAI(
        base_url=f"{url}/v1", api_key=key, max_retries=0, default_headers=headers
    ) as client:
        return len(client.models.list().data)


def by_anthropic(url: str, key: str | None, **headers: str) -> int:
    """Return how many models Anthropic's client lists, page by page."""
    with anthropic.Anthropic(
        base_url=url, api_key=key, max_retries=0, default_headers=headers
    ) as client:
        return len(list(client.models.list(limit=3)))


def by_anthropic_token(url: str, token: str) -> int:
    """Return the same where the key is given as a bearer token."""
    with anthropic.Anthropic(base_url=url, auth_token=token, max_retries=0) as client:
        return len(list(client.models.list(limit=3)))


def by_google(url: str, key: str | None, **headers: str) -> int:
    """Return how many models Google's client lists, page by page."""
    options = types.HttpOptions(base_url=url, headers=headers)
    with genai.Client(api_key=key, http_options=options) as client:
        return len(list(client.models.list(config={"page_size": 3})))


Listing = Callable[[str, str], int]
CLIENTS: dict[str, tuple[Listing, type[Exception]]] = {
    "openai": (by_openai, openai.AuthenticationError),
    "anthropic": (by_anthropic, anthropic.AuthenticationError),
    "anthropic token": (by_anthropic_token, anthropic.AuthenticationError),
    "google": (by_google, errors.ClientError),
}


@pytest.mark.parametrize("name", CLIENTS)
def test_a_key_opens_what_is_closed(place: Place, name: str) -> None:
    """Each client sends it in its own header; every page needs it."""
    assert CLIENTS[name][0](place.url, place.token) == 8


@pytest.mark.parametrize("name", CLIENTS)
def test_a_key_that_is_none_is_the_client_s_own_error(opened: str, name: str) -> None:
    """Though anybody may read without one; the sentence says what to do."""
    ask, error = CLIENTS[name]
    with pytest.raises(error, match=SENTENCE):
        ask(opened, WRONG)


def test_a_key_that_is_revoked_is_none(tmp_path: Path) -> None:
    """Soon after it is gone from the file; the client raises its error."""
    catalogs.publish(tmp_path / "snapshots", varied.catalog())
    with live.served(live.application(tmp_path)) as url:
        place = Place(tmp_path, url)
        assert by_openai(url, place.token) == 8
        place.know()
        live.eventually(lambda: place.status() == 401)
        with pytest.raises(openai.AuthenticationError, match=SENTENCE):
            by_openai(url, place.token)


@pytest.mark.parametrize(
    ("path", "headers", "outer"),
    [
        ("/v1/models", {"x_api_key": WRONG}, {"type", "title", "status", "code", "detail"}),
        ("/v1/models?shape=openai", {"x_api_key": WRONG}, set()),
        ("/v1/models", {"x_api_key": WRONG, "anthropic_version": "2023-06-01"}, {"type"}),
        ("/v1beta/models", {"x_goog_api_key": WRONG}, set()),
        (f"/v1beta/models?key={WRONG}", {}, set()),
        ("/api/v1/models", {"authorization": f"Bearer {WRONG}"}, set()),
        ("/vercel/v1/models", {"x_api_key": WRONG}, set()),
        ("/huggingface/v1/models", {"x_api_key": WRONG}, set()),
    ],
)
def test_who_is_turned_away_is_told_so_in_his_own_envelope(
    opened: str, path: str, headers: dict[str, str], outer: set[str]
) -> None:
    """The guards refuse before any route is reached, and speak every dialect; a hit or not."""
    wire.ask(opened, path.partition("?key")[0])  # so that the answer is on the shelf
    answer = wire.ask(opened, path, **headers)

    assert answer.status == 401
    assert set(answer.json) == {"error", *outer}
    assert answer.json["error"]["message"] == SENTENCE
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (answer.headers["content-type"] == "application/problem+json") == ("code" in outer)
    assert answer.headers["content-length"] == str(len(answer.body))


def test_reading_without_a_key(opened: str) -> None:
    """Each client insists on something; this is what each can send that is nobody's key."""
    assert by_openai(opened, "anything", Authorization=NO_ONE) == 8
    assert by_anthropic(opened, "", Authorization=NO_ONE) == 8
    assert by_anthropic(opened, None, Authorization=NO_ONE) == 8
    assert by_google(opened, " ") == 8
    assert by_google(opened, "anything", **{GOOGLE: ""}) == 8


def test_reading_without_a_key_by_the_environment(
    opened: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs that know nothing of headers are told by a variable that their clients read."""
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"Authorization: {NO_ONE}")
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", f"Authorization: {NO_ONE}")
    monkeypatch.setenv("GEMINI_API_KEY", " ")

    assert by_openai(opened, "anything") == by_anthropic(opened, None) == 8
    assert by_google(opened, None) == 8


def test_nobody_s_key_is_no_key(place: Place) -> None:
    """Where reading needs one, the same clients are told that."""
    with pytest.raises(openai.AuthenticationError, match=NEEDED):
        by_openai(place.url, "anything", Authorization=NO_ONE)
    with pytest.raises(anthropic.AuthenticationError, match=NEEDED):
        by_anthropic(place.url, "", Authorization=NO_ONE)
    with pytest.raises(errors.ClientError, match=NEEDED):
        by_google(place.url, " ")
