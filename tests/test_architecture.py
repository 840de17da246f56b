"""The house stands as it was drawn: layers, purity, frozen values, and the budget of its style."""

import importlib
import inspect
import os
import pkgutil
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import modeldex
from modeldex import errors
from support import ruler

ROOT = Path(__file__).resolve().parents[1]
MODULES = ruler.modules()
FUNCTIONS = sorted(one for module in MODULES for one in ruler.functions(module))
REASONED = re.compile(r"# (noqa: [A-Z]+[0-9]+(, [A-Z]+[0-9]+)* - |type: ignore\[[a-z-]+\] # )\S.+")
CLOCK = (
    "time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
    "datetime.date.today",
)  # fmt: skip
CORE = ("domain", "normalize", "merge", "pricing", "history", "dialects", "pipeline.py")
CYCLE = {"sources/values.py": "modeldex.sources.decode"}
FORBIDDEN = {
    "domain/ids.py": "modeldex.snapshot.schema",
    "merge/fold.py": "modeldex.pipeline",
    "normalize/text.py": "os",
    "history/diff.py": "time",
    "query/sql.py": "modeldex.sources.values",
    "serve/front.py": "httpx2",
    "refresh/guard.py": "modeldex.settings",
    "refresh/report.py": "modeldex.store.sql",
}


