"""Many queries on a large corpus in the sandbox: time, and memory beyond the embeddings.

    python scripts/bench_scale.py [--documents 1000000] [--queries 1000] [--batch 64] [--program zscore_fusion]

The texts are cut from installed documentation, the labels are drawn: figures of quality mean nothing. The matrix of
scores never exists whole: with the default sizes it would take 4 GB.
"""

import argparse
import resource
import time
from contextlib import closing
from importlib import import_module
from itertools import islice

import numpy as np

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.ending import one_sentence
from harness.evaluation.executor import LocalExecutor
from harness.evaluation.prepared import Reading
from harness.evaluation.preparing import prepare_all
from harness.evaluation.secret import Secret
from harness.settings.encoder import EncoderSettings
from harness.tasks.task import RetrievalTask, make_task
from primitives import programs
from sandbox import Sandbox

GIB = 1 << 30


def main() -> None:
    """Encode, prepare, run one program, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--program", default="zscore_fusion")
    arguments = parser.parse_args()
    task = make(arguments.documents, arguments.queries)
    encoder = CachedEncoder(load_encoder(EncoderSettings(model="wordllama", batch_size=1024)), None, memory_bytes=0)
    embeddings = 4 * (arguments.documents + arguments.queries) * encoder.encoder.dim
    began = time.perf_counter()
    print(f"{arguments.queries} queries x {arguments.documents} documents, embeddings {embeddings / GIB:.2f} GiB")
    reading = Reading(query_batch=arguments.batch)
    with prepare_all([task], encoder, secret=Secret("scale"), reading=reading) as (ready,), Sandbox() as sandbox:
        prepared = time.perf_counter()
        print(f"prepared in {prepared - began:.0f} s; this process {_peak():.2f} GiB at most")
        with closing(LocalExecutor(encoder, sandbox, 1)) as executor:
            outcome = executor.run(programs.source(arguments.program), ready)
        took, execution = time.perf_counter() - prepared, outcome.execution
        print(f"{arguments.program}: {outcome.verdict.value} in {took:.0f} s; {outcome.reason}")
        calls = np.array([call.cpu_s for call in execution.calls])
        indexed = execution.index.cpu_s if execution.index else 0.0
        print(f"index {indexed:.1f} s, {execution.index_bytes / arguments.documents:.0f} bytes a document; ", end="")
        print(f"{1000 * calls.sum() / arguments.queries:.1f} ms of processor a query")
        program = execution.peak_rss_bytes / GIB
        print(f"at most: this process {_peak():.2f} GiB, the program {program:.2f} GiB", end="")
        print(f"; beyond the embeddings in each {_peak() + program - 2 * embeddings / GIB:.2f} GiB together")


def make(n_documents: int, n_queries: int) -> RetrievalTask:
    """Texts of some dozen words, each query the beginning of the document that is right."""
    # Scripts stand beside each other, in no package.
    texts: list[str] = list(islice(import_module("bench_lexical").runs_of_words(), n_documents))
    chosen = np.random.default_rng(0).permutation(n_documents)[:n_queries].tolist()
    return make_task(
        name="scale",
        source="cut",
        documents={f"{place:07d}": text for place, text in enumerate(texts)},
        queries={f"q{number}": " ".join(texts[place].split()[:6]) for number, place in enumerate(chosen)},
        qrels={f"q{number}": {f"{place:07d}": 1} for number, place in enumerate(chosen)},
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIB


if __name__ == "__main__":
    with one_sentence("bench_scale"):
        main()
