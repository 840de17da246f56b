"""The guards: may this request come in?

Plain functions over a few facts and their state, so that every lane asks the same ones. What they
cost is a few look-ups in dictionaries and, for a key, one SHA-256.
"""

from math import ceil

import msgspec

from modeldex.access.facts import Facts, token
from modeldex.access.keys import Key
from modeldex.access.limits import Limits
from modeldex.access.networks import Client, Proxies, contains
from modeldex.access.principal import ANONYMOUS, READ, Principal
from modeldex.access.quotas import Charge, Headers, Quota, headers, quota
from modeldex.access.ring import KeyRing
from modeldex.access.rules import KINDS, Rule, rule


class Admitted(msgspec.Struct, frozen=True):
    """A request that may go on.

    Attributes:
        headers: what its answer says of limits, whatever the answer is.
        is_private: whether no shared cache may keep the answer.
    """

    principal: Principal = ANONYMOUS
    headers: Headers = ()
    is_private: bool = False


class Denied(msgspec.Struct, frozen=True):
    """A request that may not.

    Attributes:
        code: stable, for programs.
        detail: what to do about it.
    """

    status: int
    code: str
    detail: str
    headers: Headers = ()


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Who may ask how much; quotas as in settings.

    Attributes:
        anonymous: whether reading needs no key.
        per_address: for reading without a key.
        per_key: for reading with one.
        writes: for what clients report.
        admin: for administration.
        strangers: keys that are none, from one address.
    """

    anonymous: bool = True
    per_address: str = "300/minute"
    per_key: str = "6000/minute"
    writes: str = "1200/minute"
    admin: str = "600/minute"
    strangers: str = "30/minute"


class Guards:
    """Decides about requests. For use on one event loop."""

    def __init__(self, policy: Policy, ring: KeyRing, proxies: Proxies, limits: Limits) -> None:
        self.policy, self.ring, self.proxies, self.limits = policy, ring, proxies, limits
        self._per_address = _quotas(policy, policy.per_address)
        self._per_key = _quotas(policy, policy.per_key)
        self._strangers = quota("keys", policy.strangers)
        self._own: dict[tuple[str, str], Quota | None] = {}

    def admit(self, facts: Facts) -> Admitted | Denied:
        """Return whether a request may go on, having counted it."""
        needed = rule(facts.method, facts.path)
        if needed is None:
            return Admitted()
        client = self.proxies.client(facts.peer, facts.forwarded, facts.x_forwarded_for)
        given = token(facts)
        if given is None:
            return self._nameless(needed, client)
        key = self.ring.find(given)
        return self._stranger(needed, client) if key is None else self._keyed(needed, client, key)

    def _nameless(self, needed: Rule, client: Client) -> Admitted | Denied:
        said = self._charge(self._per_address[needed.kind], client.group)
        if isinstance(said, Denied):
            return said
        if needed.scope != READ or not self.policy.anonymous:
            detail = "This needs a key: `Authorization: Bearer KEY` or `x-api-key: KEY`."
            return Denied(401, "key_needed", detail, (*said, _CHALLENGE))
        return Admitted(ANONYMOUS, said)

    def _stranger(self, needed: Rule, client: Client) -> Denied:
        """Turn away a key that is none; it is counted like a keyless request, and more tightly."""
        said = self._charge(self._per_address[needed.kind], client.group)
        if isinstance(said, Denied):
            return said
        tighter = self._charge(self._strangers, client.group)
        if isinstance(tighter, Denied):
            return tighter
        detail = "This key is unknown, revoked or expired. Use another one, or none."
        return Denied(401, "key_invalid", detail, (*said, _CHALLENGE_INVALID))

    def _keyed(self, needed: Rule, client: Client, key: Key) -> Admitted | Denied:
        said = self._charge(self._quota(needed.kind, key.principal), key.client)
        if isinstance(said, Denied):
            return said
        if key.networks and not contains(key.networks, client.address):
            detail = "This key may not be used from this address."
            return Denied(403, "address_not_allowed", detail, said)
        if not key.principal.may(needed.scope):
            detail = f"This key may not do this; it needs the scope {needed.scope}."
            return Denied(403, "scope_needed", detail, said)
        is_private = not self.policy.anonymous or key.principal.view is not None
        return Admitted(key.principal, said, is_private)

    def _quota(self, kind: str, principal: Principal) -> Quota | None:
        if principal.limit is None or kind == "admin":
            return self._per_key[kind]
        name = (kind, principal.limit)
        if name not in self._own:
            self._own[name] = quota(*name)
        return self._own[name]

    def _charge(self, limit: Quota | None, client: str) -> Headers | Denied:
        if limit is None:
            return ()
        charge = self.limits.charge(limit, client)
        said = headers(limit, charge)
        return said if charge.is_granted else _limited(limit, charge, said)


def _quotas(policy: Policy, reads: str) -> dict[str, Quota | None]:
    own = {"write": policy.writes, "admin": policy.admin}
    return {kind: quota(kind, own.get(kind, reads)) for kind in KINDS}


def _limited(limit: Quota, charge: Charge, said: Headers) -> Denied:
    detail = (
        f"More than {limit.count} requests in {limit.seconds} s ({limit.name}). "
        f"Try again in {ceil(charge.reset)} s."
    )
    return Denied(429, "rate_limited", detail, said)


_CHALLENGE = (b"www-authenticate", b'Bearer realm="modeldex"')
_CHALLENGE_INVALID = (b"www-authenticate", b'Bearer realm="modeldex", error="invalid_token"')
