"""The files of a package that are the same for every program, with the modules of `harness` that they import.

Those for encoders of many vectors a text come along with such encoders alone.
"""

import ast
from collections.abc import Iterable
from importlib.resources import files

from harness.export.sources import ROOT, modules_of, names_of, rewrite

OWN = "harness.export.standalone"
FOLDER = "encoders"
MANY = "many_"
"""Files whose names begin so are for encoders of many vectors a text."""
RENAMED = {"harness.settings.encoder": "settings"}
"""Modules of the harness lie side by side in one folder, under their last name but for these."""


def library(*, many: bool = False) -> dict[str, str]:
    """Path within the package to source; `many` for an encoder of many vectors a text."""
    own = _own(many)
    texts = {name: rewrite(text, _from_package) for name, text in own.items()}
    texts[f"{FOLDER}/__init__.py"] = '"""Frozen encoders; copied from ttc-retrieval, Apache-2.0."""\n'
    for module in sorted(_closure(own.values())):
        texts[f"{FOLDER}/{_flat(module)}.py"] = rewrite(_source(module), _from_sibling)
    return texts


def operations_of_library(*, many: bool) -> set[str]:
    """Modules of `primitives` that these files run with."""
    own = _own(many)
    sources = [*own.values(), *map(_source, _closure(own.values()))] if many else []
    return set().union(*map(modules_of, sources))


def _own(many: bool) -> dict[str, str]:
    names = [path.name for path in files(OWN).iterdir() if path.name.endswith(".py") and path.name != "__init__.py"]
    return {name: files(OWN).joinpath(name).read_text("utf-8") for name in names if many or not name.startswith(MANY)}


def _closure(sources: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    waiting = set().union(*(_imported(source) for source in sources))
    while waiting:
        module = waiting.pop()
        reached.add(module)
        waiting |= _imported(_source(module)) - reached
    return reached


def _imported(source: str) -> set[str]:
    nodes = ast.walk(ast.parse(source))
    return {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and _is_ours(node.module)}


def _is_ours(module: str) -> bool:
    return module.startswith("harness.")


def _source(module: str) -> str:
    return files("harness").joinpath(*module.split(".")[1:-1], f"{module.split('.')[-1]}.py").read_text("utf-8")


def _flat(module: str) -> str:
    return RENAMED.get(module, module.split(".")[-1])


def _from_package(node: ast.Import | ast.ImportFrom) -> str | None:
    return _relative(node, f".{FOLDER}.", f".{ROOT}")


def _from_sibling(node: ast.Import | ast.ImportFrom) -> str | None:
    return _relative(node, ".", f"..{ROOT}")


def _relative(node: ast.Import | ast.ImportFrom, before: str, operations: str) -> str | None:
    if not (isinstance(node, ast.ImportFrom) and node.module):
        return None
    root, _, module = node.module.partition(".")
    if root == ROOT and not node.level:
        return f"from {operations}{'.' if module else ''}{module} import {names_of(node.names)}"
    if not _is_ours(node.module):
        return None
    return f"from {before}{_flat(node.module)} import {names_of(node.names)}"
