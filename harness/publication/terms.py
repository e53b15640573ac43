"""Under which terms a published run may be used, and how it is cited."""

import json
from collections.abc import Sequence
from importlib import metadata
from importlib.resources import files

from archive import Run
from harness.errors import JobError
from harness.text import plain

LICENCES = ("Apache-2.0", "CC0-1.0")
"""By their SPDX names; the first is this project's, under which the reference programs are that a run begins with."""


def licence_text(licence: str) -> str:
    """The whole text of one of `LICENCES`. Raises JobError where the package was installed without its own."""
    if licence == "CC0-1.0":
        return files(__package__).joinpath("licences/CC0-1.0.txt").read_text("utf-8")
    found = [path for path in metadata.files("ttc-retrieval") or [] if path.name == "LICENSE"]
    if not found:
        raise JobError("The package was installed without its licence; install it again, or choose --licence CC0-1.0.")
    return found[0].read_text("utf-8")


def citation(run: Run, authors: Sequence[str], licence: str) -> str:
    """CITATION.cff 1.2.0 of a run as a data set; `authors` are whole names, and without any it names the run's."""
    names = authors or (f"The authors of run {run.id}",)
    lines = [
        "cff-version: 1.2.0",
        "message: If you use this run, please cite it, and the software that made it.",
        f"title: {_quoted(f'Run {run.id}: programs for retrieval with test-time compute')}",
        "type: dataset",
        f"version: {_quoted(run.id)}",
        f"date-released: {_quoted((run.ended or run.created)[:10])}",
        f"license: {licence}",
        "authors:",
        *(f"  - name: {_quoted(name)}" for name in names),
        "references:",
        "  - type: software",
        f"    title: {_quoted('ttc-retrieval: a research harness for test-time compute in retrieval')}",
        f"    version: {_quoted(str(run.record.versions.get('ttc-retrieval', 'unknown')))}",
        "    authors:",
        "      - name: The ttc-retrieval contributors",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A string of YAML: every string of JSON is one."""
    return json.dumps(plain(text), ensure_ascii=False)
