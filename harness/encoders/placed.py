"""Where the model of an encoder lies, a folder or a snapshot of the hub, and opening it there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from harness.encoders.bundled import BUNDLES
from harness.encoders.causes import why_not
from harness.encoders.repository import asked_for, fetch_model, needed_part
from harness.errors import EncoderError, UsageError
from harness.hub.probe import hub_trouble
from harness.hub.trouble import Asked
from harness.settings.encoder import EncoderSettings
from harness.settings.home import expanded

Loaded = TypeVar("Loaded")

_OF_FOLDER_OR_HUB = ("sentence-transformers", "tokens-of", "multi-vector", "representative-tokens")
"""Kinds of encoders whose model `open_placed` opens."""


@dataclass(frozen=True)
class Placed:
    """A folder with a model's files, and what to record of where it came from."""

    folder: Path
    name: str
    revision: str
    """The commit, or `folder`."""
    local: bool
    """Nothing beside the folder may be asked of the hub."""


def open_placed(settings: EncoderSettings, load: Callable[[Placed], Loaded]) -> tuple[Loaded, Placed]:
    """What `load` makes of the model that checked settings name, fetched where it is of the hub.

    Raises EncoderError, or UsageError for a folder that does not exist.
    """
    folder = model_folder(settings.model)
    try:
        placed = _of_hub(settings) if folder is None else Placed(folder, folder.resolve().name, "folder", local=True)
        return load(placed), placed
    except EncoderError:
        raise
    except Exception as error:  # every library below has its own: whatever it is, the model did not load
        raise EncoderError(why_not(error, settings)) from error


def needed_of_encoder(settings: EncoderSettings) -> list[Asked]:
    """What of the hub an encoder needs: one part, or none where its model comes from elsewhere.

    Raises as `open_placed` does.
    """
    bundled = settings.kind == "tokens-of" and settings.model in BUNDLES
    if settings.kind not in _OF_FOLDER_OR_HUB or bundled or model_folder(settings.model) is not None:
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


def _of_hub(settings: EncoderSettings) -> Placed:
    snapshot = fetch_model(settings)
    # Code of a model may lie in a repository of its own, so the hub stays within reach.
    return Placed(snapshot, settings.model, snapshot.name, local=hub_trouble() is not None)
