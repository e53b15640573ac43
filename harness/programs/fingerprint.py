"""Is this program new? Two fingerprints of a source, blind to what does not change its behaviour.

`exact` drops docstrings, comments and annotations and renames local names by first use: equal means the same program.
The converse does not hold: a name that may be reached from elsewhere, as a keyword or in a class, counts.
`structure` also blanks constants and forgets their names: equal means that nothing but constants differs. What a
program imports from `primitives` counts by name alone; `code_hash` takes in its code.
"""

import ast
import builtins
import hashlib
from dataclasses import dataclass
from itertools import count
from typing import Any

from harness.programs.constants import blank_constants
from harness.programs.inline import all_primitives, inline_primitives
from sandbox.syntax import syntax_tree

CONTRACT_NAMES = frozenset({"rerank", "q_emb", "d_emb", "sim", "embed_fn", "q_texts", "d_texts"})
CHOSEN_NAMES = frozenset({"index", "q_vec", "d_vec"})
"""Parameters that a program may name or leave."""

_REFLECTION = frozenset(
    {"locals", "globals", "vars", "dir", "eval", "exec", "compile", "getattr", "setattr", "hasattr", "inspect"}
    | {"get_type_hints", "builtins", "sys"}
)
_TYPE_NODES = (
    ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.Tuple, ast.List, ast.BinOp, ast.BitOr, ast.Load,
)  # fmt: skip
_TEXTS = ("id", "arg", "name", "asname", "attr", "rest")


@dataclass(frozen=True)
class SourceFingerprint:
    """Hex hashes of a program's source."""

    exact: str
    structure: str


def fingerprint(source: str) -> SourceFingerprint:
    """Hash a program's source; one that does not parse is its own text."""
    try:
        tree = syntax_tree(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        text = _hash(source)
        return SourceFingerprint(text, text)
    bare = blank_constants(syntax_tree(source))
    exact, structure = (_hash(_written(_Canonical(each).visit(each))) for each in (tree, bare))
    return SourceFingerprint(exact, structure)


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


_BUILTINS = frozenset(dir(builtins))
_BUILTIN_TYPES = frozenset(name for name, value in vars(builtins).items() if isinstance(value, type))


def _renamable(tree: ast.Module) -> frozenset[str]:
    """Names that mean nothing beyond where they stand: variables, parameters and functions of the source itself.

    Whatever may be reached in another way keeps its name, so that where this is unsure, hashes differ: keywords,
    classes and all they bind, what a string spells, and what hides a builtin.
    """
    bound: set[str] = set()
    kept = {*CONTRACT_NAMES, *_BUILTINS, *_chosen(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        else:
            kept |= _kept(node)
    return frozenset(name for name in bound - kept if not name.startswith("__"))


def _chosen(tree: ast.Module) -> set[str]:
    """Names of what rerank may take beside the contract, where it takes them; else they are like any others."""
    reranks = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "rerank"]
    return {argument.arg for rerank in reranks for argument in rerank.args.kwonlyargs} & CHOSEN_NAMES


def _kept(node: ast.AST) -> set[str]:
    """Names that a node uses or binds in a way that renaming does not follow."""
    if isinstance(node, ast.keyword):
        return {node.arg or ""}
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else set()
    if isinstance(node, ast.alias):
        return {node.asname or node.name.split(".")[0]}
    if isinstance(node, ast.ClassDef):
        return {node.name}.union(*map(_bound_in_class, node.body))
    if isinstance(node, ast.MatchMapping):
        return {node.rest or ""}
    name = getattr(node, "name", None)  # of an exception, a pattern, a type parameter, a coroutine
    return {name} if isinstance(name, str) else set()


def _bound_in_class(statement: ast.stmt) -> set[str]:
    """What a statement of a class body may bind as an attribute, and whatever is named beneath it."""
    names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return names | {node.name for node in ast.walk(statement) if isinstance(node, ast.FunctionDef)}


def _looks_at_names(tree: ast.Module) -> bool:
    """Whether a program may see what its own names are: by reflection, or by keywords that it computes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in _REFLECTION:
            return True
        if isinstance(node, ast.Attribute) and (node.attr.startswith("__") or node.attr in _REFLECTION):
            return True
        if isinstance(node, ast.alias) and (node.name == "*" or node.name.split(".")[0] in _REFLECTION):
            return True
        if isinstance(node, ast.Call) and any(keyword.arg is None for keyword in node.keywords):
            return True
    return False


def _says_nothing(annotation: ast.expr | None, known: frozenset[str]) -> bool:
    """Whether an annotation that is evaluated can have no effect: it only names types, and they are there."""
    return annotation is None or all(
        isinstance(node, _TYPE_NODES) and (not isinstance(node, ast.Name) or node.id in known)
        for node in ast.walk(annotation)
    )


def _type_names(tree: ast.Module) -> frozenset[str]:
    """Builtin types, and names that the top level binds before any function could be annotated with them."""
    own: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            own |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ClassDef):
            own.add(node.name)
        elif isinstance(node, ast.Assign):
            own |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return _BUILTIN_TYPES | own


class _Canonical(ast.NodeTransformer):
    """Drop docstrings and annotations, rename local names in order of first use."""

    def __init__(self, tree: ast.Module) -> None:
        self._reflects = _looks_at_names(tree)
        self._local = frozenset() if self._reflects else _renamable(tree)
        self._types = _type_names(tree)
        self._taken = {name for node in ast.walk(tree) for name in _spelt(node)} - self._local
        self._fields: set[int] = set()
        self._renamed: dict[str, str] = {}
        self._free = (name for name in map("v{}".format, count()) if name not in self._taken)

    def _rename(self, name: str) -> str:
        if name not in self._local:
            return name
        if name not in self._renamed:
            self._renamed[name] = next(self._free)
        return self._renamed[name]

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._rename(node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self._rename(node.arg)
        if self._dropped(node.annotation):
            node.annotation = None
        return self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> ast.AST:
        node.names = [self._rename(name) for name in node.names]
        return node

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST:
        node.names = [self._rename(name) for name in node.names]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None or id(node) in self._fields or not self._dropped(node.annotation):
            return self.generic_visit(node)
        return self.generic_visit(ast.Assign(targets=[node.target], value=node.value))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self._rename(node.name)
        if self._dropped(node.returns):
            node.returns = None
        return self._without_docstring(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        # The fields of a dataclass are its annotated assignments, and their types may say more: they stay as they are.
        self._fields |= {id(part) for part in ast.walk(node) if isinstance(part, ast.AnnAssign)}
        return self._without_docstring(node)

    def visit_Module(self, node: ast.Module) -> ast.AST:
        return self._without_docstring(node)

    def _dropped(self, annotation: ast.expr | None) -> bool:
        return not self._reflects and _says_nothing(annotation, self._types)

    def _without_docstring(self, node: ast.FunctionDef | ast.ClassDef | ast.Module) -> ast.AST:
        if not self._reflects and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
        return self.generic_visit(node)


def _spelt(node: ast.AST) -> set[str]:
    """Names that a node holds as text."""
    return {value for value in (getattr(node, field, None) for field in _TEXTS) if isinstance(value, str)}
