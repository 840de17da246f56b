"""``modeldex serve``."""

from typing import Annotated

import typer

from modeldex import settings

NAME = "serve"


def command(
    host: Annotated[str | None, typer.Option(help="Address; MODELDEX_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; MODELDEX_PORT.")] = None,
) -> None:
    """Serve the catalog: at once from the installed books, then from every source."""
    from modeldex import telemetry
    from modeldex.bootstrap import serving

    found = settings.load()
    changes = {"host": host, "port": port}
    given = {name: value for name, value in changes.items() if value is not None}
    found = found.model_copy(update=given)
    serving.serve(found, telemetry.configure(found.log_format))
