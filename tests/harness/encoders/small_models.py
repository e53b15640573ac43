"""Tiny models with the parts of real ones: random weights, but real architectures, modules, prompts and code."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from harness.encoders.fingerprint import SENTENCES

WIDTH = 32

CODE = '''
import json
from pathlib import Path

import torch
from huggingface_hub import snapshot_download
from safetensors.torch import load_file
from torch import nn
from transformers import AutoTokenizer


class AllInOne(nn.Module):
    """One module with an adapter a task, as Jina v5 has: no method tells its width, and without a folder its weights
    come from the newest commit."""

    def __init__(self, place, max_seq_length=None, config_args=None, model_args=None, tokenizer_args=None,
                 cache_dir=None, backend="torch"):
        super().__init__()
        folder = Path(place if Path(place).is_dir() else snapshot_download(place, allow_patterns=["adapters/*"]))
        self.tokenizer = AutoTokenizer.from_pretrained(place)
        self.max_seq_length = max_seq_length or 512
        self.words = nn.Embedding(len(self.tokenizer), 24)
        weights = load_file(folder / "adapters/weights.safetensors")
        self.words.load_state_dict({"weight": weights["words"]})
        self.adapters = nn.ParameterDict({name: weights[name] for name in ("retrieval", "clustering")})

    def tokenize(self, texts):
        return self.tokenizer(texts, max_length=self.max_seq_length, truncation=True, padding=True,
                              return_tensors="pt")

    def forward(self, features, task=None):
        if task not in self.adapters:
            raise ValueError(f"Invalid task: {task}.")
        mask = features["attention_mask"].unsqueeze(-1)
        mean = (self.words(features["input_ids"]) * mask).sum(1) / mask.sum(1)
        return {**features, "sentence_embedding": mean @ self.adapters[task]}

    @classmethod
    def load(cls, place):
        return cls(place)
'''


def put(path: Path, value: object) -> None:
    """Write a JSON file, its folder too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), "utf-8")


def change(path: Path, **values: object) -> None:
    """Set keys of a JSON file."""
    put(path, json.loads(path.read_text("utf-8")) | values if path.exists() else values)


def tokenizer(**more: Any) -> PreTrainedTokenizerFast:
    """A byte-level tokenizer that puts `[CLS]` before a text."""
    made = Tokenizer(models.BPE(unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["[PAD]", "[CLS]", "[UNK]"],
        show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    made.train_from_iterator(SENTENCES, trainer)
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 1)])
    wrapped: Any = PreTrainedTokenizerFast
    return wrapped(tokenizer_object=made, **({"pad_token": "[PAD]", "unk_token": "[UNK]"} | more))  # type: ignore[no-any-return]


def shape(**more: Any) -> dict[str, Any]:
    """Sizes of a small BERT; wide initial weights, so that vectors differ by more than rounding."""
    return {
        "vocab_size": 400,
        "hidden_size": WIDTH,
        "intermediate_size": 64,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "max_position_embeddings": 64,
        "initializer_range": 0.5,
    } | more


def bare(folder: Path, model: Any = None, **of_tokenizer: Any) -> Path:
    """A folder that transformers saved: weights and tokenizer, no pooling."""
    torch.manual_seed(0)
    (model or BertModel(BertConfig(**shape()))).save_pretrained(folder)
    tokenizer(**of_tokenizer).save_pretrained(folder)
    return folder


def complete(folder: Path, model: Any = None, prompts: dict[str, str] | None = None, **of_tokenizer: Any) -> Path:
    """A folder that sentence-transformers saved: transformer and mean of the tokens."""
    bare(folder, model, **of_tokenizer)
    modules: Sequence[Any] = [Transformer(str(folder)), Pooling(WIDTH, "mean")]
    SentenceTransformer(modules=list(modules), prompts=prompts, device="cpu").save(str(folder))
    return folder


def with_code(folder: Path, seed: int = 0) -> Path:
    """A folder with the module above and its adapters."""
    from safetensors.torch import save_file

    words = tokenizer()
    words.save_pretrained(folder)
    torch.manual_seed(seed)
    weights = {"words": torch.randn(len(words), 24)}
    weights |= {name: torch.randn(24, 24) for name in ("retrieval", "clustering")}
    (folder / "adapters").mkdir()
    save_file(weights, folder / "adapters/weights.safetensors")
    (folder / "custom_st.py").write_text(CODE, "utf-8")
    put(folder / "config.json", {"model_type": "bert", "vocab_size": len(words)})
    put(
        folder / "modules.json", [{"idx": 0, "name": "0", "path": "", "type": "custom_st.AllInOne", "kwargs": ["task"]}]
    )
    put(
        folder / "config_sentence_transformers.json",
        {"prompts": {"query": "Query: ", "document": "Document: "}, "default_prompt_name": "document"},
    )
    return folder
