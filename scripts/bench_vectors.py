"""What many vectors a text give and take: nDCG@10 of the cosine and of MaxSim, seconds and bytes, as a table.

    python scripts/bench_vectors.py [--encoder minilm] [--queries 100] [--stored] [FOLDER ...]

On the documentation tasks, or on the folders given (as tasks=folder reads them). Documents keep at most K of their
tokens' vectors: pooled (Ward's clusters), the first K, or the K least like the mean of the corpus; queries keep all.
Then pooled ones as encoder.options.stored keeps them, which is all with `--stored`. `--speed` measures MaxSim alone, of
150 queries on 5,000 documents of 32 vectors, 384 and 128 wide, beside the products of the same vectors without maxima.
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
from harness.encoders.stored import STORED, rounded
from harness.ending import one_sentence
from harness.evaluation.measures import find_measure
from harness.evaluation.preparing import judgments_of
from harness.evaluation.secret import NO_SECRET
from harness.settings.encoder import CacheSettings, EncoderSettings
from harness.settings.tasks import TasksSettings
from harness.tasks.load import load_tasks
from harness.tasks.task import RetrievalTask
from primitives import MultiVectors, cosines, maxsim, multi_vectors, prune_vectors, rarity
from primitives.late import LATE_PRODUCTS, QUERY_VECTORS_AT_ONCE

COUNTS = (1, 2, 4, 8, 16, 32)
FULL = 32
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


def kept(stored: str) -> Shorten:
    return lambda vec: MultiVectors(rounded(vec.vectors, stored), vec.offsets)


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
    return [*found, *stored_lines(tasks)[1:]]


def stored_lines(tasks: Sequence[Encoded]) -> list[Line]:
    """Queries and documents as they are kept in each type of number; the first, float32, loses nothing."""
    short = [replace(one, d_vec=pooled(FULL)(one.d_vec)) for one in tasks]
    found = []
    for stored in STORED:
        asked = [replace(one, q_vec=kept(stored)(one.q_vec)) for one in short]
        found.append(measure(f"{FULL} pooled, {stored}", asked, kept(stored), np.dtype(stored).itemsize))
    return found


def texts_of(rng: np.random.Generator, count: int, size: int, width: int) -> MultiVectors:
    """Random unit vectors, `size` a text."""
    rows = rng.standard_normal((count * size, width), dtype=np.float32)
    return MultiVectors(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.arange(count + 1) * size)


def processor_seconds(action: Callable[[], object]) -> float:
    began = time.process_time()
    action()
    return time.process_time() - began


def speed() -> None:
    """MaxSim of 150 queries on 5,000 documents of 32 vectors; the lesser of two, as the machine may be shared."""
    rng = np.random.default_rng(0)
    print("| width | vectors a query | processor seconds | of it products | GFLOP | MiB more |")
    print("|---|---|---|---|---|---|")
    for width, sizes in ((384, (1, 8, 16, 32)), (128, (32,))):
        documents = texts_of(rng, 5000, 32, width)
        rows = documents.vectors
        for size in sizes:
            queries, held = texts_of(rng, 150, size, width), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            whole = min(processor_seconds(lambda: maxsim(queries, documents)) for _ in range(2))  # noqa: B023
            more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) / 1024
            step = LATE_PRODUCTS // min(len(queries.vectors), QUERY_VECTORS_AT_ONCE)

            def products() -> None:
                for first in range(0, len(rows), step):  # noqa: B023
                    rows[first : first + step] @ queries.vectors.T  # noqa: B023

            alone = min(processor_seconds(products) for _ in range(2))
            flop = 2 * len(rows) * len(queries.vectors) * width / 1e9
            print(f"| {width} | {size} | {whole:.1f} | {alone:.1f} | {flop:.0f} | {more:.0f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*")
    parser.add_argument("--encoder", default="minilm")
    parser.add_argument("--queries", type=int, default=None)
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--stored", action="store_true")
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
    found = [cosine_line(tasks), *stored_lines(tasks)] if given.stored else lines(tasks)
    print("| vectors a document | nDCG@10 | less cosine | KiB a document | s to shorten 1,000 | ms a query on 1,000 |")
    print("|---|---|---|---|---|---|")
    for line in found:
        print(
            f"| {line.name} | {line.ndcg:.4f} | {line.ndcg - found[0].ndcg:+.4f} | {line.bytes_each / 1024:.1f} | "
            f"{line.shorten_s:.2f} | {line.query_ms:.2f} |"
        )
    encoder.close()


if __name__ == "__main__":
    with one_sentence("bench_vectors"):
        main()
