"""A program as an mteb model: `mteb.evaluate(MtebProgram(...), tasks)`."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .retriever import ProgramRetriever


class MtebProgram:
    """Follows mteb's SearchProtocol; texts are joined as mteb joins them, so that nDCG@10 is the search's own."""

    def __init__(self, retriever: ProgramRetriever, *, name: str, revision: str) -> None:
        """`name` is ORG/NAME; `revision` must change with program and encoder, since mteb caches results by it."""
        from mteb.models import ModelMeta

        self.mteb_model_meta = ModelMeta.create_empty(overwrites={"name": name, "revision": revision})
        self._retriever = retriever
        self._ids: list[str] = []

    def index(self, corpus: Any, **ignored: Any) -> None:
        """Index a corpus: rows with id, text and perhaps title."""
        self._ids = [str(row["id"]) for row in corpus]
        self._retriever.index([_document_text(row) for row in corpus])

    def search(
        self, queries: Any, *, top_k: int, top_ranked: Mapping[str, Sequence[str]] | None = None, **ignored: Any
    ) -> dict[str, dict[str, float]]:
        """Score all queries in one batch; the best `top_k` documents of each, or those of `top_ranked`."""
        scores = self._retriever.scores([_query_text(row) for row in queries])
        # Of equal scores the larger id counts as better, as in trec_eval; a cut must not undo that.
        larger_first = np.array(sorted(range(len(self._ids)), key=lambda place: self._ids[place], reverse=True))
        results = {}
        for row, query in zip(scores, queries, strict=True):
            order = larger_first[np.argsort(-row[larger_first], kind="stable")]
            if top_ranked is not None:
                wanted = set(top_ranked[str(query["id"])])
                order = np.array([place for place in order if self._ids[place] in wanted], dtype=np.int64)
            results[str(query["id"])] = {self._ids[place]: float(row[place]) for place in order[:top_k]}
        return results


def _document_text(row: Mapping[str, Any]) -> str:
    title, text = row.get("title") or "", row["text"]
    return f"{title} {text}".strip() if title else str(text).strip()


def _query_text(row: Mapping[str, Any]) -> str:
    text, instruction = row["text"], row.get("instruction")
    if isinstance(text, list):
        turns = [turn if isinstance(turn, str) else f"{turn['role']}: {turn['content']}" for turn in text]
        return f"{instruction} {'; '.join(turns)}" if instruction is not None else "; ".join(turns)
    return f"{text} {instruction}" if instruction is not None else str(text)
