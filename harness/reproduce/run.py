"""Run a study from search to report; what is done already is not done again."""

from collections.abc import Sequence
from pathlib import Path

from archive import Archive
from harness.errors import JobError
from harness.heads.job import judge_heads
from harness.reproduce.published import load_published
from harness.reproduce.report import Findings, Part, write_report
from harness.reproduce.studies import Study
from harness.screen.live import open_matrix, open_run
from harness.search.runs import Ended, continue_run, start
from harness.settings import compose
from harness.transfer.analysis import analyse
from harness.transfer.request import read_request
from harness.transfer.transfer import transfer

PROGRAMS = ("frontier", "reference")


def reproduce(name: str, study: Study, folder: Path, overrides: Sequence[str]) -> Path:
    """Run a study and return its report's path, NAME.md in `folder`.

    `overrides` go after the study's own settings, on every part of it; `encoders=[a,b]` replaces its encoders.
    Everything is kept in `folder`; a second call goes on where the first one stopped. Raises JobError where a part was
    stopped.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.db"
    common = [*(word for word in overrides if not word.startswith("encoders=")), f"archive.path={path}"]
    chosen = [word for word in overrides if word.startswith("encoders=")]
    encoders = chosen[-1] if chosen else f"encoders=[{','.join(study.encoders)}]"
    first = encoders.partition("=")[2].strip("[]").split(",")[0]
    search_to_end(path, [f"encoder={first}", *study.search, *common])
    found = _judge(study, path, encoders, f"encoders=[{first}]", common, chosen)
    report = folder / f"{name}.md"
    report.write_text(write_report(study, load_published(), found), "utf-8")
    return report


def search_to_end(path: Path, words: Sequence[str]) -> None:
    """Start a search, go on with it, or leave it, as the archive at `path` stands. Raises JobError where it stops."""
    settings = compose(words)
    if path.exists():
        with Archive.open(path) as archive:
            runs = archive.runs()
        if runs and runs[0].status == "finished":
            return
        if runs:
            with open_run() as watcher:
                _require_complete(continue_run(str(path), runs[0].id, watcher=watcher))
            return
    with open_run() as watcher:
        _require_complete(start(settings, watcher=watcher))


def _require_complete(ended: Ended) -> None:
    if not ended.complete:
        raise JobError("The search was stopped; run the same command again to go on.")


def _judge(
    study: Study, path: Path, encoders: str, first: str, common: Sequence[str], chosen: Sequence[str]
) -> Findings:
    in_domain = _matrix([*PROGRAMS, first, *study.search, *common])
    held_out = _matrix([*PROGRAMS, encoders, *study.held_out, *common])
    head_encoders = first if chosen else f"encoders=[{','.join(study.head_encoders)}]"
    with open_matrix() as watcher:
        heads = judge_heads([head_encoders, *study.search, *common], [*study.held_out, *common], watcher=watcher)
    with Archive.open(path, read_only=True) as archive:
        run = archive.runs()[0]
        frontier = archive.frontier(run.id)
    return Findings(
        run=run,
        frontier=frontier,
        in_domain=in_domain,
        held_out=held_out,
        heads_seen=Part(heads.seen, analyse(heads.seen, seed=heads.seed)),
        heads_in_domain=Part(heads.in_domain, analyse(heads.in_domain, seed=heads.seed)),
        heads_held_out=Part(heads.held_out, analyse(heads.held_out, seed=heads.seed)),
    )


def _matrix(words: Sequence[str]) -> Part:
    request = read_request(words)
    with open_matrix() as watcher:
        done = transfer(request, watcher=watcher)
    if not done.complete:
        raise JobError("Some cells are still missing; run the same command again to go on.")
    return Part(done.matrix, analyse(done.matrix, seed=done.seed))
