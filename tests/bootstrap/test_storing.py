"""The store is built as the settings say."""

from time import perf_counter

import msgspec
import pytest

from modeldex import settings, telemetry
from modeldex.bootstrap import storing
from modeldex.store.engine import Limits
from modeldex.store.metrics import StoreMetrics
from modeldex.store.sql import SqlStore


def built() -> SqlStore:
    """Return the store that the present settings make."""
    return storing.store(settings.load(), telemetry.configure("console"))


def test_without_settings_the_limits_are_those_that_the_store_knows() -> None:
    """The defaults are those that the parts are tested with; there is no replica."""
    found = built()
    assert found.engine.url.render_as_string() == "sqlite+aiosqlite:///var/modeldex.db"
    assert (found.limits, found.replica) == (Limits(), None)
    assert found.metrics is not None
    assert found.metrics.slow_seconds == StoreMetrics(perf_counter).slow_seconds
    assert found.metrics.log is not None


def test_every_setting_of_the_store_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses, limits, and what counts as slow."""
    values = {
        "URL": "postgres://db/catalog", "REPLICA_URL": "postgres://copy/catalog",
        "REPLICA_WAIT": "1", "POOL_SIZE": "2", "POOL_TIMEOUT": "3", "CONNECT_TIMEOUT": "4",
        "LOCK_TIMEOUT": "5", "STATEMENT_TIMEOUT": "6", "SLOW_STATEMENT": "7",
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(f"MODELDEX_STORE_{name}", value)
    found = built()
    assert found.replica is not None
    assert [one.url.host for one in (found.engine, found.replica)] == ["db", "copy"]
    assert msgspec.structs.asdict(found.limits) == {
        "replica_seconds": 1.0, "pool_size": 2, "pool_seconds": 3.0, "connect_seconds": 4.0,
        "lock_seconds": 5.0, "statement_seconds": 6.0,
    }  # fmt: skip
    assert found.metrics is not None
    assert found.metrics.slow_seconds == 7.0
    named = {name for name in settings.Settings.model_fields if name.startswith("store_")}
    assert named == {f"store_{name.lower()}" for name in values}
