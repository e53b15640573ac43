"""Measure the discovery loop: overhead, bookkeeping, scaling, cache and memory. Ratios are taken within one run.

    .venv/bin/python scripts/bench_discovery.py [--encoder minilm] [--sections help_time,overhead,...]

The section `floor` encodes with a cold cache, which takes minutes with a transformer; the others use a warm one.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import QUERY
from harness.ending import one_sentence
from harness.errors import JobError
from harness.evaluation.admission import compute_rule
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.workbench import Workbench, open_workbench
from harness.programs.fingerprint import fingerprint
from harness.proposers.protocol import Briefing, Proposal, Proposer
from harness.settings import Settings, compose
from harness.tasks.load import load_tasks

SENTENCES = '''
import numpy as np
from primitives.interaction import segment_scores
from primitives.segments import sentence_segments

def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    """Best of all sentences of each document, added to the document's own score."""
    parts = sentence_segments(d_texts, most=100_000)
    return sim + segment_scores(q_emb, embed_fn(parts.texts), parts.starts)
'''

BUSY = '''
import numpy as np

def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    """Python work without any encoding, like a lexical program's."""
    counts = [len({word for word in text.lower().split() if len(word) > 3}) for text in d_texts for _ in range(60)]
    return sim + 0.0 * sum(counts)
