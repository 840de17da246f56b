"""What an operator decided about the catalog."""

from decimal import Decimal
from typing import NamedTuple

import msgspec

from modeldex.domain.rate import Meter, Rate


class Audience(NamedTuple):
    """Whom a catalog is for: a tenant, one of its keys, or everybody."""

    tenant: str | None = None
    key: str | None = None


EVERYBODY = Audience()


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """Rates that an operator states, for whom and for what.

    Attributes:
        name: what it is called in messages: its file and place.
        rates: all rates of what it covers; a meter that it does not state is unknown.
        provider: slug; ``None`` means every provider.
        model: pattern of ids as the provider's call takes them, ``*`` and ``?``; case counts.
        tenant, key: whom it is for; without both it is for everybody.
        expires: the first ISO day (UTC) on which it no longer holds.
        against: the catalog's standard prices when it was made.
        reason: why there is one.
    """

    name: str
    rates: tuple[Rate, ...]
    provider: str | None = None
    model: str = "*"
    tenant: str | None = None
    key: str | None = None
    expires: str | None = None
    against: dict[Meter, Decimal] = {}
    reason: str | None = None

    @property
    def is_public(self) -> bool:
        """Whether it is for everybody."""
        return self.tenant is None and self.key is None

    def is_for(self, audience: Audience) -> bool:
        """Return whether it counts in a catalog for *audience*."""
        return self.tenant in {None, audience.tenant} and self.key in {None, audience.key}

    @property
    def scope(self) -> tuple[bool, bool]:
        """How narrow its audience is: the greater, the narrower."""
        return self.key is not None, self.tenant is not None

    def holds(self, today: str) -> bool:
        """Return whether it has not expired on a UTC date."""
        return self.expires is None or today < self.expires


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions that outlive every refresh.

    Attributes:
        hidden: ids of offers that are not shown.
        joined: pairs of names, offer or model: what the first names is the model of the second.
        parted: names, offer or model: each offer that one means is a model by itself. Where a name
            is in both, it is parted first.
        aliases: pairs of names: the first is one more name of the model that the second means.
        retire_after: complete answers without a model until it counts as retired.
        overrides: prices that an operator states; those of a tenant or a key are no part of the
            public catalog.
        audience: whom the catalog is for.
        private: ids of the sources that speak to that audience alone.
    """

    hidden: frozenset[str] = frozenset()
    joined: tuple[tuple[str, str], ...] = ()
    parted: frozenset[str] = frozenset()
    aliases: tuple[tuple[str, str], ...] = ()
    retire_after: int = 3
    overrides: tuple[Override, ...] = ()
    audience: Audience = EVERYBODY
    private: frozenset[str] = frozenset()


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator states: the rules of these names, and what is wrong with some.

    Attributes:
        problems: a sentence for each entry that could not be used.
    """

    overrides: tuple[Override, ...] = ()
    joined: tuple[tuple[str, str], ...] = ()
    parted: frozenset[str] = frozenset()
    aliases: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[object, ...]:
        """All that a catalog depends on, in one order."""
        return self.overrides, sorted(self.joined), sorted(self.parted), sorted(self.aliases)

    def over(self, other: "Stated") -> "Stated":
        """Return both as one; where the two speak of the same thing, this one is believed."""
        return Stated(
            overrides=(*self.overrides, *other.overrides),
            joined=tuple((dict(other.joined) | dict(self.joined)).items()),
            parted=self.parted | other.parted,
            aliases=tuple((dict(other.aliases) | dict(self.aliases)).items()),
            problems=(*self.problems, *other.problems),
        )


NO_RULES = Rules()
