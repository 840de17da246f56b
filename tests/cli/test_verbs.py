"""What all verbs share: help, exit codes, and errors in one sentence."""

import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from modeldex.cli.app import app
from support import live

VERBS = (
    "serve", "refresh", "models", "show", "sources", "settings", "accept", "reject", "hide",
    "unhide", "history", "diff", "import-history", "compact", "check", "precedence",
    "cost", "export",
)  # fmt: skip
KEYS = ("keys create", "keys list", "keys rotate", "keys revoke")
README = Path(__file__).parents[2] / "README.md"


def test_the_command_lists_its_verbs(tmp_path: Path) -> None:
    """`modeldex --help` names every verb, and so does `modeldex` alone, as misuse."""
    helped, bare = live.run(tmp_path, "--help"), live.run(tmp_path)
    named = set(re.findall(r"^│ ([a-z][\w-]*) +", helped.stdout, re.MULTILINE))

    assert (helped.returncode, bare.returncode) == (0, 2)
    assert named == {*VERBS, "keys"}
    assert set(re.findall(r"^\$ modeldex ([\w-]+)", README.read_text(), re.MULTILINE)) <= named


@pytest.mark.parametrize("verb", [*VERBS, *KEYS])
def test_every_verb_explains_itself_and_its_options(verb: str) -> None:
    """`modeldex VERB --help` has a sentence on the verb and one on each option."""
    done = CliRunner().invoke(app, [*verb.split(), "--help"], env={"COLUMNS": "150"})
    options = dict(re.findall(r"^│ (--\S+) +<\w.*?> +(.*?) *│$", done.stdout, re.MULTILINE))

    assert (done.exit_code, done.stderr) == (0, "")
    assert re.search(rf"Usage: .* {verb} [^\n]*\n\s*\n [A-Z]\w+ .*\.", done.stdout)
    assert options.pop("--help")
    assert all(options.values())
    assert ("--json" in options) == (verb != "serve")


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",), ("models", "--nonsense"), ("show",), ("accept",), ("hide",),
        ("history",), ("diff",), ("diff", "current"),
        ("sources", "nonsense"), ("sources", "check"), ("sources", "check", "/dev/null/x"),
    ],
)  # fmt: skip
def test_a_wrong_command_line_is_exit_code_2(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Misuse says what is wrong and how to get help, and is told apart from failure."""
    done = live.run(tmp_path, *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert "--help" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "variables", "sentence"),
    [
        (["models"], {"DATA_DIR": "/dev/null/x"}, "No catalog has been published yet."),
        (["show", "nobody/x"], {}, "No offer, model or alias is called 'nobody/x'"),
        (["models", "--limit", "0"], {}, "limit='0' is not allowed. Use a whole number from 1"),
        (["models", "--gateway", "x"], {}, "Use one of: acme, all, bolt (or an alias of one)."),
        (["show", os.fsdecode(b"\xff")], {}, "A word on the command line is not UTF-8."),
        (["history", "nobody/x"], {}, "No offer, model or alias is called 'nobody/x'"),
        (["history", "labs/large", "--known-at", "x"], {}, "known-at='x' is not allowed. Use a"),
        (["diff", "current", "x"], {}, "There is no snapshot 'x'. Published: "),
        (["diff", "previous", "current"], {}, "There is no snapshot 'previous'. Published: "),
        (["diff", "current", sys.executable], {}, " is damaged: "),
        (["settings"], {"PORT": "x", "WORKERS": "0"}, "Wrong settings: MODELDEX_PORT: "),
        (["settings"], {"NONSENSE": "1"}, "Unknown settings: MODELDEX_NONSENSE."),
        (["refresh"], {"DATA_DIR": "/dev/null/x"}, "[Errno 20] Not a directory: '/dev/null/x"),
        (["refresh", "--source", "x"], {}, "There is no source 'x'. There are: abacus, "),
        (["accept", "x"], {}, "Nothing is known of a source 'x'."),
        (["reject", "x", "m"], {}, "Nothing is known of a source 'x'."),
        (["sources", "check", "/dev/null"], {}, "null: id: missing"),
        (["sources", "check", sys.executable], {}, "cannot be read: 'utf-8' codec can't decode"),
        (["refresh"], {"STORE_URL": "nonsense"}, "STORE_URL cannot be used: Could not parse"),
    ],
)
def test_a_failure_is_one_sentence_and_exit_code_1(
    data_dir: Path, words: list[str], variables: dict[str, str], sentence: str
) -> None:
    """What could not be done is said on standard error in one line, without a trace."""
    done = live.run(data_dir, *words, **variables)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("modeldex: ")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_json_is_one_document_for_programs_in_any_locale(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `--json` a verb prints one JSON document in UTF-8, even where text is ASCII."""
    commands = [("models",), ("show", "acme/labs/large"), ("sources",), ("settings",)]
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda words: live.run(data_dir, *words, "--json"), commands))

    assert [(done.returncode, done.stderr) for done in found] == [(0, "")] * len(commands)
    assert all(isinstance(json.loads(done.stdout), dict) for done in found)
    assert json.loads(found[1].stdout)["name"] == "Large, größer"
