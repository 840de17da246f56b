"""Who asks, as the guards noted it on the request."""

from starlette.types import Scope

from modeldex.access.principal import ANONYMOUS, Principal

NOTE = "modeldex.principal"


def principal_of(scope: Scope) -> Principal:
    """Return who asks; nobody in particular where no guard has looked."""
    found: Principal = scope.get(NOTE, ANONYMOUS)
    return found
