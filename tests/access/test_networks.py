"""A client's address: what a trusted proxy says of it, and nothing that anybody else says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldex.access.networks import Proxies, contains, networks, read

TRUSTED = ("10.0.0.0/8", "2001:db8:aaaa::/48", "127.0.0.1")
PROXY, STRANGER = "10.0.0.1", "203.0.113.7"


def group(peer: str | None, x_forwarded_for: str = "", forwarded: str = "") -> str:
    """Return whose request it is, behind TRUSTED."""
    headers = (forwarded.encode("latin-1"), x_forwarded_for.encode("latin-1"))
    return Proxies(TRUSTED).client(peer, *headers).group


@pytest.mark.parametrize(
    ("said", "whose"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("198.51.100.1:4711", "198.51.100.1"),
        ("1.1.1.1, 198.51.100.1", "198.51.100.1"),  # the left one is what the client wrote
        ("1.1.1.1, 198.51.100.1, 10.9.9.9", "198.51.100.1"),  # a second proxy of ours
        ("10.1.1.1, 10.2.2.2", "10.1.1.1"),  # all are ours: the farthest
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("198.51.100.1, unknown", PROXY),  # what the proxy says is no address
        ("198.51.100.1,", PROXY),
        ("", PROXY),
    ],
)
def test_a_trusted_proxy_is_believed_from_right_to_left(said: str, whose: str) -> None:
    """In both headers the same hops lead to the same client."""
    elements = ", ".join(f'for="{hop.strip()}";proto=https' for hop in said.split(","))

    assert group(PROXY, said) == whose
    assert group(PROXY, forwarded=elements if said else "") == whose


@given(st.text(st.characters(codec="latin-1"), max_size=300))
def test_nobody_else_is_believed(said: str) -> None:
    """From a peer that is no proxy of ours, any header means nothing."""
    assert group(STRANGER, said, said) == STRANGER


@given(st.text(st.characters(codec="latin-1"), max_size=300))
def test_what_a_client_writes_changes_nothing_behind_a_proxy(written: str) -> None:
    """The proxy appends the address that it saw; whatever stood left of it is not looked at."""
    assert group(PROXY, f"{written},{STRANGER}") == STRANGER
    assert group(PROXY, forwarded=f"{written},for={STRANGER}") == STRANGER


def test_a_header_that_the_proxy_did_not_write_gains_nothing() -> None:
    """Where the two headers name different clients, the request is the proxy's own."""
    assert group(PROXY, STRANGER, "for=192.0.2.55") == PROXY
    assert group(PROXY, STRANGER, f"for={STRANGER}") == STRANGER


@pytest.mark.parametrize(
    ("said", "forwarded"), [(STRANGER, "for=192.0.2.55"), ("unknown", ""), ("", "for=_hidden")]
)
def test_who_is_not_known_behind_a_proxy_is_on_no_allow_list(said: str, forwarded: str) -> None:
    """A key bound to the proxy's own network is not opened by a header that confuses it."""
    found = Proxies(TRUSTED).client(PROXY, forwarded.encode(), said.encode())

    assert (found.address, found.group) == (None, PROXY)
    assert not contains(networks(TRUSTED), found.address)


def test_a_subscribers_network_is_one_client() -> None:
    """All addresses of one /64 count as one, those of the next as another."""
    assert group("2001:db8:5:6::1") == group("2001:db8:5:6:ffff::2") == "2001:db8:5:6::/64"
    assert group("2001:db8:5:7::1") != group("2001:db8:5:6::1")


def test_an_unknown_peer_is_somebody() -> None:
    """A server that does not know its peer counts all such requests as one client's."""
    assert group(None) == group(None, "1.2.3.4") == "unknown"


def test_memory_of_addresses_is_bounded() -> None:
    """Rotating headers through a proxy leave a bounded number of remembered ones."""
    proxies = Proxies(TRUSTED)
    for n in range(20_000):
        proxies.client(PROXY, b"", b"198.51.%d.%d" % divmod(n, 256))

    assert len(proxies._known) <= 4096


def test_an_allow_list_takes_addresses_and_ranges() -> None:
    """A single address is a range of one, and no address is in no range."""
    ranges = networks(("192.0.2.1", "198.51.100.0/24", "2001:db8::/32"))

    for inside in ("192.0.2.1", "198.51.100.77", "2001:db8:9::1"):
        assert contains(ranges, read(inside))
    for outside in ("192.0.2.2", "198.51.101.1", "2001:db9::1", "nonsense"):
        assert not contains(ranges, read(outside))
