"""Every dialect's routes: conditions, encodings, parameters, and never another shape's bytes."""

import base64
import json
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from dialects import openrouter_schema as schema
from modeldex.query import routers
from support import catalogs, live, varied, wire
from support.schemas import validate

VERSION = "2023-06-01"
WHOLE = "acme/labs/Whole:v1"
PATHS = {
    "openai": "/v1/models?shape=openai",
    "openai of models": "/v1/models?shape=openai&unique=true&sort=name&limit=3",
    "openai priced": "/v1/models?shape=openai&priced=true",
    "priced": "/priced/v1/models?gateway=acme",
    "openai one": f"/v1/models/{WHOLE}?shape=openai",
    "anthropic": "/v1/models?shape=anthropic&limit=3",
    "anthropic one": f"/v1/models/{WHOLE}?shape=anthropic",
    "union": "/v1/models?shape=union",
    "union one": f"/v1/models/{WHOLE}?shape=union",
    "google": "/v1beta/models?pageSize=3",
    "google one": f"/v1beta/models/{WHOLE}",
    "openrouter": "/api/v1/models",
    "openrouter count": "/api/v1/models/count",
    "openrouter user": "/api/v1/models/user?limit=2",
    "openrouter one": "/api/v1/model/labs/whole:v1",
    "openrouter endpoints": "/api/v1/models/labs/plain/endpoints",
    "openrouter providers": "/api/v1/providers",
    "openrouter feed": "/api/v1/models?use_rss=true",
    "vercel": "/vercel/v1/models",
    "vercel one": "/vercel/v1/models/labs/plain",
    "huggingface": "/huggingface/v1/models",
    "huggingface one": "/huggingface/v1/models/labs/plain",
}
HEADERS = ("etag", "cache-control", "vary", "last-modified", "x-modeldex-lossy")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Two servers of the varied catalog."""
    directory = tmp_path_factory.mktemp("varied")
    catalogs.publish(directory / "snapshots", varied.catalog())
    with (
        live.served(live.application(directory)) as one,
        live.served(live.application(directory)) as other,
    ):
        yield one, other


@pytest.fixture
def url(two: tuple[str, str]) -> str:
    """One of the two servers."""
    return two[0]


@pytest.mark.parametrize("name", PATHS)
def test_hit_miss_head_and_304_agree(two: tuple[str, str], name: str) -> None:
    """On one worker as on another, the first time as the second, with a body or without."""
    path = PATHS[name]
    first, again = wire.ask(two[0], path), wire.ask(two[0], path)
    other, head = wire.ask(two[1], path), wire.ask(two[0], path, "HEAD")
    unchanged = wire.ask(two[0], path, if_none_match=first.headers["etag"])

    assert [one.status for one in (first, again, other, head, unchanged)] == [200] * 4 + [304]
    assert first.body == again.body == other.body != b""
    assert (head.body, unchanged.body) == (b"", b"")
    assert first.lasting == again.lasting == other.lasting == head.lasting
    for header in HEADERS:
        assert unchanged.headers[header] == first.headers[header]
    assert int(first.headers["x-modeldex-lossy"]) > 0


@pytest.mark.parametrize("name", PATHS)
def test_each_encoding_decodes_to_the_same_bytes(url: str, name: str) -> None:
    """And each has an entity tag of its own, but where the answer is too small to compress."""
    answers = [
        wire.ask(url, PATHS[name], accept_encoding=one) for one in ("", "br", "zstd", "gzip")
    ]

    assert {one.plain for one in answers} == {answers[0].body}
    assert len({one.headers["etag"] for one in answers}) == (
        4 if len(answers[0].body) > 511 else 1
    )


def test_a_header_makes_another_question(url: str) -> None:
    """The shelf holds one path in two shapes, and mixes them in neither order."""
    for _ in range(2):
        assert wire.ask(url, "/v1/models?limit=2").json["object"] == "list"
        assert "object" not in wire.ask(url, "/v1/models?limit=2", anthropic_version=VERSION).json
        single = f"/v1/models/{WHOLE}"
        assert wire.ask(url, single, anthropic_version=VERSION).json["type"] == "model"
        assert wire.ask(url, single).json["object"] == "model"


def test_a_named_shape_comes_before_the_header(url: str) -> None:
    """`shape=native` is native even to a client that sends a version."""
    native = wire.ask(url, "/v1/models?shape=native&limit=2", anthropic_version=VERSION)

    assert native.json["data"] == wire.ask(url, "/v1/models?limit=2").json["data"]


def test_claude_code_s_question(url: str) -> None:
    """`limit=1000` is answered at once, without a redirect, with ids and names."""
    found = wire.ask(url, "/v1/models?limit=1000", anthropic_version=VERSION)

    assert found.status == 200
    assert len(found.json["data"]) == 8
    assert all(row["id"] and row["display_name"] for row in found.json["data"])


def test_anthropic_clients_may_send_names_of_their_own(url: str) -> None:
    """What means nothing here is passed over; what means something here is heeded."""
    found = wire.ask(url, "/v1/models?beta=true&gateway=bolt", anthropic_version=VERSION)

    assert {one.partition("/")[0] for one in found.ids} == {"bolt"}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("shape=odd", "native, openai, anthropic, union"),
        ("shape=openai&beta=true", "beta"),
        ("shape=anthropic&sort=name", "sort does not go with"),
        ("shape=anthropic&offset=1", "offset does not go with"),
        ("shape=openai&after_id=x", "after_id"),
        ("shape=openai&as_of=2026-01-01", "as_of"),
        ("after_id=x", "shape=anthropic"),
        ("shape=union&priced=true", "priced"),
        ("priced=true&unique=true", "priced"),
        ("priced=perhaps", "true or false"),
        ("shape=union&before_id=acme/labs/plain", "limit"),
        ("shape=openai&limit=0", "limit"),
        ("shape=openai&shape=union", "twice"),
        ("shape=union&facets=true", "facets does not go with"),
    ],
)
def test_a_question_that_cannot_be_asked_is_400(url: str, query: str, words: str) -> None:
    """It names what is wrong, or what is allowed."""
    found = wire.ask(url, f"/v1/models?{query}")

    assert found.status == 400
    assert words in found.json["error"]["message"]


@pytest.mark.parametrize(
    ("query", "words"),
    [("shape=openai&limit=3", "limit"), ("shape=union&explain=1", "explain does not go with"),
     ("shape=odd", "native, openai, anthropic, union")],
)  # fmt: skip
def test_one_row_takes_few_parameters(url: str, query: str, words: str) -> None:
    """What is of the list, or of native rows only, is 400."""
    found = wire.ask(url, f"/v1/models/{WHOLE}?{query}")

    assert found.status == 400
    assert words in found.json["error"]["message"]


def test_a_model_can_be_meant_before_an_offer(url: str) -> None:
    """`unique` means the same in every shape."""
    for shape in ("openai", "anthropic", "union"):
        path = f"/v1/models/labs/plain?shape={shape}&unique=true"
        assert wire.ask(url, path).json["id"] == "labs/plain"


def test_the_lean_list_keeps_filters_and_order(url: str) -> None:
    """`shape` changes rows, not which there are or how they stand."""
    for query in ("sort=price", "gateway=acme&order=desc", "q=plain", "limit=3&offset=2",
                  "unique=true&sort=name", "include_inactive=true"):  # fmt: skip
        native = wire.ask(url, f"/v1/models?{query}").ids
        assert wire.ask(url, f"/v1/models?{query}&shape=openai").ids == native != []


def test_priced_rows_keep_the_order(url: str) -> None:
    """Those that are left are in the order that was asked for, and pages count only them."""
    found = wire.ask(url, "/priced/v1/models?sort=price&order=desc").ids
    pages = [
        wire.ask(url, f"/priced/v1/models?sort=price&order=desc&limit=1&offset={n}").ids
        for n in range(5)
    ]

    assert found == [WHOLE, "acme/labs/plain", "bolt/labs/plain", "acme/labs/free:free"]
    assert [one for page in pages for one in page] == found


@pytest.mark.parametrize("shape", ["openai", "union"])
def test_a_long_list_comes_whole(tmp_path_factory: pytest.TempPathFactory, shape: str) -> None:
    """More rows than a page may have, with the header of what is lost."""
    directory = tmp_path_factory.mktemp("long")
    catalogs.publish(directory / "snapshots", catalogs.sized(1200))
    with live.served(live.application(directory)) as found:
        path = f"/v1/models?shape={shape}"
        answer, native = wire.ask(found, path), wire.ask(found, "/v1/models")
        again = wire.ask(found, path, if_none_match=answer.headers["etag"])

    assert sorted(answer.ids) == sorted(native.ids)
    assert int(answer.headers["x-modeldex-lossy"]) > 0
    assert again.status == 304


def test_openrouter_s_pages_make_the_whole_list(url: str) -> None:
    """`links.next` leads on, with the filters, until there is no more."""
    whole = wire.ask(url, "/api/v1/models?sort=pricing-low-to-high").json
    path, found = "/api/v1/models?sort=pricing-low-to-high&limit=1", list[str]()
    while path:
        page = wire.ask(url, path).json
        validate(page, schema.LIST)
        assert page["total_count"] == len(whole["data"])
        found += [row["id"] for row in page["data"]]
        path = page["links"]["next"]

    assert found == [row["id"] for row in whole["data"]]
    assert found[0] == "labs/free:free"
    assert wire.ask(url, "/api/v1/models/count").json["data"]["count"] == len(found)


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/api/v1/models", schema.LIST),
        ("/api/v1/models/user", schema.LIST),
        ("/api/v1/models/count", schema.COUNT),
        ("/api/v1/model/labs/plain", schema.ONE),
        ("/api/v1/model/acme/labs/plain", schema.ONE),
        ("/api/v1/models/labs/whole:v1/endpoints", schema.ENDPOINTS),
        ("/api/v1/models/labs/unpriced/endpoints", schema.ENDPOINTS),
        ("/api/v1/models/acme%2Flabs%2Fplain/endpoints", schema.ENDPOINTS),
        ("/api/v1/providers", schema.PROVIDERS),
        ("/api/v1/model/labs/nothing", schema.ERROR),
        ("/api/v1/model/labs/unpriced", schema.ERROR),
        ("/api/v1/models/labs/nothing/endpoints", schema.ERROR),
        ("/api/v1/models?category=programming", schema.ERROR),
        ("/api/v1/models?sort=odd", schema.ERROR),
        ("/api/v1/models?limit=1001", schema.ERROR),
    ],
)
def test_openrouter_s_answers_are_as_published(url: str, path: str, shape: schema.Schema) -> None:
    """Closed schemas: no field too many, none missing."""
    found = wire.ask(url, path)

    validate(found.json, shape)
    assert found.status == (200 if shape is not schema.ERROR else found.json["error"]["code"])


def test_endpoints_are_the_shown_offers_cheapest_first(url: str) -> None:
    """A model that no offer prices is there with none."""
    plain = wire.ask(url, "/api/v1/models/labs/plain/endpoints").json["data"]
    unpriced = wire.ask(url, "/api/v1/models/labs/unpriced/endpoints").json["data"]

    assert [one["tag"] for one in plain["endpoints"]] == ["bolt", "acme"]
    assert unpriced["endpoints"] == []


def test_the_feed_has_an_item_for_each_model(url: str) -> None:
    """It is what the list is, as RSS."""
    found = wire.ask(url, "/api/v1/models?use_rss=true&use_rss_chat_links=true")
    items = ET.fromstring(found.body).findall("channel/item")  # noqa: S314 - our own answer

    assert found.headers["content-type"] == "application/rss+xml"
    assert [one.findtext("guid") for one in items] == wire.ask(url, "/api/v1/models").ids


def test_google_s_pages_stay_in_their_snapshot(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A catalog that is published meanwhile neither repeats a row nor hides one."""
    directory = tmp_path_factory.mktemp("turning")
    catalogs.publish(directory / "snapshots", catalogs.sized(6))
    with live.served(live.application(directory)) as url:
        first = wire.ask(url, "/v1beta/models?pageSize=2").json
        before = wire.ask(url, "/v1/models").ids
        catalogs.publish(directory / "snapshots", catalogs.sized(3, prefix="z"), clock=2000.0)
        live.eventually(lambda: wire.ask(url, "/v1/models").ids != before)
        found, token = list(first["models"]), first["nextPageToken"]
        while token:
            page = wire.ask(url, f"/v1beta/models?pageSize=2&pageToken={token}").json
            found += page["models"]
            token = page.get("nextPageToken")

    assert [row["name"] for row in found] == [f"models/{one}" for one in before]


