"""Opening a sentence-transformers model: from an installed package, a folder or the model hub."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.encoders.backends import require_backend
from harness.encoders.bundled import BUNDLES, open_bundle
from harness.encoders.causes import why_not
from harness.encoders.devices import choose_device
from harness.encoders.repository import asked_for, fetch_model, needed_part
from harness.encoders.saved_model import check_saved
from harness.encoders.untrained import missing_weights, refuse_untrained
from harness.errors import EncoderError, UsageError
from harness.hub.probe import hub_trouble
from harness.hub.trouble import Asked
from harness.settings.encoder import EncoderSettings
from harness.settings.home import expanded


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
    folder = model_folder(settings.model)
    try:
        if folder is not None:
            name = folder.resolve().name
            return OpenedModel(_load(folder, name, settings, device, local=True), name, "folder")
        snapshot = fetch_model(settings)
        # Code of a model may lie in a repository of its own, so the hub stays within reach.
        model = _load(snapshot, settings.model, settings, device, local=hub_trouble() is not None)
        return OpenedModel(model, settings.model, snapshot.name)
    except EncoderError:
        raise
    except Exception as error:  # every library below has its own: whatever it is, the model did not load
        raise EncoderError(why_not(error, settings)) from error


def needed_of_encoder(settings: EncoderSettings) -> list[Asked]:
    """What of the hub an encoder needs: one part, or none where its model comes from elsewhere.

    Raises as `open_model` does.
    """
    if settings.kind != "sentence-transformers" or model_folder(settings.model) is not None:
        return []
    try:
        return [replace(asked_for(settings), part=needed_part(settings))]
    except Exception as error:
        raise EncoderError(why_not(error, settings)) from error


def model_folder(model: str) -> Path | None:
    """The model's folder; None for a hub name. Raises for a path that leads to no model."""
    path = expanded(model)
    if not path.is_dir():
        if path.exists() or model.startswith(("/", ".", "~")) or model.count("/") > 1:
            raise UsageError(f"The encoder folder {model} does not exist; give the path of a saved model.")
        return None
    if not any((path / name).is_file() for name in ("modules.json", "config.json")):
        raise EncoderError(
            f"The folder {model} is not an encoder: it has neither modules.json nor config.json; give the path of a "
            "model saved by sentence-transformers or transformers."
        )
    return path


def _load(folder: Path, name: str, settings: EncoderSettings, device: str, *, local: bool) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer

    require_backend(settings.backend)
    check_saved(folder, name)
    backend: Any = settings.backend
    with missing_weights() as missing:
        model = SentenceTransformer(
            str(folder),
            device=device,
            trust_remote_code=settings.trust_remote_code,
            local_files_only=local,
            backend=backend,
            model_kwargs={"dtype": getattr(torch, settings.dtype)} if settings.backend == "torch" else {},
        )
    refuse_untrained(name, model, missing)
    return model
