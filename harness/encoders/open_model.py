"""Opening a sentence-transformers model: from an installed package, a folder or the model hub."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from harness.encoders.backends import backend_arguments, require_backend
from harness.encoders.bundled import BUNDLES, Bundle, check_folder, open_bundle
from harness.encoders.devices import choose_device
from harness.encoders.placed import Placed, open_placed
from harness.encoders.saved_model import check_saved
from harness.encoders.untrained import missing_weights, refuse_untrained
from harness.machine.cores import available_cores
from harness.settings.encoder import EncoderSettings


@dataclass(frozen=True)
class OpenedModel:
    """A model in memory, on its device, and what to record of where it came from."""

    model: Any
    name: str
    revision: str
    prompts: Mapping[str, str] = field(default_factory=dict)


def open_model(settings: EncoderSettings) -> OpenedModel:
    """Open the model that checked settings name.

    Raises EncoderError, or UsageError for a folder that does not exist.
    """
    device = choose_device(settings.device, settings.dtype)
    if settings.kind == "bundled":
        bundle = BUNDLES[settings.model]
        model = _of_package(bundle, settings, device)
        return OpenedModel(model, settings.model, bundle.revision, bundle.prompts)
    model, placed = open_placed(settings, partial(_load, settings=settings, device=device))
    return OpenedModel(model, placed.name, placed.revision)


def _of_package(bundle: Bundle, settings: EncoderSettings, device: str) -> Any:
    import torch

    if settings.backend == "torch":
        return open_bundle(bundle).to(device=device, dtype=getattr(torch, settings.dtype))
    assert bundle.saved is not None  # `load_encoder` has checked it
    require_backend(settings.backend)
    return _open_saved(check_folder(bundle) / bundle.saved, settings, device, local=True)


def _load(placed: Placed, settings: EncoderSettings, device: str) -> Any:
    require_backend(settings.backend)
    check_saved(placed.folder, placed.name)
    with missing_weights() as missing:
        model = _open_saved(placed.folder, settings, device, local=placed.local)
    refuse_untrained(placed.name, model, missing)
    return model


def _open_saved(folder: Path, settings: EncoderSettings, device: str, *, local: bool) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer

    backend: Any = settings.backend
    if backend == "torch":
        arguments: dict[str, Any] = {"dtype": getattr(torch, settings.dtype)}
    else:
        arguments = backend_arguments(backend, device, settings.threads or available_cores())
    return SentenceTransformer(
        str(folder),
        device=device,
        trust_remote_code=settings.trust_remote_code,
        local_files_only=local,
        backend=backend,
        model_kwargs=arguments,
    )
