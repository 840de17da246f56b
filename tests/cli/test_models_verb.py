"""`modeldex models` and `modeldex show`."""

import json
from pathlib import Path

import pytest

from modeldex.cli.models import per_million
from support import live, wire


def cells(printed: str) -> list[list[str]]:
    """Return the words of each line of a table."""
    return [line.split() for line in printed.splitlines()]


def test_models_are_listed_with_prices_per_million(data_dir: Path) -> None:
    """People read dollars per million tokens; unknown is blank and zero is zero."""
    found = cells(live.run(data_dir, "models").stdout)

    assert found == [
        ["id", "context", "input", "output", "from"],
        ["acme/labs/fast:free", "8000", "0", "0", "acme"],
        ["acme/labs/large", "1.5", "10", "acme"],
        ["bolt/labs/large", "9000", "1", "20", "bolt"],
        ["bolt/labs/unpriced"],
        ["4", "of", "4;", "prices", "in", "USD", "per", "million", "tokens"],
    ]


def test_models_takes_the_options_of_the_list(data_dir: Path) -> None:
    """Words are searched for; filters, order and paging mean what they mean over HTTP."""
    found = cells(live.run(
        data_dir, "models", "labs", "large", "--gateway", "BOLT", "--gateway", "acme",
        "--author", "labs", "--provider", "labs", "--unique", "--sort", "price",
        "--order", "desc", "--limit", "1", "--offset", "0",
    ).stdout)  # fmt: skip

    assert found[1:] == [
        ["labs/large", "9000", "1", "2", "providers,", "cheapest", "bolt"],
        ["1", "of", "1;", "prices", "in", "USD", "per", "million", "tokens"],
    ]


def test_json_is_what_http_answers(data_dir: Path) -> None:
    """`models --json` prints the bytes of the same question over HTTP."""
    done = live.run(data_dir, "models", "large", "--unique", "--limit", "5", "--json")
    with live.served(live.application(data_dir)) as url:
        answer = wire.ask(url, "/v1/models?q=large&limit=5&unique=true")

    assert done.stdout.encode() == answer.body + b"\n"


def test_show_tells_every_fact_by_its_name(data_dir: Path) -> None:
    """People read a line per fact; what is not known says so."""
    facts = dict(
        line.split(maxsplit=1)
        for line in live.run(data_dir, "show", "bolt/labs/large").stdout.splitlines()
    )

    assert facts["id"].strip() == "bolt/labs/large"
    assert facts["pricing.prompt"].strip() == "0.000001"
    assert facts["rates[1].usd"].strip() == "0.00002"
    assert facts["description"].strip() == "unknown"


def test_show_unique_is_the_model(data_dir: Path) -> None:
    """`show --unique` means the model of that name, with its offers."""
    found = json.loads(live.run(data_dir, "show", "labs/large", "--unique", "--json").stdout)

    assert [one["id"] for one in found["providers"]] == ["bolt/labs/large", "acme/labs/large"]


def test_show_why_tells_the_evidence_of_each_offer(data_dir: Path) -> None:
    """`show --why` says which fact made each offer the model that it is."""
    found = json.loads(
        live.run(data_dir, "show", "labs/large", "--why", "--unique", "--json").stdout
    )
    told = live.run(data_dir, "show", "acme/labs/fast:free", "--why").stdout

    assert found["identity"]["bolt/labs/large"][:2] == [
        "counts as 'labs/large'", "its native id 'labs/large' says the base 'labs/large'",
    ]  # fmt: skip
    assert sorted(found["identity"]) == ["acme/labs/large", "bolt/labs/large"]
    assert "variant 'free' parts it from the base" in told


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        (None, None),
        ("0", "0"),
        ("0.000001", "1"),
        ("0.00000015", "0.15"),
        ("0.000000000000000000000001", "0.000000000000000001"),
        ("12", "12000000"),
        ("0.1234567890123456789", "123456.7890123456789"),
    ],
)
def test_a_price_per_million_is_exact(price: str | None, shown: str | None) -> None:
    """No digit is lost or made up on the way to people."""
    assert per_million(price) == shown
