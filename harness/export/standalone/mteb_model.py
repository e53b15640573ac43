"""A program as an mteb model: `mteb.evaluate(MtebProgram(...), tasks)`."""

from collections.abc import Mapping, Sequence
from typing import Any

from .documents import joined
from .retriever import ProgramRetriever


class MtebProgram:
    """Follows mteb's SearchProtocol; texts are joined as mteb joins them, so that nDCG@10 is the search's own."""

    def __init__(self, retriever: ProgramRetriever, *, name: str, revision: str) -> None:
        """`name` is ORG/NAME; `revision` must change with program and encoder, since mteb caches results by it."""
        from mteb.models import ModelMeta

        self.mteb_model_meta = ModelMeta.create_empty(overwrites={"name": name, "revision": revision})
        self._retriever = retriever

    def index(self, corpus: Any, **ignored: Any) -> None:
        """Index a corpus: rows with id, text and perhaps title."""
        texts = [joined(row.get("title"), str(row["text"])) for row in corpus]
        self._retriever.index([str(row["id"]) for row in corpus], texts, allow_empty=True)

    def search(
        self, queries: Any, *, top_k: int, top_ranked: Mapping[str, Sequence[str]] | None = None, **ignored: Any
    ) -> dict[str, dict[str, float]]:
        """The best `top_k` documents of each query, or those of `top_ranked`, each query by itself."""
        results = {}
        for query in queries:
            snapshot, rows, scores = self._retriever.ranked(_query_text(query), len(self._retriever))
            ids = [snapshot.ids[row] for row in rows]
            wanted = None if top_ranked is None else set(top_ranked[str(query["id"])])
            kept = [place for place, name in enumerate(ids) if wanted is None or name in wanted]
            # Of equal scores the larger id counts as better, as in trec_eval; a cut must not undo that.
            kept.sort(key=lambda place: ids[place], reverse=True)
            kept.sort(key=lambda place: scores[place], reverse=True)
            results[str(query["id"])] = {ids[place]: float(scores[place]) for place in kept[:top_k]}
        return results


def _query_text(row: Mapping[str, Any]) -> str:
    text, instruction = row["text"], row.get("instruction")
    if isinstance(text, list):
        turns = [turn if isinstance(turn, str) else f"{turn['role']}: {turn['content']}" for turn in text]
        return f"{instruction} {'; '.join(turns)}" if instruction is not None else "; ".join(turns)
    return f"{text} {instruction}" if instruction is not None else str(text)
