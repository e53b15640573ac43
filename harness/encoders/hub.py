"""The model hub: whether it answers, and a pinned model as a folder on this machine."""

import functools
import os
from pathlib import Path
from typing import Any

_HUB_SECONDS = 5.0

_OTHER_FORMATS = (
    "*.gguf", "*.h5", "*.mlmodel", "*.msgpack", "*.ot", "*.tflite", "coreml/*", "flax/*", "original/*",
)  # fmt: skip
"""Files of a repository that hold the same weights for other libraries."""
_OF_BACKENDS = ("*.onnx", "*.onnx_data", "onnx/*", "openvino/*")
_PICKLED = ("pytorch_model*.bin",)
"""At the root, where safetensors usually lie beside them; those of a module's own folder are always fetched."""


def hub_trouble() -> str | None:
    """Why the model hub cannot be used, None where it can: one short try a process.

    The libraries would retry each file for a minute, model by model.
    """
    from huggingface_hub import constants

    return _probe(constants.ENDPOINT, bool(constants.HF_HUB_OFFLINE))


@functools.cache
def _probe(endpoint: str, offline: bool) -> str | None:
    """`offline` is in the key because it decides the answer."""
    from huggingface_hub import utils

    hub: Any = utils
    try:
        status = hub.get_session().head(endpoint, timeout=_HUB_SECONDS).status_code
    except Exception as error:  # whatever the HTTP client raises: no answer
        return "it is switched off by HF_HUB_OFFLINE" if offline else f"no answer: {error or type(error).__name__}"
    return f"it answers with an error, {status}" if status >= 500 else None


def fetch(model: str, revision: str | None, *, backend: str = "torch") -> Path:
    """The folder of a model's snapshot, fetched where the hub can be used; its name is the commit.

    Loading from it, code that comes with a model finds its weights there, and not those of the newest commit. Raises
    the errors of huggingface_hub.
    """
    from huggingface_hub import snapshot_download

    def get(*unwanted: str) -> Path:
        return Path(
            snapshot_download(
                full_name(model),
                revision=revision,
                cache_dir=os.environ.get("SENTENCE_TRANSFORMERS_HOME"),
                ignore_patterns=[*_OTHER_FORMATS, *unwanted],
                local_files_only=hub_trouble() is not None,
            )
        )

    unwanted = _OF_BACKENDS if backend == "torch" else ()
    folder = get(*unwanted, *_PICKLED)
    return folder if any(folder.glob("*.safetensors")) else get(*unwanted)


def full_name(model: str) -> str:
    """A model's name with its owner: one without is the library's own, or one of the oldest of transformers."""
    from sentence_transformers.util import ORIGINAL_TRANSFORMER_MODELS

    if "/" in model or model.lower() in ORIGINAL_TRANSFORMER_MODELS:
        return model
    return f"sentence-transformers/{model}"
