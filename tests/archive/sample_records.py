"""Records to fill archives with."""

from collections.abc import Sequence

import numpy as np

from archive import OutcomeRecord, ProgramRecord, RunRecord, TaskRecord, UsageRecord

TASKS = ("alpha", "beta", "gamma")
N_QUERIES = 5


def task(name: str, split: str = "search", n_queries: int = N_QUERIES) -> TaskRecord:
    return TaskRecord(
        name=name,
        source="documentation",
        fingerprint=f"fingerprint-{name}",
        domain="code",
        n_queries=n_queries,
        n_documents=40,
        baseline_ndcg=0.5,
        baseline_per_query=np.full(n_queries, 0.5, np.float32),
        query_ids=[f"q{number}" for number in range(n_queries)],
        baseline_texts=45,
        baseline_tokens=900,
        baseline_seconds=0.25,
        split=split,
        notes=[f"Task {name}: queries without a judgment, left out: 2 (first q9)."],
    )


def run(tasks: Sequence[TaskRecord] = tuple(task(name) for name in TASKS)) -> RunRecord:
    return RunRecord(
        objective="compute",
        seed=7,
        config={"search": {"generations": 3}},
        versions={"numpy": "2"},
        machine={"cores": 2},
        encoder={"name": "wordllama", "fingerprint": "f00d", "dim": 256},
        isolation={"level": "strict"},
        tasks=list(tasks),
    )


def outcome(task_name: str, delta: float | None = 0.1, n_queries: int = N_QUERIES) -> OutcomeRecord:
    ok = delta is not None
    return OutcomeRecord(
        task=task_name,
        verdict="ok" if ok else "timeout",
        reason="" if ok else "It ran longer than 10 s.",
        ndcg=0.5 + delta if delta is not None else None,
        delta=delta,
        per_query=np.linspace(delta, 1 + delta, n_queries, dtype=np.float32) if delta is not None else None,
        texts=12,
        tokens=240,
        encoder_seconds=0.01,
        wall_s=0.2,
        cpu_s=0.1,
        peak_rss=60_000_000,
        score_hash=f"{task_name}-{delta}" if ok else None,
        flags=["transductive"] if ok else [],
        stdout="printed\n",
        isolation_level="strict",
    )


def usage(cost_usd: float | None = 0.25, verdict: str = "ok") -> UsageRecord:
    return UsageRecord(
        provider="anthropic",
        model="some-model",
        verdict=verdict,
        request_id="req-1",
        retries=1,
        latency_s=2.5,
        input_uncached=10,
        cache_read=20,
        output=30,
        cost_usd=cost_usd,
        price_source="list, 2026-11",
    )


def program(
    mean_delta: float | None = 0.1,
    cost_ratio: float | None = 1.5,
    *,
    name: str = "program",
    status: str = "evaluated",
    parents: Sequence[str] = (),
    tasks: Sequence[str] = TASKS,
    source: str | None = None,
) -> ProgramRecord:
    ok = mean_delta is not None
    source = f"# {name}\ndef rerank(): ...\n" if source is None else source
    return ProgramRecord(
        generation=1,
        name=name,
        source=source,
        exact_hash=f"exact-{name}",
        structure_hash=f"structure-{name}",
        parents=list(parents),
        mode="mutation",
        novelty_claim="it is new",
        expected_effect="better",
        lesson="none yet",
        status=status if ok else "rejected",
        verdict="ok" if ok else "timeout",
        reason="",
        mean_delta=mean_delta,
        worth=mean_delta,
        cost_ratio=cost_ratio,
        wins=2,
        ties=0,
        losses=1,
        outcomes=[outcome(task_name, mean_delta) for task_name in tasks],
        usage=[usage()],
        flags=["small"],
        violations=[{"code": "T1", "line": 3, "message": "no"}],
        model="some-model",
    )
