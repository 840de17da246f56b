"""Questions about calls: of which window, by whom they were served, and in what order."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from modeldex.domain.calls import WINDOWS
from modeldex.domain.ids import slug
from modeldex.errors import BadValue
from modeldex.query import parameters
from modeldex.query.parameters import Parameter

EVERYTHING = "all"  # that is kept, which is the longest window
RANGES = (*WINDOWS, EVERYTHING)
SORTS = ("requests", "tokens")
MOST, MOST_TOP = 100, 20
_DEFAULT, _DEFAULT_TOP = 10, 5
_RANGE = Parameter(
    "time_range", "Window of the calls; `all` is what is kept, 30 days.",
    {"type": "string", "enum": list(RANGES), "default": "24h"},
)  # fmt: skip
_GATEWAY = Parameter(
    "gateway", "Serving provider: a slug, an alias, or `all`.",
    {"type": "array", "items": {"type": "string"}, "default": ["all"]}, repeatable=True,
)  # fmt: skip
_LIMIT = Parameter(
    "limit", "Rows at most.",
    {"type": "integer", "minimum": 1, "maximum": MOST, "default": _DEFAULT},
)  # fmt: skip
_SORT: dict[str, object] = {"type": "string", "enum": list(SORTS), "default": SORTS[0]}
TRENDING = (
    _GATEWAY,
    _RANGE,
    Parameter("sort_by", "What the most of comes first; unknown last.", _SORT),
    Parameter("sort", "Another name of `sort_by`.", _SORT),
    _LIMIT,
    Parameter("offset", "Rows to pass over.", {"type": "integer", "minimum": 0, "default": 0}),
)
STATS_OF_PROVIDER = (_GATEWAY, _RANGE)
STATS_OF_GATEWAY = (_RANGE,)
TOP = (
    msgspec.structs.replace(_LIMIT, schema={**_LIMIT.schema, "maximum": MOST_TOP, "default": 5}),
    _RANGE,
)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question about calls.

    Attributes:
        time_range: one of ``RANGES``.
        gateways: slugs of serving providers; empty means all.
        provider: a serving provider or an author; ``None`` means all.
    """

    time_range: str
    gateways: tuple[str, ...] = ()
    provider: str | None = None
    sort: str = SORTS[0]
    limit: int = _DEFAULT
    offset: int = 0

    @property
    def seconds(self) -> int:
        """The window of the calls."""
        return WINDOWS.get(self.time_range, max(WINDOWS.values()))


def trending(given: Iterable[tuple[str, str]], gateways: Mapping[str, str]) -> Asked:
    """Return what query parameters ask of the list of what is called most.

    Raises:
        UnknownParameter: naming the allowed ones.
        BadValue: naming the allowed values.
    """
    values = parameters.collected(given, _by_name(TRENDING))
    if values.get("sort") == ["users"]:
        raise BadValue("sort_by", "users", "requests or tokens: callers are not told apart here")
    return Asked(
        time_range=_range(values),
        gateways=_gateways(values.get("gateway", []), gateways),
        sort=_one_of(values, "sort", SORTS) or SORTS[0],
        limit=parameters.whole(values, "limit", 1, MOST) or _DEFAULT,
        offset=parameters.whole(values, "offset", 0, 10**9) or 0,
    )


def stats(
    given: Iterable[tuple[str, str]], known: Sequence[Parameter], gateways: Mapping[str, str]
) -> Asked:
    """Return what query parameters ask of the calls of a provider or a gateway.

    Args:
        known: ``STATS_OF_PROVIDER``, ``STATS_OF_GATEWAY`` or ``TOP``.

    Raises:
        UnknownParameter: naming the allowed ones.
        BadValue: naming the allowed values.
    """
    values = parameters.collected(given, _by_name(known))
    return Asked(
        time_range=_range(values),
        gateways=_gateways(values.get("gateway", []), gateways),
        limit=parameters.whole(values, "limit", 1, MOST_TOP) or _DEFAULT_TOP,
    )


def _range(values: Mapping[str, list[str]]) -> str:
    return _one_of(values, "time_range", RANGES) or "24h"


def _one_of(values: Mapping[str, list[str]], name: str, allowed: Sequence[str]) -> str | None:
    found = values.get(name, [""])[0].lower()
    if name in values and found not in allowed:
        raise BadValue(name, values[name][0], f"one of: {', '.join(allowed)}")
    return found or None


def _gateways(given: Iterable[str], known: Mapping[str, str]) -> tuple[str, ...]:
    wanted = {slug(one) for one in given} or {EVERYTHING}
    for one in sorted(wanted - {EVERYTHING}):
        if one not in known:
            raise parameters.unknown_provider("gateway", one, {EVERYTHING, *known.values()})
    return () if EVERYTHING in wanted else tuple(sorted({known[one] for one in wanted}))


def _by_name(known: Iterable[Parameter]) -> dict[str, Parameter]:
    return {one.name: one for one in known}
