"""Measures source code by its syntax tree."""

import ast
import builtins
import io
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

import modeldex

PACKAGE = Path(modeldex.__file__).parent
BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))
_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPE = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
_BODY = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module
_NAMED = _FUNCTION | ast.ClassDef | ast.ExceptHandler | ast.MatchAs | ast.MatchStar
_SILENCERS = ("noqa", "type: ignore", "pragma:", "mypy:", "ruff:", "pyright:", "nosec")


class Module(msgspec.Struct, frozen=True):
    """A file of the package."""

    name: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """Its syntax."""
        return ast.parse(self.text, self.name)

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.text.count("\n")


def modules(package: Path = PACKAGE) -> list[Module]:
    """Return the package's files by their paths in it."""
    files = sorted(package.rglob("*.py"))
    return [
        Module(file.relative_to(package).as_posix(), file.read_text(encoding="utf-8"))
        for file in files
    ]


def functions(module: Module) -> Iterator[tuple[int, str]]:
    """Yield each function's lines without its docstring, and where it is."""
    for node in ast.walk(module.tree):
        if isinstance(node, _FUNCTION):
            yield _length(node), f"{module.name}:{node.lineno} {node.name}"


def suppressions(module: Module) -> Iterator[tuple[str, str]]:
    """Yield where a comment silences a tool, and the comment."""
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        words = token.string.lstrip("# ")
        if token.type == tokenize.COMMENT and words.startswith(_SILENCERS):
            yield f"{module.name}:{token.start[0]}", token.string


def redefinitions(module: Module) -> Iterator[str]:
    """Yield what is defined twice in one body: functions, classes, a module's constants."""
    for node in ast.walk(module.tree):
        found: set[str] = set()
        for one in node.body if isinstance(node, _BODY) else ():
            for line, name in _defined(one):
                if name in found:
                    yield f"{module.name}:{line} {name}"
                found.add(name)


def hidden_names(module: Module) -> Iterator[str]:
    """Yield each variable, argument, function or import that hides a builtin or an import."""
    imported: set[str] = set()
    for line, name, is_import in _bound(module.tree, in_class=False):
        if name in BUILTINS or name in imported:
            yield f"{module.name}:{line} {name}"
        if is_import:
            imported.add(name)


def reads(module: Module, names: Iterable[str]) -> Iterator[str]:
    """Yield where one of the dotted *names* of the library is used, however it was imported."""
    wanted = set(names)
    origin = {"": ""}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            origin |= {(one.asname or one.name): one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin |= {(one.asname or one.name): f"{node.module}.{one.name}" for one in node.names}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            first, dot, rest = ast.unparse(node).partition(".")
            if origin.get(first, "") + dot + rest in wanted:
                yield f"{module.name}:{node.lineno} {ast.unparse(node)}"


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is None:
        return lines
    docstring = node.body[0]
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def _defined(node: ast.stmt) -> Iterator[tuple[int, str]]:
    if isinstance(node, _FUNCTION | ast.ClassDef) and not _is_variant(node):
        yield node.lineno, node.name
    targets = node.targets if isinstance(node, ast.Assign) else []
    for one in [node.target] if isinstance(node, ast.AnnAssign) else targets:
        if isinstance(one, ast.Name) and one.id.strip("_").isupper():
            yield one.lineno, one.id


def _is_variant(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Return whether a definition adds to one before it: an overload, a property's setter."""
    decorators = [ast.unparse(one) for one in node.decorator_list]
    return any(one == "overload" or one.endswith((".setter", ".register")) for one in decorators)


def _bound(node: ast.AST, *, in_class: bool) -> Iterator[tuple[int, str, bool]]:
    """Yield each name that is bound, imports first; a class's own attributes hide nothing."""
    children = list(ast.iter_child_nodes(node))
    children.sort(key=lambda one: not isinstance(one, ast.Import | ast.ImportFrom))
    for child in children:
        if not in_class or isinstance(child, ast.Import | ast.ImportFrom):
            yield from _names(child)
        inside = isinstance(child, ast.ClassDef) or (in_class and not isinstance(child, _SCOPE))
        yield from _bound(child, in_class=inside)


def _names(node: ast.AST) -> Iterator[tuple[int, str, bool]]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        for one in node.names:
            yield node.lineno, (one.asname or one.name).partition(".")[0], True
    elif isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id, False
    elif isinstance(node, ast.arg):
        yield node.lineno, node.arg, False
    elif isinstance(node, _NAMED) and node.name is not None:
        yield node.lineno, node.name, False
