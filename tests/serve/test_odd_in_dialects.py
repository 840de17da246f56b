"""Odd questions in every dialect: moments that they cannot have, and any text in `q`."""

from collections.abc import Iterator

import pytest

from serve.conftest import small
from support import catalogs, live, wire

VERSION = "2023-06-01"
MOMENTS = ("as_of=2026-01-03", "known_at=2026-01-03", "as_of=2026-01-03&known_at=2026-01-03")
SHAPES = ("openai", "anthropic", "union")
NAMED = "/v1/models/acme/labs/Large"
TEXTS = (
    "'", '"', "x' or '1'='1", "x; drop table offers; --", "NEAR(a b)", "name: *", "AND OR NOT",
    "*", "^a", "(((", '"unclosed', "-", "{a b}: c", "\0", "\ud7ff\ufffe", "a" * 512, "é" * 250,
    "\r\nset-cookie: x", "%", "_", "\\", "<script>alert(1)</script>", "\u202eabc", "🦙" * 100,
    " ".join(f"w{number}" for number in range(100)), "  ", "١٢٣",
)  # fmt: skip
LISTS = {
    "native": "/v1/models?q={}", "native models": "/v1/models?unique=true&q={}",
    "search": "/v1/models/search?q={}", "unique": "/v1/models/unique?q={}",
    "then": "/v1/models?as_of=2026-01-03&q={}", "facets": "/v1/models?facets=true&q={}",
    "openai": "/v1/models?shape=openai&q={}", "priced": "/priced/v1/models?q={}",
    "anthropic": "/v1/models?shape=anthropic&q={}", "union": "/v1/models?shape=union&q={}",
    "openrouter": "/api/v1/models?q={}", "openrouter count": "/api/v1/models/count?q={}",
    "openrouter feed": "/api/v1/models?use_rss=true&q={}",
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the small catalog."""
    directory = tmp_path_factory.mktemp("small")
    catalogs.publish(directory / "snapshots", small())
    with live.served(live.application(directory)) as found:
        yield found


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("path", ["/v1/models", "/models", NAMED])
def test_another_moment_has_no_other_shape(
    server: str, path: str, shape: str, moment: str
) -> None:
    """400 in the shape's own envelope, with a sentence that names both."""
    answer = wire.ask(server, f"{path}?{moment}&shape={shape}")
    name = moment.partition("=")[0]

    assert answer.status == 400
    assert answer.json["error"]["message"] == f"{name} does not go with shape={shape}."


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("path", ["/v1/models", NAMED])
def test_an_anthropic_client_is_not_answered_from_now(server: str, path: str, moment: str) -> None:
    """Where the header chose the shape, a moment is refused as well, and not passed over."""
    answer = wire.ask(server, f"{path}?{moment}", anthropic_version=VERSION)

    assert (answer.status, answer.json["type"]) == (400, "error")
    assert "does not go with shape=anthropic." in answer.json["error"]["message"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "name", ["fields=name", "facets=true", "cursor=x", f"snapshot={'0' * 32}"]
)
def test_what_is_of_native_rows_has_no_other_shape(server: str, shape: str, name: str) -> None:
    """Fields, facets, cursors and pins are native; elsewhere they are 400."""
    answer = wire.ask(server, f"/v1/models?shape={shape}&{name}")

    assert answer.status == 400
    assert f"{name.partition('=')[0]} does not go with" in answer.json["error"]["message"]


def test_fields_of_another_moment_are_picked(server: str) -> None:
    """`fields` and `as_of` go together: the rows of then, with nothing else."""
    then = wire.ask(server, "/v1/models?as_of=2026-01-03&fields=pricing.prompt").json

    assert {row["id"]: row["pricing"] for row in then["data"]}["acme/labs/Large"] == {
        "prompt": "0.1"
    }
    assert all({*row} == {"id", "pricing"} for row in then["data"])


@pytest.mark.finding("X31")
@pytest.mark.parametrize("name", LISTS)
def test_any_text_is_safe_to_search_for(server: str, name: str) -> None:
    """It finds or finds nothing, the same twice; what is too long or not there is told."""
    with wire.connected(server) as line:
        for text in TEXTS:
            path = LISTS[name].format(wire.quoted(text))
            first, again = line.ask(path), line.ask(path)
            assert first.status in {200, 400}, (text, first.body)
            assert (again.status, again.body) == (first.status, first.body)
            assert "set-cookie" not in first.headers
            assert first.status == 200 or "q" in first.json["error"]["message"]
        assert line.ask(LISTS[name].format("large")).status == 200
