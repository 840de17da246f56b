"""What the edge has no second opinion of: environments, dates of deprecation, default values."""

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from modeldex.access.guards import Policy
from modeldex.bootstrap import guarding, worker
from modeldex.serve.edge import Gate
from modeldex.serve.lane.bounds import Bounds as ConnectionBounds
from modeldex.serve.middleware.admission import Places
from modeldex.serve.middleware.bounds import Bounds
from modeldex.serve.middleware.compression import Compression
from modeldex.serve.middleware.deadline import Deadline
from modeldex.settings import Settings
from serve.conftest import small
from support import catalogs, edges, live, wire
from support.refreshing import Notebook

NAMES = ("ENV", "ENVIRONMENT", "APP_ENV", "STAGE", "MODELDEX_ENV", "MODELDEX_ENVIRONMENT")
SPELLINGS = ("staging", "Staging", " STAGING ", "stage", "production", "development", "")
LIMITS_OF_THE_EDGE = (
    "rate_limit_anonymous", "rate_limit_key", "rate_limit_write", "rate_limit_admin",
    "rate_limit_wrong_keys", "concurrency_limit", "queue_size", "queue_timeout", "stream_limit",
    "deadline", "url_bytes", "header_bytes", "body_bytes", "compress_from",
)  # fmt: skip
OPTIONAL = {"views", "takes"}  # arguments with a default that limit nothing


def unset() -> Settings:
    """Return the settings where nothing is set."""
    given: dict[str, Any] = {}
    return Settings(**given)


@pytest.mark.finding("MW-M7")
def test_no_name_of_an_environment_opens_or_closes_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it is called and spelled: who has no key is turned away, who has one is not."""
    edges.key_file(tmp_path, mine=edges.key())
    catalogs.publish(tmp_path / "snapshots", small())
    for spelling in SPELLINGS:
        for name in NAMES:
            monkeypatch.setenv(name, spelling)
        with live.served(live.application(tmp_path, anonymous=False)) as url:
            found = [
                wire.ask(url, path, **headers).status
                for path in ("/v1/models", "/v1/cost", "/metrics")
                for headers in ({}, {"x_api_key": "made-up"}, {"host": f"{spelling}.example"})
            ]
            assert set(found) == {401}, spelling
            assert wire.ask(url, "/v1/models", x_api_key="mine").status == 200

    assert not [name for name in Settings.model_fields if "env" in name or "stag" in name]


@pytest.mark.finding("MW-L3", kind="absent")
def test_no_route_is_on_its_way_out(tmp_path: Path) -> None:
    """No operation is declared deprecated, so no answer names a date that could have passed."""
    catalogs.publish(tmp_path / "snapshots", small())
    with live.served(live.application(tmp_path)) as url:
        paths = wire.ask(url, "/openapi.json").json["paths"]
        operations = [
            (path, method, one) for path, said in paths.items() for method, one in said.items()
        ]
        answers = [wire.ask(url, path) for path, method, _ in operations if method == "get"]

    assert len(answers) > 30
    assert [path for path, _, one in operations if one.get("deprecated")] == []
    assert [one for one in answers if {"deprecation", "sunset"} & one.headers.keys()] == []


@pytest.mark.finding("MW-L5")
def test_each_limit_has_the_one_default_that_the_command_prints(tmp_path: Path) -> None:
    """What a worker without settings goes by is what `modeldex settings` says, value by value."""
    done = live.run(tmp_path, "settings", "--json", RATE_LIMIT_ANONYMOUS="")
    printed = {name: one["value"] for name, one in json.loads(done.stdout).items()}
    gate = guarding.gate(unset(), Notebook())
    policy, places, bounds = gate.guards.policy, gate.places, gate.bounds
    found = (
        policy.per_address, policy.per_key, policy.writes, policy.admin, policy.strangers,
        places.limit, places.queue_size, places.queue_timeout, places.most_streams,
        gate.deadline, bounds.url_bytes, bounds.header_bytes, bounds.body_bytes,
        gate.compress_from,
    )  # fmt: skip

    assert dict(zip(LIMITS_OF_THE_EDGE, found, strict=True)) == {
        name: printed[name] for name in LIMITS_OF_THE_EDGE
    }


@pytest.mark.finding("MW-L5")
def test_no_layer_has_a_default_of_its_own() -> None:
    """Each takes its values as arguments; a connection without a worker has those of settings."""
    for layer in (Places, Deadline, Compression, Gate, Bounds, Policy):
        defaults = {
            name: one.default
            for name, one in inspect.signature(layer).parameters.items()
            if one.default is not inspect.Parameter.empty
        }
        assert defaults.keys() <= OPTIONAL, layer

    assert worker.bounds(unset()) == ConnectionBounds()


@pytest.mark.finding("MW-L5")
def test_a_running_worker_goes_by_its_setting(tmp_path: Path) -> None:
    """The number that is set is the one that answers and metrics state."""
    catalogs.publish(tmp_path / "snapshots", small())
    chosen = {"concurrency_limit": 7, "rate_limit_anonymous": "70/minute"}
    with live.served(live.application(tmp_path, **chosen)) as url:
        policy = wire.ask(url, "/v1/models").headers["ratelimit-policy"]
        metrics = wire.ask(url, "/metrics").body

    assert policy == '"read";q=70;w=60'
    assert b"modeldex_admission_places 7.0" in metrics
