"""A program over a corpus: index once, search as often as you like."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .embedding import FloatMatrix, RememberingEncoder

Rerank = Callable[..., Any]
"""`rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts) -> scores`."""


class Hit(NamedTuple):
    """One document found."""

    position: int
    """Where the document stands in the indexed texts."""
    score: float


class ProgramRetriever:
    """Searches a corpus with a program over a frozen sentence-transformers model.

    Every search scores the whole corpus. A program may look at all queries of a search together, so one search of ten
    queries can differ from ten searches of one.
    """

    def __init__(
        self,
        model: Any,
        rerank: Rerank,
        *,
        prompts: Mapping[str, str] | None = None,
        adapters: Sequence[str] = (),
        batch_size: int = 32,
    ) -> None:
        self.encoder = RememberingEncoder(model, prompts=prompts, adapters=adapters, batch_size=batch_size)
        self._rerank = rerank
        self._texts: list[str] = []
        self._documents: FloatMatrix = np.empty((0, 0), dtype=np.float32)

    def index(self, texts: Sequence[str]) -> None:
        """Embed a corpus, and all that the program embeds of its documents whatever the query; replaces the last one.

        A search for the beginning of the first text shows what that is. Texts that a program embeds only for some
        queries are embedded when such a query comes. Raises ValueError for an empty corpus.
        """
        if not texts:
            raise ValueError("There is nothing to index; give at least one text.")
        self.encoder.forget()
        self._texts = list(texts)
        with self.encoder.keeping():
            self._documents = self.encoder.embed(self._texts, role="document")
            self.scores([" ".join(self._texts[0].split()[:8]) or "?"])

    def scores(self, queries: Sequence[str]) -> FloatMatrix:
        """Score every document for every query, float32 (Q, N).

        Raises ValueError before `index`, and where the program answers with another shape or numbers that are not
        finite.
        """
        if not self._texts:
            raise ValueError("Nothing is indexed yet; call index(texts) first.")
        asked = self.encoder.embed(queries, role="query")
        scores = np.asarray(
            self._rerank(
                asked.copy(),
                self._documents.copy(),
                _cosines(asked, self._documents),
                embed_fn=self.encoder.embed,
                q_texts=list(queries),
                d_texts=list(self._texts),
            ),
            dtype=np.float32,
        )
        if scores.shape != (len(queries), len(self._texts)) or not np.isfinite(scores).all():
            raise ValueError("The program did not answer with a finite score for every query and document.")
        return scores

    def search(self, queries: Sequence[str], k: int = 10) -> list[list[Hit]]:
        """The k best documents of each query, best first; of equal scores the earlier document goes first."""
        if not queries:
            return []
        return [
            [Hit(int(position), float(row[position])) for position in np.argsort(-row, kind="stable")[:k]]
            for row in self.scores(queries)
        ]

    def save(self, folder: Path | str) -> None:
        """Write the index, so that `load` need embed nothing again."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "texts.json").write_text(json.dumps(self._texts), "utf-8")
        self.encoder.save(folder / "embeddings.npz")

    def load(self, folder: Path | str) -> None:
        """Read an index that `save` wrote with the same model. Raises ValueError where the model is another."""
        folder = Path(folder)
        self.encoder.forget()
        self._texts = json.loads((folder / "texts.json").read_text("utf-8"))
        self.encoder.load(folder / "embeddings.npz")
        self._documents = self.encoder.embed(self._texts, role="document")


def _cosines(queries: FloatMatrix, documents: FloatMatrix) -> FloatMatrix:
    """As the program was measured: added up in float64, so that a query alone gets the bits that it gets in a batch."""
    wide: FloatMatrix = (queries.astype(np.float64) @ documents.astype(np.float64).T).astype(np.float32)
    return wide
