"""The rows of Vercel's gateway and of Hugging Face's router, and OpenRouter's feed."""

import re
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from dialects.saying import Said
from modeldex.dialects import rss
from support import catalogs, varied
from support.catalogs import priced

REQUIRED = {"id": str, "object": str, "created": int, "owned_by": str, "name": str,
            "description": str, "context_window": int, "max_tokens": int, "type": str,
            "pricing": dict, "tags": list}  # fmt: skip
PRICE = re.compile(r"[0-9]+(\.[0-9]+)?")


@pytest.fixture(scope="module")
def said() -> Said:
    """The varied catalog in all dialects."""
    return Said(varied.catalog())


def test_vercel_s_rows_have_every_field(said: Said) -> None:
    """Their readers fail on a missing one, so a model without all of them is left out."""
    found = {name: row for name, row in said.models("vercel").items() if row is not None}

    assert set(found) == {"labs/whole:v1", "labs/plain", "labs/free:free"}
    for row in found.values():
        assert {name: type(value) for name, value in row.items()} == REQUIRED
        assert {"input", "output"} <= row["pricing"].keys()
        assert all(PRICE.fullmatch(price) for price in row["pricing"].values())


def test_vercel_s_row_is_one_offer(said: Said) -> None:
    """Limits and prices are those of the cheapest offer of which all are known."""
    row = said.models("vercel")["labs/plain"]

    assert (row["context_window"], row["max_tokens"]) == (4096, 512)
    assert row["pricing"] == {"input": "0.0000005", "output": "0.000003"}
    assert said.models("vercel")["labs/whole:v1"]["tags"] == ["reasoning", "tool-use", "vision"]


def test_what_vercel_cannot_say_is_counted(said: Said) -> None:
    """Models of an unknown kind, incomplete ones, and prices under conditions."""
    lost = said.lost["vercel"]

    assert {name: one.count for name, one in lost.items()} == {
        "created": 1, "incomplete": 1, "prices": 1, "type": 2,
    }  # fmt: skip


def test_hugging_face_s_rows_name_each_provider(said: Said) -> None:
    """Cheapest first; what is not known is left out, and a context is a positive number."""
    row = said.models("huggingface")["labs/plain"]

    assert [one["provider"] for one in row["providers"]] == ["bolt", "acme"]
    assert row["providers"][0]["pricing"] == {"input": 0.5, "output": 3}
    unpriced = said.models("huggingface")["labs/unpriced"]["providers"]
    assert all("pricing" not in one and "is_free" not in one for one in unpriced)
    assert [one.get("context_length") for one in unpriced] == [4096, None]


def test_a_model_of_which_nothing_is_shown_has_no_row(said: Said) -> None:
    """In none of the lists of models."""
    for dialect in ("openrouter", "vercel", "huggingface"):
        assert said.models(dialect)["labs/old"] is None


def test_a_price_for_a_million_is_exact() -> None:
    """Written out as a number, not through a float."""
    price = Decimal("0.00000012345678901234567")
    said = Said(catalogs.of(priced("acme", "m", str(price), "0")))
    body = said.tables["model_huggingface"][0][1]

    assert b'"pricing":{"input":0.12345678901234567,"output":0}' in body


def test_the_feed_is_xml_whatever_stands_in_it() -> None:
    """Markup is text, and what XML cannot hold is left out."""
    row = {"id": "a/b", "name": "<b>\x00&", "description": "]]>\ud7ff\x0b", "created": 0}
    (item,) = ET.fromstring(rss.feed([row])).findall("channel/item")  # noqa: S314 - our own

    assert item.findtext("title") == "<b>&"
    assert item.findtext("description") == "]]>\ud7ff"
    assert item.findtext("pubDate") == "Thu, 01 Jan 1970 00:00:00 GMT"
