"""Opening a sentence-transformers model: from an installed package, a folder or the model hub."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.encoders.bundled import BUNDLES, open_bundle
from harness.errors import EncoderError, UsageError
from harness.settings.encoder import EncoderSettings

_HUB_SECONDS = 5.0


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
    folder = _folder(settings.model)
    if folder is not None:
        return OpenedModel(_load(str(folder), settings, device), folder.resolve().name, "folder")
    return OpenedModel(_load(settings.model, settings, device), settings.model, settings.revision or "newest")


def choose_device(wanted: str, dtype: str) -> str:
    """`wanted`, or for `auto` the GPU where there is one; EncoderError where it is missing or lacks the dtype."""
    import torch

    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.empty(1, device=wanted)
    except (RuntimeError, AssertionError, NotImplementedError):
        raise EncoderError(f"The device {wanted} is not usable here; set encoder.device=auto or cpu.") from None
    if (
        dtype == "bfloat16"
        and wanted.startswith("cuda")
        and not torch.cuda.is_bf16_supported(including_emulation=False)
    ):
        raise EncoderError(f"The device {wanted} has no bfloat16; set encoder.dtype=float32.")
    return wanted


def _folder(model: str) -> Path | None:
    """The model's folder; None for a hub name. Raises for a path that leads to no model."""
    path = Path(model).expanduser()
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


def hub_answers() -> bool:
    """Whether the model hub can be reached: one short try, where the library would retry each file for a minute."""
    from huggingface_hub import constants, utils

    hub: Any = utils
    try:
        hub.get_session().head(constants.ENDPOINT, timeout=_HUB_SECONDS)
    except Exception:  # whatever the HTTP client raises: no answer
        return False
    return True


def _load(source: str, settings: EncoderSettings, device: str) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer

    local = Path(source).is_dir() or not hub_answers()
    try:
        return SentenceTransformer(
            source,
            revision=settings.revision,
            device=device,
            trust_remote_code=settings.trust_remote_code,
            local_files_only=local,
            model_kwargs={"dtype": getattr(torch, settings.dtype)},
        )
    except Exception as error:  # every library below has its own: whatever it is, the model did not load
        raise EncoderError(_why(source, settings, error)) from error


def _why(source: str, settings: EncoderSettings, error: Exception) -> str:
    """One sentence for a model that did not load."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    causes = _chain(error)
    revision = f" --revision {settings.revision}" if settings.revision else ""
    if any(isinstance(cause, GatedRepoError) for cause in causes):
        return f"The model {source} is gated; accept its licence on the model hub, then log in with `hf auth login`."
    if any(isinstance(cause, RevisionNotFoundError) for cause in causes):
        return f"The model {source} has no revision {settings.revision}; check encoder.revision."
    if any(isinstance(cause, RepositoryNotFoundError) for cause in causes):
        return f"The model hub has no model {source}; check encoder.model, or give the path of a folder."
    if any(isinstance(cause, ImportError) for cause in causes):
        return f"The model {source} needs a package that is missing ({_first_line(error)}); install it."
    if "trust_remote_code" in str(error):
        return f"The model {source} brings its own code; if you trust it, set encoder.trust_remote_code=true."
    if not Path(source).is_dir() and any(isinstance(cause, OSError) for cause in causes):
        return (
            f"The model {source} is not on this machine and the model hub did not answer; fetch it where there is a "
            f"network with `hf download {source}{revision}`, or use a bundled one (encoder=minilm)."
        )
    return f"The model {source} cannot be loaded ({_first_line(error)}); check that it is a complete encoder."


def _chain(error: BaseException | None) -> list[BaseException]:
    """The error and what caused it."""
    chain = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
