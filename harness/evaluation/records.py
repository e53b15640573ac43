"""What the archive keeps of a task and of a program on it."""

from collections.abc import Mapping

import numpy as np

from archive import NDCG_AT_10, Measured, OutcomeRecord, TaskRecord
from harness.evaluation.evaluate import Outcome
from harness.evaluation.prepared import PreparedTask


def task_record(prepared: PreparedTask, split: str = "search") -> TaskRecord:
    """What a run records of a task and of the encoder's cosine on it; `split` is search or validation."""
    return TaskRecord(
        split=split,
        name=prepared.name,
        source=prepared.task.source,
        fingerprint=prepared.task.fingerprint,
        domain=prepared.task.domain,
        n_queries=len(prepared.task.queries),
        n_documents=len(prepared.task.documents),
        baseline_ndcg=prepared.cosine[NDCG_AT_10].value,
        baseline_per_query=prepared.cosine[NDCG_AT_10].per_query,
        query_ids=list(prepared.task.queries),
        unseen=np.flatnonzero(prepared.unseen).tolist(),
        baseline_texts=prepared.cost.texts,
        baseline_tokens=prepared.cost.tokens,
        baseline_seconds=prepared.cost.seconds,
        baseline_vectors=prepared.cost.vectors,
        measured=_others(prepared.cosine),
        notes=list(prepared.task.notes),
    )


def outcome_record(outcome: Outcome, isolation_level: str) -> OutcomeRecord:
    """What is recorded of one program on one task."""
    ndcg = outcome.measured[NDCG_AT_10] if outcome.measured else None
    return OutcomeRecord(
        task=outcome.task,
        verdict=outcome.verdict.value,
        reason=outcome.reason,
        ndcg=ndcg.value if ndcg else None,
        delta=outcome.delta,
        per_query=ndcg.per_query if ndcg else None,
        texts=outcome.cost.texts,
        tokens=outcome.cost.tokens,
        encoder_seconds=outcome.cost.seconds,
        wall_s=outcome.execution.wall_s,
        cpu_s=outcome.execution.cpu_s,
        peak_rss=outcome.execution.peak_rss_bytes,
        score_hash=outcome.score_hash,
        stdout=outcome.execution.stdout,
        isolation_level=outcome.isolation_level or isolation_level,
        measured=_others(outcome.measured),
        index_texts=outcome.index_cost.texts,
        index_tokens=outcome.index_cost.tokens,
        index_encoder_seconds=outcome.index_cost.seconds,
        index_cpu_s=outcome.execution.index.cpu_s if outcome.execution.index else 0.0,
        index_bytes=outcome.execution.index_bytes,
        alone_s=[round(seconds, 6) for seconds in outcome.alone_s],
        vectors=outcome.cost.vectors,
        index_vectors=outcome.index_cost.vectors,
        kept_bytes=outcome.kept_bytes,
        similarity_s=outcome.similarity_s,
    )


def _others(measured: Mapping[str, Measured]) -> dict[str, Measured]:
    return {name: found for name, found in measured.items() if name != NDCG_AT_10}
