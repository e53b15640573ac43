"""The verbs `ask` and `tell`: the briefing out, the answer in, one by one or through a watched folder."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from archive import Archive
from harness.encoders.fingerprint import require_fingerprint
from harness.errors import UsageError
from harness.evaluation.workbench import Workbench, open_workbench
from harness.proposers.exchange import Prompt
from harness.proposers.models import load_client, model_names, split_kind
from harness.proposers.tokens import count
from harness.screen.lines import Lines
from harness.screen.stopping import StopOnInterrupt
from harness.search.desk import Desk, Say, answered, open_desk
from harness.search.runs import alone, hidden_of, recorded_tasks

POLL_S = 0.5
"""Seconds between two looks at a watched folder."""


def asked(path: str, run: str, *, dry_run: bool) -> str:
    """The briefing for the next program of a run; a dry run shows the request to each model and its token count."""
    with Archive.open(path, read_only=True) as archive:
        desk = open_desk(archive, run)
        prompt = desk.prompt()
    return _requests(desk, prompt) if dry_run else written(prompt)


def written(prompt: Prompt) -> str:
    """A prompt as one text."""
    return f"{prompt.prefix.rstrip()}\n\n{prompt.body.strip()}\n"


def _requests(desk: Desk, prompt: Prompt) -> str:
    """Exactly what would be sent, one JSON object for each model, and about how many tokens it has."""
    settings = desk.settings.proposer
    tokens = f"about {count(prompt.prefix) + count(prompt.body):,} tokens, {count(prompt.prefix):,} of them fixed"
    if not (settings.model or settings.models):
        return f"{written(prompt)}\n({tokens}; this run asks no model)\n"
    parts = []
    for name in model_names(settings):
        kind, model = split_kind(name, settings.kind)
        parts.append(json.dumps(load_client(kind, model, settings).request(prompt), indent=2, ensure_ascii=False))
    return "\n".join([*parts, f"({tokens})\n"])


def told(path: str, run: str, file: Path) -> bool:
    """Check, evaluate and record the answer in a file; False where it could not be read and nothing is recorded.

    Raises UsageError where there is no such file.
    """
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read ({error}); name a text file with the answer.") from error
    with _opened(path, run) as (desk, bench):
        return _answered(desk, bench, text, file.stem, print)


def watched(path: str, run: str, folder: Path) -> None:
    """Keep asking and telling through a folder until interrupted.

    For every program the folder gets briefing-N.md, awaits answer-N.md (written elsewhere and moved there, or left
    alone for a moment once written) and gets report-N.md. An answer that cannot be read is set aside as
    answer-N.refused-K.md, with the reason in the report, and may be given again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with StopOnInterrupt() as stop, _opened(path, run) as (desk, bench):
        while not stop.asked():
            number = desk.number
            (folder / f"briefing-{number}.md").write_text(written(desk.prompt()), "utf-8")
            print(f"waiting for {folder / f'answer-{number}.md'}", flush=True)
            text = _awaited(folder / f"answer-{number}.md", stop)
            if text is None:
                return
            said: list[str] = []
            recorded = _answered(desk, bench, text, f"Program{number}", said.append)
            (folder / f"report-{number}.md").write_text("\n".join(said) + "\n", "utf-8")
            print("\n".join(said), flush=True)
            if not recorded:
                _set_aside(folder, number)


def _answered(desk: Desk, bench: Workbench, text: str, name: str, say: Say) -> bool:
    with Lines() as lines:
        lines.doing(f"judging {name}")
        return answered(desk, bench, text, name, say)


def _awaited(file: Path, stop: StopOnInterrupt) -> str | None:
    """The text of a file once it is there and has stopped growing; None when interrupted."""
    size = -1
    while not stop.asked():
        if file.exists() and file.stat().st_size == size:
            return file.read_text("utf-8", "replace")
        size = file.stat().st_size if file.exists() else -1
        time.sleep(POLL_S)
    return None


def _set_aside(folder: Path, number: int) -> None:
    refused = len(list(folder.glob(f"answer-{number}.refused-*.md"))) + 1
    (folder / f"answer-{number}.md").rename(folder / f"answer-{number}.refused-{refused}.md")


@contextmanager
def _opened(path: str, run: str) -> Iterator[tuple[Desk, Workbench]]:
    """A run with all that evaluating takes, as it was recorded. Raises JobError where encoder or tasks are others."""
    with Archive.open(path, create=False) as archive, alone(archive, archive.resolve_run(run)):
        desk = open_desk(archive, run)
        with _workbench(desk) as bench:
            require_fingerprint(archive.run(desk.run_id).record.encoder["fingerprint"], bench.encoder.encoder)
            yield desk, bench


@contextmanager
def _workbench(desk: Desk) -> Iterator[Workbench]:
    """A workbench for a desk's run; what takes long while it is set up is told."""
    hidden = hidden_of(desk.archive, desk.run_id)
    with ExitStack() as stack:
        with Lines() as lines:
            tasks = recorded_tasks(desk.settings, desk.archive, desk.run_id, lines)
            lines.doing(f"loading the encoder {desk.settings.encoder.model}")
            bench = open_workbench(
                desk.settings, tasks, hidden=hidden, on_task=lines.task_prepared, report=lines.encoding
            )
            opened = stack.enter_context(bench)
        yield opened
