"""OpenRouter's list as an RSS 2.0 feed."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape

MEDIA_TYPE = b"application/rss+xml"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
    "<title>Models</title><link>urn:modeldex:models</link>"
    "<description>Every model of this catalog, the newest first.</description>"
)
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def feed(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows of OpenRouter's list as a feed."""
    return (_HEAD + "".join(map(_item, rows)) + "</channel></rss>").encode()


def _item(row: Mapping[str, Any]) -> str:
    published = format_datetime(datetime.fromtimestamp(row["created"], UTC), usegmt=True)
    return (
        f"<item><title>{_text(row['name'])}</title>"
        f"<description>{_text(row['description'])}</description>"
        f'<guid isPermaLink="false">{_text(row["id"])}</guid>'
        f"<pubDate>{published}</pubDate></item>"
    )


def _text(said: str) -> str:
    """Return text as XML; characters that XML cannot hold are left out."""
    return escape(_FORBIDDEN.sub("", said))
