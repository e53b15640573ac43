"""Representative tokens of a model on tasks given, at the paper's numbers of words, beside the figures it published."""

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from harness.encoders.bundled import BUNDLES
from harness.encoders.load import load_cached_encoder
from harness.errors import UsageError
from harness.evaluation.preparing import prepare_all
from harness.settings import Settings, compose
from harness.tasks.load import load_tasks

KIND = "representative-tokens"


@dataclass(frozen=True)
class Measured:
    """Ours, at one number of words."""

    counts: Mapping[str, Any]
    sparse: bool
    by_task: Mapping[str, float]
    """Mean nDCG@10 of `sim`."""

    @property
    def mean(self) -> float:
        """Over the tasks."""
        return sum(self.by_task.values()) / len(self.by_task)


def published() -> dict[str, Any]:
    """Read the data file."""
    path = files(__name__.rpartition(".")[0]).joinpath("diffretriever.json")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def representative(folder: Path, overrides: Sequence[str]) -> Path:
    """Measure the model that `overrides` name, and return the report's path, diffretriever.md in `folder`.

    Each text is encoded anew for each number of words and each kind of similarity, unless the cache has it. Raises
    UsageError where no model is named, and as loading encoders and tasks does.
    """
    settings = compose([f"encoder.kind={KIND}", *overrides])
    if settings.encoder.kind != KIND or settings.encoder.model in ("", *BUNDLES):  # a bundled one is the default
        raise UsageError("Name a masked or diffusion language model: encoder.model=NAME, without encoder=NAME.")
    theirs = published()
    ours = [_measure(settings, counts, sparse) for counts in theirs["counts"] for sparse in (False, True)]
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / "diffretriever.md"
    report.write_text(write_table(theirs, ours, settings.encoder.model), "utf-8")
    return report


def _measure(settings: Settings, counts: Mapping[str, Any], sparse: bool) -> Measured:
    words = {"query_vectors": counts["query"], "vectors": counts["document"], "sparse": sparse}
    chosen = replace(settings.encoder, options={**settings.encoder.options, **words})
    with (
        closing(load_cached_encoder(chosen, settings.cache)) as encoder,
        prepare_all(load_tasks(settings.tasks), encoder) as tasks,
    ):
        return Measured(counts, sparse, {task.name: task.baseline.value for task in tasks})


def write_table(theirs: Mapping[str, Any], ours: Sequence[Measured], model: str) -> str:
    """The report, in Markdown."""
    names = list(ours[0].by_task)
    known = [theirs["figures"].get(name) for name in names]
    lines = [
        "# Representative tokens", "",
        f"nDCG@10 of the model {model}, without training, by the vectors alone and fused with the weights of words, "
        f"at the numbers of words, K_q and K_p, that {theirs['paper']} takes ({theirs['counts_source']}). Published: "
        f"{theirs['figures_of']} ({theirs['figures_source']}). {theirs['not_found']}", "",
        f"| | K_q | K_p | similarity | {' | '.join(names)} | mean |",
        f"|---|--:|--:|---|{'--:|' * (len(names) + 1)}",
        _line("published", theirs["counts"][0], "vectors", known, None),
    ]  # fmt: skip
    for one in ours:
        similarity = "vectors and words" if one.sparse else "vectors"
        lines.append(
            _line(f"ours, as {one.counts['model']}", one.counts, similarity, list(one.by_task.values()), one.mean)
        )
    return "\n".join(lines) + "\n"


def _line(
    who: str, counts: Mapping[str, Any], similarity: str, values: Sequence[float | None], mean: float | None
) -> str:
    cells = ["" if value is None else f"{value:.4f}" for value in (*values, mean)]
    return f"| {who} | {counts['query']} | {counts['document']} | {similarity} | {' | '.join(cells)} |"
