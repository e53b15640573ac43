"""Opening a sentence-transformers model: from an installed package, a folder or the model hub."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from harness.encoders.backends import require_backend
from harness.encoders.bundled import BUNDLES, open_bundle
from harness.encoders.devices import choose_device
from harness.encoders.placed import Placed, open_placed
from harness.encoders.saved_model import check_saved
from harness.encoders.untrained import missing_weights, refuse_untrained
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
        import torch

        bundle = BUNDLES[settings.model]
        model = open_bundle(bundle).to(device=device, dtype=getattr(torch, settings.dtype))
        return OpenedModel(model, settings.model, bundle.revision, bundle.prompts)
    model, placed = open_placed(settings, partial(_load, settings=settings, device=device))
    return OpenedModel(model, placed.name, placed.revision)


def _load(placed: Placed, settings: EncoderSettings, device: str) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer

    require_backend(settings.backend)
    check_saved(placed.folder, placed.name)
    backend: Any = settings.backend
    with missing_weights() as missing:
        model = SentenceTransformer(
            str(placed.folder),
            device=device,
            trust_remote_code=settings.trust_remote_code,
            local_files_only=placed.local,
            backend=backend,
            model_kwargs={"dtype": getattr(torch, settings.dtype)} if settings.backend == "torch" else {},
        )
    refuse_untrained(placed.name, model, missing)
    return model
