"""Rows out of an answer's bytes: every number exact, a bad row costs that row."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from modeldex.errors import SourceError
from modeldex.sources import payload

DEEP = 100_000


def rows(body: bytes, path: str = "data") -> list[Any]:
    """Return all rows of an answer."""
    return list(payload.rows(body, path))


def one(text: str) -> Any:
    """Return the value that stands as *text* in the only row of an answer."""
    (row,) = rows(f'{{"data": [{{"x": {text}}}]}}'.encode())
    return row["x"]


@pytest.mark.parametrize(
    "text",
    [
        "0.1", "0.00000055", "5.5e-07", "1.10", "0.30000000000000004", "1e5", "1e99999999999",
        "123456789.123456789123456789123456789",
    ],
)  # fmt: skip
def test_a_number_keeps_its_own_digits(text: str) -> None:
    """A number with a point or an exponent is the decimal of its text, not of a binary float."""
    assert isinstance(one(text), Decimal)
    assert str(one(text)) == str(Decimal(text))


@pytest.mark.parametrize("text", ["0", "-1", "9007199254740993", "1" * 30])
def test_a_whole_number_is_exact_at_any_size(text: str) -> None:
    """Integers stay integers beyond the range of doubles and machine words."""
    assert one(text) == int(text)


def test_an_exponent_beyond_any_decimal_costs_that_value() -> None:
    """A number that no decimal can hold stays text, which is no price; the row is kept."""
    assert one("1e99999999999999999999") == "1e99999999999999999999"


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_python_servers_send_for_no_number_is_read(word: str) -> None:
    """NaN and infinities, which are not JSON, become words; the other numbers stay exact."""
    found = rows(f'{{"data": [{{"id": "a", "x": {word}}}, {{"id": "b", "x": 0.10}}]}}'.encode())
    assert found == [{"id": "a", "x": word}, {"id": "b", "x": Decimal("0.10")}]
    assert str(found[1]["x"]) == "0.10"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'[{"id": "a"}, {"id": "b"}]', ""),
        (b'{"data": [{"id": "a"}, {"id": "b"}]}', "data"),
        (b'{"result": {"models": [{"id": "a"}, {"id": "b"}]}}', "result.models"),
        (b'\xef\xbb\xbf{"data": [{"id": "a"}, {"id": "b"}]}', "data"),
    ],
)
def test_rows_are_found_where_the_path_says(body: bytes, path: str) -> None:
    """A bare list and a list under one or more keys are lists of rows."""
    assert rows(body, path) == [{"id": "a"}, {"id": "b"}]


def test_the_values_of_a_table_are_rows_that_know_their_names() -> None:
    """Each object of a table is a row with its key there as ``*``; other values stay as is."""
    found = rows(b'{"x": {"id": "a", "*": 7}, "": {}, "z": [1], "v": null}', "*")
    assert found == [{"id": "a", "*": "x"}, {"*": ""}, [1], None]
    cut = rows(b'{"x\\ud83d": {"y": NaN}}', "*")
    assert cut == [{"y": "NaN", "*": "x"}]


@pytest.mark.parametrize("path", ["", "data", "result.models", "*"])
def test_both_ways_of_reading_find_the_same_rows(path: str) -> None:
    """A NaN anywhere changes nothing but how it is read."""
    bodies = {"": "[%s]", "data": '{"data": [%s]}', "*": '{"a": %s}'}
    shape = bodies.get(path, '{"result": {"models": [%s]}}')
    strict = rows((shape % '{"id": "a", "x": 1.50}').encode(), path)
    tolerant = rows((shape % '{"id": "a", "x": 1.50, "y": NaN}').encode(), path)
    assert tolerant == [{**strict[0], "y": "NaN"}]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "not JSON", id="nothing"),
        (b"<html><body>502 Bad Gateway</body></html>", "not JSON"),
        (b'{"data": [{"id": "a"},', "not JSON"),
        (b'{"data": [{"id": "a"}]} trailing', "not JSON"),
        pytest.param(b'{"data": ' + b"[" * DEEP, "not JSON", id="deep"),
        pytest.param(
            b'{"data": [{"x": ' + b"[" * DEEP + b"]" * DEEP + b"}]}", "not JSON", id="deep row"
        ),
        (b'{"da\xff": []}', "not JSON"),
        (b"null", "no list under 'data'"),
        (b"7", "no list under 'data'"),
        (b"[]", "no list under 'data'"),
        (b"{}", "no list under 'data'"),
        (b'{"data": null}', "no list under 'data'"),
        (b'{"data": {"a": 1}}', "no list under 'data'"),
    ],
)
def test_what_holds_no_list_is_one_clear_error(body: bytes, reason: str) -> None:
    """Garbage, HTML, null, a cut answer and endless nesting are the source's error, never ours."""
    with pytest.raises(SourceError, match=reason) as caught:
        rows(body)
    assert caught.value.kind == "decode"


def test_a_list_where_a_table_is_expected_is_one_clear_error() -> None:
    """Nothing else than what was declared is taken for the rows."""
    with pytest.raises(SourceError, match="no list at its top"):
        rows(b'{"data": []}', "")
    with pytest.raises(SourceError, match="no table at its top"):
        rows(b"[]", "*")


@pytest.mark.parametrize(
    "bad",
    [b'{"id": "a\xff"}', b'{"id": "\xed\xa0\x80"}', pytest.param(b"1" * 5000, id="digits")],
)
def test_a_row_that_cannot_be_read_costs_that_row(bad: bytes) -> None:
    """Bytes that are no UTF-8 and numbers without end leave an empty place; the rest is kept."""
    assert rows(b'{"data": [' + bad + b', {"id": "b"}]}') == [None, {"id": "b"}]


def test_half_a_surrogate_pair_is_left_out() -> None:
    """A text that its server cut within an emoji loses the half, and can be written anywhere."""
    found = rows(b'[{"a\\ud83d": ["cut \\ud83d", "whole \\ud83d\\ude00"]}]', "")
    assert found[0]["a"] == ["cut ", "whole \N{GRINNING FACE}"]
    assert msgspec.msgpack.encode(found)


def test_a_value_is_found_or_unknown() -> None:
    """One value beside the rows is read by its path; where there is none it is unknown."""
    body = b'{"page": {"next": "t", "size": 1e99999999999999999999}}'
    assert payload.value(body, "page.next") == "t"
    assert payload.value(body, "page.next.more") is None
    assert payload.value(body, "cursor") is None
    assert payload.value(b"<html>", "page") is None
    assert payload.value(b"[" * DEEP, "page") is None
