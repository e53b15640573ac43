import random
import subprocess
import sys
from pathlib import Path

import pytest

from harness.encoders.bundled import BUNDLES, open_bundle
from harness.encoders.load import load_encoder
from harness.encoders.protocol import DOCUMENT, QUERY, EmbedOptions, Encoder
from harness.encoders.sentence_transformer import SentenceTransformerEncoder
from harness.encoders.static import StaticEncoder
from harness.errors import EncoderError
from harness.settings.encoder import EncoderSettings

PROMPTS = {"query": "find: "}


@pytest.fixture(scope="module")
def static() -> Encoder:
    encoder = load_encoder(EncoderSettings(model="wordllama", prompts=PROMPTS))
    assert isinstance(encoder, StaticEncoder)
    return encoder


@pytest.fixture(scope="module")
def library() -> Encoder:
    bundle = BUNDLES["wordllama"]
    model = open_bundle(bundle)
    return SentenceTransformerEncoder(model, name="wordllama", revision=bundle.revision, prompts=PROMPTS)


def texts() -> list[str]:
    rng = random.Random(5)
    letters = "aeiou bcd  fgh\n\t.,!éß日本語😀\ud800\u0301"
    drawn = ["".join(rng.choices(letters, k=rng.randrange(1, 3000))) for _ in range(150)]
    return ["", " ", "a", "\ud800", "hello world", "A cat sat on the mat.", "x " * 70_000, *drawn]


def test_it_is_the_encoder_of_the_library(static: Encoder, library: Encoder) -> None:
    assert static.identity == library.identity
    for options in (DOCUMENT, QUERY, EmbedOptions(max_tokens=7), EmbedOptions(dim=8)):
        assert static.variant(options) == library.variant(options)


@pytest.mark.parametrize("options", [DOCUMENT, QUERY, EmbedOptions(max_tokens=3), EmbedOptions(dim=64)], ids=str)
def test_vectors_are_bit_equal(static: Encoder, library: Encoder, options: EmbedOptions) -> None:
    assert static.encode(texts(), options).tobytes() == library.encode(texts(), options).tobytes()


def test_tokens_and_batches_are_equal(static: Encoder, library: Encoder) -> None:
    pairs = zip(static.encode_batches(texts()), library.encode_batches(texts()), strict=True)
    for ours, theirs in pairs:
        assert ours.positions.tolist() == theirs.positions.tolist()
        assert ours.tokens.tolist() == theirs.tokens.tolist()


@pytest.mark.parametrize(("dim", "max_tokens", "batch_size"), [(64, 4, 32), (None, None, 7)])
def test_narrowed_for_good_it_is_still_the_same(dim: int | None, max_tokens: int | None, batch_size: int) -> None:
    bundle = BUNDLES["wordllama"]
    ours = load_encoder(EncoderSettings(model="wordllama", dim=dim, max_tokens=max_tokens, batch_size=batch_size))
    theirs = SentenceTransformerEncoder(
        open_bundle(bundle),
        name="wordllama",
        revision=bundle.revision,
        prompts={},
        dim=dim,
        max_tokens=max_tokens,
        batch_size=batch_size,
    )
    assert ours.identity == theirs.identity
    assert ours.encode(texts()).tobytes() == theirs.encode(texts()).tobytes()


def test_other_precisions_go_through_the_library() -> None:
    assert isinstance(load_encoder(EncoderSettings(model="wordllama", dtype="bfloat16")), SentenceTransformerEncoder)


def test_it_has_no_adapters() -> None:
    with pytest.raises(EncoderError, match="has no adapters"):
        load_encoder(EncoderSettings(model="wordllama", adapters=["retrieval"]))


COMMAND = """
import sys
from harness.cli import app
app(sys.argv[1:], standalone_mode=False)
heavy = {"torch", "sklearn", "sentence_transformers", "transformers", "huggingface_hub", "scipy"} & sys.modules.keys()
print("heavy:", sorted(heavy))
"""


def test_evaluate_imports_nothing_heavy(quick: list[str], tmp_path: Path) -> None:
    settings = [setting for setting in quick if not setting.startswith(("encoders=", "archive."))]
    command = [sys.executable, "-c", COMMAND, "evaluate", "identity", "encoder=wordllama", *settings]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("heavy: []")
