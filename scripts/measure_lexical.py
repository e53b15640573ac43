"""What a word is to BM25, and what that is worth: nDCG@10 by the choices of `primitives.bm25`, as a Markdown table.

python scripts/measure_lexical.py [tasks=documentation tasks.max_queries=150 ...]
"""

import sys
from collections.abc import Mapping, Sequence
from itertools import combinations

from harness.errors import HarnessError
from harness.evaluation.measures import NDCG_AT_10
from harness.evaluation.preparing import judgments_of
from harness.evaluation.secret import NO_SECRET
from harness.settings import compose
from harness.tasks.load import load_tasks
from harness.tasks.task import RetrievalTask
from primitives import bm25

CHOICES: Mapping[str, Mapping[str, bool]] = {
    " + ".join(names) or "none": dict.fromkeys(names, True)
    for number in range(4)
    for names in combinations(("stem", "camel", "cjk"), number)
}


def measure(task: RetrievalTask) -> list[float]:
    """The mean nDCG@10 of BM25 by each of the choices."""
    queries, documents = list(task.queries.values()), list(task.documents.values())
    judgments = judgments_of(task, NO_SECRET.order(task))
    scores = (bm25(queries, documents, **choice) for choice in CHOICES.values())
    return [float(NDCG_AT_10.per_query(each, judgments).mean()) for each in scores]


def main(words: Sequence[str]) -> None:
    """Print a row for each task and one for their mean."""
    tasks = load_tasks(compose(words).tasks)
    found = {task.name: measure(task) for task in tasks}
    found[f"mean of {len(tasks)}"] = [sum(column) / len(tasks) for column in zip(*found.values(), strict=True)]
    print("| task |", " | ".join(CHOICES), "|")
    print("|---|" + "--:|" * len(CHOICES))
    for name, row in found.items():
        print(f"| {name} |", " | ".join(f"{value:.4f}" for value in row), "|")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except HarnessError as error:
        sys.exit(f"error: {error}")
