"""Prices that an operator states: an entry of a file read, and found for an offer."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from modeldex.domain import decimals
from modeldex.domain.ids import slug
from modeldex.domain.rate import ALWAYS, Conditions, Meter, Rate
from modeldex.domain.rules import EVERYBODY, Audience, Override

_UNITS = {"1": 1, "1K": 1000, "1M": 1_000_000}
_WILD = re.compile(r"[*?\[]")


class Amount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """US dollars for so many units of a meter, as the file states it."""

    usd: Any
    per: str


class Tier(Amount, frozen=True, forbid_unknown_fields=True):
    """A rate as the file states it, with its conditions."""

    service_tier: str | None = None
    min_input_tokens: int | None = None


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[override]]`` of the file."""

    rates: dict[str, Tier | list[Tier]]
    provider: str | None = None
    model: str = "*"
    tenant: str | None = None
    key: str | None = None
    expires: date | None = None
    against: dict[str, Amount] = {}
    reason: str | None = None


def override(name: str, stated: Any) -> Override:
    """Return an entry as a value.

    Args:
        name: what it is called in messages.
        stated: what the file states.

    Raises:
        ValueError: it is no such entry, covers everything, or states a price that is none.
    """
    entry = msgspec.convert(stated, Entry)
    if entry.provider is None and not entry.model.strip("*"):
        raise ValueError("it needs a provider, a model, or both")
    if not entry.rates:
        raise ValueError("it states no rates")
    return Override(
        name=name,
        rates=tuple(rates(entry.rates)),
        provider=None if entry.provider is None else slug(entry.provider),
        model=entry.model,
        tenant=entry.tenant,
        key=entry.key,
        expires=None if entry.expires is None else entry.expires.isoformat(),
        against={_meter(meter): _usd(meter, one) for meter, one in entry.against.items()},
        reason=entry.reason,
    )


def rates(stated: Mapping[str, Tier | list[Tier]]) -> Iterable[Rate]:
    """Yield the rates that a file or a document states, by meter.

    Raises:
        ValueError: there is no such meter, unit or price.
    """
    for meter, tiers in stated.items():
        for one in tiers if isinstance(tiers, list) else [tiers]:
            special = one.service_tier is not None or one.min_input_tokens is not None
            when = (
                Conditions(service_tier=one.service_tier, min_input_tokens=one.min_input_tokens)
                if special
                else ALWAYS
            )
            yield Rate(meter=_meter(meter), usd=_usd(meter, one), when=when)


def _meter(name: str) -> Meter:
    try:
        return Meter(name)
    except ValueError:
        allowed = ", ".join(meter.value for meter in Meter)
        raise ValueError(f"{name!r} is no meter; there are {allowed}") from None


def _usd(meter: str, one: Amount) -> Decimal:
    if one.per not in _UNITS:
        raise ValueError(f"{meter}: per is {one.per!r}; allowed are {', '.join(_UNITS)}")
    usd = decimals.price(one.usd)
    if usd is None:
        raise ValueError(f"{meter}: usd is empty")
    return decimals.per(usd, Decimal(_UNITS[one.per]))


class Index:
    """Finds the override of an offer, in a time that does not grow with the offers.

    Only those for the audience that hold on *today* are in it. The closest one wins: a key's
    before a tenant's before everybody's, who names the provider before who does not, then who
    names the model exactly before a pattern, the longer pattern before the shorter, then the
    first of the file.

    Args:
        aliases: other names of providers to their slugs.
    """

    def __init__(
        self,
        overrides: Iterable[Override],
        today: str,
        aliases: Mapping[str, str],
        audience: Audience = EVERYBODY,
    ) -> None:
        scopes: dict[tuple[bool, bool], _Scope] = defaultdict(_Scope)
        for one in sorted(overrides, key=_vagueness):
            provider = None if one.provider is None else aliases.get(one.provider, one.provider)
            if one.is_for(audience) and one.holds(today):
                scopes[one.scope].add(provider, one)
        self._scopes = [scopes[scope] for scope in sorted(scopes, reverse=True)]

    def find(self, provider: str, native: str) -> Override | None:
        """Return the override of an offer, ``None`` where there is none."""
        for scope in self._scopes:
            found = scope.find(provider, native)
            if found is not None:
                return found
        return None


class _Scope:
    """The overrides of equally narrow audiences, the longest patterns first."""

    def __init__(self) -> None:
        self._exact: dict[tuple[str | None, str], Override] = {}
        self._patterns: dict[str | None, list[Override]] = defaultdict(list)

    def add(self, provider: str | None, one: Override) -> None:
        if _WILD.search(one.model):
            self._patterns[provider].append(one)
        else:
            self._exact.setdefault((provider, one.model), one)

    def find(self, provider: str, native: str) -> Override | None:
        for scope in (provider, None):
            if (scope, native) in self._exact:
                return self._exact[scope, native]
            for one in self._patterns.get(scope, ()):
                if fnmatchcase(native, one.model):
                    return one
        return None


def _vagueness(one: Override) -> int:
    return -len(one.model)
