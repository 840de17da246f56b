"""Answers of declared sources, decoded and built as a refresh does it, without a network."""

import json
from collections.abc import Iterable
from typing import Any

from modeldex.domain.listing import SourceRows
from modeldex.domain.model import Catalog
from modeldex.normalize.listings import DESCRIPTION_LENGTH, normalized
from modeldex.sources import harvest, parse, registry
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoded
from support import catalogs

ACME = """
id = "acme"
name = "Acme"
list = "https://api.acme.example/models"
rows = "data"
[fields]
id = "id"
name = "name"
[rates]
input = { at = "pricing.prompt", usd_per = "1" }
output = { at = "pricing.completion", usd_per = "1" }
"""


def decoded(source: str, body: bytes) -> Decoded:
    """Return what an answer of the declared source *source* says; ``acme`` is made up."""
    page = parse.parse(ACME, "acme.toml") if source == "acme" else _declared(source)
    return harvest.decode(page, (body,))


def rows(source: str, body: bytes) -> SourceRows:
    """Return what *source* is held to say after an answer."""
    listings = normalized(decoded(source, body).listings, DESCRIPTION_LENGTH)
    return catalogs.rows(source, listings)


def catalog(source: str, body: bytes) -> Catalog:
    """Return the catalog that one answer makes."""
    return catalogs.build(rows(source, body))


def data(found: Iterable[Any]) -> bytes:
    """Return an answer with these rows under ``data``; text that is no JSON string stays raw."""
    return json.dumps({"data": list(found)}).encode()


def _declared(source: str) -> Declaration:
    found = registry.load().resolve(source)
    assert found is not None, source
    return found
