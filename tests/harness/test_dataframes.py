"""Everything of an archive as dataframes and as Parquet files."""

from pathlib import Path

import pandas as pd
import pytest

from archive import Archive
from harness import frames
from harness.dataframes import write_parquet
from harness.errors import UsageError
from harness.results import Run
from tests.harness.report.fixtures import searched

__all__ = ["searched"]

Searched = tuple[Path, str]


def test_every_row_of_the_archive_is_in_a_frame(searched: Searched) -> None:
    made = frames(searched[0], [searched[1][:4]])
    with Archive.open(searched[0], read_only=True) as archive:
        rows = {
            "runs": "runs",
            "programs": "programs",
            "outcomes": "outcomes",
            "tasks": "tasks",
            "calls": "usage",
            "held_out": "heldout_outcomes",
        }
        counted = {
            name: archive.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for name, table in rows.items()
        }
        best = archive.frontier(searched[1])[-1]
    assert {name: len(made[name]) for name in rows} == counted
    own = made["per_query"].query("program == @best.id")
    assert own.groupby("task")["delta"].mean().mean() == pytest.approx(best.record.mean_delta, abs=1e-6)
    assert made["per_query"].equals(Run(searched[0], searched[1]).frame(per_query=True))
    (row,) = made["programs"].query("id == @best.id").to_dict("records")
    assert row["source"] == best.record.source and row["mean_delta"] == best.record.mean_delta


def test_parquet_says_the_same_and_a_folder_is_made_wholly_or_not_at_all(searched: Searched, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "rows"
    with Archive.open(searched[0], read_only=True) as archive:
        written = write_parquet(archive, folder)
        with pytest.raises(UsageError, match=r"There is a .*rows already"):
            write_parquet(archive, folder)
    made = frames(searched[0])
    assert set(written) == {f"{name}.parquet" for name, frame in made.items() if len(frame)}
    for name, frame in made.items():
        if len(frame):
            read = pd.read_parquet(folder / f"{name}.parquet")
            assert list(read.columns) == list(frame.columns) and len(read) == written[f"{name}.parquet"]
    assert pd.read_parquet(folder / "programs.parquet")["source"].equals(made["programs"]["source"])
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["rows"]
