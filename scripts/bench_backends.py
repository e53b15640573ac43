"""What computes a model: texts a second of each way, and how far it moves vectors and a baseline.

    python scripts/bench_backends.py [--model minilm|FOLDER] [--task NAME] [--repeats 5] [--threads 1] [--compile]

Each way encodes the documents and queries of one task in turns, so ratios hold on a machine that does other work. Ways
whose packages are missing are told and left out: those of onnx and of openvino do not go into one environment.
"""

import argparse
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from statistics import median

import numpy as np

from harness.encoders.bundled import BUNDLES
from harness.encoders.load import load_encoder
from harness.encoders.protocol import QUERY, Encoder, FloatMatrix
from harness.ending import one_sentence
from harness.errors import EncoderError
from harness.evaluation.measures.find import NDCG_AT_10
from harness.evaluation.measures.judgments import Judgments
from harness.settings import compose
from harness.settings.encoder import EncoderSettings
from harness.tasks.load import load_tasks
from harness.tasks.task import RetrievalTask

PLAIN = "torch float32"
PACKAGES = ("torch", "transformers", "sentence-transformers", "huggingface-hub", "onnxruntime", "openvino")


def open_ways(model: str, threads: int, compiled: bool) -> dict[str, Encoder]:
    """Every way that can be opened here, by name; the first is torch in float32."""
    chosen: dict[str, dict[str, object]] = {
        PLAIN: {},
        "torch bfloat16": {"dtype": "bfloat16"},
        "onnx float32": {"backend": "onnx"},
        "openvino float32": {"backend": "openvino"},
    }
    if compiled:
        chosen["torch float32, compiled"] = {"compile": True}
    kind = "bundled" if model in BUNDLES else "sentence-transformers"
    ways = {}
    for name, values in chosen.items():
        began = time.perf_counter()
        try:
            ways[name] = load_encoder(EncoderSettings(kind=kind, model=model, threads=threads, **values))  # type: ignore[arg-type]
        except EncoderError as error:
            print(f"{name}: {error}")
            continue
        print(f"{name}: open in {time.perf_counter() - began:.1f} s, fingerprint {ways[name].fingerprint[:12]}")
    return ways


def encode(encoder: Encoder, task: RetrievalTask) -> tuple[FloatMatrix, FloatMatrix]:
    """Vectors of queries and of documents, float32 (q, dim) and (d, dim)."""
    return encoder.encode(list(task.queries.values()), QUERY), encoder.encode(list(task.documents.values()))


def baseline(task: RetrievalTask, vectors: tuple[FloatMatrix, FloatMatrix]) -> float:
    """Mean nDCG@10 of the cosine."""
    judgments = Judgments(task.qrels, list(task.queries), list(task.documents))
    return float(NDCG_AT_10.per_query(vectors[0] @ vectors[1].T, judgments).mean())


def drift(plain: FloatMatrix, vectors: FloatMatrix) -> tuple[float, float]:
    """Largest and mean 1 - cosine of equal rows. In float64, as half the square of the distance: exact near 0."""
    one, other = (rows.astype(np.float64) for rows in (plain, vectors))
    one, other = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (one, other))
    apart = ((one - other) ** 2).sum(axis=1) / 2
    return float(apart.max()), float(apart.mean())


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def installed(package: str) -> str | None:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="minilm", help="minilm, or a folder that sentence-transformers saved")
    parser.add_argument("--task", default="numpy-see-also")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--compile", action="store_true", help="also torch.compile, which takes a minute")
    options = parser.parse_args()

    print(", ".join(filter(None, map(installed, PACKAGES))))
    [task] = load_tasks(compose([f"tasks.names=[{options.task}]"]).tasks)
    ways = open_ways(options.model, options.threads, options.compile)
    found = {name: encode(encoder, task) for name, encoder in ways.items()}  # which also warms each up
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.repeats):
        for name, encoder in ways.items():
            took[name].append(seconds(lambda: encode(encoder, task)))  # noqa: B023

    texts = len(task.queries) + len(task.documents)
    of_plain = baseline(task, found[PLAIN])
    print(f"{task.name}: {texts} texts, {options.threads} threads, {options.repeats} turns, nDCG@10 {of_plain:.6f}")
    print("| way | texts a second | times torch float32 | largest 1 - cosine | mean 1 - cosine | change of nDCG@10 |")
    print("|---|---|---|---|---|---|")
    for name, vectors in found.items():
        times = median(plain / own for plain, own in zip(took[PLAIN], took[name], strict=True))
        largest, mean = drift(np.concatenate(found[PLAIN]), np.concatenate(vectors))
        print(
            f"| {name} | {texts / median(took[name]):.0f} | {times:.2f} | {largest:.1e} | {mean:.1e} "
            f"| {baseline(task, vectors) - of_plain:+.6f} |"
        )


if __name__ == "__main__":
    with one_sentence("bench_backends"):
        main()
