"""What the embedding cache costs and saves, as ratios within one run.

Cold: `CachedEncoder` on texts that it never saw, over one call of the bare encoder with the same texts (target 1.25).
Warm: a request of 30,000 texts already seen, in milliseconds (target 50), and over the bare numpy gather of its rows.

    python scripts/bench_encoder.py [minilm|wordllama|e5-small]
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
from harness.encoders.protocol import Encoder
from harness.encoders.store import EmbeddingStore
from harness.ending import one_sentence
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoder", nargs="?", default="minilm", choices=["minilm", "wordllama", "e5-small"])
    options = parser.parse_args()
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
    with one_sentence("bench_encoder"):
        main()
