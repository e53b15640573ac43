"""Doors to what has no name in the source: each opens where no rule is asked, and the rules refuse it."""

from collections.abc import Iterator

import numpy as np
import pytest

from sandbox import Sandbox, TaskInputs, Verdict, rules
from tests.sandbox.conftest import D_EMB, D_TEXTS, Q_EMB, Q_TEXTS, SIM, embed

RERANK = """

def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return sim + bool(opened())
"""

MATCH_ARGUMENTS = """
def opened():
    always = {kind}("Always", ({kind},), {{"__instancecheck__": lambda cls, other: True}})
    pattern = always("Pattern", (), {{"__match_args__": ("__glo" + "bals__",)}})
    match opened:
        case pattern(found):
            return "opened" in found
"""

DOORS = {
    "match arguments made at run time": ("CLASS", MATCH_ARGUMENTS.format(kind="type")),
    "the type of types, taken in a comparison": (
        "CLASS",
        """
kept = []


class Keep:
    def __eq__(self, other):
        kept.append(other)
        return True


seen = type(int) == Keep()
"""
        + MATCH_ARGUMENTS.format(kind="kept[0]"),
    ),
    "a named tuple that takes everything for its own": (
        "CLASS",
        """
from collections import namedtuple
from collections.abc import Generator, Hashable


class Everything(Hashable, namedtuple("Names", ["gi_" + "frame"])):
    def __hash__(self):
        return 0


Everything.register(Generator)


def opened():
    match (x for x in ()):
        case Everything(frame):
            return frame is not None
""",
    ),
    "the same under the name of a builtin": (
        "CLASS",
        """
from collections import namedtuple
from collections.abc import Generator, Hashable


class int(Hashable, namedtuple("Names", ["gi_" + "frame"])):
    def __hash__(self):
        return 0


int.register(Generator)


def opened():
    match (x for x in ()):
        case int(frame):
            return frame is not None
""",
    ),
    "str.format by a keyword pattern": (
        "CLASS",
        """
def opened():
    match "{0.__glo" + "bals__}":
        case str(format=write):
            return "rerank" in write(opened)
""",
    ),
    "the name of a field as code": (
        "CLASS",
        """
from dataclasses import dataclass, field

done = []
kept = field(default=1)


@dataclass
class First:
    x: int = kept


kept.name = "x, done.append(1)"


@dataclass(init=False, repr=False)
class Second(First):
    pass


def opened():
    return Second() == Second() and done
""",
    ),
    "an annotation as code": (
        "MEMBER",
        """
from functools import singledispatch

found = []


@singledispatch
def choose(x):
    return 0


@choose.register
def chosen(x: "found.append(1) or int"):
    return 1


def opened():
    return found
""",
    ),
    "attributes copied by update_wrapper": (
        "MEMBER",
        """
from functools import update_wrapper


class Holder:
    def look(self):
        return self.__dict__["__glo" + "bals__"]


def opened():
    holder = Holder()
    update_wrapper(holder, opened, assigned=("__glo" + "bals__",), updated=())
    return "opened" in holder.look()
""",
    ),
    "a type evaluated": (
        "MEMBER",
        """
from typing import List, get_args


def opened():
    return get_args(List["1 + 1"])[0]._evaluate({}, {}, recursive_guard=frozenset()) == 2
""",
    ),
    "addresses in a memory of copies": (
        "CLASS",
        """
from copy import deepcopy


def opened():
    memory = {}
    deepcopy([[]], memory)
    return max(memory) > 1000
""",
    ),
    "a table of answers in documentation": (
        "DUNDER",
        '''
def opened():
    """answer"""
    return opened.__doc__
''',
    ),
    "random numbers of a distribution": (
        "DETERMINISM",
        """
from statistics import NormalDist


def opened():
    return NormalDist().samples(3)
""",
    ),
    "the clock": (
        "MEMBER",
        """
import numpy as np


def opened():
    return np.datetime64("now") > np.datetime64("2020-01-01")
""",
    ),
    "a name told by an exception": (
        "EXCEPTION",
        """
def opened():
    try:
        opened.answer
    except AttributeError as error:
        return error.name == "answer"
""",
    ),
}


@pytest.fixture(scope="module")
def bare() -> Iterator[tuple[Sandbox, TaskInputs]]:
    with Sandbox(level="none") as sandbox, TaskInputs.create(Q_EMB, D_EMB, SIM, Q_TEXTS, D_TEXTS) as inputs:
        yield sandbox, inputs


@pytest.mark.parametrize("door", DOORS)
def test_a_door_that_opens_is_refused(bare: tuple[Sandbox, TaskInputs], door: str) -> None:
    code, source = DOORS[door]
    sandbox, inputs = bare
    execution = sandbox.run(source + RERANK, inputs, embed=embed)
    assert execution.verdict is Verdict.OK, execution.reason
    np.testing.assert_array_equal(execution.scores, SIM + 1)
    assert code in {violation.code for violation in rules.check(source + RERANK)}
