"""API keys: made, listed, changed, rotated and revoked. A token is shown once, at its making."""

import secrets
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from modeldex.access.keys import digest, new_token
from modeldex.domain.desk import KEY, NOTHING, Edit, Entry
from modeldex.errors import Changed, NotThere
from modeldex.serve.desk import Desk
from modeldex.serve.routes.admin import entries
from modeldex.serve.routes.admin.counter import (
    Counter,
    Refused,
    Said,
    document,
    no_parameters,
    sent,
    wanted_version,
    who,
)
from modeldex.serve.schemas.admin import KEY_FIELDS

_ONCE = "The token is shown this once; what is kept is a hash of it."


class Made(msgspec.Struct, frozen=True):
    """A key, and the token that nobody will see again."""

    entry: Entry
    token: str


async def made(desk: Desk, stated: Mapping[str, Any], by: str) -> Made:
    """Return a new key.

    Raises:
        Refused: *stated* is no key.
        DeskError: there is no such tenant.
    """
    _check(stated)
    body, token = entries.text(stated), new_token()
    named = entries.read(desk, KEY, body)
    after = await desk.edit(Edit(
        kind=KEY, name=f"key_{secrets.token_hex(8)}", action="create", body=body,
        tenant=named.tenant, secret=digest(token), found=NOTHING, who=by, at=desk.now(),
    ))  # fmt: skip
    assert after is not None  # noqa: S101 - only a removal leaves nothing
    return Made(after, token)


async def rotated(desk: Desk, name: str, by: str, version: int | None = None) -> Made:
    """Return a key with a new token; the old one counts no more.

    Raises:
        DeskError: there is no such key, or it is revoked.
    """
    before, token = await entries.existing(desk, KEY, name), new_token()
    if version is not None and before.version != version:
        raise Changed(KEY, name)
    if is_revoked(before):
        raise Refused(409, "revoked", f"The key {name!r} is revoked. Make a new one.")
    after = await desk.edit(_as_it_was(before, "rotate", by, desk.now(), digest(token)))
    if after is None:
        raise NotThere(KEY, name)
    return Made(after, token)


async def revoked(desk: Desk, name: str, by: str, version: int | None = None) -> Entry:
    """Return a key that counts no more; to revoke it twice is as good as once.

    Raises:
        DeskError: there is no such key.
    """
    before, now = await entries.existing(desk, KEY, name), desk.now()
    if version is not None and before.version != version:
        raise Changed(KEY, name)
    fields = msgspec.json.decode(before.body, type=dict[str, Any])
    body = entries.text(fields | {"revoked_at": fields.get("revoked_at") or now})
    edit = _as_it_was(before, "revoke", by, now, "")
    after = await desk.edit(msgspec.structs.replace(edit, body=body, found=None))
    if after is None:
        raise NotThere(KEY, name)
    return after


def is_revoked(one: Entry) -> bool:
    """Return whether a key was revoked."""
    return msgspec.json.decode(one.body, type=dict[str, Any]).get("revoked_at") is not None


class Keys:
    """The handlers."""

    async def create(self, request: Request, desk: Desk) -> Response:
        """Make a key."""
        no_parameters(request)
        return _sent(await made(desk, await document(request), who(request)), 201)

    async def change(self, request: Request, desk: Desk) -> Response:
        """Change what a key may do, from where, how often and how long."""
        no_parameters(request)
        name, changes = request.path_params["name"], await document(request)
        _check(changes)
        if is_revoked(await entries.existing(desk, KEY, name)):
            raise Refused(409, "revoked", f"The key {name!r} is revoked. Make a new one.")
        after = await entries.changed(
            desk, KEY, name, changes, who(request), wanted_version(request)
        )
        return sent(entries.shown(after), version=after.version)

    async def rotate(self, request: Request, desk: Desk) -> Response:
        """Give a key a new token."""
        no_parameters(request)
        _check_empty(await document(request, is_optional=True))
        name, version = request.path_params["name"], wanted_version(request)
        return _sent(await rotated(desk, name, who(request), version), 200)

    async def revoke(self, request: Request, desk: Desk) -> Response:
        """Let a key count no more; it stays in the list."""
        no_parameters(request)
        name, version = request.path_params["name"], wanted_version(request)
        after = await revoked(desk, name, who(request), version)
        return sent(entries.shown(after), version=after.version)


def add(counter: Counter) -> None:
    """Add the routes."""
    keys, all_keys, own = Keys(), entries.Collection(KEY), "/keys/{name}"
    listed = Said("KeyEntries")
    one, token = Said("KeyEntry", is_entry=True), Said("MadeKey", is_entry=True)
    made = Said("MadeKey", "NewKey", (201,), is_entry=True)
    changed = Said("KeyEntry", "KeyChanges", is_entry=True)
    counter.add("GET", "/keys", all_keys.listed, "All keys, without their tokens.", listed)
    counter.add("POST", "/keys", keys.create, f"Make a key. {_ONCE}", made)
    counter.add("GET", own, all_keys.one, "One key, without its token.", one)
    counter.add("PATCH", own, keys.change, "Change what a key may do.", changed)
    counter.add("DELETE", own, keys.revoke, "Revoke a key.", one)
    counter.add("POST", f"{own}/rotate", keys.rotate, f"Give a key a new token. {_ONCE}", token)


def _check(fields: Mapping[str, Any]) -> None:
    unknown = sorted(fields.keys() - KEY_FIELDS.keys())
    if unknown:
        allowed = ", ".join(sorted(KEY_FIELDS))
        detail = f"A key has no field {unknown[0][:80]!r}. It has {allowed}."
        raise Refused(400, "bad_value", detail)


def _check_empty(fields: Mapping[str, Any]) -> None:
    if fields:
        raise Refused(400, "bad_value", "This takes no fields.")


def _as_it_was(before: Entry, action: str, by: str, at: int, secret: str) -> Edit:
    return Edit(
        kind=KEY, name=before.name, action=action, body=before.body, tenant=before.tenant,
        secret=secret, found=before.version, who=by, at=at,
    )  # fmt: skip


def _sent(one: Made, status: int) -> Response:
    value = {**entries.shown(one.entry), "token": one.token, "notice": _ONCE}
    return sent(value, status, one.entry.version)
