"""What computes a sentence-transformers model beside torch."""

from importlib.util import find_spec

from harness.errors import EncoderError

_NEEDS = {"onnx": ("optimum.onnxruntime", "onnxruntime"), "openvino": ("optimum.intel", "openvino")}
"""Modules that sentence-transformers imports for a backend."""


def require_backend(backend: str) -> None:
    """Raise EncoderError where the packages of a backend are missing."""
    if not all(map(_is_installed, _NEEDS.get(backend, ()))):
        raise EncoderError(
            f"encoder.backend={backend} needs packages that are missing, and that refuse newer transformers; "
            f"try `pip install 'sentence-transformers[{backend}]'` in an environment of its own, or leave it at torch."
        )


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package that it is part of
        return False
