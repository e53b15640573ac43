"""What is remembered: the same documents are not read again, more are added, anything else is made anew."""

from collections.abc import Sequence

import numpy as np

from primitives.arrays import FloatMatrix
from primitives.memory import recall


class Reader:
    """Makes an index that is the documents themselves, and counts what it reads."""

    def __init__(self, most: int = 4) -> None:
        self.memory: list[tuple[object, Sequence[str], list[str]]] = []
        self.most = most
        self.read: list[str] = []

    def index(self, documents: Sequence[str], choices: object = None) -> list[str]:
        self.read = []
        grow = lambda old, more: old + self._take(more)  # noqa: E731
        return recall(self.memory, choices, list(documents), self._take, grow, self.most)

    def _take(self, documents: Sequence[str]) -> list[str]:
        self.read += documents
        return list(documents)


def test_known_documents_are_not_read_again_though_the_strings_are_other_objects() -> None:
    reader = Reader()
    first = reader.index(["a cat", "a dog"])
    assert reader.read == ["a cat", "a dog"]
    assert reader.index(["".join(["a ", "cat"]), "a dog"]) is first
    assert reader.read == []


def test_documents_behind_known_ones_are_read_alone() -> None:
    reader = Reader()
    reader.index(["a"])
    assert reader.index(["a", "b", "c"]) == ["a", "b", "c"]
    assert reader.read == ["b", "c"]
    assert reader.index(["a", "b", "c", "d"]) == ["a", "b", "c", "d"]
    assert reader.read == ["d"]


def test_other_choices_other_order_and_fewer_documents_are_made_anew() -> None:
    reader = Reader()
    reader.index(["a", "b"])
    for documents, choices in ((["a", "b"], "stem"), (["b", "a"], None), (["a"], None), ([], None)):
        assert reader.index(documents, choices) == documents
        assert reader.read == documents


def test_the_oldest_is_forgotten() -> None:
    reader = Reader(2)
    for documents in (["a"], ["b"], ["a"], ["c"]):
        reader.index(documents)
    reader.index(["a"])
    assert reader.read == []
    reader.index(["b"])
    assert reader.read == ["b"]


def test_a_list_that_its_owner_changes_is_read_again() -> None:
    reader = Reader()
    documents = ["a", "b"]
    reader.index(documents)
    documents[0] = "c"
    assert reader.index(documents) == ["c", "b"]


def test_vectors_are_known_by_their_values() -> None:
    memory: list[tuple[object, FloatMatrix, float]] = []
    vectors = np.eye(3, dtype=np.float32)

    def ask(rows: FloatMatrix) -> float:
        return recall(memory, None, rows, lambda all_rows: float(all_rows.sum()), lambda old, more: -1.0)

    assert ask(vectors) == 3
    assert ask(vectors.copy()) == 3
    assert ask(np.ones((4, 3), dtype=np.float32)) == 12
    assert ask(np.concatenate((vectors, vectors))) == -1
