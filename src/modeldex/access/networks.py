"""Whose request it is: a client's address, seen through trusted proxies only."""

from collections.abc import Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

import msgspec

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_MOST_HOPS = 32
_MOST_REMEMBERED, _LONGEST_REMEMBERED = 4096, 256
_HALF = 64  # bits of an IPv6 address that one subscriber chooses freely


class Client(msgspec.Struct, frozen=True):
    """Where a request comes from.

    Attributes:
        address: ``None`` where the server does not know it.
        group: what is counted as one client: an IPv4 address, or the /64 of an IPv6 address.
    """

    address: Address | None
    group: str


NOWHERE = Client(None, "unknown")


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Return addresses and CIDR ranges as networks.

    Raises:
        ValueError: one of them is neither.
    """
    return tuple(ip_network(text.strip(), strict=False) for text in texts)


def contains(ranges: Iterable[Network], address: Address | None) -> bool:
    """Return whether *address* lies in one of *ranges*; an unknown one lies in none."""
    return address is not None and any(address in one for one in ranges)


def client(address: Address | None) -> Client:
    """Return the client that an address belongs to."""
    if address is None:
        return NOWHERE
    if isinstance(address, IPv4Address):
        return Client(address, str(address))
    prefix = IPv6Address(int(address) >> _HALF << _HALF)
    return Client(address, f"{prefix}/{_HALF}")


def read(text: str) -> Address | None:
    """Return an address as written in a forwarding header, ``None`` where it is none.

    A port, brackets and quotes may surround it; an IPv4 address in an IPv6 one is itself.
    """
    bare = text.strip().strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        return found.ipv4_mapped or IPv6Address(int(found))
    return found


class Proxies:
    """The proxies whose word about a client's address counts.

    Headers are read from right to left, from the connection's own peer on, for as long as the one
    that said it is trusted. Where the two headers name different clients, one of them was not
    written by the proxy: the request counts as the proxy's, but comes from no address that a key
    could be bound to. The same holds for a hop that is no address.
    """

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        self.trusted = networks(trusted)
        self._known: dict[tuple[str, bytes, bytes], Client] = {}

    def client(self, peer: str | None, forwarded: bytes, x_forwarded_for: bytes) -> Client:
        """Return who sent a request.

        Args:
            peer: address of the connection.
            forwarded: all values of ``Forwarded`` (RFC 7239), joined by commas; may be empty.
            x_forwarded_for: those of ``X-Forwarded-For``.
        """
        if peer is None:
            return NOWHERE
        key = (peer, forwarded, x_forwarded_for) if self.trusted else (peer, b"", b"")
        found = self._known.get(key)
        if found is None:
            found = self._origin(*key)
            self._remember(key, found)
        return found

    def _remember(self, key: tuple[str, bytes, bytes], found: Client) -> None:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        if sum(map(len, key)) <= _LONGEST_REMEMBERED:
            self._known[key] = found

    def _origin(self, peer: str, forwarded: bytes, x_forwarded_for: bytes) -> Client:
        nearest = read(peer)
        if nearest is None or not contains(self.trusted, nearest):
            return client(nearest)
        said = {
            self._walk(nearest, hops)
            for hops in (_forwarded_hops(forwarded), _hops(x_forwarded_for))
            if hops
        }
        if not said:
            return client(nearest)
        return said.pop() if len(said) == 1 else _nowhere_behind(nearest)

    def _walk(self, nearest: Address, hops: Sequence[str]) -> Client:
        for hop in reversed(hops):
            if not contains(self.trusted, nearest):
                break
            said = read(hop)
            if said is None:
                return _nowhere_behind(nearest)
            nearest = said
        return client(nearest)


def _nowhere_behind(proxy: Address) -> Client:
    return Client(None, client(proxy).group)


def _hops(header: bytes) -> list[str]:
    """Return the last hops of a header, the nearest last; what an attacker wrote stands left."""
    return header.decode("latin-1").rsplit(",", _MOST_HOPS)[-_MOST_HOPS:] if header else []


def _forwarded_hops(header: bytes) -> list[str]:
    return [_node(element) for element in _hops(header)]


def _node(element: str) -> str:
    """Return the ``for`` of one element of ``Forwarded``, ``""`` where it says none."""
    for pair in element.split(";"):
        name, _, value = pair.partition("=")
        if name.strip().lower() == "for":
            return value
    return ""
