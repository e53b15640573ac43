"""A small constructed world in which every similarity is set by hand, to see what a program responds to.

Queries are orthogonal unit vectors. A document holds exactly the wanted cosine to each query, and the rest of its
length in a direction of its own (its residual), so that one similarity can be changed while all others stay. Each
document is six long sentences, and each sentence has its own cosines. Words tell almost nothing unless a probe says so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from primitives.arrays import FloatMatrix

QUERIES, NEAR, REST = 3, 24, 18
"""Each query has 24 documents near to it alone; 18 are near to none."""

DOCUMENTS = QUERIES * NEAR + REST
PARTS = 6
SPARE = 4
"""Directions that no document has unless a probe gives it one."""

DIM = QUERIES + DOCUMENTS + SPARE
FILLER = ("amber", "basalt", "cedar", "dune", "ember", "fjord", "grove", "heath", "inlet", "jetty", "knoll", "loch")

_ENTITY = re.compile(r"Part(\d+)x(\d+)|Query(\d+)", re.IGNORECASE)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """All that a program can see, by construction."""

    cosines: Floats
    """Query to document, (Q, N)."""
    parts: Floats
    """Query to sentence, (Q, N, PARTS)."""
    residuals: Floats
    """What a document is beside its cosines, (N, DIM); rows need not be unit."""
    queries: tuple[str, ...]
    d_texts: tuple[str, ...]
    asked: int = QUERIES
    """How many of the queries the program is given."""

    @property
    def q_texts(self) -> tuple[str, ...]:
        return self.queries[: self.asked]

    @property
    def q_emb(self) -> FloatMatrix:
        return np.eye(DIM, dtype=np.float32)[: self.asked]

    @cached_property
    def d_emb(self) -> FloatMatrix:
        return self._vectors(self.cosines)

    @property
    def sim(self) -> FloatMatrix:
        cosine: FloatMatrix = self.q_emb @ self.d_emb.T
        return cosine

    def embed(self, texts: Sequence[str]) -> FloatMatrix:
        """A known text has its vector, any other the mean direction of the sentences and queries it names."""
        known = dict(zip(self.d_texts, self.d_emb, strict=True))
        rows = np.stack([known[text] if text in known else self._named(text) for text in texts])
        unit: FloatMatrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    @cached_property
    def _part_emb(self) -> list[FloatMatrix]:
        return [self._vectors(self.parts[:, :, part]) for part in range(PARTS)]

    def _named(self, text: str) -> FloatMatrix:
        total = np.zeros(DIM, dtype=np.float32)
        for document, part, query in sorted(set(_ENTITY.findall(text))):
            total += np.eye(DIM, dtype=np.float32)[int(query)] if query else self._part_emb[int(part)][int(document)]
        if not total.any():
            total[-1] = 1
        return total

    def _vectors(self, cosines: Floats) -> FloatMatrix:
        own = self.residuals / np.linalg.norm(self.residuals, axis=1, keepdims=True)
        rows = own * np.sqrt(1 - np.square(cosines.T).sum(axis=1, keepdims=True))
        rows[:, :QUERIES] += cosines.T
        vectors: FloatMatrix = rows.astype(np.float32)
        return vectors

    def with_cosines(self, cosines: Floats) -> "World":
        """Other cosines, of which each document's sentences have the same."""
        return replace(self, cosines=cosines, parts=_same_parts(cosines))

    def with_residual(self, document: int, *directions: tuple[int, float]) -> "World":
        """Add directions, as (dimension, weight), to a document's residual."""
        residuals = self.residuals.copy()
        for dimension, weight in directions:
            residuals[document, dimension] += weight
        return replace(self, residuals=residuals)

    def with_part(self, query: int, document: int, part: int, cosine: float) -> "World":
        """Another cosine of one sentence to one query."""
        parts = self.parts.copy()
        parts[query, document, part] = cosine
        return replace(self, parts=parts)

    def with_words(self, query: int, documents: Sequence[int], word: str) -> "World":
        """A word shared by a query and some documents, in which it takes the place of a filler."""
        queries, texts = list(self.queries), list(self.d_texts)
        queries[query] = f"{queries[query]} {word}"
        for document in documents:
            texts[document] = texts[document].replace(FILLER[0], word, 3)
        return replace(self, queries=tuple(queries), d_texts=tuple(texts))


def near_to(query: int, rank: int) -> int:
    """The document at a rank (1 to NEAR) for a query."""
    return query * NEAR + rank - 1


def unrelated(query: int, number: int = 0) -> int:
    """A document near to no query; another for each query and number."""
    return QUERIES * NEAR + query + number * QUERIES


def worded(query: int) -> int:
    """The one document that shares a word with a query in the neutral world, so that words alone rank something."""
    return unrelated(query, REST // QUERIES - 1)


def own_direction(document: int) -> int:
    """The dimension of a document's residual."""
    return QUERIES + document


def spare_direction(number: int) -> int:
    """A dimension that no document has by itself."""
    return QUERIES + DOCUMENTS + number


def neutral_world() -> World:
    """Cosines fall from 0.45 to 0.2 in each query's own block, below 0.1 elsewhere; only `worded` shares a word."""
    random = np.random.default_rng(5)
    cosines = random.uniform(0.0, 0.1, (QUERIES, DOCUMENTS))
    for query in range(QUERIES):
        cosines[query, near_to(query, 1) : near_to(query, NEAR) + 1] = np.linspace(0.45, 0.2, NEAR)
    residuals = np.zeros((DOCUMENTS, DIM))
    residuals[np.arange(DOCUMENTS), QUERIES + np.arange(DOCUMENTS)] = 1
    texts = tuple(" ".join(_sentence(document, part) for part in range(PARTS)) for document in range(DOCUMENTS))
    queries = tuple(f"Query{number} seeks nothing written" for number in range(QUERIES))
    world = World(cosines, _same_parts(cosines), residuals, queries, texts)
    for query in range(QUERIES):
        world = world.with_words(query, [worded(query)], f"wombat{query}")
    return world


def _same_parts(cosines: Floats) -> Floats:
    return np.repeat(cosines[:, :, None], PARTS, axis=2)


def _sentence(document: int, part: int) -> str:
    name = f"Part{document}x{part}"
    return " ".join([name, *FILLER, name, *FILLER, name, *FILLER]) + "."
