"""A run's recorded answers, given again to a new run: for tests, for readers, and for a changed evaluator."""

from dataclasses import replace

from archive import Archive
from harness.errors import UsageError
from harness.settings import Settings, from_record


def with_replayed(settings: Settings, archive: Archive) -> Settings:
    """For proposer=replay, the settings that decide what is asked, as the replayed run has them; else unchanged.

    Encoder, tasks and sandbox stay as they are given. Raises UsageError where no run is named, or one without answers.
    """
    proposer = settings.proposer
    if proposer.kind != "replay":
        return settings
    if not proposer.run:
        raise UsageError("proposer=replay needs proposer.run=ID; `ttc runs` lists the runs of an archive.")
    run_id = archive.resolve_run(proposer.run)
    recorded = from_record(archive.run(run_id).record.config)
    if not archive.n_exchanges(run_id):
        raise UsageError(f"Run {run_id} has no recorded answers of a model to replay.")
    return replace(
        settings,
        proposer=replace(recorded.proposer, kind="replay", run=run_id),
        search=recorded.search,
        program=recorded.program,
    )
