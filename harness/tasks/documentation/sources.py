"""Modules and their documented definitions, read from installed source without importing it."""

import ast
import importlib.util
import inspect
import re
import sysconfig
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness.errors import TaskError

STANDARD_LIBRARY = "python"
_Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Definition:
    """One public function, method or class with a docstring."""

    name: str
    """Dotted: module, then the place in it."""
    is_class: bool
    docstring: str
    code: str
    """A function's source without decorators and docstring, dedented; '' for a class."""


@dataclass(frozen=True)
class Module:
    """One module: its own docstring ('' for none) and its definitions in the order of the source."""

    name: str
    docstring: str
    definitions: tuple[Definition, ...]


class Library:
    """Reads installed source; a module that several tasks use is parsed once."""

    def __init__(self) -> None:
        self._parsed: dict[Path, Module] = {}

    def modules(self, package: str, parts: Sequence[str]) -> list[Module]:
        """The modules and folders `parts` of an installed package, sorted by name, without tests and private ones.

        A part that this version of the package lacks is passed over: the size of the finished task decides.
        Raises TaskError when the package is not installed as source.
        """
        found = [self._module(file, name) for file, name in _files(package, parts).items()]
        return sorted(found, key=lambda module: module.name)

    def definitions(self, package: str, parts: Sequence[str]) -> list[Definition]:
        """Every definition of those modules, sorted by name; of several with one name the first."""
        found: dict[str, Definition] = {}
        for module in self.modules(package, parts):
            for definition in module.definitions:
                found.setdefault(definition.name, definition)
        return [found[name] for name in sorted(found)]

    def _module(self, file: Path, name: str) -> Module:
        if file not in self._parsed:
            self._parsed[file] = _parse(_read(file), name)
        return self._parsed[file]


def state(package: str, parts: Sequence[str]) -> list[str]:
    """What tells these sources from changed ones: place, size and time of every file. Raises as `modules` does."""
    told = []
    for file in sorted(_files(package, parts)):
        with suppress(OSError):
            facts = file.stat()
            told.append(f"{file} {facts.st_size} {facts.st_mtime_ns}")
    return told


def _files(package: str, parts: Sequence[str]) -> dict[Path, str]:
    """The files of modules and folders with the names of their modules, without tests."""
    root = _package_folder(package)
    files: set[Path] = set()
    for part in parts:
        place = root.joinpath(*part.split("/"))
        files.update(place.rglob("*.py") if place.is_dir() else [place.with_name(f"{place.name}.py")])
    names = {file: _module_name(package, file.relative_to(root)) for file in files if file.is_file()}
    return {file: name for file, name in names.items() if not _is_test(name)}


def _package_folder(package: str) -> Path:
    if package == STANDARD_LIBRARY:
        return Path(sysconfig.get_path("stdlib"))
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise TaskError(f"The documentation tasks read the source of {package}, which is not installed; install it.")
    return Path(spec.submodule_search_locations[0])


def _module_name(package: str, relative: Path) -> str:
    pieces = [piece for piece in relative.with_suffix("").parts if piece != "__init__"]
    return ".".join(pieces if package == STANDARD_LIBRARY else [package, *pieces])


def _is_test(name: str) -> bool:
    return any(re.fullmatch(r"_?tests?|test_.*|conftest|idle_test", piece) for piece in name.split("."))


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n").expandtabs()
    except OSError as error:
        raise TaskError(f"{file} cannot be read ({error.strerror}); the documentation tasks need it.") from None


def _parse(text: str, name: str) -> Module:
    try:
        with warnings.catch_warnings():
            # Invalid escapes in other people's strings are not our user's concern.
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError:
        return Module(name, "", ())  # template files that packages ship under .py
    lines = text.split("\n")
    return Module(name, ast.get_docstring(tree) or "", tuple(_definitions(tree, name, lines)))


def _definitions(parent: ast.Module | ast.ClassDef, prefix: str, lines: Sequence[str]) -> Iterator[Definition]:
    for node in parent.body:
        if not isinstance(node, _Documented) or node.name.startswith("_"):
            continue
        name = f"{prefix}.{node.name}"
        docstring = ast.get_docstring(node, clean=False)
        is_class = isinstance(node, ast.ClassDef)
        if docstring and docstring.strip():
            yield Definition(name, is_class, inspect.cleandoc(docstring), "" if is_class else _code(node, lines))
        if isinstance(node, ast.ClassDef):
            yield from _definitions(node, name, lines)


def _code(node: _Documented, lines: Sequence[str]) -> str:
    """Source lines of a definition but for its docstring, which is its first statement."""
    statement = node.body[0]
    before = lines[node.lineno - 1 : statement.lineno - 1]
    after = lines[statement.end_lineno or statement.lineno : node.end_lineno]
    return textwrap.dedent("\n".join([*before, *after])).strip()
