"""What a program carries in its documentation and in the names of its functions is gone when it runs."""

import traceback
from types import FunctionType

import pytest

from sandbox.rules import check
from sandbox.unnamed import compile_unnamed

SOURCE = '''"""Answer one."""


def answer_two():
    """Answer three."""
    "answer four"

    class Inner:
        """Answer five."""

        def answer_six(self):
            return lambda: (x for x in ())

    return Inner
'''


def run(source: str) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(compile_unnamed(source, "<program>"), names)
    return names


def test_no_text_shows_documentation_or_the_name_of_a_function() -> None:
    names = run(SOURCE)
    function = names["answer_two"]
    assert isinstance(function, FunctionType)
    inner = function()
    generator = inner().answer_six()()
    told = [names["__doc__"], function.__doc__, inner.__doc__, *map(str, (function, inner().answer_six, generator))]
    told += [function.__name__, function.__qualname__, inner.answer_six.__qualname__]
    assert not any("answer" in str(text).lower() for text in told), told
    assert inner.__name__ == "Inner", "a class keeps its name, which the rules count"


def test_values_that_look_like_documentation_stay() -> None:
    assert run("x = 'Kept.'\ndef f():\n    return 'Kept.'\ny = f()").items() >= {"x": "Kept.", "y": "Kept."}.items()


def test_lines_stay_as_they_are() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        run('"""One\ntwo\nthree."""\n\nx = 1 / 0\n')
    assert traceback.extract_tb(caught.tb)[-1].lineno == 5


def test_a_dataclass_and_a_cached_property_work_unnamed() -> None:
    source = '''
from dataclasses import dataclass, field
from functools import cached_property, wraps


def twice(function):
    @wraps(function)
    def run(*arguments):
        return 2 * function(*arguments)

    return run


@dataclass(order=True)
class Point:
    """A point."""

    x: int
    tags: list = field(default_factory=list)

    @twice
    def value(self):
        return self.x


class Once:
    @cached_property
    def value(self):
        return 3


made = (Point(2) < Point(3), Point(2).value(), Once().value, str(Point(1)))


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return sim
'''
    assert check(source) == []
    assert run(source)["made"] == (True, 4, 3, "Point(x=1, tags=[])")
