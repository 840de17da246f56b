"""``modeldex keys``: make, list, rotate and revoke API keys, with the server running or not."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import msgspec
import typer

from modeldex import settings, telemetry
from modeldex.cli import output
from modeldex.errors import ModeldexError

_T = TypeVar("_T")
_WHO = "cli"
_DAY = timedelta(days=1)
Id = Annotated[str, typer.Argument(help="Id of the key, as `modeldex keys list` shows it.")]
app = typer.Typer(
    name="keys", help="Make, list, rotate and revoke API keys.", no_args_is_help=True
)


@app.command()
def create(
    name: Annotated[str, typer.Option(help="What its owner calls it.")] = "",
    scope: Annotated[
        list[str] | None, typer.Option(help="read, observe or admin; repeatable.")
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="Slug of its tenant.")] = None,
    network: Annotated[
        list[str] | None, typer.Option(help="Address or range it counts from; repeatable.")
    ] = None,
    limit: Annotated[str | None, typer.Option(help="Such as 600/minute, or off.")] = None,
    provider: Annotated[
        list[str] | None, typer.Option(help="Slug of a provider it may see; repeatable.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="Pattern of ids it may see; repeatable.")
    ] = None,
    days: Annotated[int | None, typer.Option(help="Days until it expires.", min=1)] = None,
    json: output.Json = False,
) -> None:
    """Make a key. Its token is shown this once."""
    expires = None if days is None else int((datetime.now(UTC) + days * _DAY).timestamp())
    stated = {
        "name": name, "scopes": scope or ["read"], "tenant": tenant, "networks": network or [],
        "limit": limit, "providers": provider or [], "models": model or [],
        "expires_at": expires,
    }  # fmt: skip
    given = {key: value for key, value in stated.items() if value not in (None, [], "")}

    async def work(desk: Any, admin: Any) -> Any:
        return _with_token(await admin.keys.made(desk, given, _WHO), admin)

    _show_token(_run(work), json=json)


@app.command("list")
def list_(json: output.Json = False) -> None:
    """List all keys, without their tokens."""

    async def work(desk: Any, admin: Any) -> Any:
        return [admin.entries.shown(one) for one in await desk.entries("key")]

    found = msgspec.json.decode(msgspec.json.encode(_run(work)))
    if json:
        output.as_json({"object": "list", "data": found, "total": len(found)})
        return
    now = datetime.now(UTC).timestamp()
    rows = ((one["id"], *_row(one["stated"], now), _day(one["created_at"])) for one in found)
    output.as_table(("id", "name", "tenant", "scopes", "limit", "state", "created"), rows)


@app.command()
def rotate(key: Id, json: output.Json = False) -> None:
    """Give a key a new token; the old one counts no more."""

    async def work(desk: Any, admin: Any) -> Any:
        return _with_token(await admin.keys.rotated(desk, key, _WHO), admin)

    _show_token(_run(work), json=json)


@app.command()
def revoke(key: Id, json: output.Json = False) -> None:
    """Let a key count no more, in every worker within two seconds."""

    async def work(desk: Any, admin: Any) -> Any:
        return admin.entries.shown(await admin.keys.revoked(desk, key, _WHO))

    found = _run(work)
    if json:
        output.as_json(found)
    else:
        output.console().print(f"{found['id']} is revoked.", markup=False)


def _run(work: Callable[[Any, Any], Awaitable[_T]]) -> _T:
    """Return what *work* does at the desk of this machine, with what the routes do it by."""
    from modeldex.bootstrap.desk import StoreDesks
    from modeldex.serve.routes import admin as routes
    from modeldex.serve.routes.admin.counter import Refused

    found = settings.load()
    log = telemetry.configure(found.log_format)

    async def run() -> _T:
        desks = StoreDesks(found, log)
        try:
            return await work(await desks.open(), routes)
        finally:
            await desks.close()

    try:
        return asyncio.run(run())
    except Refused as error:
        raise ModeldexError(str(error)) from error


def _with_token(made: Any, admin: Any) -> dict[str, Any]:
    return {**admin.entries.shown(made.entry), "token": made.token}


def _show_token(made: dict[str, Any], *, json: bool) -> None:
    if json:
        output.as_json(made)
        return
    output.console().print(f"{made['id']}: {made['token']}", markup=False, soft_wrap=True)
    output.console().print("It is shown this once. What is kept is a hash of it.")


def _row(stated: dict[str, Any], now: float) -> tuple[object, ...]:
    expires = stated.get("expires_at")
    state = "expired" if expires is not None and expires <= now else "good"
    return (
        stated.get("name"),
        stated.get("tenant"),
        ", ".join(stated.get("scopes", ["read"])),
        stated.get("limit"),
        "revoked" if stated.get("revoked_at") else state,
    )


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
