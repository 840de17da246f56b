"""Links that may be handed on: plain web addresses, and logos from nobody who counts readers."""

import re
from urllib.parse import urlsplit

_LINK = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)
# Services that fetch the logo of any site: whoever shows one tells them who reads what.
_COUNTERS = frozenset({
    "logo.clearbit.com", "img.logo.dev", "icons.duckduckgo.com", "unavatar.io", "icon.horse",
    "api.faviconkit.com", "favicon.im", "favicone.com", "besticon-demo.herokuapp.com",
    "s2.googleusercontent.com", "t0.gstatic.com", "t1.gstatic.com", "t2.gstatic.com",
    "t3.gstatic.com", "cdn.brandfetch.io", "logo.uplead.com",
})  # fmt: skip
_GOOGLE = re.compile(r"(?:www\.)?google\.[a-z.]+")


def web(link: str | None) -> str | None:
    """Return *link* if it is an http or https address without a user's name, else ``None``."""
    if link is None or not _LINK.fullmatch(link):
        return None
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return None
    return link if parts.hostname and "@" not in parts.netloc and port != 0 else None


def logo(link: str | None) -> str | None:
    """Return *link* if it may be shown as a logo: a web address, and no service that counts."""
    found = web(link)
    host = (urlsplit(found).hostname or "") if found is not None else ""
    return None if host in _COUNTERS or _GOOGLE.fullmatch(host) else found
