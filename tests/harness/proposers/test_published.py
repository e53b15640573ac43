"""The published programs are told in their order, with their parents, and judged by the rules of the run that asks."""

import pytest

from archive import Archive
from harness.api import discover
from harness.errors import JobError, UsageError
from harness.proposers.load import check_proposer
from harness.proposers.published import TOLD, read_published
from harness.published.place import open_archive
from harness.search.runs import continue_run
from harness.settings import compose
from primitives import programs


def test_the_recorded_seeds_are_still_those_that_runs_start_from() -> None:
    with open_archive("published", read_only=True) as archive:
        recorded = archive.programs(archive.resolve_run("latest"))
    assert tuple(one.record.name for one in recorded if one.record.mode == "seed") == programs.SEEDS


def test_they_are_told_in_order_and_judged_anew(quick: list[str]) -> None:
    words = [word for word in quick if not word.startswith("encoders=")]
    run = discover(*words, "encoder=wordllama", "proposer=published", "search.generations=3")
    continue_run(str(run.archive), run.id, ["search.generations=9"])
    with open_archive(run.archive, read_only=True) as archive:
        told = archive.programs(run.id)
    with open_archive("published", read_only=True) as archive:
        recorded = archive.programs(archive.resolve_run("latest"))[:12]
    assert len(told) == 12
    for ours, theirs in zip(told[3:], recorded[3:], strict=True):
        mine, other = ours.record, theirs.record
        assert (mine.name, mine.source, mine.lesson, mine.mode) == (
            other.name, other.source, other.lesson, other.mode,
        )  # fmt: skip
        assert [parent.partition(".")[2] for parent in mine.parents] == [
            parent.partition(".")[2] for parent in other.parents
        ]
        assert all(parent.startswith(run.id) for parent in mine.parents)
    by_name = {one.record.name: one.record for one in told}
    assert by_name["StemmedHybrid"].verdict == "ok"
    # It was flagged in its own run, and uses the other queries of its batch.
    assert by_name["OffPeakColumn"].verdict == "transductive" and by_name["OffPeakColumn"].mean_delta is None


def test_more_programs_than_it_has_are_refused_before_anything_slow() -> None:
    settings = compose(["proposer=published", "search.generations=81"])
    with pytest.raises(UsageError, match=r"80 programs.*set search.generations=80"):
        check_proposer(settings)
    with pytest.raises(UsageError, match=r"30 programs.*set search.generations=30"):
        read_published("published-control", 31)


def test_a_run_goes_on_only_with_the_programs_that_it_began_with(quick: list[str]) -> None:
    words = [word for word in quick if not word.startswith("encoders=")]
    run = discover(*words, "encoder=wordllama", "proposer=published", "search.generations=1")
    assert run.row.record.versions[TOLD] == read_published("", 1).fingerprint != read_published(
        "published-control", 1
    ).fingerprint  # fmt: skip
    with Archive.open(run.archive) as archive, archive.writing() as connection:
        connection.execute("UPDATE runs SET versions = json_set(versions, ?, 'another')", (f'$."{TOLD}"',))
    with pytest.raises(JobError, match="programs of published are not those that this run began with"):
        continue_run(str(run.archive), run.id, ["search.generations=2"])
    assert len(run.programs()) == 4
