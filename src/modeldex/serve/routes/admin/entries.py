"""Entries that are created, read, changed and deleted alike: tenants, models, prices, rules."""

import secrets
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from modeldex.domain import desk as kinds
from modeldex.domain.desk import NOTHING, Edit, Entry
from modeldex.errors import Changed, NotThere
from modeldex.serve.desk import Desk, Named
from modeldex.serve.routes.admin.counter import (
    NOTHING_SAID,
    Counter,
    Refused,
    Said,
    document,
    no_parameters,
    sent,
    wanted_version,
    who,
)

_PLACES = {
    kinds.TENANT: "/tenants",
    kinds.MODEL: "/models",
    kinds.OVERRIDE: "/overrides",
    kinds.JOIN: "/rules/joins",
    kinds.PART: "/rules/parts",
    kinds.ALIAS: "/rules/aliases",
}
_TRIES = 5  # to change what others change meanwhile
Stated = Mapping[str, Any]


class Collection:
    """The handlers of one kind of entry."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    async def listed(self, request: Request, desk: Desk) -> Response:
        """Answer with all entries, sorted by id."""
        no_parameters(request)
        data = [shown(one) for one in await desk.entries(self.kind)]
        return sent({"object": "list", "data": data, "total": len(data)})

    async def one(self, request: Request, desk: Desk) -> Response:
        """Answer with one entry."""
        no_parameters(request)
        found = await existing(desk, self.kind, request.path_params["name"])
        return sent(shown(found), version=found.version)

    async def create(self, request: Request, desk: Desk) -> Response:
        """Add an entry; it is refused where one of its name is there."""
        no_parameters(request)
        body = text(await document(request))
        named = read(desk, self.kind, body)
        name = named.name or f"{self.kind}_{secrets.token_hex(8)}"
        return await _put(desk, named, Edit(
            kind=self.kind, name=name, action="create", body=body, tenant=named.tenant,
            found=NOTHING, who=who(request), at=desk.now(),
        ))  # fmt: skip

    async def put(self, request: Request, desk: Desk) -> Response:
        """Let an entry be as it is sent, whether or not it was there; twice is as good as once."""
        no_parameters(request)
        name, version = request.path_params["name"], wanted_version(request)
        body = text(await document(request))
        named = read(desk, self.kind, body)
        before = await desk.entry(self.kind, name)
        if before is None and named.name is None:
            raise NotThere(self.kind, name)
        return await _put(desk, named, Edit(
            kind=self.kind, name=name, action="create" if before is None else "change", body=body,
            tenant=named.tenant, found=version, who=who(request), at=desk.now(),
        ))  # fmt: skip

    async def change(self, request: Request, desk: Desk) -> Response:
        """Change fields of an entry; ``null`` removes one."""
        no_parameters(request)
        name, changes = request.path_params["name"], await document(request)
        after = await changed(
            desk, self.kind, name, changes, who(request), wanted_version(request)
        )
        return sent(shown(after), version=after.version)

    async def delete(self, request: Request, desk: Desk) -> Response:
        """Remove an entry."""
        no_parameters(request)
        await desk.edit(Edit(
            kind=self.kind, name=request.path_params["name"], action="delete", body=None,
            found=wanted_version(request), who=who(request), at=desk.now(),
        ))  # fmt: skip
        return Response(status_code=204)


def add(counter: Counter) -> None:
    """Add the routes of all kinds."""
    for kind, place in _PLACES.items():
        one, own = Collection(kind), f"{place}/{{name:path}}"
        at = counter.add
        shape = kind.capitalize()
        entry, stated = f"{shape}Entry", f"{shape}Stated"
        made = Said(entry, stated, (201,), is_entry=True)
        put = Said(entry, stated, (200, 201), is_entry=True)
        at("GET", place, one.listed, f"All entries of the kind {kind}.", Said(f"{shape}Entries"))
        at("POST", place, one.create, f"Add a {kind}.", made)
        at("GET", own, one.one, f"One {kind}.", Said(entry, is_entry=True))
        at("PUT", own, one.put, f"Let a {kind} be as it is sent.", put)
        changes = Said(entry, f"{shape}Changes", is_entry=True)
        at("PATCH", own, one.change, f"Change fields of a {kind}.", changes)
        at("DELETE", own, one.delete, f"Remove a {kind}.", NOTHING_SAID)


async def _put(desk: Desk, named: Named, edit: Edit) -> Response:
    check_name(named, edit.name)
    after = await desk.edit(edit)
    if after is None:
        raise NotThere(edit.kind, edit.name)
    return sent(shown(after), 201 if edit.action == "create" else 200, after.version)


async def existing(desk: Desk, kind: str, name: str) -> Entry:
    """Return an entry that must be there.

    Raises:
        NotThere: it is not.
    """
    found = await desk.entry(kind, name)
    if found is None:
        raise NotThere(kind, name)
    return found


async def changed(
    desk: Desk, kind: str, name: str, changes: Stated, by: str, version: int | None
) -> Entry:
    """Return an entry after *changes* to its fields; ``null`` removes one.

    What others change meanwhile is not lost: these changes are made to what is there then.

    Raises:
        DeskError: it is not there, or not in the *version* that is wanted.
        Refused: what would come of it is no entry of its kind.
    """
    for tries_left in reversed(range(_TRIES)):
        before = await existing(desk, kind, name)
        if version is not None and before.version != version:
            raise Changed(kind, name)
        fields = {**msgspec.json.decode(before.body, type=dict[str, msgspec.Raw]), **changes}
        body = text({key: value for key, value in fields.items() if bytes(value) != b"null"})
        named = read(desk, kind, body)
        check_name(named, name)
        edit = Edit(
            kind=kind, name=name, action="change", body=body, tenant=named.tenant,
            found=before.version, who=by, at=desk.now(),
        )  # fmt: skip
        try:
            after = await desk.edit(edit)
        except Changed:
            if not tries_left:
                raise
            continue
        if after is not None:
            return after
    raise Changed(kind, name)


def read(desk: Desk, kind: str, body: str) -> Named:
    """Return what a document says of its entry.

    Raises:
        Refused: it is no document of that kind.
    """
    try:
        return desk.named(kind, body)
    except ValueError as error:
        raise Refused(400, "bad_value", f"This is no {kind}: {error}.") from error


def check_name(named: Named, name: str) -> None:
    """Do nothing where a document speaks of the entry of that name.

    Raises:
        Refused: it speaks of another.
    """
    if named.name is not None and named.name != name:
        detail = f"This speaks of {named.name[:120]!r}, not of {name[:120]!r}."
        raise Refused(400, "bad_value", detail)


def text(fields: Stated) -> str:
    """Return fields as the JSON of a document."""
    return msgspec.json.encode(fields).decode()


def shown(one: Entry) -> dict[str, Any]:
    """Return what is shown of an entry."""
    return {
        "object": one.kind,
        "id": one.name,
        "version": one.version,
        "tenant": one.tenant,
        "created_at": one.created_at,
        "changed_at": one.changed_at,
        "stated": msgspec.Raw(one.body.encode()),
    }
