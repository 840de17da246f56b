"""Who asks, as the guards found out."""

import msgspec

READ, OBSERVE, ADMIN = "read", "observe", "admin"
SCOPES = (READ, OBSERVE, ADMIN)


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks.

    Attributes:
        key_id: public id of the API key; ``None`` for anonymous callers.
        tenant: slug; ``None`` where the key belongs to no tenant.
        scopes: what the key may: ``read``, ``observe``, ``admin``; admin may everything.
        view: name of the catalog that it sees; ``None`` is the public one.
        limit: requests of its own per window, such as ``600/minute``; ``None`` is the default.
    """

    key_id: str | None = None
    tenant: str | None = None
    scopes: frozenset[str] = frozenset({READ})
    view: str | None = None
    limit: str | None = None

    def may(self, scope: str) -> bool:
        """Return whether it may do what needs *scope*."""
        return scope in self.scopes or ADMIN in self.scopes


ANONYMOUS = Principal()
