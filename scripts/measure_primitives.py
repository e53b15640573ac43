"""What single operations are worth, one left out or one added: gains of nDCG@10 over the cosine, as Markdown tables.

    python scripts/measure_primitives.py --search FOLDER... --held-out FOLDER... [--encoder NAME] [--max-queries 150]

Folders are in BEIR layout. Gains are means over a folder's queries, and over folders; intervals are of the mean of the
difference to the row that a table compares with, 95 % over folders. Runs in this process, without the sandbox.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_cached_encoder
from harness.encoders.protocol import QUERY
from harness.evaluation.measures import NDCG_AT_10
from harness.evaluation.preparing import judgments_of
from harness.evaluation.secret import NO_SECRET
from harness.settings import compose
from harness.tasks.load import load_tasks
from harness.tasks.task import RetrievalTask
from harness.transfer.intervals import interval_over_tasks
from primitives import bm25, cosines, lead, passage_index, share_read, sum_channels, words, zscore
from primitives.arrays import FloatMatrix
from primitives.passages import add_view
from primitives.programs.common_words_out import common_halves
from primitives.programs.probed_hubs import hub_level, probes, without_part

BOTH, WORDS = ("words", "pairs"), ("words",)
WINDOWS = (0, 100)
RUN, REACH = 5, 3
"""Characters of a run (McNamee and Mayfield, 2004, find 4 and 5 best), and places between words that are near."""


def runs_of(text: str) -> list[str]:
    """The runs of characters of a text's words, with a blank on both sides."""
    padded = [f" {word} " for word in words(text, stem=True)]
    return [word[at : at + RUN] for word in padded for at in range(max(len(word) - RUN + 1, 1))]


def near_of(text: str) -> list[str]:
    """Every two words of a text at most `REACH` places apart, whichever comes first."""
    found = words(text, stem=True)
    return [" ".join(sorted(two)) for gap in range(1, REACH + 1) for two in zip(found, found[gap:], strict=False)]


