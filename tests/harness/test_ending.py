"""How scripts end: by one sentence where a person can mend it."""

import subprocess
import sys
from pathlib import Path

import pytest

from archive import Archive
from harness.ending import one_sentence


def test_an_archive_that_is_none_ends_a_script_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.db").write_text("a letter")
    with pytest.raises(SystemExit) as ended, one_sentence("bench_any"):
        Archive.open(tmp_path / "a.db")
    told = capsys.readouterr().err
    assert ended.value.code == 1 and told.startswith("bench_any: ") and len(told.splitlines()) == 1


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), one_sentence("bench_any"):
        raise ZeroDivisionError


def test_a_script_whose_reader_has_had_enough_ends_quietly() -> None:
    script = (
        "from harness.ending import one_sentence\n"
        "with one_sentence('bench_any'):\n"
        "    for line in range(COUNT):\n"
        "        print(line)\n"
    )
    for count in (1, 100_000):  # told where the output is flushed, and amidst it
        words = [sys.executable, "-c", script.replace("COUNT", str(count))]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None and process.stderr is not None
            process.stdout.close()
            assert (process.stderr.read(), process.wait(60)) == ("", 1)
