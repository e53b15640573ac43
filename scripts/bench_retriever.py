"""What an exported package's retriever costs in service, beside the plain cosine in the same run.

Texts are cut from the documentation and sources of installed packages, or from any folder; the encoder is WordLlama.
Every time is a median over queries asked one at a time, in milliseconds; `x cosine` divides it by that of one float32
product of the query with all documents, `documents @ query`, measured in between.

    python scripts/bench_retriever.py [--folder FOLDER] [--texts 1000000] [--program bm25_rrf]
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from types import ModuleType

import numpy as np

from harness.encoders.load import load_encoder
from harness.ending import one_sentence
from harness.export.standalone.retriever import ProgramRetriever
from harness.export.standalone.running import Program
from harness.programs.find import find_source
from harness.settings.encoder import EncoderSettings

WORDS = 12
"""Words of a text."""
SMALL = 20_000
CANDIDATES = 1000
ADDED = 1000


def texts_of(folder: Path, count: int) -> list[str]:
    """Distinct pieces of so many words; where a folder runs out, pieces that begin elsewhere in it."""
    found: dict[str, None] = {}
    for shift in range(WORDS):
        for piece in _pieces(folder, shift):
            found[piece] = None
            if len(found) == count:
                return list(found)
    raise SystemExit(
        f"The folder {folder} has {len(found):,} texts of {WORDS} words; name a larger one, or fewer texts."
    )


def _pieces(folder: Path, shift: int) -> Iterator[str]:
    for file in sorted(path for kind in ("*.md", "*.rst", "*.txt", "*.py") for path in folder.rglob(kind)):
        words = file.read_text("utf-8", "replace").split()[shift:] if file.is_file() else []
        yield from (" ".join(words[start : start + WORDS]) for start in range(0, len(words), WORDS))


def seconds(action: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def retriever_of(name: str, candidates: int | None) -> ProgramRetriever:
    """A program over WordLlama."""
    module = ModuleType(name)
    exec(compile(find_source(name, ""), name, "exec"), module.__dict__)
    encoder = load_encoder(EncoderSettings(model="wordllama", batch_size=1024))
    return ProgramRetriever(encoder, Program.of(module), candidates=candidates)


def tell_once(what: str, action: Callable[[], object]) -> None:
    """Print the time of one call, in seconds."""
    print(f"{what:62} {seconds(action):9.2f} s", flush=True)


def tell_queries(what: str, queries: list[str], retriever: ProgramRetriever, candidates: int | None = None) -> None:
    """Print the median of asking each query, and its ratio to the plain cosine in between."""
    vectors = retriever._snapshot.vectors.array
    query = np.array(vectors[0])
    retriever.search(queries[0], candidates=candidates)
    times, plain = [], []
    for text in queries:
        plain.append(seconds(partial(np.matmul, vectors, query)))
        times.append(seconds(partial(retriever.search, text, candidates=candidates)))
    mine, cosine = median(times) * 1000, median(plain) * 1000
    print(f"{what:62} {mine:9.1f} ms {mine / cosine:8.1f} x cosine ({cosine:.1f} ms)", flush=True)


def run_small(texts: list[str], queries: list[str], name: str) -> None:
    """One query at 20,000 texts."""
    for one in ("identity", name):
        retriever, n = retriever_of(one, None), f"{len(texts):,}"
        tell_once(f"index {n} texts, {one}", partial(retriever.index, list(map(str, range(len(texts)))), texts))
        tell_queries(f"a query at {n}, {one}", queries, retriever)
        tell_queries(f"a query at {n}, {one}, {CANDIDATES} candidates", queries, retriever, CANDIDATES)


def run_large(texts: list[str], added: list[str], queries: list[str], name: str, whole: int) -> None:
    """Indexing, adding, saving, loading, and a query with candidates and without."""
    n, retriever = f"{len(texts):,}", retriever_of(name, CANDIDATES)
    tell_once(f"index {n} texts of {WORDS} words", partial(retriever.index, list(map(str, range(len(texts)))), texts))
    tell_queries(f"a query at {n}, {name}, {CANDIDATES} candidates", queries, retriever)
    names = [f"new {number}" for number in range(len(added))]
    tell_once(f"add {ADDED:,} to {n}, the first time", partial(retriever.add, names[:ADDED], added[:ADDED]))
    tell_once(f"add {ADDED:,} to {n}, again", partial(retriever.add, names[ADDED:], added[ADDED:]))
    with tempfile.TemporaryDirectory() as folder:
        tell_once(f"save {n}", partial(retriever.save, folder))
        other = retriever_of(name, CANDIDATES)
        tell_once(f"load {n}", partial(other.load, folder))
        tell_queries(f"a query at {n}, mapped, {name}, {CANDIDATES} candidates", queries, other)
    for one in ("identity", name):
        all_of_them = retriever_of(one, None)
        snapshot = all_of_them._snapshot = retriever._snapshot
        snapshot.prepared.clear()
        tell_once(f"prepare {one} for all of {n}", partial(all_of_them.prepared, snapshot))
        tell_queries(f"a query at {n}, {one}, all documents", queries[:whole], all_of_them)


def main() -> None:
    """Read the arguments and print a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--folder", type=Path, default=Path(np.__file__).parents[1])
    parser.add_argument("--texts", type=int, default=1_000_000, help=f"with {SMALL:,} or fewer, these alone")
    parser.add_argument("--program", default="bm25_rrf", help="a reference program, a file, or published.NUMBER")
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--whole", type=int, default=5, help="queries asked of all documents")
    asked = parser.parse_args()
    texts = texts_of(asked.folder, asked.texts + 2 * ADDED + asked.queries)
    queries = [" ".join(text.split()[:6]) for text in texts[-asked.queries :]]
    large, added = texts[: -2 * ADDED - asked.queries], texts[-2 * ADDED - asked.queries : -asked.queries]
    run_small(large[:SMALL], queries, asked.program)
    if len(large) > SMALL:
        run_large(large, added, queries, asked.program, asked.whole)


if __name__ == "__main__":
    with one_sentence("bench_retriever"):
        main()
