"""Sources for a package of its own: a program, and the primitives that it needs, with imports turned inwards."""

import ast
from collections.abc import Callable, Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from harness.programs.lines import source_lines

ROOT = "primitives"


@dataclass(frozen=True)
class StandaloneSources:
    """Python files by their names; `modules` go into a folder `primitives`, empty where none is needed."""

    program: str
    modules: dict[str, str]


def standalone(program: str, also: Set[str] = frozenset()) -> StandaloneSources:
    """Rewrite a program's imports of `primitives` as relative ones, and take the modules they reach.

    `also` names modules that are needed beside.
    """
    needed = _closure(modules_of(program) | also)
    modules = {name: rewrite(_source(name), _sibling) for name in sorted(needed)}
    if modules:
        modules["__init__"] = _public(needed)
    return StandaloneSources(rewrite(program, _from_package), modules)


def modules_of(source: str) -> set[str]:
    """Modules of `primitives` that a source names itself."""
    return _modules_named(ast.parse(source))


def _modules_named(tree: ast.Module) -> set[str]:
    """Modules of `primitives` that a source uses, by what it imports and by attributes of the package."""
    found: set[str] = set()
    packages: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                head, _, module = alias.name.partition(".")
                if head == ROOT:
                    found |= {module} if module else set()
                    if not (module and alias.asname):
                        packages.add(alias.asname or ROOT)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == ROOT:
            module = node.module.partition(".")[2]
            found |= {module} if module else {_home(alias.name) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in packages:
            found.add(_home(node.attr))
    return found


def _home(name: str) -> str:
    """Module that a public name of `primitives` comes from; a module is its own."""
    return _exports().get(name, name)


@cache
def _exports() -> dict[str, str]:
    tree = ast.parse(_source("__init__"))
    return {
        alias.name: node.module.partition(".")[2]
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def _closure(names: set[str]) -> set[str]:
    reached: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= modules_of(_source(name)) - reached
    return reached


def _source(module: str) -> str:
    return files(ROOT).joinpath(f"{module}.py").read_text("utf-8")


def _public(modules: set[str]) -> str:
    """An `__init__` with the public names of these modules, and the modules themselves."""
    lines = ['"""The retrieval operations that the program uses; copied from ttc-retrieval, Apache-2.0."""', ""]
    for module in sorted(modules):
        names = sorted(name for name, home in _exports().items() if home == module)
        lines += [f"from . import {module}", *(f"from .{module} import {name}" for name in names)]
    return "\n".join(lines) + "\n"


Rename = Callable[[ast.Import | ast.ImportFrom], str | None]


def rewrite(source: str, rename: Rename) -> str:
    """Replace the import statements that `rename` answers for, and leave every other character as it stands."""
    lines = source_lines(source)
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        replacement = rename(node)
        if replacement is not None:
            _replace(lines, node, replacement)
    return "\n".join(lines)


def _replace(lines: list[str], node: ast.stmt, text: str) -> None:
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    before = lines[first].encode()[: node.col_offset].decode()
    after = lines[last].encode()[node.end_col_offset :].decode()
    lines[first : last + 1] = [before + text + after]


def _from_package(node: ast.Import | ast.ImportFrom) -> str | None:
    """A program's import: `primitives` lies beside it."""
    if isinstance(node, ast.ImportFrom):
        if node.module and node.module.split(".")[0] == ROOT:
            return f"from .{node.module} import {names_of(node.names)}"
        return None
    if not any(alias.name.split(".")[0] == ROOT for alias in node.names):
        return None
    return "; ".join(_import_one(alias) for alias in node.names)


def _import_one(alias: ast.alias) -> str:
    head, _, module = alias.name.partition(".")
    as_name = f" as {alias.asname}" if alias.asname else ""
    if head != ROOT:
        return f"import {alias.name}{as_name}"
    if module and alias.asname:
        return f"from .{ROOT} import {module}{as_name}"
    return f"from . import {ROOT}{as_name}"


def _sibling(node: ast.Import | ast.ImportFrom) -> str | None:
    """An import within `primitives`: modules lie beside each other."""
    if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(f"{ROOT}."):
        return f"from .{node.module.partition('.')[2]} import {names_of(node.names)}"
    return None


def names_of(aliases: list[ast.alias]) -> str:
    """What an import statement names, as it is written."""
    return ", ".join(alias.name + (f" as {alias.asname}" if alias.asname else "") for alias in aliases)
