"""The files of a package that are the same for every program, with the modules of `harness` that they import."""

import ast
from collections.abc import Iterable
from importlib.resources import files

from harness.export.sources import names_of, rewrite

OWN = "harness.export.standalone"
FOLDER = "encoders"
RENAMED = {"harness.settings.encoder": "settings"}
"""Modules of the harness lie side by side in one folder, under their last name but for these."""


def library() -> dict[str, str]:
    """Path within the package to source."""
    own = {path.name: path.read_text("utf-8") for path in files(OWN).iterdir() if path.name.endswith(".py")}
    del own["__init__.py"]
    texts = {name: rewrite(text, _from_package) for name, text in own.items()}
    texts[f"{FOLDER}/__init__.py"] = '"""Frozen encoders; copied from ttc-retrieval, Apache-2.0."""\n'
    for module in sorted(_closure(own.values())):
        texts[f"{FOLDER}/{_flat(module)}.py"] = rewrite(_source(module), _from_sibling)
    return texts


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
    return _relative(node, f".{FOLDER}.")


def _from_sibling(node: ast.Import | ast.ImportFrom) -> str | None:
    return _relative(node, ".")


def _relative(node: ast.Import | ast.ImportFrom, before: str) -> str | None:
    if not (isinstance(node, ast.ImportFrom) and node.module and _is_ours(node.module)):
        return None
    return f"from {before}{_flat(node.module)} import {names_of(node.names)}"
