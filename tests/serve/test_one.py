"""One offer or model: every id that is listed resolves, however it is spelled."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from support import catalogs, live, wire
from support.catalogs import priced

AWKWARD = [
    "plain", "labs/slashed", "a/b/c/d", "labs/free:free", "@cf/labs/at", "50%off", "a%2Fb", "a+b",
    "two words", "what?x=1&y=2", "sharp#1", "semi;colon", "ünï-çødé", "模型", "🦙", "..", "a/../b",
    "a//b", "trailing/", "line\nbreak", "back\\slash", "quote'\"", "unique=true", "CASE-kept",
    "labs/history",
]  # fmt: skip


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose provider calls its models by awkward names."""
    directory = tmp_path_factory.mktemp("awkward")
    offers = [priced("acme", name, "0.1", "0.2") for name in AWKWARD]
    twins = [
        priced("labs", "twin", "0.1", "0.2", aliases=("brother",)),
        priced("bolt", "labs/twin", "0.3", "0.4", hugging_face_id="Labs/Twin"),
        priced("bolt", "Labs/Odd-One", "0.3", "0.4", canonical_slug="labs/odd"),
    ]
    catalogs.publish(directory / "snapshots", catalogs.of(*offers, *twins))
    with live.served(live.application(directory)) as found:
        yield found


@pytest.mark.finding("ME-C1", "ME-M6")
@pytest.mark.parametrize("safe", ["", "/", "/:@+"])
def test_every_listed_id_resolves_to_its_row(awkward: str, safe: str) -> None:
    """With `%2F` or plain slashes, each id of the list is 200 with the same row."""
    with wire.connected(awkward) as line:
        listed = line.ask("/v1/models").json["data"]
        for row in listed:
            answer = line.ask(f"/v1/models/{quote(row['id'], safe=safe)}")
            assert (answer.status, answer.json) == (200, row), row["id"]

    assert {f"acme/{name}" for name in AWKWARD} <= {row["id"] for row in listed}
    assert {row["provider_slug"] for row in listed} == {"acme", "bolt", "labs"}


def test_every_listed_model_resolves_to_its_row(awkward: str) -> None:
    """With `unique=true`, each id of the unique list is 200 with the same row."""
    with wire.connected(awkward) as line:
        for row in line.ask("/v1/models?unique=true").json["data"]:
            answer = line.ask(f"/v1/models/{quote(row['id'])}?unique=true")
            assert (answer.status, answer.json) == (200, row), row["id"]


def test_an_id_that_means_both_is_the_offer_unless_a_model_is_asked_for(awkward: str) -> None:
    """`labs/twin` is an offer of labs, and the model that bolt serves too."""
    offer, model = (wire.ask(awkward, f"/v1/models/labs/twin{x}").json for x in ("", "?unique=1"))

    assert (offer["provider_slug"], offer["pricing"]["prompt"]) == ("labs", "0.1")
    assert [one["id"] for one in model["providers"]] == ["labs/twin", "bolt/labs/twin"]


@pytest.mark.parametrize(
    ("alias", "found"),
    [
        ("labs/brother", "labs/twin"),
        ("LABS/TWIN", "labs/twin"),
        ("labs/odd-one", "labs/odd"),
        ("Labs/ODD-One", "labs/odd"),
    ],
)
def test_an_alias_resolves(awkward: str, alias: str, found: str) -> None:
    """What a provider also calls an offer, and any name or case of a model, is found."""
    assert wire.ask(awkward, f"/v1/models/{alias}").json["id"] == found


def test_ids_of_offers_are_case_sensitive(awkward: str) -> None:
    """Another case of an offer's id is no offer, since the provider would refuse it."""
    assert wire.ask(awkward, "/v1/models/acme/CASE-kept").status == 200
    assert wire.ask(awkward, "/v1/models/bolt/labs/odd-one").status == 404


@pytest.mark.finding("DB-M6")
@pytest.mark.parametrize("name", ["nobody/nothing", "acm", "%2F", "%00", "%ff", "a" * 5000])
def test_a_name_that_means_nothing_is_a_404_problem(awkward: str, name: str) -> None:
    """An unknown name is 404 with a problem that says what was looked for."""
    answer = wire.ask(awkward, f"/v1/models/{name}")

    assert (answer.status, answer.json["status"]) == (404, 404)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json["code"], answer.json["parameter"]) == ("model_not_found", "model_id")


def test_a_slash_that_belongs_to_a_name_is_kept(awkward: str) -> None:
    """An id that ends in a slash is found; without such an id, the slash was one too many."""
    assert wire.ask(awkward, "/v1/models/acme/trailing/").json["id"] == "acme/trailing/"
    assert wire.ask(awkward, "/v1/models/acme/trailing%2F").json["id"] == "acme/trailing/"
    moved = wire.ask(awkward, "/v1/models/acme/plain/?unique=true")
    assert (moved.status, moved.headers["location"]) == (308, "/v1/models/acme/plain?unique=true")
    moved = wire.ask(awkward, "/v1/models/")
    assert (moved.status, moved.headers["location"]) == (308, "/v1/models")


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ("labs", "author=labs"),
        ("LABS?limit=3&offset=1", "author=labs&limit=3&offset=1"),
        ("@Labs?gateway=bolt", "author=labs&gateway=bolt"),
        ("%40labs?include_huggingface=true&x=%26", "author=labs&include_huggingface=true&x=%26"),
        ("labs?author=other", "author=labs&author=other"),
    ],
)
def test_an_author_moves_to_the_list_of_its_models(
    awkward: str, asked: str, location: str
) -> None:
    """One part that is no id but an author's slug is the list's `author`, with its question."""
    answer = wire.ask(awkward, f"/v1/models/{asked}")

    assert (answer.status, answer.headers["location"]) == (308, f"/v1/models?{location}")
    assert answer.headers["cache-control"] == "public, max-age=60"


