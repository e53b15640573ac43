"""Language models that bring their own code: diffusion models such as Dream and LLaDA.

That code was written for transformers 4 (DiffRetriever's authors name 4.54), and a later one does not load it whole: it
has no rotary embedding called `default`, for which Dream asks, fills buffers that are not saved by code of its own, and
passes arguments to `tie_weights` that LLaDA's does not take. So the model is made from its config, where its own code
does all, and its weights are put in here.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.errors import EncoderError

_INDEX = "model.safetensors.index.json"


def brings_own_model(folder: Path) -> bool:
    """Whether a saved model names a class of its own, and none for masked words."""
    path = folder / "config.json"
    named = json.loads(path.read_text("utf-8")).get("auto_map", {}) if path.is_file() else {}
    return "AutoModel" in named and "AutoModelForMaskedLM" not in named


def open_own_model(folder: Path, dtype: Any, places: dict[str, Any]) -> tuple[Any, set[str]]:
    """A model of its own code in numbers of type `dtype`, on the processor, and the names of weights that it lacks."""
    from transformers import AutoConfig, AutoModel

    config = AutoConfig.from_pretrained(str(folder), **places)
    make: Any = AutoModel.from_config  # the library does not type it
    with _default_rotary():
        model = make(config, dtype=dtype, trust_remote_code=places["trust_remote_code"])
    return model, _load_weights(model, folder)


def _load_weights(model: Any, folder: Path) -> set[str]:
    from safetensors.torch import load_file

    own = model.state_dict()
    loaded: set[str] = set()
    for file in _files(folder):
        found = load_file(file)
        model.load_state_dict(found, strict=False)
        loaded |= found.keys()
    # One tensor may have two names, and is saved under one.
    filled = {own[name].data_ptr() for name in loaded & own.keys()}
    return {name for name, tensor in own.items() if name not in loaded and tensor.data_ptr() not in filled}


def _files(folder: Path) -> list[Path]:
    if (folder / _INDEX).is_file():
        named = json.loads((folder / _INDEX).read_text("utf-8"))["weight_map"]
        return [folder / name for name in sorted(set(named.values()))]
    if not (folder / "model.safetensors").is_file():
        raise EncoderError(f"The model in {folder} has no weights in safetensors; convert them, or give another model.")
    return [folder / "model.safetensors"]


@contextmanager
def _default_rotary() -> Iterator[None]:
    """Let code inside the block find the rotary embedding that transformers 4 called `default`."""
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    if "default" in ROPE_INIT_FUNCTIONS:
        yield
        return
    ROPE_INIT_FUNCTIONS["default"] = _rotary
    try:
        yield
    finally:
        ROPE_INIT_FUNCTIONS.pop("default", None)


def _rotary(config: Any, device: Any = None, **_: Any) -> tuple[Any, float]:
    """Inverse frequencies, float32 (width of a head / 2,), and no scaling (Su et al., 2021)."""
    import torch

    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    steps = torch.arange(0, width, 2, dtype=torch.int64, device=device).float() / width
    return 1.0 / config.rope_theta**steps, 1.0
