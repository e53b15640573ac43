"""Is this program new? Two fingerprints of a source, blind to what does not change its behaviour.

`exact` drops docstrings, comments and annotations and renames local names by first use: equal means the same program.
`structure` also blanks numeric constants: equal means a constant-only variant. What a program imports from `primitives`
counts by name alone; `code_hash` takes in its code.
"""

import ast
import hashlib
from dataclasses import dataclass
from typing import Any

from harness.programs.inline import all_primitives, inline_primitives

CONTRACT_NAMES = frozenset({"rerank", "q_emb", "d_emb", "sim", "embed_fn", "q_texts", "d_texts"})


@dataclass(frozen=True)
class SourceFingerprint:
    """Hex hashes of a program's source."""

    exact: str
    structure: str


def fingerprint(source: str) -> SourceFingerprint:
    """Hash a program's source; one that does not parse is its own text."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        text = _hash(source)
        return SourceFingerprint(text, text)
    tree = _Canonical(_local_names(tree)).visit(tree)
    exact = _hash(_written(tree))
    return SourceFingerprint(exact, _hash(_written(_BlankNumbers().visit(tree))))


def code_hash(source: str) -> str:
    """The exact hash of a program together with the primitives that it uses, as they are now: of all that runs."""
    try:
        whole = inline_primitives(source)
    except SyntaxError:  # what does not parse is its own text
        whole = source
    except ValueError:  # imported in a way that names no function: any of them may be used
        whole = f"{all_primitives()}\n{source}"
    return fingerprint(whole).exact


def _written(value: Any) -> str:
    """A syntax tree as text, the same in every version of Python: `ast.dump` differs between them."""
    if isinstance(value, ast.AST):
        parts = ((name, getattr(value, name, None)) for name in value._fields)
        inner = ", ".join(f"{name}={_written(part)}" for name, part in parts if part is not None and part != [])
        return f"{type(value).__name__}({inner})"
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return repr(value)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _local_names(tree: ast.AST) -> frozenset[str]:
    """Names the source itself binds: functions, classes, arguments and assignment targets, less the contract's."""
    bound = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
    return frozenset(bound) - CONTRACT_NAMES


class _Canonical(ast.NodeTransformer):
    """Drop docstrings and annotations, rename local names in order of first use."""

    def __init__(self, local_names: frozenset[str]) -> None:
        self._local = local_names
        self._renamed: dict[str, str] = {}

    def _rename(self, name: str) -> str:
        if name not in self._local:
            return name
        return self._renamed.setdefault(name, f"v{len(self._renamed)}")

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._rename(node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg, node.annotation = self._rename(node.arg), None
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        if node.arg is not None:
            node.arg = self._rename(node.arg)
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return self.generic_visit(ast.Assign(targets=[node.target], value=node.value))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name, node.returns = self._rename(node.name), None
        return self._without_docstring(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self._rename(node.name)
        return self._without_docstring(node)

    def visit_Module(self, node: ast.Module) -> ast.AST:
        return self._without_docstring(node)

    def _without_docstring(self, node: ast.FunctionDef | ast.ClassDef | ast.Module) -> ast.AST:
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
        return self.generic_visit(node)


class _BlankNumbers(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, int | float | complex) and not isinstance(node.value, bool):
            return ast.Constant(value=0)
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        node.operand = self.visit(node.operand)
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return node.operand
        return node
