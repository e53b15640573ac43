"""What decides a vector, as a package carries it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from harness.encoders.bundled import BUNDLES
from harness.encoders.kinds import is_static
from harness.encoders.load import MANY_VECTOR_KINDS, load_encoder
from harness.encoders.roles import INSTRUCTION
from harness.errors import UsageError
from harness.settings.encoder import EncoderSettings
from harness.settings.home import expanded

CARRIED = (
    "kind", "model", "revision", "dtype", "backend", "prompts", "adapters", "dim", "max_tokens", "batch_size",
    "trust_remote_code",
)  # fmt: skip
"""The settings that go with a package; device and threads are those of the machine that it runs on."""
KINDS = ("bundled", "sentence-transformers", *MANY_VECTOR_KINDS)


@dataclass(frozen=True)
class EncoderFacts:
    """An encoder as it was recorded; vectors are float32 unit rows, whatever its own type of number is."""

    name: str
    revision: str
    dtype: str
    library: str
    """Library and version that it was recorded with."""
    dim: int
    fingerprint: str
    """See `harness.encoders.fingerprint`: five sentences, and all else here."""
    settings: dict[str, Any]
    """As `EncoderSettings` takes them; `model` is empty for one from a folder, whose place is nobody's business."""

    @property
    def many(self) -> bool:
        """Whether it gives a text many vectors."""
        return self.settings["kind"] in MANY_VECTOR_KINDS

    @property
    def requirements(self) -> tuple[str, ...]:
        """What must be installed to open it, and no more: as pip takes it."""
        settings = EncoderSettings(**self.settings)
        bundled = settings.kind == "bundled" or (settings.kind == "tokens-of" and settings.model in BUNDLES)
        bundle = (BUNDLES[settings.model].requirement,) if bundled else ()
        light = ("safetensors>=0.4", "tokenizers>=0.20")
        heavy = ("sentence-transformers>=6,<7", *(("peft>=0.17",) if settings.adapters else ()))
        return (*(light if is_static(settings) else heavy), *bundle)


def recorded(identity: Mapping[str, Any], config: Mapping[str, Any]) -> EncoderFacts:
    """Of an encoder that a run was made with: its recorded identity and its settings.

    Raises UsageError for one that no package can open.
    """
    if config.get("kind") not in KINDS:
        raise UsageError(
            f"The encoder {identity['name']} came from another package or from Python and cannot be carried; name one "
            "that can, for example encoder=minilm."
        )
    asking = [role for role, prompt in (config.get("prompts") or {}).items() if INSTRUCTION in prompt]
    if asking:
        raise UsageError(
            f"The encoder's {asking[0]} prompt asks for the instruction of a task ({INSTRUCTION}), and a package has "
            "none; name the encoder with the instruction written into encoder.prompts."
        )
    if (config.get("options") or {}).get("sparse"):
        raise UsageError(
            f"The encoder {identity['name']} weighs words beside its vectors (encoder.options.sparse=true), which no "
            "package carries; measure and export the program with encoder.options.sparse=false."
        )
    known = {name: config[name] for name in CARRIED if name in config}
    if expanded(str(known["model"])).is_dir() or identity["revision"] == "folder":
        known["model"] = ""
    if config["kind"] in MANY_VECTOR_KINDS:
        known["options"] = dict(config.get("options") or {})
    names = ("name", "revision", "dtype", "library", "dim", "fingerprint")
    return EncoderFacts(**{name: identity[name] for name in names}, settings=known)


def of_settings(settings: EncoderSettings) -> EncoderFacts:
    """Of an encoder that is here: it is loaded for its fingerprint. Raises as `load_encoder` does."""
    return recorded(asdict(load_encoder(settings).identity), asdict(settings))
