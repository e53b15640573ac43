"""What a saved model says of itself: refused where it is no encoder, a warning where figures will not be its best."""

import json
import logging
from pathlib import Path
from typing import Any

from harness.errors import EncoderError

_log = logging.getLogger(__name__)

_OTHER_TYPES = {
    "CrossEncoder": "reads a query and a document together",
    "SparseEncoder": "answers with weights of words",
    "MultiVectorEncoder": "answers with a vector for each token (encoder.kind=multi-vector takes it)",
}
"""Types of sentence-transformers that give no vector of a text, and what they do instead."""
_OTHER_MODULES = {
    # Of a module, the type of the model that has it, or what it does.
    "SpladePooling": "SparseEncoder",
    "SparseAutoEncoder": "SparseEncoder",
    "SparseStaticEmbedding": "SparseEncoder",
    "MultiVectorMask": "MultiVectorEncoder",
    "LogitScore": "CrossEncoder",
    "BoW": "counts words",
}
_HEADS = ("ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering", "ForMultipleChoice")


def check_saved(folder: Path, name: str) -> None:
    """Look at the settings that lie beside the weights. Raises EncoderError where the model is no encoder of texts."""
    _check_pointers(folder, name)
    ours, modules = _read(folder / "config_sentence_transformers.json", {}), _read(folder / "modules.json", None)
    similarity = str(ours.get("similarity_fn_name") or "cosine").lower()
    if similarity == "maxsim":
        _refuse(name, _OTHER_TYPES["MultiVectorEncoder"])
    if (kind := ours.get("model_type")) in _OTHER_TYPES:
        _refuse(name, _OTHER_TYPES[kind])
    if modules is None:
        _check_plain(_read(folder / "config.json", {}), name)
    types = [str(module.get("type")).rpartition(".")[2] for module in modules or ()]
    if types[:1] in ([], ["Transformer"]):
        _check_known(_read(folder / "config.json", {}), name)
    for kind in filter(None, map(_OTHER_MODULES.get, types)):
        _refuse(name, _OTHER_TYPES.get(kind, kind))
    if similarity != "cosine" and "Normalize" not in types:  # of unit vectors all similarities rank alike
        _log.warning(
            "The encoder %s was trained for the similarity '%s', and its vectors are made unit length here, so its "
            "baseline is lower than it could be; prefer a model trained for cosine.", name, similarity,
        )  # fmt: skip


def _check_pointers(folder: Path, name: str) -> None:
    """What a clone without Git LFS leaves: a line in place of each large file."""
    for file in sorted(folder.glob("*")):
        if file.is_file() and file.stat().st_size < 1024 and file.read_bytes().startswith(b"version https://git-lfs"):
            raise EncoderError(
                f"The file {file.name} of the model {name} is a pointer of Git LFS and holds no data; fetch it with "
                "`git lfs pull`."
            )


def _check_known(config: dict[str, Any], name: str) -> None:
    from transformers import CONFIG_MAPPING

    kind = config.get("model_type")
    if kind is not None and kind not in CONFIG_MAPPING and "auto_map" not in config:
        raise EncoderError(
            f"The model {name} is a {kind}, which this version of transformers does not know; upgrade transformers."
        )


def _check_plain(config: dict[str, Any], name: str) -> None:
    """A model of transformers, which says nothing of pooling."""
    architecture = next(iter(config.get("architectures") or ()), "")
    if architecture.endswith(_HEADS):
        _refuse(name, f"is a {architecture}: a cross-encoder or another classifier")
    _log.warning(
        "The encoder %s says nothing of how tokens become one vector (it has no modules.json), so their mean or the "
        "last one is taken; if it was trained otherwise, give the folder that sentence-transformers saved.", name,
    )  # fmt: skip


def _refuse(name: str, does: str) -> None:
    raise EncoderError(f"The model {name} is no encoder: it {does}; give a model that turns one text into one vector.")


def _read(path: Path, otherwise: Any) -> Any:
    return json.loads(path.read_text("utf-8")) if path.is_file() else otherwise