def run(*command: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a tool that is installed beside this Python."""
    return subprocess.run(
        [str(Path(sys.executable).with_name(command[0])), *command[1:]],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def contracts(source: Path) -> subprocess.CompletedProcess[str]:
    """Check the import contracts of pyproject.toml for the package in *source*."""
    config = str(ROOT / "pyproject.toml")
    return run("lint-imports", "--no-cache", "--config", config, PYTHONPATH=str(source))


def linted(code: str, place: str, *rules: str) -> str:
    """Return what ruff says of *code* if it stood at *place* in the package."""
    name = str(ROOT / "src" / "modeldex" / place)
    command = ["ruff", "check", "--no-cache", "--output-format=concise", "--stdin-filename", name]
    found = subprocess.run(
        [Path(sys.executable).with_name("ruff"), *command[1:], f"--select={','.join(rules)}", "-"],
        cwd=ROOT,
        input=code,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout


def structs(package: str) -> Iterator[type[msgspec.Struct]]:
    """Yield every struct that a folder of the package defines."""
    folder = importlib.import_module(f"modeldex.{package}")
    for found in pkgutil.walk_packages(folder.__path__, f"modeldex.{package}."):
        module = importlib.import_module(found.name)
        for one in vars(module).values():
            is_struct = isinstance(one, type) and issubclass(one, msgspec.Struct)
            if is_struct and one.__module__ == module.__name__:
                yield one


def drawn_tree() -> dict[str, str]:
    """Return each error of the drawing with the one that it hangs on."""
    found, above = dict[str, str](), dict[int, str]()
    for line in (errors.__doc__ or "").split("\n\n")[1].splitlines():
        branch = re.match(r"(?P<depth>[│├└─ ]*)(?P<name>\w+)", line)
        if branch:
            depth = len(branch["depth"])
            above[depth] = branch["name"]
            found[branch["name"]] = above[depth - 4] if depth else "Exception"
    return found


@pytest.mark.finding("DB-L3", kind="static")
def test_the_import_contracts_hold() -> None:
    """Layers, no cycles, a core without I/O, serving without a store: all contracts are kept."""
    found = contracts(ROOT / "src")

    assert found.returncode == 0, found.stdout
    assert "0 broken" in found.stdout


@pytest.mark.finding("DB-L3", kind="static")
def test_forbidden_imports_break_the_contracts(tmp_path: Path) -> None:
    """Each arrow upwards or outwards is seen, inside a function as anywhere else."""
    package = shutil.copytree(ruler.PACKAGE, tmp_path / "modeldex")
    for place, target in (FORBIDDEN | CYCLE).items():
        with (package / place).open("a") as file:
            file.write(f"\n\ndef late():\n    import {target}\n")
    found = contracts(tmp_path)

    assert found.returncode == 1
    assert "0 kept, 5 broken" in found.stdout
    for place, target in FORBIDDEN.items():
        importer = f"modeldex.{place.removesuffix('.py').replace('/', '.')}"
        assert re.search(rf"{importer}\s+->\s+{target}\b", found.stdout), found.stdout


def test_a_room_that_nobody_drew_breaks_the_contracts(tmp_path: Path) -> None:
    """A new top-level name must be given its place among the layers."""
    package = shutil.copytree(ruler.PACKAGE, tmp_path / "modeldex")
    (package / "helpers.py").touch()
    found = contracts(tmp_path)

    assert found.returncode == 1
    assert "layered BROKEN" in found.stdout
    assert "modeldex.helpers" in found.stdout


def test_the_errors_are_those_that_are_drawn() -> None:
    """The tree in the docstring has every error under its base, and no other."""
    real = {
        name: one.__bases__[0].__name__
        for name, one in vars(errors).items()
        if inspect.isclass(one) and issubclass(one, Exception)
    }

    assert drawn_tree() == real


@pytest.mark.parametrize("package", ["domain", "history", "snapshot"])
def test_values_are_frozen(package: str) -> None:
    """What was once made is never changed."""
    found = list(structs(package))

    assert found
    assert [one.__name__ for one in found if not one.__struct_config__.frozen] == []


@pytest.mark.finding("CA-M6", kind="static")
def test_no_name_hides_a_builtin_or_an_import() -> None:
    """No variable, argument, function or import takes the name of another that is in use."""
    assert [one for module in MODULES for one in ruler.hidden_names(module)] == []


@pytest.mark.finding("ME-L5", kind="static")
def test_no_name_is_defined_twice() -> None:
    """Of two definitions of one name, the second would hide the first."""
    assert [one for module in MODULES for one in ruler.redefinitions(module)] == []


@pytest.mark.finding("CA-M6", "ME-L5", kind="static")
@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("def f(): ...\ndef f(): ...\n", "F811"),
        ("import json\ndef json(): ...\n", "F811"),
        ("class A:\n    def f(self): ...\n    def f(self): ...\n", "F811"),
        ("list = 1\n", "A001"),
        ("def f(id): ...\n", "A002"),
        ("from x import max\n", "A004"),
    ],
)
def test_lint_refuses_a_hidden_name(code: str, rule: str) -> None:
    """The rules are switched on for the package, and they see what they are there for."""
    assert rule in linted(code, "merge/made_up.py", "F811", "A")
    assert run("ruff", "check", "--no-cache", "--select=F811,A", "src").returncode == 0


@pytest.mark.parametrize(
    ("code", "hidden"),
    [
        ("import time\ndef f(time): ...\n", ["m.py:2 time"]),
        ("from a import b\nfor b in (): pass\n", ["m.py:2 b"]),
        ("import a\nimport b as a\n", ["m.py:2 a"]),
        ("def f():\n    import a\n    a = 1\n", ["m.py:3 a"]),
        ("[max for max in ()]\n", ["m.py:1 max"]),
        ("try: pass\nexcept E as id: pass\n", ["m.py:2 id"]),
        ("match 1:\n    case list: pass\n", ["m.py:2 list"]),
        ("class A:\n    id: int\n    def list(self): ...\n", []),
        ("import a\nclass B:\n    def f(self, a): ...\n", ["m.py:3 a"]),
    ],
)
def test_the_ruler_sees_hidden_names(code: str, hidden: list[str]) -> None:
    """In every scope; only a class's own attributes hide nothing."""
    assert list(ruler.hidden_names(ruler.Module("m.py", code))) == hidden


@pytest.mark.parametrize(
    ("code", "twice"),
    [
        ("def f(): ...\nclass f: ...\n", ["m.py:2 f"]),
        ("class A:\n    def f(self): ...\n    def f(self): ...\n", ["m.py:3 f"]),
        ("A_B = 1\nA_B: int = 2\n", ["m.py:2 A_B"]),
        ("def f(): ...\ndef g():\n    def f(): ...\n", []),
        ("class A:\n    @property\n    def f(s): ...\n    @f.setter\n    def f(s, x): ...\n", []),
    ],
)
def test_the_ruler_sees_second_definitions(code: str, twice: list[str]) -> None:
    """In one body; another scope is another place."""
    assert list(ruler.redefinitions(ruler.Module("m.py", code))) == twice


def test_only_the_settings_read_the_environment() -> None:
    """Everything else is told what it must know."""
    readers = {
        module.name
        for module in MODULES
        if any(ruler.reads(module, ["os.environ", "os.getenv", "os.environb"]))
    }

    assert readers == {"settings.py"}


def test_only_the_composition_root_and_commands_have_a_clock() -> None:
    """Everything else is given the time."""
    readers = {module.name for module in MODULES if any(ruler.reads(module, CLOCK))}

    assert {name.partition("/")[0] for name in readers} <= {"bootstrap", "cli"}


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.time()\n",
        "import datetime as dt\ndt.datetime.now(dt.UTC)\n",
        "from datetime import datetime\ndatetime.now()\n",
        "import os\nos.environ['A']\n",
        "from unittest import mock\nmock.Mock()\n",
    ],
)
def test_lint_refuses_clocks_environment_and_mocks(code: str) -> None:
    """A use of them anywhere but in their places fails the build, and there is none."""
    assert "TID251" in linted(code, "snapshot/made_up.py", "TID251")
    assert run("ruff", "check", "--no-cache", "--select=TID251", "src").returncode == 0


