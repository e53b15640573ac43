"""A search by tokens: what reaches the frontier, what an author is told, and that a resumed run knows the same."""

from pathlib import Path

import numpy as np
import pytest

import harness
from archive import Archive
from harness import Briefing, FunctionEncoder, UsageError
from harness.proposers.prompt import prefix
from harness.search.desk import read_desk
from harness.settings import ProgramSettings, compose
from tests.harness.evaluation.test_evaluate import program, small_task

JOINED = """near = np.argsort(-(d_emb @ d_emb.T), axis=1, kind="stable")[:, :10]
joined = embed_fn([" ".join(d_texts[i] for i in row) for row in near])
return sim + 0.5 * q_emb @ joined.T"""
TASKS = [small_task("small", 12), small_task("large", 40)]


@pytest.mark.parametrize("axis", ["texts", "tokens"])
def test_a_search_goes_by_its_axis(tmp_path: Path, axis: str) -> None:
    heard: list[Briefing] = []

    def author(briefing: Briefing) -> str:
        heard.append(briefing)
        return program(JOINED)

    words = ["encoder=wordllama", "sandbox=weak", "search.generations=2", f"search.cost={axis}"]
    places = [f"archive.path={tmp_path / 'a.db'}", f"cache.folder={tmp_path / 'cache'}"]
    run = harness.discover(*words, *places, tasks=TASKS, proposer=author)
    joined = next(found for found in run.programs() if found.record.source == program(JOINED))
    frame = run.frame().set_index("id").loc[joined.id]
    assert frame["cost_ratio"] == joined.record.cost_ratio == pytest.approx(1 + 52 / 60)
    assert frame["cost_tokens"] > 2 * frame["cost_ratio"] and "long_texts" in frame["flags"]
    assert frame["cost_seconds"] > 1 and frame["program_seconds"] > 0
    (row,) = [row for row in heard[-1].ledger if row.id == joined.id]
    assert row.cost_ratio == frame["cost_ratio" if axis == "texts" else "cost_tokens"]
    with Archive.open(run.archive, read_only=True) as archive:
        desk = read_desk(archive, run.id)
    assert desk.history.ledger[joined.number - 1] == row
    assert [view.id for view in desk.history.frontier()] == [found.id for found in run.frontier()]


def vectors(texts: list[str]) -> np.ndarray:
    return np.array([[len(text), text.count("a"), 1.0] for text in texts])


def test_an_encoder_that_counts_no_tokens_cannot_be_searched_by_them(tmp_path: Path) -> None:
    encoder = FunctionEncoder(vectors, name="letters", count_tokens=lambda text: 0)
    places = [f"archive.path={tmp_path / 'a.db'}", f"cache.folder={tmp_path / 'cache'}"]
    with pytest.raises(UsageError, match=r"counts no tokens, .* use search\.cost=texts"):
        harness.discover(*places, "sandbox=weak", "search.cost=tokens", encoder=encoder, tasks=TASKS)


def test_a_proposer_is_told_what_cost_is_counted_in() -> None:
    told = {
        axis: prefix(compose([f"search.cost={axis}"]).search, ProgramSettings(), taboos=[], modules=[])
        for axis in ("texts", "tokens", "seconds")
    }
    assert "1 + (texts passed to embed_fn) / (queries and documents encoded once)" in told["texts"]
    assert "1 + (tokens of the texts passed to embed_fn)" in told["tokens"]
    assert "1 + (encoder seconds of the texts passed to embed_fn)" in told["seconds"]
