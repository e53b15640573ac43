from pathlib import Path

import numpy as np
import pytest

from harness.encoders.bundled import BUNDLES, open_bundle
from harness.encoders.load import load_encoder
from harness.encoders.protocol import QUERY, EmbedOptions, Encoder, EncodeRefused
from harness.encoders.sentence_transformer import SentenceTransformerEncoder
from harness.errors import EncoderError
from harness.settings.encoder import EncoderSettings
from tests.harness.encoders.small_models import WIDTH, bare, tokenizer

TEXTS = ["A cat sat on the mat.", "Interest rates rose.", "", "\ud800 lone", "naïve café 日本", "x " * 3000]


@pytest.fixture(scope="module")
def minilm() -> Encoder:
    return load_encoder(EncoderSettings())


@pytest.fixture(params=["wordllama", "minilm"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    return request.getfixturevalue(request.param)


def test_rows_are_unit_float32_for_any_text(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.dtype == np.float32 and vectors.shape == (len(TEXTS), encoder.dim)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_order_and_company_do_not_matter(encoder: Encoder) -> None:
    together = encoder.encode(TEXTS)
    np.testing.assert_allclose(encoder.encode(TEXTS[::-1])[::-1], together, atol=2e-6)
    np.testing.assert_allclose(encoder.encode(TEXTS[1:2])[0], together[1], atol=2e-6)


def test_agrees_with_the_library(minilm: Encoder) -> None:
    texts = [text for text in TEXTS if text.isprintable()]
    theirs = open_bundle(BUNDLES["minilm"]).encode(texts, normalize_embeddings=True, show_progress_bar=False)
    np.testing.assert_allclose(minilm.encode(texts), theirs, atol=2e-6)


def test_a_narrower_vector_is_the_head_normalised_again(encoder: Encoder) -> None:
    head = encoder.encode(TEXTS)[:, :64]
    expected = head / np.linalg.norm(head, axis=1, keepdims=True)
    np.testing.assert_allclose(encoder.encode(TEXTS, EmbedOptions(dim=64)), expected, atol=1e-6)


def test_tokens_are_what_the_model_reads(wordllama: Encoder, minilm: Encoder) -> None:
    def counted(encoder: Encoder, max_tokens: int | None = None) -> list[int]:
        counts = np.zeros(2, dtype=int)
        for batch in encoder.encode_batches(["hello world", "x " * 3000], EmbedOptions(max_tokens=max_tokens)):
            counts[batch.positions] = batch.tokens
        return counts.tolist()

    assert counted(minilm) == [4, 256]  # [CLS] hello world [SEP], and the model's own limit
    assert counted(minilm, 3) == [3, 3]
    assert counted(wordllama, 5) == [2, 5]
    assert counted(wordllama)[1] >= 3000


def test_a_cap_reads_the_beginning_only(encoder: Encoder) -> None:
    capped = encoder.encode(["the cat sat on the mat", "the cat sat on a sofa"], EmbedOptions(max_tokens=4))
    np.testing.assert_allclose(capped[0], capped[1], atol=1e-6)
    whole = encoder.encode(["the cat sat on the mat"])
    assert np.abs(whole - capped[:1]).max() > 1e-3, "the cap must not outlast its request"


def test_variants_name_what_decides_a_vector(encoder: Encoder) -> None:
    plain = encoder.variant()
    assert plain == encoder.variant(QUERY), "both prompts are empty"
    assert plain != encoder.variant(EmbedOptions(max_tokens=7))
    if encoder.name == "minilm":
        assert plain == encoder.variant(EmbedOptions(max_tokens=9999)), "above the model's own limit"


def test_prompts_go_before_the_text() -> None:
    prompted = load_encoder(EncoderSettings(model="wordllama", prompts={"query": "find this: "}))
    np.testing.assert_array_equal(prompted.encode(["a cat"], QUERY), prompted.encode(["find this: a cat"]))
    variants = {prompted.variant(EmbedOptions(role=role)) for role in ("query", "document")}
    assert len(variants) == 2


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"role": "poem"}, "no role 'poem'"),
        ({"adapter": "retrieval"}, "no adapter 'retrieval'"),
        ({"dim": 4096}, "256 wide"),
        ({"dim": 0}, "256 wide"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 2.5}, "max_tokens"),
    ],
)
def test_what_the_model_lacks_is_refused(wordllama: Encoder, request_: dict[str, object], words: str) -> None:
    with pytest.raises(EncodeRefused, match=words):
        wordllama.encode(["a cat"], EmbedOptions(**request_))  # type: ignore[arg-type]


