"""Who asks, as the guards wrote it into the scope."""

from starlette.types import Scope

from modeldex.access.principal import ANONYMOUS, Principal

KEY = "modeldex.principal"


def principal_of(scope: Scope) -> Principal:
    """Return who asks; an anonymous caller where no guard said otherwise."""
    found: Principal = scope.get(KEY, ANONYMOUS)
    return found
