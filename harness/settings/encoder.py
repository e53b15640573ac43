"""What a person may set of the encoder and of its cache; `configs/encoder/*.yaml` mirror the first."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class EncoderSettings:
    """Which frozen encoder, and how it reads a text."""

    kind: str = "bundled"
    """`bundled` (weights inside an installed package), `sentence-transformers` (a hub name or a folder),
    `openai-embeddings` (a server that speaks `/v1/embeddings`), many vectors a text with `tokens-of` (any of the first
    two), `multi-vector` (a ColBERT) or `representative-tokens` (a masked language model), or the name of one that
    another package brings."""
    model: str = "minilm"
    """A bundled model, a name on the model hub, a folder, or what a server calls it."""
    revision: str | None = None
    """Commit of a hub model; None takes the newest."""
    dtype: str = "float32"
    """`float32`, `bfloat16` or `float16`."""
    backend: str = "torch"
    """`sentence-transformers` and minilm only: what computes, `torch`, `onnx` or `openvino`; each counts as another
    encoder. The last two need the extra of their name."""
    device: str = "auto"
    """`auto` takes a GPU where there is one; else a torch device such as `cpu` or `cuda:1`."""
    prompts: dict[str, str] = field(default_factory=dict)
    """Role to the text put before every input of that role; the model's own prompts hold for the other roles.
    `{instruction}` in one stands for what mteb tells a model of each task."""
    adapters: list[str] = field(default_factory=list)
    """Adapters that a program may name; the first is used where it names none."""
    dim: int | None = None
    """Cut every vector to this width (Matryoshka); None keeps the model's."""
    max_tokens: int | None = None
    """Cut every text to this many tokens; None keeps the model's own limit."""
    threads: int | None = None
    """Torch threads on a CPU; None follows the cores that are really free."""
    batch_size: int = 32
    """Texts in one forward pass."""
    compile: bool = False
    """Have torch.compile make a faster program of the model, which takes a minute at each start and needs a C++
    compiler. Its vectors differ from the model's in the last digits, so it counts as another encoder."""
    pin_memory: bool = False
    """Send texts to an NVIDIA GPU by way of pinned memory. Vectors stay the same."""
    trust_remote_code: bool = False
    """Run the Python code that comes with a hub model. Only for models whose code you trust."""
    base_url: str | None = None
    """`openai-embeddings` only: a server's address up to `/v1`; None is OpenAI itself."""
    api_key_env: str = ""
    """`openai-embeddings` only: environment variable that holds the key; empty takes OPENAI_API_KEY, none at a
    `base_url`."""
    price: float | None = None
    """`openai-embeddings` only: dollars per million tokens; None looks it up where the extra 'prices' is installed."""
    options: dict[str, Any] = field(default_factory=dict)
    """Settings of an encoder that another package brings, or of one with many vectors a text, by the names it gives
    them."""


def default_cache_folder() -> str:
    """The user's cache folder: `$XDG_CACHE_HOME/ttc-retrieval`, or `~/.cache/ttc-retrieval`."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return str(Path(base) / "ttc-retrieval")


@dataclass
class CacheSettings:
    """Where embeddings are kept, and how much of them."""

    folder: str = field(default_factory=default_cache_folder)
    """May be deleted at any time."""
    max_bytes: int = 8 * 1024**3
    """Limit of the file on disk; the entries whose last use is oldest go first. 0 keeps nothing on disk."""
    memory_bytes: int | None = None
    """Limit of the part kept in this process's memory; 0 keeps nothing there. None is 512 MiB, or an eighth of the
    memory that this process may use where that is less."""
