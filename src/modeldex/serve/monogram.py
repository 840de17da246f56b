"""Logos drawn here: a gateway's initials on its colour. No third party sees who looks."""

import hashlib
from xml.sax.saxutils import escape

from modeldex.domain.provider import Provider


def svg(one: Provider) -> bytes:
    """Return a provider's monogram as an SVG picture."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" '
        f'aria-label="{escape(one.name, {chr(34): "&quot;"})}">'
        f'<rect width="64" height="64" rx="14" fill="{color(one.slug)}"/>'
        '<text x="32" y="42" font-family="system-ui,sans-serif" font-size="28" font-weight="600" '
        f'fill="#fff" text-anchor="middle">{escape(initials(one.name))}</text></svg>'
    ).encode()


def initials(name: str) -> str:
    """Return one or two letters: ``Hugging Face -> HF``, ``xAI -> X``."""
    words = name.replace("-", " ").replace(".", " ").split()
    letters = [word[0] for word in words if word[0].isalnum()]
    return "".join(letters[:2]).upper() or "?"


def color(slug: str) -> str:
    """Return a provider's colour, always the same and dark enough for white letters."""
    hue = int.from_bytes(hashlib.sha256(slug.encode()).digest()[:2]) % 360
    return f"hsl({hue} 55% 38%)"