class Collection:
    """A task's texts and vectors, and the channels that rows are made of."""

    def __init__(self, task: RetrievalTask, encoder: CachedEncoder) -> None:
        self.queries, self.documents = list(task.queries.values()), list(task.documents.values())
        self.encoder = encoder
        self.judgments = judgments_of(task, NO_SECRET.order(task))
        self.d_emb = encoder.embed(self.documents).vectors
        self.sim = cosines(self.encode(self.queries), self.d_emb)
        self.probes = probes(self.documents)
        self.known: dict[tuple[str, int], FloatMatrix] = {}
        self.openings = [lead(self.documents[column]) for column in self.probes]

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Vectors in the query role."""
        return self.encoder.embed(texts, QUERY).vectors

    def quality(self, scores: FloatMatrix) -> float:
        """Mean nDCG@10."""
        return float(NDCG_AT_10.per_query(scores, self.judgments).mean())

    def said(
        self,
        views: Sequence[str] = BOTH,
        sizes: Sequence[int] = WINDOWS,
        *,
        root: bool = False,
        probed: bool = False,
        terms: Callable[[str], list[str]] | None = None,
    ) -> FloatMatrix:
        """What words say: the mean of the standardised best windows of each size (0: documents), (Q, N).

        With the root of each, without what the level of hubs explains, or with other terms of whole documents.
        """
        found = [self.best_windows(views, size) for size in sizes]
        if terms:
            found[0] = found[0] + self.by_terms(terms)
        mean = sum_channels(zscore(np.sqrt(each) if root else each) for each in found) / np.float32(len(found))
        said, probing = mean[: len(self.queries)], mean[len(self.queries) :].copy()
        return without_part(said, hub_level(probing, self.probes)) if probed else said

    def by_terms(self, terms: Callable[[str], list[str]]) -> FloatMatrix:
        """BM25 of documents by terms of any kind, spelt in hexadecimal so that each is a word; computed once."""
        if (terms.__name__, 0) not in self.known:
            spelt = [
                [" ".join(term.encode().hex() for term in terms(text)) for text in texts]
                for texts in ((*self.queries, *self.openings), self.documents)
            ]
            self.known[terms.__name__, 0] = bm25(spelt[0], spelt[1])
        return self.known[terms.__name__, 0]

    def best_windows(self, views: Sequence[str], size: int) -> FloatMatrix:
        """The best windows of documents for queries and openings, as `PassageIndex.scores` has them."""
        total = sum_channels(self.seen(view, size) for view in views)
        return np.maximum.reduceat(total, passage_index(self.documents, size).starts[:-1], axis=1)

    def seen(self, view: str, size: int) -> FloatMatrix:
        """What one view adds to each window, (queries + openings, U); computed once for all rows."""
        if (view, size) not in self.known:
            index = passage_index(self.documents, size)
            asked = [words(text, stem=True) for text in (*self.queries, *self.openings)]
            total = np.zeros((len(asked), int(index.starts[-1])))
            add_view(index, total, asked, view)
            self.known[view, size] = total.astype(np.float32)
        return self.known[view, size]

    def dense(self, *, size: int = 100, probed: bool = False, halves: bool = False) -> FloatMatrix:
        """The standardised cosine by the root of the share of words among the first `size` of their document, (Q, N).

        Without what the level of hubs explains, or without half of what the query's commoner words explain.
        """
        scores = zscore(self.sim)
        if probed:
            level = hub_level(zscore(cosines(self.d_emb[self.probes], self.d_emb)), self.probes)
            scores = without_part(scores, level)
        if halves:
            held = Counter(chain.from_iterable(set(words(text, stem=True)) for text in self.documents))
            common = cosines(self.encode(common_halves(self.queries, held)), self.d_emb)
            scores = zscore(without_part(scores, common, 0.5))
        return scores * np.float32(np.sqrt(share_read(passage_index(self.documents), size)))


Row = Callable[[Collection], FloatMatrix]


ADDED: Mapping[str, Row] = {
    "cosine and BM25": lambda on: zscore(on.sim) + zscore(bm25(on.queries, on.documents)),
    "root of BM25": lambda on: zscore(on.sim) + zscore(np.sqrt(bm25(on.queries, on.documents))),
    "stems": lambda on: zscore(on.sim) + on.said(WORDS, (0,)),
    "stems, root": lambda on: zscore(on.sim) + on.said(WORDS, (0,), root=True),
    "stems, pairs": lambda on: zscore(on.sim) + on.said(BOTH, (0,)),
    "stems, pairs, root": lambda on: zscore(on.sim) + on.said(BOTH, (0,), root=True),
    "stems, near words": lambda on: zscore(on.sim) + on.said(WORDS, (0,), terms=near_of),
    "stems, near words, root": lambda on: zscore(on.sim) + on.said(WORDS, (0,), terms=near_of, root=True),
    "stems, runs": lambda on: zscore(on.sim) + on.said(WORDS, (0,), terms=runs_of),
    "stems, best window": lambda on: zscore(on.sim) + on.said(WORDS),
    "stems, weight": lambda on: on.dense() + on.said(WORDS, (0,)),
}
LEFT_OUT: Mapping[str, Row] = {
    "word_pairs": lambda on: on.dense() + on.said(),
    "without pairs": lambda on: on.dense() + on.said(WORDS),
    "without windows": lambda on: on.dense() + on.said(sizes=(0,)),
    "without whole documents": lambda on: on.dense() + on.said(sizes=(100,)),
    "without weight": lambda on: zscore(on.sim) + on.said(),
    "weight by 200 words": lambda on: on.dense(size=200) + on.said(),
    "with the root": lambda on: on.dense() + on.said(root=True),
    "with near words": lambda on: on.dense() + on.said(terms=near_of),
    "with runs": lambda on: on.dense() + on.said(terms=runs_of),
    "with runs and the root": lambda on: on.dense() + on.said(terms=runs_of, root=True),
    "less hubs": lambda on: on.dense(probed=True) + on.said(probed=True),
    "less common words": lambda on: on.dense(halves=True) + on.said(),
}


def measure(folders: Sequence[Path], encoder: str, most: int) -> list[dict[str, float]]:
    """The gain of each row on each folder, one folder after another."""
    paths = ",".join(str(folder.resolve()) for folder in folders)
    settings = compose([f"encoder={encoder}", "tasks=folder", f"tasks.paths=[{paths}]", f"tasks.max_queries={most}"])
    model, found = load_cached_encoder(settings.encoder, settings.cache), []
    for task in load_tasks(settings.tasks):
        on = Collection(task, model)
        print(task.name, file=sys.stderr, flush=True)
        cosine = on.quality(on.sim)
        found.append({name: on.quality(row(on)) - cosine for name, row in {**ADDED, **LEFT_OUT}.items()})
    return found


def table(rows: Mapping[str, Row], found: Sequence[Mapping[str, float]]) -> None:
    """Print a row for each combination; differences are to the first."""
    print("\n| | mean | median | won | worst | difference | 95 % |\n|---|--:|--:|--:|--:|--:|--:|")
    first = np.array([each[next(iter(rows))] for each in found])
    for name in rows:
        gains = np.array([each[name] for each in found])
        interval = interval_over_tasks(gains - first) if name != next(iter(rows)) else None
        bounds = f"[{interval.low:+.4f}, {interval.high:+.4f}]" if interval else ""
        print(
            f"| {name} | {gains.mean():+.4f} | {np.median(gains):+.4f} | {(gains > 0).sum()}/{len(gains)} "
            f"| {gains.min():+.3f} | {(gains - first).mean():+.4f} | {bounds} |",
            flush=True,
        )


def main() -> None:
    """Measure each set of folders and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--search", nargs="+", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--held-out", nargs="+", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--encoder", default="wordllama")
    parser.add_argument("--max-queries", type=int, default=150)
    arguments = parser.parse_args()
    for name, folders in {"searched": arguments.search, "held out": arguments.held_out}.items():
        if folders:
            found = measure(folders, arguments.encoder, arguments.max_queries)
            print(f"\n{name}: {len(found)} collections")
            table(ADDED, found)
            table(LEFT_OUT, found)


if __name__ == "__main__":
    main()
