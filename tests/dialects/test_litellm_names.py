"""Keys of LiteLLM's router, against the declaration that reads them and its bundled map."""

import json
from collections.abc import Iterator
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from modeldex.dialects import kinds
from modeldex.dialects.litellm import names
from modeldex.domain.listing import Listing
from modeldex.sources import registry
from modeldex.sources.formats import litellm
from modeldex.sources.money import Losses

BOOK = registry.load().by_id["litellm"]
MAP = "model_prices_and_context_window_backup.json"


def bundled() -> Iterator[tuple[str, Listing]]:
    """Yield each key of the map that comes with LiteLLM's package, with the listing it means."""
    spec = find_spec("litellm")
    assert spec is not None
    assert spec.origin is not None
    rows: dict[str, dict[str, Any]] = json.loads(
        Path(spec.origin).with_name(MAP).read_bytes(), parse_float=Decimal
    )
    decode = litellm.decoder(BOOK)
    for key, row in rows.items():
        for one in decode({"*": key, **row}, Losses()):
            yield key, one


def test_litellms_own_key_is_kept_where_one_exists() -> None:
    """Of the keys that mean a model here, 19 in 20 at least come out as they went in."""
    seen = [(key, keys(one)) for key, one in bundled()]
    kept = [key for key, ours in seen if key in ours]

    assert len(seen) > 3000
    assert len(kept) / len(seen) > 0.95


@pytest.mark.parametrize("slug", sorted(set(BOOK.providers.values()) - {"", "vertex", "ollama"}))
def test_every_provider_that_the_book_renames_has_litellms_name(slug: str) -> None:
    """The way out is the way in, backwards."""
    found = names.named(Listing(source="x", provider=slug, provider_model_id="m"), None).provider

    assert BOOK.providers.get(found, found) == slug


def keys(one: Listing) -> set[str]:
    """Return the keys that our map would give it."""
    return set(names.keys(one, names.named(one, kinds.kind_of(one))))
