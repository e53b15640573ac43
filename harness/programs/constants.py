"""A syntax tree without its constants: what is left is what a program does.

Numbers and texts that choose an operation are none of them: an axis, the step of a slice, a role or another option by
keyword, the key of a dictionary, what a text is compared with or split by, a regular expression.
"""

import ast
from collections import Counter

_AXES = frozenset(
    {"all", "any", "argmax", "argmin", "argpartition", "argsort", "concatenate", "cumprod", "cumsum", "expand_dims"}
    | {"flip", "max", "mean", "median", "min", "moveaxis", "norm", "partition", "prod", "repeat", "roll", "sort"}
    | {"squeeze", "stack", "std", "sum", "swapaxes", "take", "take_along_axis", "var"}
)
"""Functions of arrays whose numbers are axes where they are -2 to 2."""
_CHOOSING = frozenset({"axis", "axes", "axis1", "axis2", "ord", "ndmin"})
"""Keywords whose numbers choose an operation."""


def blank_constants(tree: ast.Module) -> ast.Module:
    """The tree with every number 0 and every text empty, unless it chooses an operation; it is changed on the way.

    A constant that has a name, and no other value under it, stands where it is used.
    """
    tree = _Named(tree).visit(tree)
    blank: ast.Module = _Blank().visit(tree)
    return blank


class _Named(ast.NodeTransformer):
    """Puts constants where their names are used, and drops the names."""

    def __init__(self, tree: ast.Module) -> None:
        stored: Counter[str] = Counter()
        constants: dict[str, ast.expr] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                stored[node.id] += 1
            elif isinstance(node, ast.arg):
                stored[node.arg] += 2
            elif isinstance(node, ast.Global | ast.Nonlocal):
                stored.update(2 * node.names)
            elif isinstance(node, ast.Assign) and _is_constant(node.value) and isinstance(node.targets[0], ast.Name):
                constants[node.targets[0].id] = node.value
        self._constants = {name: value for name, value in constants.items() if stored[name] == 1}

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        target = node.targets[0]
        if len(node.targets) == 1 and isinstance(target, ast.Name) and target.id in self._constants:
            return None
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._constants.get(node.id, node) if isinstance(node.ctx, ast.Load) else node


class _Blank(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str):
            return ast.Constant(value="")
        return ast.Constant(value=0) if _is_number(node) else node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        if isinstance(node.op, ast.USub) and _is_number(node.operand):
            return ast.Constant(value=0)
        return self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        chooses = _is_text(node.value) or node.arg in _CHOOSING
        return node if chooses and _is_constant(node.value) else self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        kept = {id(one): one for one in node.args if _chooses(one, called)}
        node.func = self.visit(node.func)
        node.args = [one if id(one) in kept else self.visit(one) for one in node.args]
        node.keywords = [self.visit(keyword) for keyword in node.keywords]
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        node.value = self.visit(node.value)
        if not _is_text(node.slice):
            node.slice = self.visit(node.slice)
        return node

    def visit_Slice(self, node: ast.Slice) -> ast.AST:
        node.lower, node.upper = (None if part is None else self.visit(part) for part in (node.lower, node.upper))
        return node

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        node.keys = [key if key is None or _is_text(key) else self.visit(key) for key in node.keys]
        node.values = [self.visit(value) for value in node.values]
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        node.left = self.visit(node.left)
        node.comparators = [one if _is_text(one) else self.visit(one) for one in node.comparators]
        return node


def _chooses(argument: ast.expr, called: str) -> bool:
    """Whether an argument of a function of this name is an option: a text not to be embedded, or an axis."""
    if _is_text(argument):
        return called != "embed_fn"
    return called in _AXES and _is_number(argument) and abs(_number(argument)) <= 2


def _number(node: ast.expr) -> complex:
    value = ast.literal_eval(node)
    return value if isinstance(value, int) else 3


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _is_number(node.operand)
    value = node.value if isinstance(node, ast.Constant) else None
    return isinstance(value, int | float | complex) and not isinstance(value, bool)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_constant(node: ast.expr) -> bool:
    return _is_number(node) or _is_text(node)
