"""Reading source and docstrings as text."""

from pathlib import Path

import pytest

from harness.tasks.documentation.docstrings import parameters, references, see_also_names, summary, without_sections
from harness.tasks.documentation.licences import _stretches
from harness.tasks.documentation.material import first_of_each, in_stable_order, shorten
from harness.tasks.documentation.sources import Library

SOURCE = '''"""About birds."""
import somewhere_that_does_not_exist

@decorated
def hoot(times):
    # before
    """Hoot several times.

    More words.
    """
    return "hoo" * times

def hoot(times):
    """A second one of that name."""

def _private():
    """Not public."""

def bare():
    return 1

class Owl:
    """A bird of prey."""
    @property
    def age(self):
        """Years since the owl hatched."""
        return self._age
'''

DOCSTRING = """Hoot at :func:`~birds.Owl`. Then rest.

Parameters
----------
times : int
    How often.

    At least once.
loud : bool
    Whether to wake others.

See Also
--------
birds.sing : A longer piece.
chirp, tweet
:func:`peep` : Softer.
    Not a name, an explanation.

References
----------
.. [1] A. Owl, "On hooting", Journal of Birds, 1999.
   https://example.org/owl
.. [2] B. Owl, "More
   hooting", 2001, :doi:`10.1/2`
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "birdpackage"
    (root / "tests").mkdir(parents=True)
    (root / "__init__.py").write_text(SOURCE)
    (root / "broken.py").write_text("def {{ template }}")
    (root / "tests" / "test_owl.py").write_text('def test_owl():\n    """A test."""\n')
    monkeypatch.syspath_prepend(tmp_path)
    return root


def test_definitions_are_read_without_importing(package: Path) -> None:
    found = Library().definitions("birdpackage", ("",))
    assert [definition.name for definition in found] == [
        "birdpackage.Owl",
        "birdpackage.Owl.age",
        "birdpackage.hoot",
    ]
    owl, age, hoot = found
    assert (owl.is_class, owl.code) == (True, "")
    assert age.code == "def age(self):\n    return self._age"
    assert hoot.docstring == "Hoot several times.\n\nMore words."
    assert hoot.code == 'def hoot(times):\n    # before\n    return "hoo" * times'


def test_modules_have_their_docstring_and_tests_are_left_out(package: Path) -> None:
    modules = Library().modules("birdpackage", ("", "no_such_part"))
    assert [(module.name, module.docstring) for module in modules] == [
        ("birdpackage", "About birds."),
        ("birdpackage.broken", ""),
    ]


def test_a_docstring_is_read_by_its_sections() -> None:
    assert summary(DOCSTRING) == "Hoot at birds.Owl."
    assert see_also_names(DOCSTRING) == ["birds.sing", "chirp", "tweet", "peep"]
    assert [heading for heading, _ in parameters(DOCSTRING)] == ["times : int", "loud : bool"]
    assert parameters(DOCSTRING)[0][1].split() == ["How", "often.", "At", "least", "once."]
    assert references(DOCSTRING) == ['A. Owl, "On hooting", Journal of Birds, 1999.', 'B. Owl, "More hooting", 2001,']
    assert "chirp" not in without_sections(DOCSTRING, "See Also")
    assert "loud : bool" in without_sections(DOCSTRING, "See Also")


def test_stretches_hold_whole_clauses_and_no_copyright_line() -> None:
    text = "Copyright 2020 Somebody\n\nfirst clause\n\nsecond clause\n\nthird clause"
    assert list(_stretches(text, 30)) == ["first clause\n\nsecond clause", "third clause"]


def test_samples_hardly_change_when_a_name_is_added() -> None:
    names = [f"name{number}" for number in range(50)]
    before, after = in_stable_order(names), in_stable_order([*names, "new"])
    assert [name for name in after if name != "new"] == before


def test_twins_count_once() -> None:
    assert first_of_each({"b": "The same text.", "a": "the SAME, text", "c": "another", "d": " "}) == ["a", "c"]


def test_a_text_is_shortened_at_the_end_of_a_line() -> None:
    assert shorten("one\ntwo\nthree", 8) == "one\ntwo"
    assert shorten("one\ntwo", 8) == "one\ntwo"
    assert len(shorten("x" * 20, 8)) == 8
