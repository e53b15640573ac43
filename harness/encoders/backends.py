"""What computes a sentence-transformers model beside torch."""

from importlib.util import find_spec
from typing import Any

from harness.errors import EncoderError

_NEEDS = {"onnx": ("optimum.onnxruntime", "onnxruntime"), "openvino": ("optimum.intel", "openvino")}
"""Modules that sentence-transformers imports for a backend."""


def require_backend(backend: str) -> None:
    """Raise EncoderError where the packages of a backend are missing."""
    if not all(map(_is_installed, _NEEDS.get(backend, ()))):
        raise EncoderError(
            f"encoder.backend={backend} needs packages that are missing, and that ask for older releases of "
            f"transformers; run `pip install 'ttc-retrieval[{backend}]'` in an environment of its own, or leave it at "
            "torch."
        )


def backend_arguments(backend: str, device: str, threads: int) -> dict[str, Any]:
    """What a backend is told beside the model, as sentence-transformers' `model_kwargs`.

    Left alone, onnxruntime takes the first provider that it lists, and its idle threads spin; OpenVINO takes half
    precision on processors that have it, and vectors would depend on the machine.
    """
    if backend == "openvino":
        return {"ov_config": {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads}}
    from onnxruntime import SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    provider = "CUDAExecutionProvider" if device.startswith("cuda") else "CPUExecutionProvider"
    return {"provider": provider, "session_options": options}


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package that it is part of
        return False
