"""A watched folder waits for an answer that is whole."""

import threading
import time
from pathlib import Path

import pytest

from harness.cli import tell
from harness.errors import UsageError
from harness.screen.stopping import StopOnInterrupt


class Never(StopOnInterrupt):
    def asked(self) -> bool:
        return False


class Soon(StopOnInterrupt):
    def asked(self) -> bool:
        return True


def test_a_slow_writer_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "answer-4.md"

    def write() -> None:
        file.touch()
        time.sleep(tell.STILL_S + 3 * tell.POLL_S)  # empty for longer than an answer must stand still
        with file.open("a") as opened:
            for piece in ("one\n", "two\n", "three\n"):
                opened.write(piece)
                opened.flush()
                time.sleep(tell.STILL_S / 2)

    writer = threading.Thread(target=write)
    writer.start()
    assert tell._await(file, Never(), frozenset()) == "one\ntwo\nthree\n"
    writer.join()


def test_a_file_that_vanishes_and_comes_back_is_read_as_it_came_back(tmp_path: Path) -> None:
    file = tmp_path / "answer-4.md"
    file.write_text("first")
    threading.Timer(tell.STILL_S / 2, lambda: file.rename(tmp_path / "away.md")).start()
    threading.Timer(tell.STILL_S, lambda: file.write_text("second")).start()
    assert tell._await(file, Never(), frozenset()) == "second"


def test_an_interrupt_ends_the_wait(tmp_path: Path) -> None:
    assert tell._await(tmp_path / "answer-4.md", Soon(), frozenset()) is None


def test_an_answer_in_another_encoding_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "answer.md"
    file.write_bytes("# café".encode("latin-1"))
    with pytest.raises(UsageError, match=r"answer\.md cannot be read .* name a text file"):
        tell._text_of(file)
