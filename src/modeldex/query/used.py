"""A cost question: which offer or model, what was used, when and how."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from modeldex.errors import QuestionError
from modeldex.pricing import usage
from modeldex.pricing.conditions import Situation
from modeldex.pricing.shapes import tier
from modeldex.pricing.usage import Usage
from modeldex.query.question import Moment

KEYS = (
    "model", "offer", "provider", "usage", "at", "known_at", "service_tier", "region", "options",
    "unpriced_parts",
)  # fmt: skip
PARTS = {"missing": False, "as_whole": True}
_LONGEST = 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = len("2026-11-23")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One cost question, read.

    Attributes:
        moment: whose prices are meant, where they are not today's.
    """

    name: str
    only_offer: bool
    provider: str | None
    usage: Usage
    situation: Situation
    parts_as_whole: bool
    moment: Moment | None = None


def question(raw: object, now: datetime) -> Asked:
    """Return what a request asks.

    Args:
        raw: its JSON, decimals as decimals.
        now: the moment that is meant where none is given.

    Raises:
        QuestionError: naming the key that is wrong, and what it may be.
    """
    if not isinstance(raw, Mapping):
        raise QuestionError("", "A cost question must be an object with model and usage.")
    unknown = sorted(str(key) for key in raw.keys() - set(KEYS))
    if unknown:
        allowed = ", ".join(KEYS)
        raise QuestionError(unknown[0], f"Unknown key {unknown[0]!r:.80}. Allowed: {allowed}.")
    name, only_offer = _name(raw)
    used = usage.read(raw.get("usage"))
    known_at = None if raw.get("known_at") is None else moment("known_at", raw["known_at"], now)
    situation = Situation(
        at=moment("at", raw.get("at"), known_at or now),
        service_tier=_agreed("service_tier", tier(_word(raw, "service_tier")), used.service_tier),
        region=_agreed("region", _word(raw, "region"), used.region),
        options=_options(raw.get("options")),
    )
    parts = _word(raw, "unpriced_parts") or "missing"
    if parts not in PARTS:
        raise QuestionError("unpriced_parts", f"unpriced_parts must be {' or '.join(PARTS)}.")
    return Asked(
        name=name,
        only_offer=only_offer,
        provider=_word(raw, "provider"),
        usage=used,
        situation=situation,
        parts_as_whole=PARTS[parts],
        moment=None
        if raw.get("at") is None and known_at is None
        else _moment(situation.at, known_at),
    )


def moment(key: str, raw: object, now: datetime) -> datetime:
    """Return the moment that *key* says.

    It is an ISO time with a zone, or an ISO date, which is its first moment in UTC.

    Raises:
        QuestionError: it is neither.
    """
    if raw is None:
        return now
    if isinstance(raw, datetime):
        found = raw
    else:
        try:
            found = datetime.fromisoformat(raw if isinstance(raw, str) else "")
        except ValueError as error:
            raise _no_moment(key) from error
        if isinstance(raw, str) and len(raw) <= _DATE:
            found = found.replace(tzinfo=found.tzinfo or UTC)
    if found.tzinfo is None:
        raise _no_moment(key)
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise _no_moment(key) from error


def _no_moment(key: str) -> QuestionError:
    return QuestionError(
        key, f"{key} must be a date, or a time with a zone, such as 2026-11-23T12:00:00Z."
    )


def _is_dated(raw: Mapping[str, Any]) -> bool:
    return raw.get("at") is not None or raw.get("known_at") is not None


def _moment(at: datetime, known_at: datetime | None) -> Moment:
    return Moment(_seconds(at), None if known_at is None else _seconds(known_at))


def _seconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(seconds=1)


def _name(raw: Mapping[str, Any]) -> tuple[str, bool]:
    model, offer = _word(raw, "model"), _word(raw, "offer")
    if (model is None) == (offer is None):
        raise QuestionError("model", "Give either model or offer: an id of /v1/models.")
    return (model, False) if model is not None else (offer or "", True)


def _word(raw: Mapping[str, Any], key: str) -> str | None:
    value = raw.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value or len(value) > _LONGEST:
        raise QuestionError(key, f"{key} must be text of 1 to {_LONGEST} characters.")
    return value


def _agreed(key: str, asked: str | None, used: str | None) -> str | None:
    if asked and used and asked.lower() != used.lower():
        raise QuestionError(key, f"{key} is {asked!r:.80}, but the usage says {used!r:.80}.")
    return asked or used


def _options(raw: object) -> dict[str, str]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping) or not all(isinstance(one, str) for one in raw.values()):
        raise QuestionError("options", "options must be an object of texts.")
    return {str(name): value for name, value in raw.items()}
