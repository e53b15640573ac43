"""Run by the python of a clean environment: what an exported package does there, as JSON on standard output.

Arguments: model folder, task folder, prediction folder, then the packages' names, with =FOLDER where one has a model of
its own.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import mteb
from datasets import Dataset
from mteb.abstasks.retrieval import AbsTaskRetrieval
from mteb.abstasks.task_metadata import TaskMetadata
from sentence_transformers import SentenceTransformer


def lines(path: Path) -> list[dict[str, str]]:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [{"id": row["_id"], "text": row["text"]} for row in rows]


class Local(AbsTaskRetrieval):
    """A task read from a folder, for mteb offline."""

    folder: Path
    metadata = TaskMetadata(
        name="Local",
        description="A small task on disk.",
        dataset={"path": "local/task", "revision": "1"},
        type="Retrieval",
        category="t2t",
        eval_splits=["test"],
        eval_langs=["eng-Latn"],
        main_score="ndcg_at_10",
    )

    def load_data(self, num_proc: int | None = None, **ignored: Any) -> None:
        qrels: dict[str, dict[str, int]] = {}
        for line in (self.folder / "qrels" / "test.tsv").read_text().splitlines():
            query, document, grade = line.split("\t")
            qrels.setdefault(query, {})[document] = int(grade)
        data: Any = {
            "corpus": Dataset.from_list(lines(self.folder / "corpus.jsonl")),
            "queries": Dataset.from_list(lines(self.folder / "queries.jsonl")),
            "relevant_docs": qrels,
            "top_ranked": None,
        }
        self.dataset = {"default": {"test": data}}
        self.data_loaded = True


def main() -> None:
    """Evaluate the bare model and each package by mteb, and search with each package."""
    model_folder, task_folder, predictions, *packages = sys.argv[1:]
    Local.folder = Path(task_folder)
    model = SentenceTransformer(model_folder, device="cpu", local_files_only=True)
    told: dict[str, Any] = {"foreign": [], "ndcg": {}, "hits": {}}
    for name in ("harness", "primitives", "archive", "sandbox", "configs"):
        if importlib.util.find_spec(name) is not None:
            told["foreign"].append(name)
    candidates = {"bare": model}
    corpus = lines(Local.folder / "corpus.jsonl")
    for word in packages:
        name, _, own = word.partition("=")
        package = importlib.import_module(name)
        candidates[name] = package.mteb_model(own or model)
        retriever = package.Retriever(own or model)
        retriever.index([row["id"] for row in corpus], [row["text"] for row in corpus])
        if own:
            retriever.save(Path(predictions).with_name("index"))
            retriever = package.Retriever(own)
            retriever.load(Path(predictions).with_name("index"))
        told["hits"][name] = [hit.text for hit in retriever.search("When was it that the comet grew?", k=3)]
    for name, candidate in candidates.items():
        result = mteb.evaluate(candidate, Local(), cache=None, prediction_folder=Path(predictions) / name)
        told["ndcg"][name] = result.task_results[0].scores["test"][0]["ndcg_at_10"]
    print(json.dumps(told))


if __name__ == "__main__":
    main()
