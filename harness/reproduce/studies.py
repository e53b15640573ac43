"""What each study runs on."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Study:
    """A search, the tasks and encoders that judge what it finds, and the encoders that share a width for heads."""

    description: str
    encoders: tuple[str, ...]
    """The first one is searched on."""
    head_encoders: tuple[str, ...]
    search: tuple[str, ...]
    """Settings of the tasks that are searched on."""
    held_out: tuple[str, ...]
    """Settings of the tasks that judge."""


_HELD_OUT_DOCUMENTATION = ("pandas-code", "pandas-see-also", "scipy-code", "scipy-see-also", "scipy-citations-long")
_SEARCHED_DOCUMENTATION = (
    "python-code", "networkx-code", "sklearn-code", "numpy-see-also", "networkx-see-also", "python-topics", "licences",
    "python-modules-long", "sklearn-parameters-long",
)  # fmt: skip

STUDIES: Mapping[str, Study] = {
    "paper": Study(
        description="the published study: 14 discovery tasks (a reconstruction), 19 held-out tasks, four encoders",
        encoders=("jina-v5-nano", "jina-v5-small", "embeddinggemma-300m", "qwen3-0.6b"),
        head_encoders=("jina-v5-nano", "embeddinggemma-300m"),
        search=("tasks=mteb14", "search.generations=144"),
        held_out=("tasks=heldout19",),
    ),
    "offline": Study(
        description="an offline stand-in: nine tasks from documentation to search on, five of other packages to judge, "
        "three small local encoders of different families; figures are not comparable in size with the published ones",
        encoders=("minilm", "e5-small", "wordllama"),
        head_encoders=("minilm", "e5-small"),
        search=(
            "tasks=documentation",
            f"tasks.names=[{','.join(_SEARCHED_DOCUMENTATION)}]",
            "search.generations=24",
        ),
        held_out=("tasks=documentation", f"tasks.names=[{','.join(_HELD_OUT_DOCUMENTATION)}]", "tasks.held_out=true"),
    ),
}
