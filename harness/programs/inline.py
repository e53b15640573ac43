"""Replace a program's import of primitives by their definitions, so that its source stands alone."""

import ast
import inspect
from dataclasses import dataclass
from functools import cache
from types import ModuleType

import primitives
from harness.programs.lines import source_lines
from primitives import (
    arrays,
    centroids,
    dimensions,
    discriminant,
    doubt,
    feedback,
    fusion,
    graph,
    hubness,
    interaction,
    late,
    lexical,
    memory,
    neighbours,
    normalise,
    passages,
    places,
    postings,
    products,
    segments,
    tokens,
    vectors,
)
from sandbox.syntax import syntax_tree

# In order of dependence, since an annotation or a constant needs what it names when it is reached.
_MODULES: tuple[ModuleType, ...] = (
    arrays,
    products,
    normalise,
    fusion,
    segments,
    memory,
    interaction,
    feedback,
    doubt,
    tokens,
    postings,
    lexical,
    places,
    passages,
    discriminant,
    neighbours,
    graph,
    hubness,
    dimensions,
    vectors,
    late,
    centroids,
)


@dataclass(frozen=True)
class _Definition:
    text: str
    bare: str
    """Without documentation: what a program does not name itself must not make it long."""
    uses: frozenset[str]


def inline_primitives(source: str) -> str:
    """Return the source with `from primitives import ...` replaced by the code of what it names and of all that needs.

    Raises ValueError for an import of primitives in another form.
    """
    tree = syntax_tree(source)
    imported = [node for node in tree.body if _imports_primitives(node)]
    wanted: set[str] = set()
    for node in imported:
        names = node.names if isinstance(node, ast.ImportFrom) and node.module == "primitives" else None
        if names is None or any(name.asname or name.name not in primitives.__all__ for name in names):
            raise ValueError("Only `from primitives import name` can be replaced by the definitions.")
        wanted |= {name.name for name in names}
    if not wanted:
        return source
    definitions, imports = _library()
    needed = _closure(wanted, definitions)
    used = set().union(*(definitions[name].uses for name in needed))
    dropped = {number for node in imported for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    lines = [line for number, line in enumerate(source_lines(source), 1) if number not in dropped]
    end = end_of_head(tree)
    split = end - sum(number <= end for number in dropped)
    code = sorted({imports[name] for name in imports if name in used and imports[name] not in lines})
    texts = [
        definition.text if name in wanted else definition.bare
        for name, definition in definitions.items()
        if name in needed
    ]
    head = "\n".join([*lines[:split], *([""] if split else []), *code])
    parts = [head, *texts, "\n".join(lines[split:])]
    return "\n\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def all_primitives() -> str:
    """The source of every primitive."""
    return "\n".join(map(inspect.getsource, _MODULES))


def _imports_primitives(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] == "primitives"
    return isinstance(node, ast.Import) and any(name.name.split(".")[0] == "primitives" for name in node.names)


def end_of_head(tree: ast.Module) -> int:
    """The last line of the docstring and the imports that a program begins with."""
    end = 0
    for node in tree.body:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not docstring and not isinstance(node, ast.Import | ast.ImportFrom):
            break
        end = node.end_lineno or node.lineno
    return end


def _closure(wanted: set[str], definitions: dict[str, _Definition]) -> set[str]:
    needed: set[str] = set()
    waiting = set(wanted)
    while waiting:
        name = waiting.pop()
        needed.add(name)
        waiting |= {used for used in definitions[name].uses if used in definitions} - needed
    return needed


@cache
def _library() -> tuple[dict[str, _Definition], dict[str, str]]:
    """Every top-level definition of the primitives by name, in order, and every import they need by bound name."""
    definitions: dict[str, _Definition] = {}
    imports: dict[str, str] = {}
    for module in _MODULES:
        text = inspect.getsource(module)
        lines = source_lines(text)
        for node in syntax_tree(text).body:
            if _imports_primitives(node):
                continue
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports |= {name.asname or name.name: _import_line(node, name) for name in node.names}
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                text, bare = _text(node, lines, head=True), _text(node, lines, head=False)
                definitions[node.name] = _Definition(text, bare, _names(node))
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
                if isinstance(target, ast.Name):
                    constant = "\n".join(lines[node.lineno - 1 : node.end_lineno])
                    definitions[target.id] = _Definition(constant, constant, _names(node))
    return definitions, imports


def _text(node: ast.FunctionDef | ast.ClassDef, lines: list[str], head: bool) -> str:
    """The lines of a definition without its documentation, but for its first line where `head` asks for that."""
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    kept = dict(enumerate(lines[start - 1 : node.end_lineno], start))
    for part in ast.walk(node):
        if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) and isinstance(part.value.value, str):
            first, last = part.lineno, part.end_lineno or part.lineno
            if head and part is node.body[0]:
                kept[first] += '"""' if last > first else ""
                first += 1
            for number in range(first, last + 1):
                del kept[number]
    return "\n".join(kept.values())


def _import_line(node: ast.Import | ast.ImportFrom, name: ast.alias) -> str:
    bound = f"{name.name} as {name.asname}" if name.asname else name.name
    return f"from {node.module} import {bound}" if isinstance(node, ast.ImportFrom) else f"import {bound}"


def _names(node: ast.AST) -> frozenset[str]:
    return frozenset(child.id for child in ast.walk(node) if isinstance(child, ast.Name))
