"""How much data a program can carry, in bits: what it could read out of its own source, had it been made for that.

Only what a running program can read counts. Names of functions, variables, parameters and attributes, documentation and
annotations cannot be read: the rules refuse the ways to them, and `sandbox.unnamed` takes names and documentation out
before a program runs. Names of classes and their members and names of keywords show in texts and dictionaries.
"""

import ast
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from sandbox.rules.library import library_strings
from sandbox.rules.words import FUNCTION_WORDS, KEYWORDS

STRUCTURAL = frozenset({0, 1, 2, 0.5})
"""Numbers that are part of a formula's form; powers of ten are too (guards against division by zero, scales)."""

DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict)

STRUCTURAL_BITS = 2
DIGIT_BITS = math.log2(10)
EXPONENT_BITS = 3
CHARACTER_BITS = 6
"""A character of a string: one of about 64. A character beyond ASCII counts in full."""
NAME_CHARACTER_BITS = 5
KNOWN_STRING_BITS = 4
"""To name a string again, or one that `primitives` holds: a choice among about sixteen."""
SORTED_WORD_BITS = 2
FREE_NAMES = 4
"""Names side by side that any call may have."""
WORD_BITS = math.ceil(math.log2(len(FUNCTION_WORDS)))


@dataclass(frozen=True)
class Capacity:
    """Bits that a program's numbers, strings, readable names and rows of names could hold."""

    numbers: int
    strings: int
    names: int
    lists: int

    @property
    def bits(self) -> int:
        """All of them together."""
        return self.numbers + self.strings + self.names + self.lists


def measure(tree: ast.Module) -> Capacity:
    """What a program can carry. The tree is a module as `ast.parse` gives it."""
    unread = {id(node) for node in unread_constants(tree)}
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in unread]
    return Capacity(
        numbers=_total(_number_bits(value) for value in constants if not isinstance(value, str | bytes)),
        strings=_total(_string_bits(value for value in constants if isinstance(value, str | bytes))),
        names=_total(NAME_CHARACTER_BITS * len(name) for name in readable_names(tree)),
        lists=_total(map(_list_bits, _sequences(tree))),
    )


def unread_constants(tree: ast.Module) -> Iterator[ast.Constant]:
    """Documentation and other constants that stand as statements: they are gone when the program runs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def readable_names(tree: ast.Module) -> set[str]:
    """Names that a running program can turn into text: of classes, their members, and uncommon keywords."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            found |= {node.name, *_members(node)}
        elif isinstance(node, ast.keyword) and node.arg and node.arg not in KEYWORDS:
            found.add(node.arg)
    return found


def is_structural(value: complex) -> bool:
    """Whether a number is part of a formula's form: 0, 1, 2, 0.5 or a power of ten."""
    return value in STRUCTURAL or digits(value) == (1,)


def digits(value: complex) -> tuple[int, ...]:
    """Significant decimal digits of a real number; of an imaginary literal, those of its imaginary part."""
    real = value.imag if isinstance(value, complex) else value
    return Decimal(str(real)).normalize().as_tuple().digits


def _members(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement.name
        else:
            for part in ast.walk(statement):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    yield part.id


def _number_bits(value: object) -> float:
    if not isinstance(value, int | float | complex) or isinstance(value, bool):
        return 1  # True, False, None, ...
    if isinstance(value, int) and value.bit_length() > 64:
        return value.bit_length()
    return STRUCTURAL_BITS if is_structural(value) else DIGIT_BITS * len(digits(value)) + EXPONENT_BITS


def _string_bits(values: Iterable[str | bytes]) -> Iterator[float]:
    for value, times in Counter(values).items():
        full = _text_bits(value if isinstance(value, str) else value.decode("latin-1"))
        again = min(full, KNOWN_STRING_BITS)
        yield times * again if value in library_strings() else full + (times - 1) * again


def _text_bits(text: str) -> float:
    words = text.split(" ")
    if FUNCTION_WORDS.issuperset(words):
        # Of a set of stop words, in order, only the choice of each is free; their own order would be free as well.
        return len(words) * (SORTED_WORD_BITS if words == sorted(set(words)) else WORD_BITS)
    return sum(CHARACTER_BITS if letter.isascii() else 2 * CHARACTER_BITS + ord(letter).bit_length() for letter in text)


def _sequences(tree: ast.Module) -> Iterator[list[ast.expr]]:
    """What the program writes side by side: elements, arguments, operands of a chain, pieces of a text."""
    chained: set[ast.expr] = set()
    for node in ast.walk(tree):  # a chain comes before the parts of it
        if isinstance(node, ast.Dict):
            yield [key for key in node.keys if key] + node.values
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            yield node.elts
        elif isinstance(node, ast.Call):
            yield node.args
        elif isinstance(node, ast.BoolOp):
            yield node.values
        elif isinstance(node, ast.Compare):
            yield [node.left, *node.comparators]
        elif isinstance(node, ast.JoinedStr):
            yield [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        elif isinstance(node, ast.BinOp) and node not in chained:
            parts = list(_chain(node))
            chained.update(parts)
            yield parts


def _chain(node: ast.expr) -> Iterator[ast.expr]:
    """The operators and operands of a chain, in order."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, ast.BinOp):
            waiting += [part.right, part.left]


def _list_bits(values: list[ast.expr]) -> float:
    """The order of bare names side by side: each is one of those that stand there."""
    names = [value.id for value in values if isinstance(value, ast.Name)]
    return len(names) * math.log2(len(set(names))) if len(names) > FREE_NAMES else 0


def _total(bits: Iterable[float]) -> int:
    return math.ceil(sum(bits))
