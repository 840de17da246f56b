"""``modeldex cost`` and ``modeldex.cost()``: what HTTP answers, without a server."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

import modeldex
from modeldex.errors import QuestionError
from support import live


def cost(data_dir: Path, *arguments: str) -> dict[str, object]:
    """Return what the command prints for programs."""
    found: dict[str, object] = json.loads(live.run(data_dir, "cost", *arguments, "--json").stdout)
    return found


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    """This process works on the small catalog."""
    monkeypatch.setenv("MODELDEX_DATA_DIR", str(data_dir))


def test_a_bill_is_a_table_of_lines(data_dir: Path) -> None:
    """People read quantity, price, amount and rule, and below them the total and its source."""
    done = live.run(data_dir, "cost", "acme/labs/large", "--input", "1000", "--output", "10")
    lines = [line.split() for line in done.stdout.splitlines()]

    assert lines[1] == ["input", "1000", "0.0000015", "0.0015", "own", "rate"]
    assert lines[2] == ["output", "10", "0.00001", "0.0001", "own", "rate"]
    assert lines[3][:2] == ["total", "$0.0016;"]


def test_what_is_missing_is_told(data_dir: Path) -> None:
    """The total is unknown, and so much of it is known."""
    arguments = ("bolt/labs/large", "--input", "1000", "--meter", "cache_read=400")
    done = live.run(data_dir, "cost", *arguments)

    assert "total unknown; $0.0006 is known of it" in done.stdout
    assert "A rate for cache_read: the source states none." in done.stdout
    assert cost(data_dir, *arguments, "--as-whole")["total"] == "0.001"


def test_a_model_is_a_table_of_offers(data_dir: Path) -> None:
    """Cheapest first."""
    done = live.run(data_dir, "cost", "labs/large", "--input", "1000")
    offers = [line.split()[:2] for line in done.stdout.splitlines()[1:3]]

    assert offers == [["bolt/labs/large", "0.001"], ["acme/labs/large", "0.0015"]]


@pytest.mark.parametrize("place", ["file", "stdin"])
def test_a_usage_object_comes_from_a_file_or_a_pipe(
    data_dir: Path, tmp_path: Path, place: str
) -> None:
    """A whole answer is taken for the usage in it."""
    answer = {"id": "x", "usage": {"prompt_tokens": 1000, "completion_tokens": 10}}
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(answer))
    command = [sys.executable, "-m", "modeldex", "cost", "acme/labs/large", "--json", "--usage"]
    done = subprocess.run(
        [*command, str(file) if place == "file" else "-"],
        input=file.read_text() if place == "stdin" else None,
        env=live.variables(data_dir),
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout)["total"] == "0.0016"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("acme/labs/large",), "Give counts"),
        (("acme/labs/large", "--input", "1", "--usage", "-"), "Give counts"),
        (("acme/labs/none", "--input", "1"), "No model is called 'acme/labs/none'"),
        (("acme/labs/large", "--meter", "input=many"), "usage.input must be a whole number"),
        (("acme/labs/large", "--meter", "smell=1"), "no known shape"),
        (("acme/labs/large", "--input", "1", "--at", "soon"), "at must be a date"),
        (("acme/labs/large", "--usage", "/nowhere.json"), "nowhere.json"),
    ],
)
def test_what_cannot_be_computed_is_one_sentence(
    data_dir: Path, arguments: tuple[str, ...], said: str
) -> None:
    """On standard error, with the code of a failure."""
    done = live.run(data_dir, "cost", *arguments)

    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.usefixtures("here")
def test_the_function_answers_as_the_command_does(data_dir: Path) -> None:
    """The same JSON, from the published snapshot."""
    arguments = ("--input", "7", "--output", "3", "--at", "2026-11-23")
    found = modeldex.cost("labs/large", {"input": 7, "output": 3}, at="2026-11-23")

    assert found == cost(data_dir, "labs/large", *arguments)
    assert found["snapshot"]


@pytest.mark.usefixtures("here")
def test_the_function_refuses_what_it_cannot_compute() -> None:
    """With the key that is wrong."""
    with pytest.raises(QuestionError, match="binary float"):
        modeldex.cost("labs/large", {"input": 1.0})
    with pytest.raises(QuestionError, match="Unknown key 'colour'"):
        modeldex.cost("labs/large", {"input": 1}, colour="red")


def test_without_a_snapshot_the_embedded_book_answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A fresh machine without a network computes costs, of models and of offers."""
    monkeypatch.setenv("MODELDEX_DATA_DIR", str(tmp_path / "empty"))
    found = modeldex.cost("openai/gpt-4o", {"input": 1000, "output": 10}, provider="openai")
    native = modeldex.cost("gpt-4o", {"input": 1000, "output": 10}, provider="openai")

    assert (found["offer"], found["snapshot"], found["source"]) == (
        "openai/gpt-4o", None, "genai-prices",
    )  # fmt: skip
    assert Decimal(found["total"]) > 0
    assert native["lines"] == found["lines"]
    with pytest.raises(QuestionError, match="No model is called"):
        modeldex.cost("nobody/knows", {"input": 1})


def test_importing_modeldex_loads_nothing_of_it() -> None:
    """What a bill needs is loaded with the first call."""
    code = "import sys, modeldex; print([one for one in sys.modules if 'modeldex.' in one])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
