"""What the tasks hold and how an encoder does on them, as a Markdown table.

nDCG@10 of: cosine; BM25; reciprocal rank fusion of the two; the best sentence of each document. Tokens: those the
encoder reads for every query and document once (its cap applied), and for every sentence of every document once.

    python scripts/measure_tasks.py [tasks=documentation encoder=minilm tasks.max_queries=150 ...]
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_cached_encoder
from harness.encoders.protocol import QUERY
from harness.errors import HarnessError
from harness.evaluation.measures import NDCG_AT_10
from harness.evaluation.preparing import judgments_of
from harness.evaluation.secret import NO_SECRET
from harness.settings import compose
from harness.tasks.load import load_tasks
from harness.tasks.task import RetrievalTask
from primitives.fusion import reciprocal_rank_fusion
from primitives.interaction import max_over_segments
from primitives.lexical import bm25
from primitives.segments import collect, sentences

HEADINGS = (
    *("task", "domain", "documents", "queries", "relevant per query", "characters per document"),
    *("tokens", "sentence tokens", "cosine", "BM25", "RRF", "best sentence"),
)


@dataclass(frozen=True)
class Row:
    task: RetrievalTask
    tokens: int
    sentence_tokens: int
    scores: NDArray[np.float64]
    """nDCG@10 of the four, in the order of the headings."""

    def cells(self) -> list[str]:
        characters = sum(map(len, self.task.documents.values())) / len(self.task.documents)
        relevant = np.mean([sum(grade > 0 for grade in judged.values()) for judged in self.task.qrels.values()])
        counts = [len(self.task.documents), len(self.task.queries)]
        return [
            *(self.task.name, self.task.domain, *map(str, counts), f"{relevant:.1f}", f"{characters:,.0f}"),
            *(f"{self.tokens:,}", f"{self.sentence_tokens:,}", *(f"{score:.3f}" for score in self.scores)),
        ]


def measure(task: RetrievalTask, encoder: CachedEncoder) -> Row:
    queries, documents = list(task.queries.values()), list(task.documents.values())
    judgments = judgments_of(task, NO_SECRET.order(task))
    asked, offered = encoder.embed(queries, QUERY), encoder.embed(documents)
    segments = collect([sentences(document) for document in documents])
    parts = encoder.embed(segments.texts)
    cosine = asked.vectors @ offered.vectors.T
    lexical = bm25(queries, documents)
    best = max_over_segments(asked.vectors @ parts.vectors.T, segments.starts)
    ways = (cosine, lexical, reciprocal_rank_fusion([cosine, lexical]), best)
    scores = np.array([NDCG_AT_10.per_query(way, judgments).mean() for way in ways])
    return Row(task, asked.tokens + offered.tokens, parts.tokens, scores)


def total(rows: Sequence[Row]) -> list[str]:
    documents = sum(len(row.task.documents) for row in rows)
    queries = sum(len(row.task.queries) for row in rows)
    tokens, parts = sum(row.tokens for row in rows), sum(row.sentence_tokens for row in rows)
    means = np.mean([row.scores for row in rows], axis=0)
    return [
        *(f"all {len(rows)}", "", f"{documents:,}", f"{queries:,}", "", ""),
        *(f"{tokens:,}", f"{parts:,}", *(f"{mean:.3f}" for mean in means)),
    ]


def main() -> None:
    settings = compose(sys.argv[1:])
    tasks = load_tasks(settings.tasks)
    encoder = load_cached_encoder(settings.encoder, settings.cache)
    rows = []
    print(f"| {' | '.join(HEADINGS)} |")
    print(f"|---|---|{'--:|' * (len(HEADINGS) - 2)}")
    for task in tasks:
        rows.append(measure(task, encoder))
        print(f"| {' | '.join(rows[-1].cells())} |", flush=True)
    print(f"| {' | '.join(total(rows))} |")


if __name__ == "__main__":
    try:
        main()
    except HarnessError as error:
        sys.exit(str(error))
