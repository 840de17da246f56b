"""The store, as the settings say."""

import time

from modeldex.settings import Settings
from modeldex.store.engine import Limits
from modeldex.store.metrics import StoreMetrics
from modeldex.store.sql import SqlStore
from modeldex.telemetry import Log


def store(settings: Settings, log: Log) -> SqlStore:
    """Return the store; nothing is connected yet.

    Raises:
        StoreError: a URL names no database that this installation knows.
    """
    return SqlStore(
        settings.store,
        replica_url=settings.store_replica_url,
        limits=Limits(
            pool_size=settings.store_pool_size,
            pool_seconds=settings.store_pool_timeout,
            connect_seconds=settings.store_connect_timeout,
            lock_seconds=settings.store_lock_timeout,
            statement_seconds=settings.store_statement_timeout,
            replica_seconds=settings.store_replica_wait,
        ),
        metrics=StoreMetrics(time.perf_counter, log, settings.store_slow_statement),
    )