@pytest.mark.parametrize("size", ["0", "5000", "999999999"])
def test_google_s_page_sizes_are_bounded(url: str, size: str) -> None:
    """Zero is the usual size, and one above the most is the most."""
    assert len(wire.ask(url, f"/v1beta/models?pageSize={size}").json["models"]) == 8


@pytest.mark.parametrize("query", ["pageSize=-1", "pageSize=x", "pageToken=x", "pageToken=%00",
                                   "pageToken=WzEsMl0", "pageSize=1&pageSize=2"])  # fmt: skip
def test_google_s_bad_parameters_are_400(url: str, query: str) -> None:
    """In Google's envelope."""
    found = wire.ask(url, f"/v1beta/models?{query}")

    assert (found.status, found.json["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_a_snapshot_that_is_gone_is_said_to_be(url: str) -> None:
    """Its next page cannot be made any more: 410, in the envelope."""
    token = base64.urlsafe_b64encode(json.dumps(["0" * 32, 2]).encode()).decode().rstrip("=")
    found = wire.ask(url, f"/v1beta/models?pageToken={token}")

    assert (found.status, found.json["error"]["status"]) == (410, "FAILED_PRECONDITION")
    assert "0" * 32 in found.json["error"]["message"]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", {"labs/whole:v1", "labs/plain", "labs/free:free"}),
        ("output_modalities=all",
         {"labs/whole:v1", "labs/plain", "labs/free:free", "labs/no-context"}),
        ("output_modalities=embeddings", set()),
        ("output_modalities=text", {"labs/whole:v1", "labs/plain", "labs/free:free"}),
        ("input_modalities=image", {"labs/whole:v1"}),
        ("input_modalities=image,text", {"labs/whole:v1"}),
        ("supported_parameters=tools", {"labs/whole:v1"}),
        ("context=9000", {"labs/whole:v1"}),
        ("max_price=0.5", {"labs/plain", "labs/free:free"}),
        ("min_price=1", {"labs/whole:v1", "labs/plain"}),
        ("max_output_price=2", {"labs/plain", "labs/free:free"}),
        ("min_output_price=3", {"labs/whole:v1", "labs/plain"}),
        ("providers=bolt", {"labs/plain"}),
        ("providers=bolt,acme", {"labs/whole:v1", "labs/plain", "labs/free:free"}),
        ("model_authors=labs", {"labs/whole:v1", "labs/plain", "labs/free:free"}),
        ("q=whole", {"labs/whole:v1"}),
        ("min_age_days=1", {"labs/whole:v1", "labs/plain"}),
        ("max_age_days=1", set()),
        ("utm_source=somebody", {"labs/whole:v1", "labs/plain", "labs/free:free"}),
    ],
)  # fmt: skip
def test_openrouter_s_vocabulary(url: str, query: str, ids: set[str]) -> None:
    """Each of its filters has its meaning, in the list as in the count; other names mean none."""
    found = wire.ask(url, f"/api/v1/models?{query}").json
    count = wire.ask(url, f"/api/v1/models/count?{query}").json["data"]["count"]

    assert {row["id"] for row in found["data"]} == ids
    assert found["total_count"] == count == len(ids)