'''


@contextmanager
def workbench(settings: Settings) -> Iterator[Workbench]:
    with open_workbench(settings, load_tasks(settings.tasks)) as bench:
        yield bench


def help_time(settings: Settings) -> None:
    """Start of the command line, as a whole process."""
    times = []
    for _ in range(7):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "harness", "--help"], check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    print(f"ttc --help: median {statistics.median(times):.2f} s of {len(times)} (limit 0.5)")
    code = "import sys, harness.cli; print('torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    print(f"torch imported by the command line: {found}")


def overhead(settings: Settings) -> None:
    """Wall time of an evaluation minus encoder time minus the programs' CPU time; one worker, so nothing overlaps."""
    from primitives import programs

    settings.executor.workers = 1
    with workbench(settings) as bench:
        for source in map(programs.source, programs.SEEDS):
            bench.evaluator.evaluate(source)
        spent = []
        for source in [programs.source(name) for name in programs.SEEDS] * 5:
            encoded = bench.encoder.stats.seconds_encoded
            started = time.perf_counter()
            evaluation = bench.evaluator.evaluate(source)
            wall = time.perf_counter() - started
            cpu = sum(outcome.execution.cpu_s for outcome in evaluation.outcomes)
            spent.append(wall - cpu - (bench.encoder.stats.seconds_encoded - encoded))
        count = len(bench.tasks)
    print(f"overhead of an evaluation on {count} tasks: median {statistics.median(spent):.3f} s (limit 0.25)")


def workers(settings: Settings) -> None:
    """The same busy program on all tasks with one worker and with two, encoder idle.

    Two processes that share nothing show what this machine can give at the moment.
    """
    spin = [sys.executable, "-c", "for _ in range(20_000_000): pass"]
    alone = min(_timed(lambda: subprocess.run(spin, check=True)) for _ in range(3))
    paired = min(_timed(lambda: [p.wait() for p in [subprocess.Popen(spin) for _ in range(2)]]) for _ in range(3))
    walls = {}
    for count in (1, 2):
        settings.executor.workers = count
        with workbench(settings) as bench:
            walls[count] = min(_timed(lambda: bench.evaluator.evaluate(BUSY)) for _ in range(5))
    print(f"two workers against one: {walls[1] / walls[2]:.2f}x (at least 1.7)")
    print(f"  two processes that share nothing: {2 * alone / paired:.2f}x the work of one in the same time")


def floor(settings: Settings) -> None:
    """Cold cache: a whole evaluation against the bare encoder on the same unique texts in one call."""
    with tempfile.TemporaryDirectory() as folder:
        settings.cache.folder = folder
        settings.executor.workers = 2
        tasks = load_tasks(settings.tasks)
        started = time.perf_counter()
        with open_workbench(settings, tasks) as bench:
            loaded = time.perf_counter() - started
            bench.evaluator.evaluate(SENTENCES)
            wall = time.perf_counter() - started
            texts = _unique_texts(bench)
            model = bench.encoder.encoder
            bare = _timed(lambda: model.encode(texts))
    print(f"cold evaluation over bare encoding of {len(texts)} texts: {wall / bare:.2f} (at most 1.25)")
    print(f"  evaluation {wall:.1f} s, of it {loaded:.1f} s to load and to encode the tasks; bare {bare:.1f} s")


def warm(settings: Settings) -> None:
    """Warm cache: a program that re-embeds every sentence, against the same program bare in one process."""
    settings.executor.workers = 1
    namespace: dict[str, Callable[..., np.ndarray]] = {}
    exec(compile(SENTENCES, "sentences", "exec"), namespace)
    with workbench(settings) as bench:
        bench.evaluator.evaluate(SENTENCES)
        inside = min(_timed(lambda: bench.evaluator.evaluate(SENTENCES)) for _ in range(5))
        calls = [_bare_call(task, bench.encoder, namespace["rerank"]) for task in bench.tasks]
        bare = min(_timed(lambda: [call() for call in calls]) for _ in range(5))
    print(f"warm evaluation over the bare program: {inside / bare:.2f} (at most 3); {inside:.3f} s and {bare:.3f} s")


def bookkeeping(settings: Settings) -> None:
    """Everything of a generation but its evaluation, which here is one real evaluation with its numbers changed."""
    from archive import Archive
    from harness.evaluation.watcher import Watcher
    from harness.proposers.recombine import Recombine
    from harness.search.briefing import make_briefing
    from harness.search.history import History
    from harness.search.recording import evaluated_record, known_from_record
    from harness.search.runs import run_record
    from primitives import programs

    settings.search.generations = 2000
    with workbench(settings) as bench, tempfile.TemporaryDirectory() as folder:
        model = bench.evaluator.evaluate(programs.source("soft_centroid"))
        history, proposer, watcher, rng = History(), Recombine(), Watcher(), np.random.default_rng(0)
        with Archive.open(Path(folder) / "archive.db") as archive:
            run_id = archive.start_run(run_record(settings, bench))
            spent, asked = [], []
            for number in range(1, 2101):
                started = time.perf_counter()
                briefing = make_briefing(settings, run_id, history, number)
                briefed = time.perf_counter()
                proposal = _proposal(proposer, briefing, number)
                proposed = time.perf_counter()
                delta = float(rng.normal(0, 0.03))
                evaluation = replace(model, mean_delta=delta, worth=delta, cost_ratio=float(rng.uniform(1, 9)))
                record = evaluated_record(
                    proposal,
                    number,
                    fingerprint(proposal.source),
                    evaluation,
                    compute_rule(delta, history.best_worth),
                    bench.sandbox.isolation,
                )
                known = known_from_record(archive.record_program(run_id, record), record)
                history.add(known)
                watcher.program_recorded(known.row, known.verdict, history.best_worth, len(history.frontier()))
                spent.append(1000 * (briefed - started + time.perf_counter() - proposed))
                asked.append(1000 * (proposed - briefed))
            size = (Path(folder) / "archive.db").stat().st_size
    for place in (100, 2000):
        near = slice(place - 50, place + 50)
        print(
            f"bookkeeping at program {place}: median {statistics.median(spent[near]):.1f} ms (limit 10); "
            f"the recombining proposer {statistics.median(asked[near]):.1f} ms"
        )
    print(f"archive: {size / len(spent) / 1024:.1f} KiB a program, per-query numbers included")


def _proposal(proposer: Proposer, briefing: Briefing, number: int) -> Proposal:
    """Recombination while it finds something untried; its space ends before 2,000 programs do."""
    try:
        return proposer.propose(briefing)
    except JobError:
        return Proposal(source=f"{SENTENCES}# {number}\n", name=f"variant {number}")


def memory(settings: Settings) -> None:
    """Peak memory of the default run's processes, and growth over 30 generations."""
    from primitives import programs

    settings.executor.workers = 2
    with workbench(settings) as bench:
        source = programs.source(programs.SEEDS[0])
        sizes = []
        for _ in range(31):
            bench.evaluator.evaluate(SENTENCES)
            bench.evaluator.evaluate(source)
            sizes.append(_resident_mib())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the trusted process: {peak:.0f} MiB (limit 2048)")
    print(f"growth from evaluation 2 to 31: {sizes[-1] - sizes[1]:+.1f} MiB")


def _bare_call(
    task: PreparedTask, encoder: CachedEncoder, rerank: Callable[..., np.ndarray]
) -> Callable[[], np.ndarray]:
    """The program on one task with embeddings at hand: nothing but its own numpy work."""
    query_texts, document_texts = list(task.task.queries.values()), list(task.task.documents.values())
    queries = encoder.embed(query_texts, QUERY).vectors
    documents = encoder.embed(document_texts).vectors
    known: list[np.ndarray] = []

    def embed_fn(texts: Sequence[str], **options: object) -> np.ndarray:
        if not known:
            known.append(encoder.embed(texts).vectors)
        return known[0]

    similarity = queries @ documents.T

    def call() -> np.ndarray:
        return rerank(queries, documents, similarity, embed_fn=embed_fn, q_texts=query_texts, d_texts=document_texts)

    call()
    return call


def _unique_texts(bench: Workbench) -> list[str]:
    from primitives.segments import sentence_segments

    texts: dict[str, None] = {}
    for prepared in bench.tasks:
        documents = list(prepared.task.documents.values())
        texts |= dict.fromkeys(
            [*prepared.task.queries.values(), *documents, *sentence_segments(documents, most=100_000).texts]
        )
    return list(texts)


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


SECTIONS = {part.__name__: part for part in (help_time, overhead, bookkeeping, workers, warm, memory, floor)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default="wordllama")
    parser.add_argument("--sections", default=",".join(SECTIONS))
    arguments = parser.parse_args()
    for name in arguments.sections.split(","):
        SECTIONS[name](compose([f"encoder={arguments.encoder}"]))


if __name__ == "__main__":
    with one_sentence("bench_discovery"):
        main()
