"""Does a reference program score a query alone as in a batch? A Markdown table, from real tasks.

Dependence: the largest difference between a query's scores in a batch and alone, as a share of their range; 0 where all
bits are equal. Kept: the share of a query's first ten documents that it has alone as well, ties included.

    python scripts/measure_inductive.py [encoder=wordllama tasks=documentation tasks.max_queries=20 ...]
"""

import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_cached_encoder
from harness.encoders.protocol import QUERY, EmbedOptions
from harness.errors import HarnessError
from harness.evaluation.difference import relative_difference, top_overlap
from harness.settings import compose
from harness.tasks.load import load_tasks
from harness.tasks.task import RetrievalTask
from primitives import cosines, programs

Scores = NDArray[np.float32]


class Alone(NamedTuple):
    """How the scores of queries alone differ from those in a batch."""

    dependence: float
    kept: float


def measure(source: str, task: RetrievalTask, encoder: CachedEncoder) -> Alone:
    """Score a task's queries together and one at a time, in this process: for programs that are trusted."""
    queries = list(task.queries.values())
    together = _scores(source, queries, task, encoder)
    alone = np.concatenate([_scores(source, [query], task, encoder) for query in queries])
    return Alone(relative_difference(together, alone), top_overlap(together, alone))


def _scores(source: str, queries: Sequence[str], task: RetrievalTask, encoder: CachedEncoder) -> Scores:
    documents = list(task.documents.values())
    q_emb, d_emb = encoder.embed(queries, QUERY).vectors, encoder.embed(documents).vectors

    def embed_fn(texts: Sequence[str], **options: Any) -> Scores:
        return encoder.embed(texts, EmbedOptions(**options)).vectors

    program: dict[str, Any] = {"__name__": "program"}
    exec(compile(source, "program", "exec"), program)
    given: dict[str, Any] = {"embed_fn": embed_fn, "d_texts": documents}
    made = {"index": program["index"](d_emb, **given)} if "index" in program else {}
    scores: Scores = program["rerank"](q_emb, d_emb, cosines(q_emb, d_emb), q_texts=list(queries), **given, **made)
    return scores


def main() -> None:
    settings = compose(sys.argv[1:])
    tasks = load_tasks(settings.tasks)
    encoder = load_cached_encoder(settings.encoder, settings.cache)
    print(f"{len(tasks)} tasks, {sum(len(task.queries) for task in tasks)} queries\n")
    print("| program | dependence | kept |\n|---|--:|--:|")
    for name in programs.names():
        found = [measure(programs.source(name), task, encoder) for task in tasks]
        worst = max(each.dependence for each in found), min(each.kept for each in found)
        print(f"| {name} | {worst[0]:.1e} | {worst[1]:.0%} |", flush=True)


if __name__ == "__main__":
    try:
        main()
    except HarnessError as error:
        sys.exit(str(error))
