"""One row by its name."""

import json
from pathlib import Path

import pytest

from modeldex.errors import NoSnapshot
from modeldex.query import answer
from modeldex.query.question import Question
from modeldex.snapshot.current import Current
from modeldex.snapshot.reader import Snapshot
from query.conftest import Publish
from support import catalogs
from support.snapshots import ask


@pytest.mark.finding("X03")
def test_every_listed_id_resolves_to_its_row(snapshot: Snapshot) -> None:
    """An id of a list, and a model's id, is answered with the same row, byte for byte."""
    for question in (
        Question(include_inactive=True),
        Question(unique=True, include_inactive=True),
    ):
        for row in ask(snapshot, question)["data"]:
            body = answer.one(snapshot, row["id"], model_first=question.unique)
            assert body == json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.finding("X03")
def test_ids_carry_the_providers_own_id_unchanged(snapshot: Snapshot) -> None:
    """An offer's id is the provider's slug and the id that its call takes, case kept."""
    for row in ask(snapshot, include_inactive=True)["data"]:
        assert row["id"] == f"{row['provider_slug']}/{row['provider_model_id']}"


@pytest.fixture(scope="module")
def named(publish: Publish) -> Snapshot:
    """A catalog where names of offers, models and aliases meet."""
    return publish(
        catalogs.of(
            catalogs.listing("labs", "labs/Big", aliases=("big-latest",)),
            catalogs.listing("labs", "big"),
            catalogs.listing("acme", "Org/Big-Model", hugging_face_id="Org/Big-Model"),
            catalogs.listing("bolt", "bm", hugging_face_id="org/big-model"),
        )
    )


@pytest.mark.parametrize(
    ("name", "unique", "found"),
    [
        ("labs/big", False, "offer labs/big"),  # an offer's id and a model's
        ("labs/big", True, "model labs/big"),
        ("labs/labs/Big", False, "offer labs/labs/Big"),
        ("labs/labs/big", False, "none"),  # ids of offers are case-sensitive
        ("LABS/BIG", False, "model labs/big"),  # names of models are not
        ("labs/big-latest", False, "offer labs/labs/Big"),
        ("org/big-model", False, "model org/big-model"),
        ("acme/Org/Big-Model", True, "offer acme/Org/Big-Model"),
        ("bolt/BM", False, "model org/big-model"),  # another name of the model
        ("", False, "none"),
        ("labs", False, "none"),
        ("' or 1=1 --", False, "none"),
        ("labs/big\x00", False, "none"),
    ],
)
def test_a_name_means_an_offer_then_a_model_then_an_alias(
    named: Snapshot, name: str, found: str, *, unique: bool
) -> None:
    """An exact offer id comes first, with `unique` a model; what means nothing gives nothing."""
    body = answer.one(named, name, model_first=unique)
    row = json.loads(body or b"{}")
    kind = "none" if not row else "model" if "providers" in row else "offer"

    assert " ".join([kind, *([row["id"]] if row else [])]) == found


@pytest.mark.finding("DB-M6")
def test_a_name_is_unknown_only_where_a_catalog_could_tell(
    named: Snapshot, tmp_path: Path
) -> None:
    """With a catalog the answer is none; without one there is no answer but an error."""
    assert answer.one(named, "acme/nothing") is None
    with pytest.raises(NoSnapshot):
        answer.one(Current(tmp_path, print).snapshot, "acme/nothing")
