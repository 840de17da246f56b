"""The pages on errors and on the predecessor speak of what there is."""

import ast
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import examples

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "modeldex"
ERRORS = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
MAPPING = (ROOT / "docs" / "predecessor.md").read_text(encoding="utf-8")
_CODE = re.compile(r"[a-z]+(_[a-z]+)*")
_STATUSES = range(400, 600)


def stated() -> Iterator[tuple[int, str]]:
    """Yield each status that stands before a code in the source, with the code."""
    for file in SOURCE.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        named = dict(constants(tree))
        for node in ast.walk(tree):
            values = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
            for status, code in pairwise(values):
                if isinstance(status, ast.Constant) and status.value in _STATUSES:
                    yield from ((int(str(status.value)), one) for one in codes(code, named))


def constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the names of a module that stand for a text."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                    yield target.id, node.value.value


def codes(node: ast.expr, named: dict[str, str]) -> Iterator[str]:
    """Yield the codes that an expression may be."""
    for one in ast.walk(node):
        text = named.get(one.id) if isinstance(one, ast.Name) else getattr(one, "value", None)
        if isinstance(text, str) and _CODE.fullmatch(text):
            yield text


def full() -> Iterator[tuple[int, str]]:
    """Yield the codes of admission, which stand where it finds no place."""
    text = (SOURCE / "serve" / "middleware" / "admission.py").read_text(encoding="utf-8")
    yield from ((503, code) for code in re.findall(r'Full\(\s*"(\w+)"', text))


def test_every_code_is_explained_with_its_status() -> None:
    """No code is served that the page does not have, and the page has none that is not."""
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.+) \| (.+) \|$", ERRORS, re.MULTILINE)
    told = {(int(status), code) for code, status, _, _ in rows}

    assert told == {*stated(), *full()}
    assert len(rows) == len(told)
    assert all(meaning.endswith(".") and advice.endswith(".") for _, _, meaning, advice in rows)


def test_the_mapping_leads_to_paths_that_there_are() -> None:
    """Each path that the page sends a client to is in the API's description."""
    paths = {name.partition(" ")[2] for name in json.loads(examples.FILE.read_text("utf-8"))}
    led = set(re.findall(r"→ `(?:GET |POST )?(/[^`?]+)", MAPPING))

    assert led
    assert led <= paths | {"/models"}
