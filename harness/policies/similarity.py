"""Which earlier program has the most similar code, by the cosine of embeddings from the encoder at hand.

Novelty rejection before evaluation, after ShinkaEvolve (Lange et al., arXiv:2509.19349, 2025). Programs of one contract
look alike: of 27 reference programs, all different, the nearest neighbours have cosines from 0.84 to 0.998 with
WordLlama and from 0.78 to 0.998 with MiniLM, and a copy with one variable renamed has 0.98 and 0.96. So a threshold
alone rejects new programs too; it is meant to choose what a model is asked to judge, and off by default.
"""

import ast
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from harness.programs.view import ProgramView
from sandbox.syntax import syntax_tree

Embed = Callable[[list[str]], NDArray[np.float32]]
"""Texts to unit rows, float32 (n, dim)."""

PIECE_CHARS = 600
"""Code is embedded in pieces of about so many characters, which every encoder reads whole."""


class Nearest(Protocol):
    """Finds the earlier program that is most like a new one. Safe to use from several threads."""

    def nearest(self, source: str, among: int) -> tuple[ProgramView, float] | None:
        """The most similar of the first `among` programs and a similarity of at most 1; None where there is none."""


MakeIndex = Callable[[Embed, Sequence[ProgramView]], Nearest]
"""From the run's encoder and its programs, oldest first and growing, to what compares them."""


class CodeIndex:
    """Embeddings of earlier programs' code. `programs` may grow; safe to use from several threads."""

    def __init__(self, embed: Embed, programs: Sequence[ProgramView]) -> None:
        self._embed = embed
        self._programs = programs
        self._vectors: list[NDArray[np.float32]] = []
        self._lock = threading.Lock()

    def nearest(self, source: str, among: int) -> tuple[ProgramView, float] | None:
        """The most similar of the first `among` programs and the cosine to it; None where there is none."""
        with self._lock:
            while len(self._vectors) < among:
                self._vectors.append(code_vector(self._programs[len(self._vectors)].source, self._embed))
            known = np.array(self._vectors[:among])
        if not among:
            return None
        cosines = known @ code_vector(source, self._embed)
        best = int(cosines.argmax())
        return self._programs[best], float(cosines[best])


def code_vector(source: str, embed: Embed) -> NDArray[np.float32]:
    """Mean of the pieces' embeddings as a unit vector, float32 (dim,); comments and docstrings do not count."""
    mean = embed(_pieces(_bare(source))).mean(axis=0)
    norm = np.linalg.norm(mean)
    unit: NDArray[np.float32] = (mean / norm if norm > 0 else mean).astype(np.float32)
    return unit


def _bare(source: str) -> str:
    """The source without comments, docstrings and layout; as it is where it does not parse."""
    try:
        tree = syntax_tree(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node, clean=False):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(ast.fix_missing_locations(tree))


def _pieces(code: str) -> list[str]:
    pieces = [""]
    for line in code.splitlines():
        if len(pieces[-1]) + len(line) > PIECE_CHARS and pieces[-1]:
            pieces.append("")
        pieces[-1] += line[:PIECE_CHARS] + "\n"
    return pieces
