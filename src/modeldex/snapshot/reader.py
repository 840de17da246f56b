"""Reads one snapshot file: immutable, plain reads, one connection per thread.

The file is not mapped, since a mapped file that somebody truncates kills the process. A handle is
never closed while a thread may use it: it goes when the last reference does.
"""

import json
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from modeldex.domain.provider import Provider
from modeldex.errors import DamagedSnapshot
from modeldex.snapshot import schema
from modeldex.snapshot.documents import Document

_CACHE_KIB = 1024
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR)


class Snapshot:
    """One published catalog. Safe to use from several threads.

    Attributes:
        id: taken from inside the file.
        timestamp: when this content was first published, ISO, UTC.
        providers: all providers, in the order of their numbers.
        gateways: every slug and alias to its provider's number.
        authors: slug to number.
        words: by kind (``schema.KINDS_OF_WORDS``), every word that an offer bears to its number.
        horizon: unix seconds; of moments before it too little is known to answer.
        memo: what readers derived from this snapshot, such as totals; goes with it.
    """

    def __init__(self, file: Path) -> None:
        """Open *file*.

        Raises:
            DamagedSnapshot: it is missing, cut short, of another schema, or no database.
            sqlite3.OperationalError: it is there, but cannot be opened now.
        """
        self.file, self.id = file, ""
        self._local = threading.local()
        self.memo: dict[Any, Any] = {}
        self._connection()
        try:
            self._load(dict(self.rows("select key, value from meta")))
        except (sqlite3.Error, KeyError, ValueError) as error:
            raise DamagedSnapshot(file.name, str(error)) from error

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        """Return all rows of a statement.

        Raises:
            DamagedSnapshot: the file cannot be read.
            sqlite3.Error: the statement is wrong, or the process may open no more files; neither
                is a fault of the file.
        """
        connection = self._connection()
        try:
            return connection.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            if _code(error) not in _DAMAGE:
                raise
            raise DamagedSnapshot(self.file.name, str(error)) from error

    def document(self, name: str, encoding: str) -> tuple[int, str, int]:
        """Return the number, etag and size of a finished document.

        Raises:
            DamagedSnapshot: there is none.
        """
        found = self.rows(
            "select number, etag, size from documents where name = ? and encoding = ?",
            (name, encoding),
        )
        if not found:
            raise DamagedSnapshot(self.file.name, f"it has no document {name!r} in {encoding}")
        number, etag, size = found[0]
        return number, etag, size

    def lossy(self, dialect: str) -> int:
        """Return how many things a dialect cannot say of this catalog."""
        found = self.rows("select total from losses where dialect = ?", (dialect,))
        return int(found[0][0]) if found else 0

    def losses(self, dialect: str) -> bytes | None:
        """Return the list of what a dialect cannot say; ``None`` for one that is not here."""
        found = self.rows("select body from losses where dialect = ?", (dialect,))
        return found[0][0] if found else None

    def part(self, number: int, part: int) -> bytes | None:
        """Return a slice of a document, ``None`` past its end."""
        found = self.rows(
            "select body from document_parts where document = ? and part = ?", (number, part)
        )
        return found[0][0] if found else None

    def whole(self, name: str, encoding: str) -> Document:
        """Return a document with its bytes."""
        number, etag, _ = self.document(name, encoding)
        rows = self.rows(
            "select body from document_parts where document = ? order by part", (number,)
        )
        return Document(name, encoding, etag, b"".join(row[0] for row in rows))

    def _load(self, meta: dict[str, str]) -> None:
        if int(meta["schema"]) != schema.VERSION:
            raise ValueError(f"its schema is {meta['schema']}, not {schema.VERSION}")
        self.id, self.timestamp = meta["id"], meta["timestamp"]
        self.horizon = int(meta["horizon"])
        self.offer_count, self.model_count = int(meta["offers"]), int(meta["models"])
        self.providers = [
            Provider(
                slug=s,
                name=n,
                site=site,
                logo=logo,
                aliases=tuple(json.loads(a)),
                book_only=bool(b),
            )
            for s, n, site, logo, b, a in self.rows(
                "select slug, name, site, logo, book_only, aliases from providers order by number"
            )
        ]
        self.gateways: dict[str, int] = {}
        for number, one in enumerate(self.providers):
            self.gateways.update(dict.fromkeys(one.aliases, number))
        self.gateways.update({one.slug: number for number, one in enumerate(self.providers)})
        self.authors: dict[str, int] = dict(self.rows("select slug, number from authors"))
        self.words: dict[str, dict[str, int]] = {kind: {} for kind in schema.KINDS_OF_WORDS}
        for kind, word, number in self.rows("select kind, word, number from words"):
            self.words[kind][word] = number

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            try:
                found = self._open()
            except sqlite3.Error as error:
                if _code(error) == sqlite3.SQLITE_CANTOPEN and self.file.is_file():
                    raise
                raise DamagedSnapshot(self.file.name, str(error)) from error
            self._local.connection = found
        return found

    def _open(self) -> sqlite3.Connection:
        """Open the file for one thread, and see that it holds what the other threads read."""
        uri = f"file:{_quoted(self.file)}?mode=ro&immutable=1"
        opened = sqlite3.connect(uri, uri=True, check_same_thread=False, cached_statements=256)
        opened.execute("pragma mmap_size = 0")
        opened.execute("pragma temp_store = memory")
        opened.execute(f"pragma cache_size = -{_CACHE_KIB}")
        found = opened.execute("select value from meta where key = 'id'").fetchone()
        if self.id and found != (self.id,):
            raise DamagedSnapshot(self.file.name, "it holds another catalog by now")
        return opened


def _code(error: sqlite3.Error) -> int:
    """Return SQLite's own code of an error. Text that does not decode has none: it is garbage."""
    garbled = isinstance(error, sqlite3.OperationalError)
    default = sqlite3.SQLITE_CORRUPT if garbled else sqlite3.SQLITE_ERROR
    return getattr(error, "sqlite_errorcode", default) & 0xFF


def _quoted(file: Path) -> str:
    return str(file.resolve()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
