"""Google's list of models: its pages, each pinned to the snapshot that the first one began on."""

import base64
import binascii
import json
import re
from collections.abc import Iterable

import msgspec

from modeldex.dialects import google
from modeldex.errors import BadValue
from modeldex.query import lists, sql_shaped, values
from modeldex.query.question import Question
from modeldex.query.table import MOST_ROWS, Parameter
from modeldex.snapshot.reader import Snapshot

PAGE = 50
_LONGEST = 200
_SNAPSHOT = re.compile(r"[0-9a-f]{32}")
_ALLOWED = "the nextPageToken of an earlier answer"
PARAMETERS = (
    Parameter("pageSize", f"Rows of a page; above {MOST_ROWS} it is {MOST_ROWS}.",
              {"type": "integer", "minimum": 0, "default": PAGE}),
    Parameter("pageToken", "`nextPageToken` of the page before.", {"type": "string"}),
)  # fmt: skip
_KNOWN = {one.name: one for one in PARAMETERS}


class Token(msgspec.Struct, frozen=True, array_like=True):
    """Where a page begins: in which snapshot, behind how many rows."""

    snapshot: str
    offset: int


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A page of Google's list.

    Attributes:
        begun: where it goes on; ``None`` is the first page of what is current.
    """

    size: int = PAGE
    begun: Token | None = None

    @property
    def snapshot(self) -> str | None:
        """The id of the snapshot that is meant; ``None`` is the current one."""
        return self.begun.snapshot if self.begun else None


def of(given: Iterable[tuple[str, str]]) -> Asked:
    """Return the page that is asked for; names that mean nothing here are passed over.

    Raises:
        BadValue: a value is wrong.
    """
    found = values.collected([one for one in given if one[0] in _KNOWN], _KNOWN)
    size = values.whole(found, "pageSize", 0, 10**9) or PAGE
    text = found.get("pageToken", [""])[0]
    return Asked(size=min(size, MOST_ROWS), begun=_read(text) if text else None)


def page(snapshot: Snapshot, asked: Asked) -> bytes:
    """Return a page of the offers, by id."""
    offset = asked.begun.offset if asked.begun else 0
    ranks = lists.page(snapshot, Question(limit=asked.size + 1, offset=offset)).ranks
    wanted = json.dumps(ranks[: asked.size])
    rows = snapshot.rows(sql_shaped.bodies("offer_google"), (wanted,))
    more = len(ranks) > asked.size
    token = _written(Token(snapshot.id, offset + asked.size)) if more else None
    return google.OPENING + b",".join(body for (body,) in rows) + google.closing(token)


def _written(token: Token) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(token)).rstrip(b"=").decode()


def _read(text: str) -> Token:
    try:
        body = base64.b64decode(text[:_LONGEST] + "=" * (-len(text) % 4), b"-_", validate=True)
        found = msgspec.json.decode(body, type=Token)
    except (binascii.Error, ValueError):
        raise BadValue("pageToken", text, _ALLOWED) from None
    if not _SNAPSHOT.fullmatch(found.snapshot) or not 0 <= found.offset < 10**9:
        raise BadValue("pageToken", text, _ALLOWED)
    return found
