"""A model of the hub: which files of its repository are needed, as a folder on this machine."""

from pathlib import Path

from harness.hub.part import Part, fetch, list_files
from harness.hub.trouble import Asked
from harness.settings.encoder import EncoderSettings

_OTHER_FORMATS = (
    "*.gguf", "*.h5", "*.mlmodel", "*.msgpack", "*.ot", "*.tflite", "coreml/*", "flax/*", "original/*",
)  # fmt: skip
"""Files of a repository that hold the same weights for other libraries."""
_OF_BACKENDS = ("*.onnx", "*.onnx_data", "onnx/*", "openvino/*")
_PICKLED = ("pytorch_model*.bin",)
"""At the root, where safetensors usually lie beside them; those of a module's own folder are always fetched."""


def fetch_model(settings: EncoderSettings) -> Path:
    """The folder of a model's snapshot, fetched where the hub can be used; its name is the commit.

    Loading from it, code that comes with a model finds its weights there, and not those of the newest commit. Raises
    the errors of huggingface_hub.
    """
    folder = fetch(_part(settings, *_PICKLED))
    return folder if any(folder.glob("*.safetensors")) else fetch(_part(settings))


def needed_part(settings: EncoderSettings) -> Part:
    """The part that `fetch_model` fetches, as the hub lists it. Raises the errors of huggingface_hub."""
    part = _part(settings, *_PICKLED)
    safe = any(Path(file.name).match("*.safetensors") and "/" not in file.name for file in list_files(part))
    return part if safe else _part(settings)


def asked_for(settings: EncoderSettings) -> Asked:
    """The words for a model that cannot be had."""
    revision = f" --revision {settings.revision}" if settings.revision else ""
    return Asked(
        part=_part(settings),
        what=f"model {settings.model}",
        name_from="encoder.model, or give the path of a folder",
        revision_from="encoder.revision",
        command=f"`hf download {settings.model}{revision}`",
        instead=", or use a bundled one (encoder=minilm)",
    )


def _part(settings: EncoderSettings, *unwanted: str) -> Part:
    backends = _OF_BACKENDS if settings.backend == "torch" else ()
    without = (*_OTHER_FORMATS, *backends, *unwanted)
    return Part("model", full_name(settings.model), settings.revision, without=without)


def full_name(model: str) -> str:
    """A model's name with its owner: one without is the library's own, or one of the oldest of transformers."""
    if "/" in model:
        return model
    from sentence_transformers.util import ORIGINAL_TRANSFORMER_MODELS

    return model if model.lower() in ORIGINAL_TRANSFORMER_MODELS else f"sentence-transformers/{model}"
