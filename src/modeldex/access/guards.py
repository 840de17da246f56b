"""The guards: may this request come in?

Plain functions over a few facts and their state, so that every lane asks the same ones. What they
cost is a few look-ups in dictionaries and, for a key, one SHA-256.
"""

from math import ceil

import msgspec

from modeldex.access.facts import Facts, token
from modeldex.access.keys import PREFIX, Key
from modeldex.access.limits import Limiter, Limits
from modeldex.access.networks import NOWHERE, Client, Proxies, contains
from modeldex.access.principal import ANONYMOUS, READ, Principal
from modeldex.access.quotas import Charge, Headers, headers, quota
from modeldex.access.ring import KeyRing
from modeldex.access.rules import KINDS, Rule, rule


class Admitted(msgspec.Struct, frozen=True, gc=False):
    """A request that may go on.

    Attributes:
        client: the address that it counts as coming from.
        charge: what it cost; ``None`` where nothing is counted.
        is_private: whether no shared cache may keep the answer.
    """

    principal: Principal = ANONYMOUS
    client: str = NOWHERE.group
    charge: Charge | None = None
    is_private: bool = False

    @property
    def headers(self) -> Headers:
        """What its answer says of limits, whatever the answer is."""
        return headers(self.charge)


class Denied(msgspec.Struct, frozen=True):
    """A request that may not.

    Attributes:
        code: stable, for programs.
        detail: what to do about it.
        charge: what it cost; ``None`` where nothing is counted.
        challenge: headers that say how to do better.
    """

    status: int
    code: str
    detail: str
    client: str = NOWHERE.group
    charge: Charge | None = None
    challenge: Headers = ()

    @property
    def headers(self) -> Headers:
        """What its answer says of limits and of keys."""
        return (*headers(self.charge), *self.challenge)


class Case(msgspec.Struct, frozen=True, gc=False):
    """What the guards decide about: what equal requests of one connection have in common.

    Attributes:
        needed: ``None`` where the route is open to all.
        given: the key; ``None`` where none was given.
    """

    needed: Rule | None
    client: Client
    given: bytes | None


AUTO, IGNORE, REFUSE = "auto", "ignore", "refuse"  # of foreign keys


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Who may ask how much; quotas as in settings.

    Attributes:
        anonymous: whether reading needs no key.
        per_address: for reading without a key.
        per_key: for reading with one.
        writes: for what clients report.
        admin: for administration.
        strangers: keys that are none, from one address.
        foreign: what becomes of a key that is not of our form, such as clients of other services
            bring along: ``refuse``, ``ignore``, or ``auto``: ignored while there are no keys.
    """

    anonymous: bool
    per_address: str
    per_key: str
    writes: str
    admin: str
    strangers: str
    foreign: str


class Guards:
    """Decides about requests. For use on one event loop."""

    def __init__(self, policy: Policy, ring: KeyRing, proxies: Proxies, limits: Limits) -> None:
        self.policy, self.ring, self.proxies, self.limits = policy, ring, proxies, limits
        self._per_address = self._limiters(policy.per_address)
        self._per_key = self._limiters(policy.per_key)
        self._strangers = self._limiter("keys", policy.strangers)
        self._own: dict[tuple[str, str], Limiter | None] = {}

    def case(self, facts: Facts) -> Case:
        """Return what is to be decided. Nothing is counted yet, and no key is looked up."""
        client = self.proxies.client(facts.peer, facts.forwarded, facts.x_forwarded_for)
        return Case(rule(facts.method, facts.path), client, token(facts))

    def decide(self, case: Case) -> Admitted | Denied:
        """Return whether a request may go on, having counted it."""
        needed, client, given = case.needed, case.client, case.given
        if needed is None:
            return Admitted(client=client.group)
        if given is None:
            return self._nameless(needed, client)
        key = self.ring.find(given)
        if key is not None:
            return self._keyed(needed, client, key)
        is_none = self._is_foreign(given)
        return self._nameless(needed, client) if is_none else self._stranger(needed, client)

    def _is_foreign(self, given: bytes) -> bool:
        """Whether a key that is unknown here is somebody else's, and passed over."""
        ignored = self.policy.foreign == IGNORE or (
            self.policy.foreign == AUTO and not self.ring.is_used
        )
        return ignored and not given.startswith(PREFIX.encode())

    def _nameless(self, needed: Rule, client: Client) -> Admitted | Denied:
        said = self._charge(self._per_address[needed.kind], client.group, client)
        if isinstance(said, Denied):
            return said
        if needed.scope != READ or not self.policy.anonymous:
            detail = "This needs a key: `Authorization: Bearer KEY` or `x-api-key: KEY`."
            return Denied(401, "key_needed", detail, client.group, said, (_CHALLENGE,))
        return Admitted(ANONYMOUS, client.group, said)

    def _stranger(self, needed: Rule, client: Client) -> Denied:
        """Turn away a key that is none; it is counted like a keyless request, and more tightly."""
        said = self._charge(self._per_address[needed.kind], client.group, client)
        if isinstance(said, Denied):
            return said
        tighter = self._charge(self._strangers, client.group, client)
        if isinstance(tighter, Denied):
            return tighter
        detail = "This key is unknown, revoked or expired. Use another one, or none."
        return Denied(401, "key_invalid", detail, client.group, said, (_CHALLENGE_INVALID,))

    def _keyed(self, needed: Rule, client: Client, key: Key) -> Admitted | Denied:
        if key.networks and not contains(key.networks, client.address):
            return self._misplaced(needed, client)
        said = self._charge(self._limit(needed.kind, key.principal), key.client, client)
        if isinstance(said, Denied):
            return said
        if not key.principal.may(needed.scope):
            detail = f"This key may not do this; it needs the scope {needed.scope}."
            return Denied(403, "scope_needed", detail, client.group, said)
        is_private = not self.policy.anonymous or key.principal.view is not None
        return Admitted(key.principal, client.group, said, is_private)

    def _misplaced(self, needed: Rule, client: Client) -> Denied:
        """Turn away a key from where it may not be used; its owner's quota is not touched."""
        said = self._charge(self._per_address[needed.kind], client.group, client)
        if isinstance(said, Denied):
            return said
        detail = "This key may not be used from this address."
        return Denied(403, "address_not_allowed", detail, client.group, said)

    def _limit(self, kind: str, principal: Principal) -> Limiter | None:
        if principal.limit is None or kind == "admin":
            return self._per_key[kind]
        name = (kind, principal.limit)
        if name not in self._own:
            self._own[name] = self._limiter(*name)
        return self._own[name]

    def _limiter(self, name: str, text: str) -> Limiter | None:
        limit = quota(name, text)
        return None if limit is None else self.limits.of(limit)

    def _limiters(self, reads: str) -> dict[str, Limiter | None]:
        own = {"write": self.policy.writes, "admin": self.policy.admin}
        return {kind: self._limiter(kind, own.get(kind, reads)) for kind in KINDS}

    def _charge(self, by: Limiter | None, name: str, client: Client) -> Charge | Denied | None:
        charge = None if by is None else by.charge(name)
        if charge is None or charge.is_granted:
            return charge
        limit = charge.quota
        detail = (
            f"More than {limit.count} requests in {limit.seconds} s ({limit.name}). "
            f"Try again in {ceil(charge.reset)} s."
        )
        return Denied(429, "rate_limited", detail, client.group, charge)


_CHALLENGE = (b"www-authenticate", b'Bearer realm="modeldex"')
_CHALLENGE_INVALID = (b"www-authenticate", b'Bearer realm="modeldex", error="invalid_token"')
