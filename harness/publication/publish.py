"""Write a run to a folder that can be given away, wholly or not at all."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from archive import Archive
from harness.errors import HarnessError, JobError, UsageError
from harness.publication.findings import findings
from harness.publication.keys import require_no_key
from harness.publication.readme import readme
from harness.publication.terms import LICENCES, citation, licence_text
from harness.published.pack import pack
from harness.published.place import open_archive
from harness.report.write import write_report
from harness.search.recorded import recorded_settings, recorded_tasks
from harness.tasks.task import RetrievalTask

QUOTATION_WORDS = 8
"""So many words of a query or document in a row are a quotation; fewer are common in documentation of programs."""


@dataclass(frozen=True)
class Published:
    """What was written."""

    folder: Path
    run_id: str
    programs: int
    size: int
    """Bytes of all files."""


@dataclass(frozen=True)
class Terms:
    """What its owner says of a run."""

    licence: str = LICENCES[0]
    authors: Sequence[str] = field(default_factory=tuple)


def publish(path: str, run: str, folder: Path | None, terms: Terms, overrides: Sequence[str] = ()) -> Published:
    """Write a run of the archive at `path` to a new folder, by default `ttc-run-RUN`.

    `overrides` may change where things are, as for `resume`. Raises UsageError where the folder exists or there is no
    such licence; JobError where the tasks cannot be read, where the run quotes them, and where it holds a key.
    """
    if terms.licence not in LICENCES:
        raise UsageError(f"There is no --licence {terms.licence} here; choose from {', '.join(LICENCES)}.")
    with open_archive(path, read_only=True) as archive:
        run_id, source = archive.resolve_run(run), archive.path
        target = folder or Path(f"ttc-run-{run_id}")
        if target.exists() or target.is_symlink():
            raise UsageError(f"There is a {target} already; name another folder with --out, or remove it.")
        tasks = _read_tasks(archive, run_id, overrides)
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=f"{target.name}.") as temporary:
        taken = Path(temporary) / "whole"
        taken.mkdir()
        known = [task.known for task in tasks]
        pack(source, run_id, taken / "run.db", known, _texts(tasks), words=QUOTATION_WORDS)
        programs = _describe(taken, run_id, terms)
        taken.rename(target)
    return Published(target, run_id, programs, sum(each.stat().st_size for each in target.iterdir()))


def _read_tasks(archive: Archive, run_id: str, overrides: Sequence[str]) -> list[RetrievalTask]:
    settings = recorded_settings(archive, run_id, overrides)
    try:
        return recorded_tasks(settings, archive, run_id)
    except HarnessError as error:
        raise JobError(
            f"Whether run {run_id} quotes its tasks cannot be checked without them ({str(error).rstrip('.')}); restore "
            f'them or, where folders have moved, name them: ttc publish {run_id} "tasks.paths=[FOLDER]".'
        ) from error


def _describe(folder: Path, run_id: str, terms: Terms) -> int:
    """Write all files beside the archive, from what the packed archive says, and return the number of programs."""
    with Archive.open(folder / "run.db", read_only=True) as archive:
        run = archive.run(run_id)
        require_no_key("archive", json.dumps(archive.export(run_id), ensure_ascii=False, default=str))
        texts = {
            "FINDINGS.md": findings(archive, run),
            "README.md": readme(archive, run, terms.licence, QUOTATION_WORDS),
            "CITATION.cff": citation(run, terms.authors, terms.licence),
            "LICENSE": licence_text(terms.licence),
        }
        write_report(archive, [run_id], folder / "report.html")
        count = len(archive.programs(run_id))
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return count


def _texts(tasks: Sequence[RetrievalTask]) -> Iterator[str]:
    for task in tasks:
        yield from task.queries.values()
        yield from task.documents.values()
