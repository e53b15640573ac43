"""What a lexical index costs at 20,000, 100,000 and 1,000,000 short documents, beside the plain cosine in the same run.

Documents are runs of 12 words from the source and documentation of Python and its installed packages; a query is 8
words of one. Seconds to index, to add 1,000 documents (target 2 at 1,000,000), milliseconds of one query over all
documents (target 40), over 100 of them alone, and the query's time over that of a cosine of 256 dimensions in float32.
Memory is the most that the process has held by then, the texts of all sizes among it.

    python scripts/bench_lexical.py [number of documents ...]
"""

import argparse
import resource
import sysconfig
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median

import numpy as np

from harness.ending import one_sentence
from primitives import lexical_index

SIZES = (20_000, 100_000, 1_000_000)
ADDED, QUERIES, DIM, SHORTLIST = 1_000, 50, 256, 100
DOCUMENT_WORDS, QUERY_WORDS = 12, 8


def runs_of_words() -> Iterator[str]:
    """Runs of 12 words from installed source and documentation, file by file."""
    folders = [Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib"))]
    for file in sorted(file for folder in folders for kind in ("*.py", "*.md", "*.rst") for file in folder.rglob(kind)):
        words = file.read_text("utf-8", "replace").split()
        for start in range(0, len(words), DOCUMENT_WORDS):
            yield " ".join(words[start : start + DOCUMENT_WORDS])


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def peak_mib() -> float:
    """The most memory that the process has ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(documents: list[str], added: list[str], queries: list[str]) -> list[str]:
    """The cells of one row."""
    random = np.random.default_rng(0)
    indexing, memory = seconds(partial(lexical_index, documents)), peak_mib()
    index = lexical_index(documents)  # remembered
    adding = seconds(partial(lexical_index, [*documents, *added]))
    columns = random.integers(len(documents), size=(1, SHORTLIST))
    asking = [seconds(partial(index.scores, [query])) for query in queries]
    some = [seconds(partial(index.scores_at, [query], columns)) for query in queries]
    vectors = random.random((len(documents), DIM), dtype=np.float32)
    cosine = median(seconds(partial(np.matmul, vectors[row : row + 1], vectors.T)) for row in range(QUERIES))
    figures = [indexing, memory, adding, 1e3 * median(asking), 1e3 * max(asking), 1e3 * median(some)]
    return [f"{value:.2f}" for value in [*figures, 1e3 * cosine, median(asking) / cosine]]


def main() -> None:
    """Print a row for each number of documents."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES), metavar="DOCUMENTS")
    sizes = parser.parse_args().sizes
    texts = list(islice(dict.fromkeys(runs_of_words()), max(sizes) + ADDED))
    if len(texts) < max(sizes) + ADDED:
        raise SystemExit(f"error: the installed packages give {len(texts)} documents only; ask for fewer.")
    np.random.default_rng(1).shuffle(texts)
    queries = [" ".join(text.split()[:QUERY_WORDS]) for text in texts[:QUERIES]]
    heads = "index s|peak MiB|add 1,000 s|query ms|slowest ms|100 documents ms|cosine ms|query / cosine"
    print(f"| documents | {' | '.join(heads.split('|'))} |")
    print("|--:" * 9 + "|")
    for size in sizes:
        cells = measure(texts[:size], texts[max(sizes) :], queries)
        print(f"| {size:,} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    with one_sentence("bench_lexical"):
        main()
