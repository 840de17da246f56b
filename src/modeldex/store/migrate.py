"""Brings a database's schema up to date, in the caller's transaction."""

from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from modeldex.errors import StoreError


def upgrade(connection: Connection) -> None:
    """Apply the migrations that are missing.

    Raises:
        StoreError: a newer modeldex made the database.
    """
    config = _config()
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = revision(connection)
    if found is not None and found not in known:
        message = (
            f"The store was made by a newer modeldex (schema {found}). "
            "Install that version, or use another MODELDEX_STORE_URL."
        )
        raise StoreError(message)
    command.upgrade(config, "head")


def revision(connection: Connection) -> str | None:
    """Return the revision that the database is at, ``None`` for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    place = str(resources.files("modeldex.store") / "migrations")
    config.set_main_option("script_location", place.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
