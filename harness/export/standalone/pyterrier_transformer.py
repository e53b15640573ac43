"""The retriever as a PyTerrier transformer: queries to results."""

import pandas as pd
import pyterrier as pt

from .retriever import ProgramRetriever

COLUMNS = ["qid", "query", "docno", "score", "rank"]


class PyTerrierTransformer(pt.Transformer):
    """Takes a frame with `qid` and `query`, gives one with `docno`, `score` and `rank`, which counts from 0."""

    def __init__(self, retriever: ProgramRetriever, k: int = 1000) -> None:
        self._retriever, self._k = retriever, k

    def transform(self, inp: pd.DataFrame) -> pd.DataFrame:
        """Search each query."""
        rows = [
            (qid, query, hit.id, hit.score, rank)
            for qid, query in zip(inp["qid"], inp["query"], strict=True)
            for rank, hit in enumerate(self._retriever.search(query, self._k))
        ]
        return pd.DataFrame(rows, columns=COLUMNS)
