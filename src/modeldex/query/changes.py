"""Questions about what changed, and their answers, in the order in which it was learned."""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping

import msgspec

from modeldex.domain.history import KINDS
from modeldex.domain.ids import slug
from modeldex.errors import BadValue
from modeldex.query import answer, moments, parameters, sql_changes
from modeldex.query.parameters import LONGEST, MOST_ROWS, Parameter
from modeldex.query.question import ChangesQuestion
from modeldex.snapshot.reader import Snapshot

_USUAL = 100
_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,9})")
_CHECK = 4  # bytes that tell a damaged cursor
_MOMENT: dict[str, object] = {"type": "string"}
PARAMETERS = (
    Parameter("since", "What happened then or later. " + moments.FORMAT, _MOMENT),
    Parameter("until", "What happened before then. " + moments.FORMAT, _MOMENT),
    Parameter("kind", "What kind of change.",
              {"type": "array", "items": {"type": "string", "enum": list(KINDS)}},
              repeatable=True),
    Parameter("provider", "Serving provider: a slug or an alias.", {"type": "string"}),
    Parameter("model", "Id or alias of a model: what changed of it and of all its offers; or of "
              "an offer: what changed of that one.", {"type": "string", "maxLength": LONGEST}),
    Parameter("limit", "Rows of a page.", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS,
              "default": _USUAL}),
    Parameter("cursor", "The `next_cursor` of an earlier answer: what was learned after it.",
              {"type": "string"}),
)  # fmt: skip
_KNOWN = {one.name: one for one in PARAMETERS}


def question(given: Iterable[tuple[str, str]], gateways: Mapping[str, str]) -> ChangesQuestion:
    """Return the question that query parameters ask.

    Args:
        given: names and values in their order, decoded.
        gateways: every accepted name of a provider to its slug.

    Raises:
        UnknownParameter: naming the allowed ones.
        BadValue: naming the allowed values.
    """
    values = parameters.collected(given, _KNOWN)
    return ChangesQuestion(
        since=parameters.time(values, "since"),
        until=parameters.time(values, "until"),
        kinds=_kinds(values.get("kind", [])),
        provider=_provider(values, gateways),
        name=_name(values),
        limit=parameters.whole(values, "limit", 1, MOST_ROWS) or _USUAL,
        after=_after(values["cursor"][0]) if "cursor" in values else (0, 0),
    )


def page(snapshot: Snapshot, asked: ChangesQuestion) -> bytes:
    """Return the answer to *asked*; its ``next_cursor`` holds in every later snapshot.

    Raises:
        BadValue: nothing has the name that it asks for.
    """
    offer, model = _meant(snapshot, asked.name)
    statement, values = sql_changes.page(asked, offer, model)
    found = snapshot.rows(statement, values)
    rows = found[: asked.limit]
    last = (rows[-1][0], rows[-1][1]) if rows else asked.after
    return msgspec.json.encode(
        {
            "object": "list",
            "data": [msgspec.Raw(body) for _, _, body in rows],
            "returned": len(rows),
            "limit": asked.limit,
            "has_more": len(found) > len(rows),
            "next_cursor": cursor(*last),
            "snapshot": snapshot.id,
            "timestamp": snapshot.timestamp,
        }
    )


def cursor(number: int, part: int) -> str:
    """Return the cursor for what was learned after a change."""
    said = f"{number}.{part}".encode()
    return base64.urlsafe_b64encode(_check(said) + said).rstrip(b"=").decode()


def _after(text: str) -> tuple[int, int]:
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except ValueError:
        found = b""
    said = _CURSOR.fullmatch(found[_CHECK:].decode("latin-1"))
    if said is None or found[:_CHECK] != _check(found[_CHECK:]):
        raise BadValue("cursor", text, "a next_cursor as it came, or leave it out to begin anew")
    return int(said[1]), int(said[2])


def _check(said: bytes) -> bytes:
    return hashlib.blake2b(said, digest_size=_CHECK).digest()


def _kinds(given: Iterable[str]) -> tuple[str, ...]:
    wanted = {one.lower() for one in given}
    for one in wanted.difference(KINDS):
        raise BadValue("kind", one, f"one of: {', '.join(KINDS)}")
    return tuple(sorted(wanted))


def _provider(values: Mapping[str, list[str]], gateways: Mapping[str, str]) -> str | None:
    if "provider" not in values:
        return None
    given = slug(values["provider"][0])
    if given not in gateways:
        raise parameters.unknown_provider("provider", given, set(gateways.values()))
    return gateways[given]


def _name(values: Mapping[str, list[str]]) -> str | None:
    if "model" not in values:
        return None
    name = values["model"][0]
    if not name or len(name) > LONGEST:
        raise _unknown_name(name)
    return name


def _unknown_name(name: str) -> BadValue:
    return BadValue("model", name, "the id of a model or an offer of /v1/models, or an alias")


def _meant(snapshot: Snapshot, name: str | None) -> tuple[str | None, str | None]:
    """Return the id of the offer or of the model that *name* means: the model first."""
    if name is None:
        return None, None
    found = answer.named(snapshot, name, model_first=True)
    if found is None:
        return _remembered(snapshot, name)
    kind, rank = found
    if kind in answer.MODELS:
        return None, _id(snapshot, "select head from model_native where rank = ?", rank)
    return _id(snapshot, "select body from offer_entry where rank = ?", rank), None


def _remembered(snapshot: Snapshot, name: str) -> tuple[str | None, str | None]:
    """Return what changes call by *name*, though the catalog has it no more."""
    if snapshot.rows("select 1 from changes where model = ? limit 1", (name,)):
        return None, name
    if snapshot.rows("select 1 from changes where offer = ? limit 1", (name,)):
        return name, None
    raise _unknown_name(name)


def _id(snapshot: Snapshot, statement: str, rank: int) -> str:
    (found,) = snapshot.rows(statement, (rank,))
    name: str = msgspec.json.decode(found[0])["id"]
    return name