@pytest.mark.parametrize("texts", ["one string", [1], ["x" * 4_000_001]], ids=["string", "number", "huge"])
def test_what_is_no_list_of_texts_is_refused(wordllama: Encoder, texts: object) -> None:
    with pytest.raises(EncodeRefused):
        wordllama.encode(texts)  # type: ignore[arg-type]


def test_caps_that_hold_no_text_are_refused(minilm: Encoder) -> None:
    with pytest.raises(EncodeRefused, match="above 2"):
        minilm.encode(["a cat"], EmbedOptions(max_tokens=2))


def test_adapters_of_a_model_with_two_towers() -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Router
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    one = open_bundle(BUNDLES["wordllama"])[0]
    weights = one.embedding.weight.detach().numpy()
    other = StaticEmbedding(one.tokenizer, embedding_weights=weights[:, ::-1].copy())
    same = StaticEmbedding(one.tokenizer, embedding_weights=weights)

    def encoder(query: object, adapters: list[str]) -> SentenceTransformerEncoder:
        model = SentenceTransformer(modules=[Router.for_query_document([query], [one])], device="cpu")
        return SentenceTransformerEncoder(model, name="towers", revision="1", prompts={}, adapters=adapters)

    towers = encoder(other, ["document", "query"])
    np.testing.assert_allclose(
        towers.encode(["cat"], EmbedOptions(adapter="query")), towers.encode(["cat"])[:, ::-1], atol=1e-6
    )
    assert towers.variant(EmbedOptions(adapter="query")) != towers.variant()
    by_role = encoder(other, [])
    np.testing.assert_allclose(by_role.encode(["cat"], QUERY), by_role.encode(["cat"])[:, ::-1], atol=1e-6)
    with pytest.raises(EncoderError, match="answers alike"):
        encoder(same, ["document", "query"])
    with pytest.raises(EncoderError, match="lacks an adapter"):
        encoder(other, ["document", "poetry"])


def test_a_cap_holds_on_both_routes(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Router
    from sentence_transformers.sentence_transformer.modules import Pooling, StaticEmbedding, Transformer

    transformer = Transformer(str(bare(tmp_path / "bare")), max_seq_length=20)
    static = StaticEmbedding(tokenizer().backend_tokenizer, embedding_dim=WIDTH)
    router = Router.for_query_document([static], [transformer, Pooling(WIDTH, "mean")])
    model = SentenceTransformer(modules=[router], device="cpu")
    encoder = SentenceTransformerEncoder(model, name="routes", revision="1", prompts={})

    def counted(role: str, max_tokens: int | None = None) -> int:
        options = EmbedOptions(role=role, max_tokens=max_tokens)
        return sum(int(batch.tokens.sum()) for batch in encoder.encode_batches(["y z " * 100], options))

    for _ in range(2):
        assert counted("query", 7) == counted("document", 7) == 7
        assert (counted("query"), counted("document")) == (400, 20), "each route's own limit, and no cap that stays"
        assert (counted("query", 50), counted("document", 50)) == (50, 20)


def test_answers_that_are_not_finite_are_an_error() -> None:
    model = open_bundle(BUNDLES["wordllama"])
    encoder = SentenceTransformerEncoder(model, name="broken", revision="1", prompts={})
    model[0].embedding.weight.data.fill_(float("nan"))
    with pytest.raises(EncoderError, match="not finite"):
        encoder.encode(["a cat"])