@pytest.mark.finding("X07")
def test_each_author_leads_to_its_own_models(awkward: str) -> None:
    """What is at the end of the way is of that author alone, on a miss and on a hit."""
    with wire.connected(awkward) as line:
        for author in ("labs", "acme", "labs", "acme"):
            moved = line.ask(f"/v1/models/{author}?limit=9")
            rows = line.ask(moved.headers["location"]).json["data"]
            assert {row["owned_by"] for row in rows} == {author}


def test_a_name_is_not_decoded_twice(awkward: str) -> None:
    """`%252F` is the text `%2F`, not a slash."""
    assert wire.ask(awkward, "/v1/models/acme%2Fa%252Fb").json["id"] == "acme/a%2Fb"
    assert wire.ask(awkward, "/v1/models/acme/labs%252Fslashed").status == 404


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("acme/plan", "acme/plain"),
        ("labs/twn", "labs/twin"),
        ("acme/labs/slashd", "acme/labs/slashed"),
        ("LABS/odd1", "labs/odd"),
        ("twin", "labs/twin"),
    ],
)
def test_what_may_have_been_meant_is_named(awkward: str, wrong: str, meant: str) -> None:
    """The likest ids are in the problem, and each of them resolves."""
    found = wire.ask(awkward, f"/v1/models/{wrong}").json

    assert found["suggestions"][0] == meant
    assert f"Did you mean {meant!r}?" in found["detail"]
    assert len(found["suggestions"]) <= 5
    for one in found["suggestions"]:
        assert wire.ask(awkward, f"/v1/models/{quote(one)}").status == 200


@pytest.mark.parametrize("ending", ["", "/offers", "/compare", "/history"])
def test_nothing_like_it_is_suggested_for_nothing_known(awkward: str, ending: str) -> None:
    """A name that is like none has no suggestions, whatever is asked of it."""
    found = wire.ask(awkward, f"/v1/models/zzzzzzzz/qqqqqqq{ending}").json

    assert (found["code"], found["suggestions"]) == ("model_not_found", [])


@pytest.mark.finding("X32")
@pytest.mark.parametrize("safe", ["", "/:@+"])
def test_every_listed_id_works_in_each_route_that_takes_one(awkward: str, safe: str) -> None:
    """Offers and models, as they are or encoded, whatever is asked of them."""
    with wire.connected(awkward) as line:
        names = line.ask("/v1/models").ids + line.ask("/v1/models?unique=true").ids
        for name in names:
            for ending in ("offers", "compare", "history"):
                answer = line.ask(f"/v1/models/{quote(name, safe=safe)}/{ending}")
                assert answer.status == 200, (name, ending, answer.body)
            detail = line.ask(f"/api/models/detail?modelId={wire.quoted(name)}")
            assert detail.json["data"]["id"] == name


def test_one_model_takes_no_parameter_of_the_list(awkward: str) -> None:
    """A page size means nothing for one model; the answer names what does."""
    answer = wire.ask(awkward, "/v1/models/labs/twin?limit=3")

    assert answer.status == 400
    assert answer.json["detail"].endswith(
        "Allowed: as_of, explain, fields, known_at, shape, unique, unique_models."
    )


def test_why_a_row_is_what_it_is_stands_beside_it(awkward: str) -> None:
    """`explain=1` adds one field; the row without it is as it was, also from the shelf."""
    with wire.connected(awkward) as line:
        for path in ("/v1/models/bolt/labs/twin?unique=0", "/v1/models/labs/twin?unique=1"):
            plain, told = line.ask(path), line.ask(f"{path}&explain=1")
            again = line.ask(path)
            explanation = told.json.pop("explanation")
            offers = [one["id"] for one in plain.json.get("providers", [plain.json])]
            assert list(told.json) == [*plain.json, "explanation"]
            assert list(explanation["identity"]) == list(explanation["evidence"]) == offers
            assert (again.body, again.headers["etag"]) == (plain.body, plain.headers["etag"])
            assert told.headers["etag"] != plain.headers["etag"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("explain=0", 200, None),
        ("explain=maybe", 400, "bad_value"),
        ("explain=", 400, "bad_value"),
        ("explain=1&as_of=2026-01-03", 400, "bad_value"),
        ("explain=1&known_at=2026-01-03", 400, "bad_value"),
        ("explained=1", 400, "unknown_parameter"),
    ],
)
def test_what_explain_may_be(awkward: str, query: str, status: int, code: str | None) -> None:
    """A boolean, and only of the catalog as it is now."""
    answer = wire.ask(awkward, f"/v1/models/labs/twin?{query}")

    assert (answer.status, answer.json.get("code")) == (status, code)


def test_nothing_explains_a_name_that_means_nothing(awkward: str) -> None:
    """It is the same 404 with `explain` as without."""
    assert wire.ask(awkward, "/v1/models/nobody/nothing?explain=1").status == 404
