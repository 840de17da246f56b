"""The edge of a worker, made from settings."""

import sys
import time
from datetime import UTC, datetime

from modeldex.access.guards import Guards, Policy
from modeldex.access.keys import FILE
from modeldex.access.limits import Limits
from modeldex.access.networks import Proxies
from modeldex.access.ring import KeyRing
from modeldex.bootstrap import traces
from modeldex.serve.edge import Gate
from modeldex.serve.middleware.access_log import AccessLog
from modeldex.serve.middleware.admission import Places
from modeldex.serve.middleware.bounds import Bounds
from modeldex.serve.middleware.cors import Cors
from modeldex.serve.middleware.watch import Watch
from modeldex.settings import Settings
from modeldex.telemetry import Log


def gate(settings: Settings, log: Log) -> Gate:
    """Return what stands before a worker's routes."""
    return Gate(
        guards=guards(settings, log),
        watch=Watch(_access_log(settings), time.monotonic, traces.spans(settings)),
        cors=Cors(settings.cors_origins),
        bounds=Bounds(
            url_bytes=settings.url_bytes,
            header_bytes=settings.header_bytes,
            body_bytes=settings.body_bytes,
        ),
        places=Places(
            settings.concurrency_limit,
            settings.queue_size,
            settings.queue_timeout,
            settings.stream_limit,
        ),
        deadline=settings.deadline,
        compress_from=settings.compress_from,
        log=log,
    )


def guards(settings: Settings, log: Log) -> Guards:
    """Return the guards of a worker."""
    policy = Policy(
        anonymous=settings.anonymous,
        foreign=settings.foreign_keys,
        per_address=settings.rate_limit_anonymous,
        per_key=settings.rate_limit_key,
        writes=settings.rate_limit_write,
        admin=settings.rate_limit_admin,
        strangers=settings.rate_limit_wrong_keys,
    )
    secret = settings.admin_key.get_secret_value() if settings.admin_key else None
    ring = KeyRing(settings.data_dir / FILE, log, time.time, secret)
    return Guards(policy, ring, Proxies(settings.trusted_proxies), Limits(time.monotonic))


def _access_log(settings: Settings) -> AccessLog | None:
    if not settings.access_log:
        return None
    return AccessLog(_write, settings.log_format, lambda: datetime.now(UTC).isoformat())


def _write(lines: bytes) -> None:
    sys.stderr.buffer.write(lines)
    sys.stderr.buffer.flush()
