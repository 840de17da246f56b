"""``modeldex keys``: with the server stopped as well as running."""

import json
from pathlib import Path
from typing import Any

import pytest

from modeldex.access import keys
from modeldex.access.keys import FILE, KeyRecord, digest
from support import live


def ran(data_dir: Path, *arguments: str) -> dict[str, Any]:
    """Return what a verb prints for programs."""
    found = live.run(data_dir, "keys", *arguments, "--json")
    assert found.returncode == 0, found.stderr
    answer: dict[str, Any] = json.loads(found.stdout)
    return answer


def test_keys_are_made_listed_rotated_and_revoked_without_a_server(tmp_path: Path) -> None:
    """The guards' file follows each step; the list never shows a token or its hash."""
    made = ran(tmp_path, "create", "--name", "ci", "--scope", "observe", "--limit", "9/minute")
    file = tmp_path / FILE
    assert keys.read(file) == (
        KeyRecord(
            id=made["id"], sha256=digest(made["token"]), scopes=("observe",), limit="9/minute",
            created_at=made["created_at"], name="ci",
        ),
    )  # fmt: skip
    fresh = ran(tmp_path, "rotate", made["id"])
    assert [one.sha256 for one in keys.read(file)] == [digest(fresh["token"])]
    listed = live.run(tmp_path, "keys", "list", "--json").stdout
    assert [one["id"] for one in json.loads(listed)["data"]] == [made["id"]]
    for secret in (fresh["token"], digest(fresh["token"])):
        assert secret not in listed
    assert ran(tmp_path, "revoke", made["id"])["stated"]["revoked_at"]
    assert keys.read(file) == ()
    table = live.run(tmp_path, "keys", "list").stdout
    assert "revoked" in table
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("revoke", "key_none"), "There is no key 'key_none'."),
        (("create", "--scope", "root"), "scopes must be some of"),
        (("create", "--tenant", "nobody"), "There is no tenant 'nobody'."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    """And a failure for scripts."""
    found = live.run(tmp_path, "keys", *arguments)
    assert found.returncode == 1
    assert sentence in found.stderr
    assert "Traceback" not in found.stderr
