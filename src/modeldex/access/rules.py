"""What a route needs: nothing, or a scope; and which of the limits it counts against."""

import msgspec

from modeldex.access.principal import ADMIN, OBSERVE, READ

OPEN = frozenset({"/healthz", "/readyz"})  # by exact path: a prefix would open what lies below
ALWAYS = OPEN | {"/metrics"}  # answered under overload too
READING = frozenset({"GET", "HEAD", "OPTIONS"})
READING_POSTS = frozenset({"/v1/cost", "/v1/models/batch-compare"})
OBSERVATIONS = "/v1/observations"
ADMINISTRATION = "/v1/admin"
KINDS = ("read", "write", "admin", "metrics")


class Rule(msgspec.Struct, frozen=True):
    """What one kind of route needs.

    Attributes:
        scope: what a key must be allowed.
        kind: name of the limit that it counts against.
    """

    scope: str
    kind: str


_READ, _METRICS = Rule(READ, "read"), Rule(READ, "metrics")
_OBSERVE, _ADMIN = Rule(OBSERVE, "write"), Rule(ADMIN, "admin")


def rule(method: str, path: str) -> Rule | None:
    """Return what *method* at *path* needs, ``None`` where it is open to all.

    Args:
        path: decoded, as routes are matched.
    """
    if path in OPEN:
        return None
    if path.startswith(ADMINISTRATION) and path[len(ADMINISTRATION) :][:1] in ("", "/"):
        return _ADMIN
    if path == OBSERVATIONS and method not in READING:
        return _OBSERVE
    return _METRICS if path == "/metrics" else _READ
