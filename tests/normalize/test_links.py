"""Only plain web addresses are handed on, and no logo that tells a third party who reads."""

import pytest

from modeldex.normalize import links


@pytest.mark.finding("PV-M2")
@pytest.mark.parametrize(
    "link", ["https://l.example/a.png", "http://l.example", "HTTPS://l.example:8443/a?b=c#d"]
)
def test_web_addresses_are_links(link: str) -> None:
    """Of both schemes, in any case."""
    assert links.web(link) == links.logo(link) == link


@pytest.mark.finding("PV-M2")
@pytest.mark.parametrize(
    "link",
    [
        None, "", "data:image/png;base64,AAAA", "javascript:alert(1)", "//l.example/a.png",
        "https://", "https://user:pass@l.example/a", "https://l.example/a b", "https://[/",
        "https://l.example/a\n", 'https://l.example/"onload="x', "ftp://l.example/a",
        "https://l.example:0/", "https://l.example:99999/",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_none(link: str | None) -> None:
    """Nor what would carry a name, a script or a line break along."""
    assert links.web(link) is None
    assert links.logo(link) is None


@pytest.mark.parametrize(
    "link",
    [
        "https://www.google.com/s2/favicons?domain=acme.example",
        "https://logo.clearbit.com/acme.example", "https://T1.gstatic.com/faviconV2?url=x",
        "https://icons.duckduckgo.com/ip3/acme.example.ico",
    ],
)  # fmt: skip
def test_a_service_that_counts_readers_gives_no_logo(link: str) -> None:
    """The provider's own logo is shown, or ours; nobody else learns what is read."""
    assert links.logo(link) is None
