"""A model's forward pass compiled for this machine by torch.compile, and inputs that a GPU copies by itself."""

import os
import shutil
from typing import Any

from harness.errors import EncoderError, UsageError


def compile_model(model: Any, name: str) -> None:
    """Have a torch model compiled when it first answers, for texts of any length.

    Raises EncoderError where a model on a CPU would find no C++ compiler.
    """
    compiler = os.environ.get("CXX", "g++")
    if model.device.type == "cpu" and shutil.which(compiler) is None:
        raise EncoderError(
            f"The encoder {name} cannot be compiled, as there is no C++ compiler ({compiler or 'CXX is empty'}); "
            "install one, name it in the environment variable CXX, or set encoder.compile=false."
        )
    # One kernel for all lengths: with one for each, a search of many texts would compile without end.
    model.compile(dynamic=True)


def moved(features: dict[str, Any], device: Any, *, pinned: bool) -> dict[str, Any]:
    """Tensors of a batch on `device`; `pinned` ones go there by way of memory that the GPU reads by itself."""
    import torch
    from sentence_transformers.util import batch_to_device

    if not pinned:
        sent: dict[str, Any] = batch_to_device(features, device)
        return sent
    return {
        key: value.pin_memory().to(device, non_blocking=True) if isinstance(value, torch.Tensor) else value
        for key, value in features.items()
    }


def require_cuda(device: str) -> None:
    """Raise UsageError where memory cannot be pinned for a device of this name."""
    if not device.startswith("cuda"):
        raise UsageError(
            f"encoder.pin_memory=true speeds the way to an NVIDIA GPU, and the encoder is on {device}; set it to false."
        )