@pytest.mark.finding("CA-C3", kind="static")
def test_the_core_has_no_global_state() -> None:
    """No statement of the core reaches for a global variable, so builds cannot meet in one."""
    core = [module for module in MODULES if module.name.startswith(CORE)]
    reaching = re.compile(r"^\s*(global|nonlocal)\s", re.MULTILINE)

    assert len(core) > 20
    assert [module.name for module in core if reaching.search(module.text)] == []


def test_no_function_is_long() -> None:
    """The median has seven lines or fewer, one in ten more than 26, none more than fifty."""
    lines = [count for count, _ in FUNCTIONS]

    assert [one for one in FUNCTIONS if one[0] > 50] == []
    assert statistics.median(lines) <= 7
    assert lines[int(0.9 * len(lines))] <= 26


def test_no_file_is_long() -> None:
    """Four hundred lines at most, ninety in the median."""
    assert [module.name for module in MODULES if module.lines > 400] == []
    assert statistics.median(module.lines for module in MODULES) <= 90


def test_suppressions_are_few_and_have_reasons() -> None:
    """At most ten comments silence a tool, each names the rule and says why."""
    found = [one for module in MODULES for one in ruler.suppressions(module)]

    assert [f"{where} {text}" for where, text in found if not REASONED.fullmatch(text)] == []
    assert len(found) <= 10, found


def test_the_rulers_length_leaves_the_docstring_out() -> None:
    """A function is as long as its lines from ``def`` on, but for its docstring's."""
    code = '@cached\ndef f():\n    """One.\n\n    Two.\n    """\n    return 1\n'

    assert list(ruler.functions(ruler.Module("m.py", code))) == [(2, "m.py:2 f")]


def test_the_ruler_knows_a_name_by_its_origin() -> None:
    """An alias does not hide what is used."""
    code = "import os as o\nfrom time import time as now\no.environ\nnow()\nself.time()\n"

    found = list(ruler.reads(ruler.Module("m.py", code), ["os.environ", "time.time"]))

    assert found == ["m.py:3 o.environ", "m.py:4 now"]


def test_the_package_that_is_measured_is_the_one_that_runs() -> None:
    """The ruler reads the files that Python imports."""
    assert Path(inspect.getfile(modeldex)).parent == ROOT / "src" / "modeldex"
