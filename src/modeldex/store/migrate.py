"""Brings a database's schema up to date, in the caller's transaction."""

import re
from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from modeldex.errors import StoreError

_VERSIONS = "alembic_version"
_OURS = re.compile(r"\d{4}")  # how our revisions look
_LOCK = "select pg_advisory_xact_lock(7205759)"  # one migration at a time, from any host
_ELSEWHERE = "Nothing was changed. Let MODELDEX_STORE_URL name a database of its own."


def is_current(connection: Connection) -> bool:
    """Whether nothing is missing.

    Raises:
        StoreError: the database is somebody else's, or a newer modeldex made it.
    """
    scripts, found = ScriptDirectory.from_config(_config()), revision(connection)
    _check_owner(connection, found)
    if found is not None and found not in {one.revision for one in scripts.walk_revisions()}:
        raise StoreError(
            f"The store was made by a newer modeldex (schema {found}). "
            "Install that version, or use another MODELDEX_STORE_URL."
        )
    return found == scripts.get_current_head()


def upgrade(connection: Connection) -> None:
    """Apply the migrations that are missing.

    Raises:
        StoreError: the database is somebody else's, or a newer modeldex made it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(_LOCK))
    if not is_current(connection):
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revision(connection: Connection) -> str | None:
    """Return the revision that the database is at, ``None`` for an empty one."""
    heads = MigrationContext.configure(connection).get_current_heads()
    return " and ".join(sorted(heads)) or None


def _check_owner(connection: Connection, found: str | None) -> None:
    tables = sorted(set(inspect(connection).get_table_names()) - {_VERSIONS})
    if found is None and tables:
        raise StoreError(
            f"The database holds tables of somebody else: {', '.join(tables[:5])}. {_ELSEWHERE}"
        )
    if found is not None and not (_OURS.fullmatch(found) and "sources" in tables):
        raise StoreError(
            f"The database belongs to another program (its schema is {found}). {_ELSEWHERE}"
        )


def _config() -> Config:
    config = Config()
    place = str(resources.files("modeldex.store") / "migrations")
    config.set_main_option("script_location", place.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
