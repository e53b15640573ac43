"""What many vectors a text give and take: nDCG@10 of the cosine and of MaxSim, seconds and bytes, as a table.

    python scripts/bench_vectors.py [--encoder minilm] [--queries 100] [FOLDER ...]

On the documentation tasks, or on the folders given (as tasks=folder reads them). Documents keep at most K of their
tokens' vectors: pooled (Ward's clusters), the first K, or the K least like the mean of the corpus; queries keep all.
Then pooled ones stored in float16 and int8. `--speed` measures MaxSim alone, of 150 queries on 5,000 documents of 32
vectors, 384 wide.
"""

import argparse
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_cached_encoder
from harness.encoders.many import ALL, pooled_tokens
from harness.encoders.protocol import DOCUMENT, QUERY, FloatMatrix
from harness.evaluation.measures import find_measure
from harness.evaluation.prepared import judgments_of
from harness.evaluation.secret import NO_SECRET
from harness.settings.encoder import CacheSettings, EncoderSettings
from harness.settings.tasks import TasksSettings
from harness.tasks.load import load_tasks
from harness.tasks.task import RetrievalTask
from primitives import MultiVectors, cosines, maxsim, multi_vectors, prune_vectors, rarity

COUNTS = (1, 2, 4, 8, 16, 32)
STORED = 32
NDCG = find_measure("nDCG@10")

Shorten = Callable[[MultiVectors], MultiVectors]


@dataclass(frozen=True)
class Encoded:
    """A task with one vector and with all vectors of each text."""

    task: RetrievalTask
    q_emb: FloatMatrix
    d_emb: FloatMatrix
    q_vec: MultiVectors
    d_vec: MultiVectors

    def ndcg(self, scores: FloatMatrix) -> float:
        return float(NDCG.per_query(scores, judgments_of(self.task, NO_SECRET.order(self.task))).mean())


@dataclass(frozen=True)
class Line:
    """A row of the table: means over tasks."""

    name: str
    ndcg: float
    bytes_each: float
    shorten_s: float
    """Seconds to shorten 1,000 documents."""
    query_ms: float
    """Milliseconds to score 1,000 documents for a query."""


def encode(task: RetrievalTask, encoder: CachedEncoder) -> Encoded:
    queries = encoder.embed(list(task.queries.values()), replace(QUERY, vectors=ALL))
    documents = encoder.embed(list(task.documents.values()), replace(DOCUMENT, vectors=ALL))
    assert queries.many is not None and documents.many is not None
    return Encoded(task, queries.vectors, documents.vectors, queries.many, documents.many)


def pooled(count: int) -> Shorten:
    def shorten(vec: MultiVectors) -> MultiVectors:
        return multi_vectors([pooled_tokens(vec.of(text), count) for text in range(len(vec))], vec.vectors.shape[1])

    return shorten


def float16(vec: MultiVectors) -> MultiVectors:
    return MultiVectors(vec.vectors.astype(np.float16).astype(np.float32), vec.offsets)


def int8(vec: MultiVectors) -> MultiVectors:
    """Each vector in whole steps of a 127th of its greatest component."""
    steps = np.abs(vec.vectors).max(axis=1, keepdims=True) / 127
    return MultiVectors((np.rint(vec.vectors / steps) * steps).astype(np.float32), vec.offsets)


def measure(name: str, tasks: Sequence[Encoded], shorten: Shorten, width: float = 4.0) -> Line:
    """`width` is the bytes of a component."""
    ndcg, shorten_s, score_s, n_bytes, n_documents, pairs = [], 0.0, 0.0, 0.0, 0, 0
    for one in tasks:
        began = time.perf_counter()
        documents = shorten(one.d_vec)
        shortened = time.perf_counter()
        scores = maxsim(one.q_vec, documents, mean=True)
        score_s += time.perf_counter() - shortened
        shorten_s += shortened - began
        ndcg.append(one.ndcg(scores))
        n_bytes += width * documents.vectors.size
        n_documents += len(documents)
        pairs += scores.size
    return Line(
        name, float(np.mean(ndcg)), n_bytes / n_documents, 1000 * shorten_s / n_documents, 1e6 * score_s / pairs
    )


def cosine_line(tasks: Sequence[Encoded]) -> Line:
    began = time.perf_counter()
    scores = [cosines(one.q_emb, one.d_emb) for one in tasks]
    seconds = time.perf_counter() - began
    found = np.mean([one.ndcg(each) for one, each in zip(tasks, scores, strict=True)])
    width = tasks[0].d_emb.shape[1]
    return Line("cosine", float(found), 4 * width, 0.0, 1e6 * seconds / sum(each.size for each in scores))


def lines(tasks: Sequence[Encoded]) -> list[Line]:
    found = [cosine_line(tasks)]
    for count in COUNTS:
        found.append(measure(f"{count} pooled", tasks, pooled(count)))
        found.append(measure(f"{count} first", tasks, lambda vec: prune_vectors(vec, count)))  # noqa: B023
        found.append(measure(f"{count} rarest", tasks, lambda vec: prune_vectors(vec, count, rarity(vec))))  # noqa: B023
    found.append(measure("all", tasks, lambda vec: vec))
    short = [replace(one, d_vec=pooled(STORED)(one.d_vec)) for one in tasks]
    found.append(measure(f"{STORED} pooled, float16", short, float16, 2.0))
    found.append(measure(f"{STORED} pooled, int8", short, int8, 1 + 4 / tasks[0].d_emb.shape[1]))
    return found


def speed() -> None:
    """MaxSim of 150 queries on 5,000 documents of 32 vectors, 384 wide."""
    rng = np.random.default_rng(0)

    def texts(count: int, size: int) -> MultiVectors:
        rows = rng.standard_normal((count * size, 384), dtype=np.float32)
        return MultiVectors(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.arange(count + 1) * size)

    documents = texts(5000, 32)
    print("query vectors  seconds  processor seconds  MiB more")
    for size in (1, 8, 16, 32):
        queries, held = texts(150, size), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        wall, cpu = time.perf_counter(), time.process_time()
        maxsim(queries, documents)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) / 1024
        print(f"{size:13}  {wall:7.2f}  {cpu:17.2f}  {more:8.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*")
    parser.add_argument("--encoder", default="minilm")
    parser.add_argument("--queries", type=int, default=None)
    parser.add_argument("--speed", action="store_true")
    given = parser.parse_args()
    if given.speed:
        speed()
        return
    source = {"source": "folder", "paths": given.folders} if given.folders else {}
    loaded = load_tasks(TasksSettings(max_queries=given.queries, **source))
    encoder = load_cached_encoder(EncoderSettings(kind="tokens-of", model=given.encoder), CacheSettings())
    tasks = [encode(task, encoder) for task in loaded]
    vectors = np.concatenate([one.d_vec.sizes for one in tasks])
    print(f"{len(tasks)} tasks, {len(vectors)} documents with {vectors.mean():.0f} vectors in the mean\n")
    print("| vectors a document | nDCG@10 | less cosine | KiB a document | s to shorten 1,000 | ms a query on 1,000 |")
    print("|---|---|---|---|---|---|")
    found = lines(tasks)
    for line in found:
        print(
            f"| {line.name} | {line.ndcg:.4f} | {line.ndcg - found[0].ndcg:+.4f} | {line.bytes_each / 1024:.1f} | "
            f"{line.shorten_s:.2f} | {line.query_ms:.2f} |"
        )
    encoder.close()


if __name__ == "__main__":
    main()
