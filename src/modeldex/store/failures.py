"""What went wrong with a database, as a sentence with what to do."""

from typing import Any

from sqlalchemy import URL, exc

from modeldex.errors import StoreError

FAULTS = (exc.SQLAlchemyError, OSError)  # a timeout is an OSError
_GONE = {"57P01", "57P02", "57P03"}  # shut down, crashed, not yet started
_CLOSED = ("connection is closed", "connection was closed", "connection has been closed")
_FULL = "Make room on the disk of the database; nothing of this refresh was kept."
_BUSY = (
    "Somebody else holds a lock on it. Run one refresher for each store, or give it longer with "
    "MODELDEX_STORE_LOCK_TIMEOUT."
)
_READ_ONLY = (
    "Make it writable, or let MODELDEX_STORE_URL name the primary and not a replica. "
    "What is published is served meanwhile."
)
_SIGN_IN = "Correct user and password in MODELDEX_STORE_URL."
_DAMAGED = (
    "The file is damaged, or is no SQLite database. Restore a backup, or move it away: a refresh "
    "fills a new one, without what was remembered over time."
)
_SLOW = (
    "Look at the load of the database, or give it longer with MODELDEX_STORE_STATEMENT_TIMEOUT."
)
_UNREACHABLE = (
    "See that the database runs and that MODELDEX_STORE_URL is right. "
    "What is published is served meanwhile."
)
_ADVICE = {  # SQLSTATE, or words of SQLite
    "25006": _READ_ONLY,
    "readonly database": _READ_ONLY,
    "28000": _SIGN_IN,
    "28P01": _SIGN_IN,
    "3D000": "Create that database, or correct MODELDEX_STORE_URL.",
    "42501": "Let the user of MODELDEX_STORE_URL create and change tables there.",
    "53100": _FULL,
    "is full": _FULL,
    "53300": "Raise max_connections of the database, or lower MODELDEX_STORE_POOL_SIZE.",
    "55P03": _BUSY,
    "is locked": _BUSY,
    "57014": _SLOW,
    "not a database": _DAMAGED,
    "malformed": _DAMAGED,
    "unable to open database file": "See that its directory exists and may be written.",
    "QueuePool limit": "Raise MODELDEX_STORE_POOL_SIZE or MODELDEX_STORE_POOL_TIMEOUT.",
}


def explain(error: Exception, url: URL) -> StoreError:
    """Return what to tell a person; the URL is shown without its password."""
    advice = _advice(error)
    said = f"The store at {shown(url)} failed: {_reason(error)}."
    return StoreError(f"{said} {advice}" if advice else said)


def shown(url: URL) -> str:
    """Return a URL without secrets."""
    hidden = {name: "***" for name in url.query if "pass" in name.lower()}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)


def is_lost(error: Exception) -> bool:
    """Whether the connection is gone, so that a new one may work."""
    if not isinstance(error, exc.DBAPIError):
        return isinstance(error, ConnectionError)
    state = _state(error)
    closed = any(words in str(error.orig) for words in _CLOSED)
    return error.connection_invalidated or closed or state in _GONE or state.startswith("08")


def _advice(error: Exception) -> str | None:
    state, text = _state(error), str(error)
    found = next((say for key, say in _ADVICE.items() if key == state or key in text), None)
    if found is None and isinstance(error, TimeoutError):
        return f"It did not answer in time. {_UNREACHABLE}"
    return found or (_UNREACHABLE if isinstance(error, OSError) or is_lost(error) else None)


def _reason(error: Exception) -> str:
    said = getattr(error, "orig", None) or error
    return str(said).partition("\n")[0].rstrip(".") or _name(error)


def _name(error: Exception) -> str:
    return "timeout" if isinstance(error, TimeoutError) else type(error).__name__


def _state(error: Exception) -> str:
    orig: Any = getattr(error, "orig", None)
    return getattr(orig, "sqlstate", None) or ""
