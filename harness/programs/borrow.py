"""`from p75 import damped`: imports from other programs replaced by their code, so that a source stands alone."""

import ast
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from harness.programs.inline import end_of_head
from harness.programs.lines import source_lines
from harness.programs.view import ProgramView
from sandbox.modules import allowed_modules
from sandbox.syntax import syntax_tree

Find = Callable[[str], ProgramView | None]
"""The program that a word means, or None."""


class BorrowError(Exception):
    """One sentence: which import from a program cannot be replaced, and what to write instead."""


@dataclass(frozen=True)
class _Statement:
    """A statement at the top level of a program; of an import, one alias."""

    node: ast.stmt
    text: str
    binds: frozenset[str]
    uses: frozenset[str]


@dataclass
class _Loan:
    """What is imported from one program."""

    lender: ProgramView
    label: str
    """As the source writes it."""
    wanted: dict[str, str] = field(default_factory=dict)
    """Name in the lender to name in the borrower."""


def borrow(source: str, find: Find) -> tuple[str, tuple[str, ...]]:
    """A source with its imports from programs replaced by their code, and the ids of those programs.

    What a name needs comes with it; a helper whose name is taken gets another one. A source that does not parse is
    returned as it is. Raises BorrowError where there is no such program or name.
    """
    try:
        tree = syntax_tree(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source, ()
    loans = _loans(tree, find)
    if not loans:
        return source, ()
    lines = source_lines(source)
    imports = {id(node) for node, _ in loans}
    own = [one for node in tree.body if id(node) not in imports for one in _statements(node, lines)]
    head = end_of_head(tree)
    put: dict[int, list[str]] = {}
    for at, (node, loan) in enumerate(loans):
        if any(loan is earlier for _, earlier in loans[:at]):
            continue  # one of several imports from that program, which the first one brings all of
        brought = _brought(loan, own)
        own += brought
        bare = [one.text for one in brought if isinstance(one.node, ast.Import | ast.ImportFrom)]
        code = [one.text for one in brought if not isinstance(one.node, ast.Import | ast.ImportFrom)]
        put.setdefault(node.lineno, []).extend(bare)
        put.setdefault(max(head, node.end_lineno or 0) + 1, []).extend(["", *_apart(code), ""] if code else [])
    dropped = {at for node, _ in loans for at in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    written: list[str] = []
    for at, line in enumerate([*lines, ""], start=1):
        written += put.get(at, [])
        if at not in dropped:
            written.append(line)
    return "\n".join(written).rstrip("\n") + "\n", tuple(dict.fromkeys(loan.lender.id for _, loan in loans))


def _loans(tree: ast.Module, find: Find) -> list[tuple[ast.ImportFrom, _Loan]]:
    """The imports from programs, in order."""
    loans: list[tuple[ast.ImportFrom, _Loan]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _means_program(alias.name, find):
                    whole = f"Line {node.lineno} imports the whole program {alias.name}"
                    raise BorrowError(f"{whole}; write from {alias.name} import NAME.")
        elif isinstance(node, ast.ImportFrom) and not node.level and _means_program(node.module or "", find):
            loans.append((node, _loan(node, tree, find)))
    first: dict[str, _Loan] = {}
    for _, loan in loans:
        first.setdefault(loan.lender.id, loan).wanted.update(loan.wanted)
    return [(node, first[loan.lender.id]) for node, loan in sorted(loans, key=lambda pair: pair[0].lineno)]


def _means_program(module: str, find: Find) -> bool:
    """Whether a module's name is that of a program, or of one that could be there: p75."""
    root = module.partition(".")[0]
    if root in sys.stdlib_module_names or root in allowed_modules(True):
        return False
    return (root[:1] in "pP" and root[1:].isdigit()) or find(module) is not None


def _loan(node: ast.ImportFrom, tree: ast.Module, find: Find) -> _Loan:
    label = node.module or ""
    lender = find(label)
    if lender is None:
        raise BorrowError(f"Line {node.lineno} imports from {label}, and this run has no program {label}.")
    if node not in tree.body:
        raise BorrowError(
            f"Line {node.lineno} imports from {label} within a function; do so at the top of the program."
        )
    if any(alias.name == "*" for alias in node.names):
        raise BorrowError(f"Line {node.lineno} imports everything from {label}; name the functions that you need.")
    return _Loan(lender, label, {alias.name: alias.asname or alias.name for alias in node.names})


def _brought(loan: _Loan, own: Sequence[_Statement]) -> list[_Statement]:
    """The statements of the lender that the borrower needs and does not have, under names that are free there."""
    try:
        tree = syntax_tree(loan.lender.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BorrowError(f"Program {loan.label} is not valid Python, so nothing can be imported from it.") from None
    lines = source_lines(loan.lender.source)
    theirs = [one for node in tree.body for one in _statements(node, lines)]
    bound = frozenset[str]().union(*(one.binds for one in theirs))
    for name in loan.wanted:
        if name not in bound:
            raise BorrowError(
                f"Program {loan.label} defines no {name}; it defines {', '.join(sorted(bound)) or 'nothing'}."
            )
    needed = _needed(theirs, set(loan.wanted))
    names = _names(loan, needed, own)
    renamed = [_renamed(one, names, loan.label) for one in needed]
    present = {ast.dump(one.node) for one in own}
    return [one for one in renamed if ast.dump(one.node) not in present]


def _needed(theirs: Sequence[_Statement], wanted: set[str]) -> list[_Statement]:
    """The statements that bind these names, and whatever those use, in their order."""
    kept: set[int] = set()
    waiting = set(wanted)
    while waiting:
        name = waiting.pop()
        for at, one in enumerate(theirs):
            if name in one.binds and at not in kept:
                kept.add(at)
                waiting |= one.uses
    return [theirs[at] for at in sorted(kept)]


def _names(loan: _Loan, needed: Sequence[_Statement], own: Sequence[_Statement]) -> dict[str, str]:
    """Each name that changes on the way, and what it becomes."""
    has = {name: ast.dump(one.node) for one in own for name in one.binds}
    free = {*has, *(name for one in (*own, *needed) for name in one.uses | one.binds), *loan.wanted.values()}
    names: dict[str, str] = {}
    for one in needed:
        for name in one.binds:
            target = loan.wanted.get(name, name)
            same = has.get(target) == ast.dump(one.node)
            if target in has and not same and isinstance(one.node, ast.Import | ast.ImportFrom):
                raise BorrowError(
                    f"Program {loan.label} needs `{one.text}`, and {target} is something else here; rename it."
                )
            if name in loan.wanted and target in has and not same:
                raise BorrowError(
                    f"The program defines {target} itself; write from {loan.label} import {name} as another name."
                )
            clashes = (target in has and not same) or (name not in loan.wanted and target in loan.wanted.values())
            if clashes:
                target = f"{name}_{loan.label}"
                while target in free:
                    target += "_"
            if target != name:
                names[name] = target
    return names


def _renamed(one: _Statement, names: dict[str, str], label: str) -> _Statement:
    """The statement with other names for what it defines and uses."""
    here = {name: target for name, target in names.items() if name in one.binds | one.uses}
    if not here:
        return one
    if isinstance(one.node, ast.Import | ast.ImportFrom):
        alias = one.node.names[0]
        alias.asname = here[alias.asname or alias.name]
        text = ast.unparse(one.node)
        return _Statement(syntax_tree(text).body[0], text, frozenset({alias.asname}), one.uses)
    for node in ast.walk(one.node):
        if isinstance(node, ast.arg | ast.keyword) and node.arg in here:
            raise BorrowError(
                f"What is imported from {label} also has a parameter {node.arg}; write that function into your program."
            )
    tree = syntax_tree(ast.unparse(_Renamer(here).visit(one.node)))
    return _Statement(tree.body[0], ast.unparse(tree), frozenset(here.get(name, name) for name in one.binds), one.uses)


class _Renamer(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._names.get(node.id, node.id)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self._names.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self._names.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> ast.AST:
        node.names = [self._names.get(name, name) for name in node.names]
        return node


def _statements(node: ast.stmt, lines: Sequence[str]) -> list[_Statement]:
    """A statement with what it binds and uses; an import as one for each alias; none for a docstring."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [_alias(node, alias) for alias in node.names]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return []
    start = min([node.lineno, *(part.lineno for part in getattr(node, "decorator_list", []))])
    text = "\n".join(lines[start - 1 : node.end_lineno])
    uses = frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
    return [_Statement(node, text, _bound(node), uses)]


def _alias(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> _Statement:
    one: ast.Import | ast.ImportFrom = ast.Import([alias])
    if isinstance(node, ast.ImportFrom):
        one = ast.ImportFrom(node.module, [alias], node.level)
    text = ast.unparse(one)
    bound = alias.asname or alias.name.partition(".")[0]
    return _Statement(syntax_tree(text).body[0], text, frozenset({bound}), frozenset())


def _bound(node: ast.AST) -> frozenset[str]:
    """Names that a statement binds where it stands, within `if`, `for`, `try` and `with` too."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return frozenset({node.name})
    if isinstance(node, ast.Name):
        return frozenset({node.id}) if isinstance(node.ctx, ast.Store) else frozenset()
    if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return frozenset()
    return frozenset[str]().union(*map(_bound, ast.iter_child_nodes(node)))


def _apart(texts: Sequence[str]) -> list[str]:
    """Definitions with two empty lines between them."""
    return "\n\n\n".join(texts).split("\n")
