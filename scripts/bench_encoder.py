"""What the embedding cache costs and saves, as ratios within one run; or what a faster way to compute costs.

Cold: `CachedEncoder` on texts that it never saw, over one call of the bare encoder with the same texts (target 1.25).
Warm: a request of 30,000 texts already seen, in milliseconds (target 50), and over the bare numpy gather of its rows.

    python scripts/bench_encoder.py [minilm|wordllama|e5-small]

Ways: texts a second of a saved model in torch, compiled, in half precision and on other backends, and how far each
moves its vectors and the ten nearest neighbours of each text.

    python scripts/bench_encoder.py --ways FOLDER
"""

import argparse
import sysconfig
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import median

import numpy as np

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.encoders.protocol import Encoder, FloatMatrix
from harness.encoders.store import EmbeddingStore
from harness.errors import HarnessError
from harness.machine.cores import available_cores
from harness.settings.encoder import EncoderSettings

ROOM = 4 * 1024**3
REPEATS = 3


def paragraphs(count: int) -> list[str]:
    """Distinct pieces of the standard library's source, cut at blank lines."""
    files = sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py"))
    pieces = (piece for file in files for piece in file.read_text("utf-8", "replace").split("\n\n") if len(piece) > 40)
    return list(islice(dict.fromkeys(pieces), count))


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def cold(encoder: Encoder, texts: list[str]) -> tuple[float, float]:
    """Bare and cached seconds, each the median of runs in turn."""
    bare, cached = [], []
    for _ in range(REPEATS):
        bare.append(seconds(lambda: encoder.encode(texts)))
        with tempfile.TemporaryDirectory() as folder:
            store = EmbeddingStore(folder, ROOM)
            cached.append(seconds(lambda: CachedEncoder(encoder, store).embed(texts)))  # noqa: B023
            store.close()
    return median(bare), median(cached)


def warm(encoder: Encoder, texts: list[str]) -> tuple[float, float, float]:
    """Seconds of the numpy gather, of a request from memory and of one from disk."""
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddingStore(folder, ROOM)
        first = CachedEncoder(encoder, store)
        vectors = first.embed(texts).vectors
        copies = [(text + " ")[:-1] for text in texts]  # a program sends new strings each time
        memory = median(seconds(lambda: first.embed(copies)) for _ in range(9))
        disk = seconds(lambda: CachedEncoder(encoder, store).embed(texts))
        store.close()
    order = np.random.default_rng(0).permutation(len(texts))
    return median(seconds(lambda: vectors[order]) for _ in range(9)), memory, disk


def ways(folder: str, texts: list[str]) -> None:
    """Print speed and drift of each way to compute one model, beside torch in float32."""
    plain: FloatMatrix | None = None
    tried = [("torch", "float32", False), ("torch", "float32", True), ("torch", "bfloat16", False)]
    tried += [("onnx", "float32", False), ("openvino", "float32", False)]
    for backend, dtype, compiled in tried:
        settings = EncoderSettings(
            kind="sentence-transformers",
            model=folder,
            backend=backend,
            dtype=dtype,
            compile=compiled,
            threads=available_cores(),
        )
        name = f"{backend}, {dtype}{', compiled' if compiled else ''}"
        try:
            encoder = load_encoder(settings)
        except HarnessError as error:
            print(f"{name}: {error}")
            continue
        speed = len(texts) / median(seconds(lambda: encoder.encode(texts)) for _ in range(REPEATS))  # noqa: B023
        vectors = encoder.encode(texts)
        plain = vectors if plain is None else plain
        cosines = (vectors * plain).sum(axis=1)
        print(
            f"{name}: {speed:.0f} texts/s, cosine to torch float32 at least {cosines.min():.6f}, "
            f"{neighbours_kept(plain, vectors):.1%} of ten nearest neighbours kept"
        )


def neighbours_kept(before: FloatMatrix, after: FloatMatrix) -> float:
    """Share of each row's ten nearest rows that stay so, both float32 (n, dim)."""
    nearest = [np.argsort(-(rows @ rows.T), axis=1)[:, 1:11] for rows in (before, after)]
    return float(np.mean([len(np.intersect1d(*pair)) / 10 for pair in zip(*nearest, strict=True)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoder", nargs="?", default="minilm", choices=["minilm", "wordllama", "e5-small"])
    parser.add_argument("--ways", metavar="FOLDER", help="compare ways to compute this saved model instead")
    options = parser.parse_args()
    if options.ways:
        ways(options.ways, paragraphs(300))
        return
    name = options.encoder
    encoder = load_encoder(EncoderSettings(model=name, batch_size=1024 if name == "wordllama" else 32))
    texts = paragraphs(30_000 if name == "wordllama" else 600)
    bare, cached = cold(encoder, texts)
    print(f"{name}, cold, {len(texts)} texts: bare {bare:.2f} s, cached {cached:.2f} s, ratio {cached / bare:.2f}")

    static = load_encoder(EncoderSettings(model="wordllama", batch_size=1024))
    many = paragraphs(30_000)
    gather, memory, disk = warm(static, many)
    print(
        f"wordllama, warm, {len(many)} texts: gather {1e3 * gather:.1f} ms, from memory {1e3 * memory:.1f} ms "
        f"(ratio {memory / gather:.1f}), from disk {1e3 * disk:.0f} ms"
    )


if __name__ == "__main__":
    main()
