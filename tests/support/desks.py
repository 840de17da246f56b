"""What tests put onto an operator's desk."""

import json
from typing import Any

from modeldex.domain import desk
from modeldex.domain.desk import Edit

AT = 1_795_435_200  # 2026-11-23T12:00:00Z
HASH = "0123456789abcdef" * 4


def edit(kind: str, name: str, body: Any = None, **more: Any) -> Edit:
    """Return an edit by an administrator; without a body it removes."""
    text = None if body is None else json.dumps(body)
    action = more.pop("action", "delete" if body is None else "create")
    given = {"who": "admin", "at": AT, **more}
    return Edit(kind=kind, name=name, action=action, body=text, **given)


def tenant(slug: str = "shop", /, **body: Any) -> Edit:
    """Return the edit that adds a tenant."""
    return edit(desk.TENANT, slug, {"tenant": slug, **body})


def key(name: str, tenant: str | None = None, /, *, secret: str = HASH, **body: Any) -> Edit:
    """Return the edit that adds a key."""
    stated = body if tenant is None else {"tenant": tenant, **body}
    return edit(desk.KEY, name, stated, tenant=tenant, secret=secret)


def private(tenant: str, provider: str, model: str, /, **body: Any) -> Edit:
    """Return the edit that adds a private model."""
    stated = {"tenant": tenant, "provider": provider, "model": model, **body}
    name = desk.scoped(tenant, f"{provider}/{model}")
    return edit(desk.MODEL, name, stated, tenant=tenant)


def override(name: str, tenant: str | None = None, /, **body: Any) -> Edit:
    """Return the edit that adds an override."""
    stated = body if tenant is None else {"tenant": tenant, **body}
    return edit(desk.OVERRIDE, name, stated, tenant=tenant)


def rule(kind: str, name: str, tenant: str | None = None, /, **body: Any) -> Edit:
    """Return the edit that adds a join, a part or an alias."""
    stated = {"name": name, **body} | ({} if tenant is None else {"tenant": tenant})
    return edit(kind, desk.scoped(tenant, name), stated, tenant=tenant)
