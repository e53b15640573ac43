"""Static rules: each evasion is found under its code, each honest program passes."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import Verdict, Violation, rules
from sandbox.rules.table import MAX_SOURCE_BYTES

RERANK = "\n\ndef rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim\n"

EVASIONS = {
    "IMPORT": [
        "import os",
        "import os.path as re",
        "import numpy.random",
        "import numpy.testing",
        "from os import path",
        "from . import secrets",
        "from .. import harness",
        "from numpy import *",
        "import time",
        "import random",
        "import json, math",
        "def f():\n    import socket",
        "try:\n    pass\nfinally:\n    pass\nfrom subprocess import run",
        "import primitives.programs",
        "from importlib import import_module",
    ],
    "MODULE_HOP": [
        "import re\nx = re.enum.sys",
        "import dataclasses\nx = dataclasses.sys.modules",
        "import statistics\nx = statistics.numbers",
        "import statistics\nx = statistics.random.random()",
        "from dataclasses import inspect",
        "import numpy as np\nx = np.lib.npyio.load",
        "import numpy as np\nx = np.lib.format",
        "import typing as t\nx = t.sys.path",
        "from primitives import programs",
        "import primitives\nx = primitives.programs.source('identity')",
        "import fractions\nx = fractions.sys",
    ],
    "MODULE_VALUE": [
        "import numpy as np\nx = np",
        "import numpy as np\nx = [np]",
        "import numpy as np\ndef f(m=np):\n    return m",
        "import numpy as np\nx = (y := np)",
        "import numpy as np\ndef f():\n    print(np)",
        "import numpy as np\ndef f():\n    return np.linalg",
        "import numpy\nx = numpy.linalg",
        "from numpy import linalg\nx = linalg",
        "import re\ndef f():\n    yield re",
        "import re\nx = f'{re}'",
    ],
    "PATCH": [
        "import numpy as np\nnp.isfinite = None",
        "import numpy as np\ndel np.sort",
        "import numpy as np\ndef f():\n    for np.sort in []:\n        pass",
        "import numpy as np\ndef f(c):\n    with c as np.sort:\n        pass",
        "import numpy as np\nnp.linalg.norm = max",
        "import math\nmath.pi += 1",
    ],
    "REBIND": [
        "import numpy as np\nnp = 1",
        "import numpy as np\ndef np():\n    pass",
        "import numpy as np\ndef f(np):\n    pass",
        "import numpy as np\nclass np:\n    pass",
        "import re\ndef f():\n    try:\n        pass\n    except ValueError as re:\n        pass",
        "import re\ndef f(x):\n    match x:\n        case {**re}:\n            pass",
    ],
    "PRIVATE": [
        "import collections\nx = collections._sys",
        "from collections import _sys",
        "import string\nx = string._string",
        "import functools\nx = functools._CacheInfo",
        "import numpy as np\nx = np._core",
        "from fractions import Decimal",
        "import statistics\nx = statistics.namedtuple",
        "def f(x):\n    return x._private",
        "from typing import List\ndef f(x):\n    return x._evaluate({}, {}, frozenset())",
    ],
    "MEMBER": [
        "from functools import update_wrapper",
        "from functools import RLock",
        "import typing\nx = typing.ABCMeta",
        "import functools\nx = functools.singledispatch",
        "from functools import singledispatchmethod as s",
        "from dataclasses import fields",
        "from dataclasses import asdict",
        "import dataclasses\nx = dataclasses.Field",
        "import dataclasses\nx = dataclasses.replace",
        "from typing import get_args",
        "import typing\nx = typing.Type",
        "from typing import get_origin",
        "from typing import TypedDict",
        "import numpy as np\nx = np.datetime64('now')",
        "import numpy as np\nx = np.lib.add_docstring",
        "import numpy as np\nx = np.ScalarType",
        "from numpy import sctypeDict",
    ],
    "CLASS": [
        "def f(name):\n    return type('Pattern', (), {'__match_args__': (name,)})",
        "make = type",
        "x = type(int)('A', (), {})",
        "x = type[int]('A', (), {})",
        "class A(type):\n    pass",
        "class A(metaclass=print):\n    pass",
        "class A(**{}):\n    pass",
        "x = list(map(type, [1]))",
        "x = (lambda make: make)(type)",
        "x = type(*[int]) is int",
        "def f(keep):\n    return type(int) == keep",
        "def isinstance(x, kept):\n    return kept\nmake = isinstance(1, type(int))",
        "int = print\ndef f(x):\n    match x:\n        case int(y):\n            return y",
        "from dataclasses import dataclass, field\ndataclass = print\n@dataclass\nclass A:\n    x: int = field()",
        "def f(x, A):\n    match x:\n        case A(y):\n            return y",
        "def f(x):\n    match x:\n        case [{'a': object(imag=y)}]:\n            return y",
        "def f(x):\n    match '{0.real}':\n        case str(format=write):\n            return write(x)",
        "from functools import wraps\ndef f(g, names):\n    return wraps(g, assigned=names)",
        "import functools as t\nx = t.wraps",
        "from copy import deepcopy as d\ndef f(x):\n    memo = {}\n    d(x, memo)\n    return memo",
        "import copy\nx = copy.deepcopy",
        "from dataclasses import field\nx = field(default=1)",
        "from dataclasses import dataclass, field as f\n@dataclass\nclass A:\n    x: int = f(default=1)\n    y = [x]",
        "from dataclasses import field\nclass A:\n    x: int = field(default=1)",
        "import dataclasses as d\n@d.dataclass\nclass A:\n    x: int = (kept := d.field(default=1))",
        "import dataclasses as d\n@d.dataclass\n@print\nclass A:\n    x: int = d.field(default=1)",
    ],
    "EXCEPTION": [
        "def f(x):\n    try:\n        x.secret\n    except AttributeError as error:\n        return error",
        "def f(x):\n    try:\n        x()\n    except* ValueError as group:\n        print(group)",
    ],
    "DUNDER": [
        "x = ().__class__",
        "x = [].__class__.__base__.__subclasses__()",
        "def f():\n    return f.__globals__",
        "x = __builtins__.__dict__",
        "x = __loader__",
        "x = __spec__",
        "class A:\n    def __getattr__(self, name):\n        return 1",
        "class A:\n    def __del__(self):\n        pass",
        "class A:\n    def __init_subclass__(cls):\n        pass",
        "def f(x):\n    match x:\n        case object(__class__=y):\n            return y",
        "def f():\n    return [].__reduce__()",
        "def f(e):\n    return e.__traceback__",
        "def f(__x):\n    return __x",
        "def f(**k):\n    return f(__name=1)",
        "x = ().__𝐜lass__",
        "class A:\n    def f(self):\n        return __class__",
        "def f():\n    return f.__doc__",
        "def f():\n    return f.__name__",
        "class A:\n    __match_args__ = ('f_globals',)",
        "class A:\n    def __class_getitem__(cls, key):\n        return key",
        "x = (1).__add__",
    ],
    "NAME": [
        "x = open",
        "x = eval('1')",
        "def f():\n    exec('1')",
        "def f():\n    return getattr([], 'a')",
        "x = globals()",
        "x = [vars]",
        "def f(g=compile):\n    pass",
        "@eval\ndef f():\n    pass",
        "def f() -> open:\n    pass",
        "x: eval = 1",
        "x = __import__('os')",
        "x = __builtins__",
        "x = 𝐨𝐩𝐞𝐧",
        "x = memoryview",
        "x = lambda: breakpoint()",
    ],
    "ATTR": [
        "def f(x):\n    x.tofile('a')",
        "def f(x):\n    x.dump('a')",
        "def f(x):\n    return x.ctypes",
        "def f(x):\n    x.setflags(write=True)",
        "def f(g):\n    return g.gi_frame.f_back",
        "def f(e):\n    return e.tb_frame",
        "def f(g):\n    return g.f_globals",
        "import operator\nx = operator.attrgetter('a')",
        "from operator import methodcaller",
        "from string import Formatter",
        "import typing\nx = typing.get_type_hints",
        "import numpy as np\nx = np.lib.stride_tricks.as_strided",
        "x = type.mro(int)",
        "def f(x):\n    match x:\n        case object(f_globals=g):\n            return g",
    ],
    "NUMPY": [
        "import numpy as np\nx = np.random.rand()",
        "from numpy import random",
        "import numpy as np\nx = np.load",
        "import numpy as np\nx = np.memmap",
        "from numpy import fromfile as f",
        "import numpy as np\nx = np.ctypeslib",
        "import numpy as np\nx = np.seterrcall",
        "import numpy\nx = numpy.frombuffer",
    ],
    "FORMAT": [
        "x = '{0.a}'.format(1)",
        "x = '{0[a]}'.format(1)",
        "x = '{:{0.a}}'.format(1)",
        "def f(t):\n    return t.format(1)",
        "x = '{}'.format",
        "x = str.format",
    ],
    "GLOBAL": ["x = 1\ndef f():\n    global x\n    x = 2"],
    "DETERMINISM": [
        "def f(x):\n    return hash(x)",
        "def f(x):\n    return id(x)",
        "x = sorted([], key=hash)",
        "from statistics import NormalDist\nx = NormalDist().samples(3)",
        "from statistics import samples",
        "x = object.__hash__(1)",
        "x = object.__repr__",
        "def f():\n    return str(f)",
        "def f():\n    return f'{f}'",
        "def f():\n    return '{}'.format(f)",
        "x = repr(lambda: 1)",
        "x = format(object())",
        "x = ascii(y for y in '')",
        "import numpy as np\nx = np.array('now', dtype='M8[s]')",
        "import numpy as np\nx = np.dtype('<M8[us]')",
        "import numpy as np\nx = np.zeros(1, 'datetime64[s]')",
    ],
    "LITERALS": [
        "x = [" + "1, " * 17 + "]",
        "x = {" + ", ".join(f"'{i}': {i}" for i in range(17)) + "}",
        "x = [[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]]",
        "x = '" + "a" * 1025 + "'",
        "x = b'abc'",
        "x = 10 ** 3 + 1234567890123456",
        "x = 0x" + "f" * 4000,
        "x = '" + "a" * 257 + "'",
        "x = '" + "\u4e01" * 60 + "'",
        "x = 'the of and" + " this in that or it to is was for the of and" * 16 + "'",
        "\n".join(f"x{i} = dict({'abcdefgh'}{i}=0)" for i in range(40)),
        "class A:\n" + "\n".join(f"    the_field_number_{i}: int = 0" for i in range(20)),
        "a = b = c = d = 0\n" + "\n".join("x = [" + "a, b, c, d, " * 20 + "]" for _ in range(10)),
        "a = b = c = d = 0\nx = print(" + "a, b, c, d, " * 200 + ")",
        "a = b = c = d = 0\nx = a" + " + b + c + d + a" * 200,
        "a = b = c = d = 0\nx = f'" + "{a}{b}{c}{d}" * 200 + "'",
        "a = b = c = d = 0\nx = a" + " or b or c or d or a" * 200,
        "a = b = c = d = 0\nx = a" + " == b == c == d == a" * 200,
        "\n".join(f"x = {i}" for i in [2**40 + i for i in range(24)] * 2),
        "x = [" + ", ".join(["True", "False"] * 800) + "]",
    ],
    "TUNING": [
        "x = 0.73418",
        "x = 1.23456e-3",
        "def f(x):\n    return " + " + ".join(f"{i} * x" for i in range(3, 40)),
    ],
    "TOPLEVEL": ["print(1)", "for i in range(3):\n    pass", "if True:\n    x = 1", "assert True", "del int"],
    "SYNTAX": ["def f(:", "return 1", "x = = 1", "def f(a, a):\n    pass", "\tx = 1\n        y = 2"],
    "DEPTH": ["x = " + "-" * 20_000 + "1", "x = " + "a." * 10_000 + "a"],
    "NUL": ["x = '\0'", "x = '\ud800'"],
    "SIZE": ["#" * (MAX_SOURCE_BYTES + 1)],
    "SIGNATURE": [
        "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return 1",
        "async def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return 1",
    ],
}


def codes(source: str) -> set[str]:
    return {violation.code for violation in rules.check(source)}


@pytest.mark.parametrize(("code", "source"), [(code, source) for code, all_ in EVASIONS.items() for source in all_])
def test_an_evasion_is_found_under_its_code(code: str, source: str) -> None:
    assert code in codes(source + RERANK)


@pytest.mark.parametrize(
    "header",
    [
        "def rerank(q_emb, d_emb, sim):",
        "def rerank(q_emb, d_emb, sim, embed_fn, q_texts, d_texts):",
        "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, k):",
        "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, **rest):",
        "def rerank(q_emb, d_emb, *sim, embed_fn, q_texts, d_texts):",
        "def rerank(d_emb, q_emb, sim, *, embed_fn, q_texts, d_texts):",
        "def other(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):",
        "class rerank:",
    ],
)
def test_the_signature_is_exact(header: str) -> None:
    assert codes(f"{header}\n    pass\n") == {"SIGNATURE"}


def test_a_violation_names_code_line_and_fix() -> None:
    found = rules.check("import numpy as np\nimport os\n" + RERANK)
    assert found == [Violation("IMPORT", 2, f"import os. {rules.RULES['IMPORT'].fix}")]


def test_violations_come_by_line() -> None:
    lines = [violation.line for violation in rules.check("x = eval\nimport os\ny = open\n" + RERANK)]
    assert lines == [1, 2, 3]


def test_primitives_are_allowed_unless_forbidden() -> None:
    source = "from primitives import borda\nimport primitives.fusion\n" + RERANK
    assert rules.check(source) == []
    assert [violation.code for violation in rules.check(source, allow_primitives=False)] == ["IMPORT", "IMPORT"]


def test_checks_from_many_threads_leave_the_warning_filters_alone() -> None:
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(rules.check, ["x = '\\d' is 'a'\n" + RERANK] * 200))
    assert list(warnings.filters) == before


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return type(x) is int and type(x) is not type(1)",
        "def f(x):\n    match x:\n        case int(n) | float(n):\n            return n\n        case {'a': str()}:\n"
        "            pass",
        "from copy import deepcopy\nfrom functools import wraps\ndef f(g):\n    @wraps(g)\n    def h(x):\n"
        "        return g(deepcopy(x))\n    return h",
        "from dataclasses import dataclass, field\n@dataclass(frozen=True)\nclass A:\n"
        "    tags: list = field(default_factory=list)\n    def f(self):\n        return self.tags",
        "class A:\n    def __init__(self):\n        super().__init__()\n        self._kept = {}\n"
        "    def f(self):\n        return self._kept",
        "def f(field, samples):\n    for field in samples:\n        yield str(field)",
        "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\ndef f(p):\n    return p._replace(x=2)",
        "STOP = 'a about after all also am an and any are as at be been before being both but by can could did do'",
        "def f():\n    '" + "A long text that explains. " * 100 + "'",
        "def f(x):\n    try:\n        return x[0]\n    except (IndexError, KeyError):\n        return None",
    ],
)
def test_plain_forms_are_allowed(source: str) -> None:
    assert rules.check(source + RERANK) == []


def test_data_is_counted_in_bits_and_the_message_says_where() -> None:
    [found] = rules.check("x = '" + "a" * 300 + "'" + RERANK)
    assert found.message.startswith("The program can carry 1800 bits of data (0 in numbers, 1800 in strings,")


def test_every_rule_is_documented_and_tested() -> None:
    assert set(rules.RULES) == set(EVASIONS)
    table = rules.markdown_table()
    for code, rule in rules.RULES.items():
        assert f"| `{code}` | {rule.forbids} | {rule.fix} |" in table


def test_a_warning_in_a_source_is_no_error(recwarn: pytest.WarningsRecorder) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert rules.check("x = '\\d' is 'a'\n" + RERANK) == []


@given(st.text(max_size=200))
def test_no_text_makes_the_check_raise(source: str) -> None:
    assert rules.check(source), "no random text is a program"


@given(
    st.lists(st.sampled_from(["np", ".", "__class__", "(", ")", "import ", "def ", ":", "\n", "  ", "=", "1e999", "*"]))
)
def test_no_sequence_of_tokens_makes_the_check_raise(tokens: list[str]) -> None:
    rules.check("import numpy as np\n" + "".join(tokens) + RERANK)


def test_the_documentation_holds_the_table_of_rules_and_every_verdict() -> None:
    readme = (Path(rules.__file__).parents[1] / "README.md").read_text()
    assert rules.markdown_table() in readme
    for verdict in Verdict:
        assert f"| `{verdict.value}` | {verdict.sentence} |" in readme
