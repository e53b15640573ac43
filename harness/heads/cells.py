"""Heads as rows of the transfer matrix: a description in place of a source, outcomes in the same table."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from archive import NDCG_AT_10, Archive, CellRecord, HeldOut, OutcomeRecord, Searched
from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import QUERY, EncoderIdentity
from harness.evaluation.difference import hash_of
from harness.evaluation.instructions import told_of
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.preparing import prepare_all
from harness.evaluation.records import task_record
from harness.heads.training import TrainedHead
from harness.programs.named import NamedProgram
from harness.settings.heads import HeadsSettings
from harness.tasks.task import RetrievalTask


def describe(
    kind: str, seed: int, settings: HeadsSettings, trained_on: Sequence[RetrievalTask], encoder: EncoderIdentity
) -> NamedProgram:
    """What decides a head, as text; it stands where a program's source stands and identifies its cells."""
    import torch

    facts = {
        "head": kind,
        "seed": seed,
        "settings": {key: value for key, value in asdict(settings).items() if key not in ("kinds", "seeds")},
        "trained_on": [task.fingerprint for task in trained_on],
        "encoder": encoder.fingerprint,
        "torch": torch.__version__,
    }
    searched = Searched(frozenset(task.known for task in trained_on))
    return NamedProgram(f"head {kind}, seed {seed}", json.dumps(facts, sort_keys=True), searched)


def missing_tasks(
    archive: Archive, head: NamedProgram, encoder: EncoderIdentity, tasks: Sequence[RetrievalTask]
) -> list[RetrievalTask]:
    """Tasks on which this head was not evaluated with this encoder."""
    known = HeldOut(archive).latest()
    return [task for task in tasks if (head.code, encoder.fingerprint, task.fingerprint) not in known]


def record_cells(
    archive: Archive,
    head: NamedProgram,
    trained: TrainedHead,
    encoder: CachedEncoder,
    tasks: Sequence[RetrievalTask],
) -> None:
    """Evaluate a head on tasks, one after another, each recorded at once."""
    held_out, identity = HeldOut(archive), encoder.identity
    for task in tasks:
        archive.record_content(task.known, held_out=task.held_out)
        with prepare_all([task], encoder) as (ready,):
            held_out.record_task(identity.name, identity.fingerprint, task_record(ready))
            outcome = _outcome(trained, ready, encoder)
            held_out.record(
                CellRecord(head.name, head.source, identity.fingerprint, task.fingerprint, outcome, head.code)
            )


def _outcome(trained: TrainedHead, ready: PreparedTask, encoder: CachedEncoder) -> OutcomeRecord:
    queries = encoder.embed(list(ready.task.queries.values()), told_of(ready.task, QUERY)).vectors
    documents = encoder.embed(list(ready.task.documents.values()), told_of(ready.task)).vectors
    began, busy = time.perf_counter(), time.process_time()
    scores = trained.apply(queries) @ trained.apply(documents).T
    wall, cpu = time.perf_counter() - began, time.process_time() - busy
    ndcg = ready.measure(scores[np.ix_(ready.order.queries, ready.order.documents)])[NDCG_AT_10]
    return OutcomeRecord(
        task=ready.name,
        verdict="ok",
        reason=f"Trained for {trained.epochs} epochs, the best was {trained.best_epoch}.",
        ndcg=ndcg.value,
        delta=ndcg.value - ready.baseline.value,
        per_query=ndcg.per_query,
        texts=0,
        tokens=0,
        encoder_seconds=0.0,
        wall_s=wall,
        cpu_s=cpu,
        peak_rss=0,
        score_hash=hash_of(scores),
    )
