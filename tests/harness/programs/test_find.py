"""What a word names: a file, a reference program or an archived program."""

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.export.facts import gather
from harness.programs.find import origin_of
from harness.programs.named import read_programs
from harness.settings import Settings

SOURCE = "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim\n"


def test_a_file_comes_before_a_reference_program_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert origin_of("bm25") == "reference"
    Path("bm25").write_text(SOURCE)
    assert origin_of("bm25") == "file"
    (program,) = read_programs(["bm25"], Settings())
    facts = gather("bm25", "absent.db")
    assert (program.source, facts.source, facts.origin) == (SOURCE, SOURCE, "The file bm25.")


def test_the_home_folder_may_be_written_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine.py").write_text(SOURCE)
    assert [program.name for program in read_programs(["~/mine.py"], Settings())] == ["mine"]


@pytest.mark.parametrize("word", ["7", "abc234.7"])
def test_an_id_names_an_archived_program(word: str) -> None:
    assert origin_of(word) == "archive"


@pytest.mark.parametrize(("word", "said"), [("absent.py", "no file"), ("a/b", "no file"), ("absent", "no program")])
def test_a_word_that_can_name_none_is_refused(word: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        origin_of(word)
