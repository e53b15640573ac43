"""The verb `tell`: answers in, one by one or through a watched folder."""

import time
from contextlib import ExitStack
from pathlib import Path

from harness import api
from harness.errors import UsageError
from harness.screen.lines import Lines
from harness.screen.stopping import StopOnInterrupt

POLL_S = 0.2
"""Seconds between two looks at a watched folder."""
STILL_S = 1.0
"""Seconds for which an answer must not grow before it is read: some writers stop on the way."""


def tell_file(path: str, run: str, file: Path) -> bool:
    """Check, evaluate and record the answer in a file; False where it could not be read and nothing is recorded.

    Raises UsageError where there is no such file.
    """
    text = _text_of(file)
    with Lines() as lines, api.open_desk(run, archive=path, watcher=lines) as desk:
        told = desk.tell(text, file.stem)
    print(told.report)
    return told.recorded


def try_file(path: str, run: str, file: Path, part: int) -> bool:
    """Look at the program in a file on a part of the queries; False where it could not be read or did not end well.

    Raises UsageError where there is no such file or part, or where the run's author is to hear no figures.
    """
    text = _text_of(file)
    with Lines() as lines, api.open_desk(run, archive=path, watcher=lines) as desk:
        tried = desk.look(text, part, file.stem)
    print(tried.report)
    return tried.recorded


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read ({error}); name a text file with the answer.") from error


def watch_folder(path: str, run: str, folder: Path) -> None:
    """Keep asking and telling through a folder until interrupted.

    The folder `desk` in it holds all earlier programs. For every program the folder gets briefing-N.md, awaits
    answer-N.md (written elsewhere and moved there, or left alone for a moment once written) and gets report-N.md. An
    answer that cannot be read stays where it is, since its writer may only have paused: the reason is in the report, a
    copy in answer-N.refused-K.md, and it is read again once it is another.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = Lines()  # told while work is done; who waits for an author says nothing
    with StopOnInterrupt() as stop, ExitStack() as stack:
        with lines:
            desk = stack.enter_context(api.open_desk(run, archive=path, watcher=lines))
            desk.keep(folder / "desk")
        while not stop.asked():
            number = desk.number
            (folder / f"briefing-{number}.md").write_text(desk.ask(), "utf-8")
            print(f"waiting for {folder / f'answer-{number}.md'}", flush=True)
            text = _await(folder / f"answer-{number}.md", stop, refused=_refused(folder, number))
            if text is None:
                return
            with lines:
                told = desk.tell(text)
            if not told.recorded:
                _keep_refused(folder, number, text)
            (folder / f"report-{number}.md").write_text(told.report + "\n", "utf-8")
            print(told.report, flush=True)


def _await(file: Path, stop: StopOnInterrupt, refused: frozenset[str]) -> str | None:
    """The text of a file once it holds something else than was refused and was left alone for a second; None when
    interrupted."""
    seen, since, known = (0, 0.0), time.monotonic(), False
    while not stop.asked():
        try:
            found = file.stat()
            now = (found.st_size, found.st_mtime)
            if now != seen:
                seen, since, known = now, time.monotonic(), False
            elif now[0] and not known and time.monotonic() - since >= STILL_S:
                text = file.read_text("utf-8", "replace")
                known = text in refused
                if not known:
                    return text
        except FileNotFoundError:
            seen = (0, 0.0)
        time.sleep(POLL_S)
    return None


def _refused(folder: Path, number: int) -> frozenset[str]:
    """What was refused of the answers for this program."""
    return frozenset(path.read_text("utf-8") for path in folder.glob(f"answer-{number}.refused-*.md"))


def _keep_refused(folder: Path, number: int, text: str) -> None:
    (folder / f"answer-{number}.refused-{len(_refused(folder, number)) + 1}.md").write_text(text, "utf-8")