@pytest.mark.parametrize("sort", routers.SORTS)
def test_openrouter_s_orders(url: str, sort: str) -> None:
    """Every order is one of ours, and keeps all rows."""
    found = wire.ask(url, f"/api/v1/models?sort={sort}").json["data"]
    order = [row["id"] for row in found]

    assert sorted(order) == ["labs/free:free", "labs/plain", "labs/whole:v1"]
    if sort == "newest":
        assert order == ["labs/whole:v1", "labs/plain", "labs/free:free"]
    if sort == "pricing-high-to-low":
        assert order == ["labs/whole:v1", "labs/plain", "labs/free:free"]
    if sort == "context-high-to-low":
        assert order == ["labs/whole:v1", "labs/plain", "labs/free:free"]


@pytest.mark.parametrize("name", routers.NOT_KNOWN)
def test_what_is_not_known_is_not_filtered_by(url: str, name: str) -> None:
    """A list that pretends to be filtered would be worse than a refusal."""
    found = wire.ask(url, f"/api/v1/models?{name}=1")

    assert (found.status, name in found.json["error"]["message"]) == (400, True)


def test_one_author_at_a_time(url: str) -> None:
    """Several would match nothing in silence."""
    assert wire.ask(url, "/api/v1/models?model_authors=labs,uni").status == 400
