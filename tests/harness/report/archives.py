"""Archives to look at: a plausible search of any length, and one whose every text is hostile."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from archive import (
    Archive,
    CallRecord,
    Calls,
    CellRecord,
    HeldOut,
    OutcomeRecord,
    ProgramRecord,
    RunRecord,
    TaskRecord,
    UsageRecord,
    WorkRecord,
    Works,
)
from harness.programs.fingerprint import code_hash

TASKS = tuple(f"task-{name}" for name in "abcdefgh")
HOSTILE = (
    "<script>window.ran = 1</script>",
    "</script><script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 1'>",
    "<!--<script>",
    "javascript:window.ran=1",
    "\x1b[31mred\x1b]0;title\x07",
    "\u202etxt.exe\u2066",
    "NUL \x00 here",
    '=HYPERLINK("http://example.com")',
    "+1+1",
    "@SUM(A1)",
    "\t=1+1",
    "{{ 7 * 7 }}{% for x in y %}",
    "${window.ran = 1}",
    "line\u2028separator\u2029",
    "n" * 1_000_000,
)


def source(number: int, width: int = 40) -> str:
    """A program text of the usual length that differs a little from its neighbours."""
    steps = "\n".join(f"    scores = scores + {step} * sim  # step {step} of {number}" for step in range(width))
    return (
        f'"""Program {number}."""\n\nimport numpy as np\n\n\n'
        f"def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    scores = sim * {number}.0\n{steps}\n"
        "    return np.asarray(scores)\n"
    )


def task(name: str, rng: np.random.Generator, n_queries: int = 30) -> TaskRecord:
    per_query = rng.uniform(0.2, 0.9, n_queries).astype(np.float32)
    return TaskRecord(
        name=name,
        source="documentation",
        fingerprint=f"print-{name}",
        domain="code",
        n_queries=n_queries,
        n_documents=300,
        baseline_ndcg=float(per_query.mean()),
        baseline_per_query=per_query,
        query_ids=[f"q{number}" for number in range(n_queries)],
        baseline_texts=330,
        baseline_tokens=9000,
        baseline_seconds=0.5,
        notes=[f"Task {name}: documents without text, kept as empty ones: 3 (first d7)."],
    )


def run(tasks: Sequence[TaskRecord]) -> RunRecord:
    return RunRecord(
        objective="compute",
        seed=7,
        config={"search": {"generations": 140, "seed": 7}, "encoder": {"model": "wordllama"}},
        versions={"python": "3.11.7", "numpy": "2.4.6"},
        machine={"system": "Linux", "processor": "a processor", "cores": 2},
        encoder={"name": "wordllama", "fingerprint": "f00df00d", "dim": 256},
        isolation={"level": "strict"},
        tasks=list(tasks),
    )


def outcome(task: TaskRecord, gain: float, rng: np.random.Generator, flags: Sequence[str] = ()) -> OutcomeRecord:
    noise = rng.normal(gain, 0.08, task.n_queries)
    per_query = np.clip(task.baseline_per_query + noise, 0, 1).astype(np.float32)
    ndcg = float(per_query.mean(dtype=np.float64))
    return OutcomeRecord(
        task=task.name,
        verdict="ok",
        reason="",
        ndcg=ndcg,
        delta=ndcg - task.baseline_ndcg,
        per_query=per_query,
        texts=330,
        tokens=9000,
        encoder_seconds=0.2,
        wall_s=0.4,
        cpu_s=0.3,
        peak_rss=60_000_000,
        score_hash=f"{task.name}{gain}",
        flags=list(flags),
        isolation_level="strict",
    )


def failure(task: TaskRecord) -> OutcomeRecord:
    return OutcomeRecord(
        task=task.name,
        verdict="timeout",
        reason="It ran longer than 30 s.",
        ndcg=None,
        delta=None,
        per_query=None,
        texts=0,
        tokens=0,
        encoder_seconds=0.0,
        wall_s=30.0,
        cpu_s=30.0,
        peak_rss=60_000_000,
        score_hash=None,
    )


def program(
    number: int, outcomes: list[OutcomeRecord], *, cost_ratio: float = 1.5, parents: Sequence[str] = (), name: str = ""
) -> ProgramRecord:
    deltas = [outcome.delta for outcome in outcomes if outcome.delta is not None]
    whole = bool(deltas) and len(deltas) == len(outcomes)
    return ProgramRecord(
        generation=max(0, number - 3),
        name=name or f"program_{number}",
        source=source(number),
        exact_hash=f"exact-{number}",
        structure_hash=f"structure-{number}",
        parents=list(parents),
        mode="mutation" if parents else "seed",
        novelty_claim="It weighs documents by their neighbours.",
        expected_effect="Better on short queries.",
        lesson=f"Lesson {number}: smoothing helps.",
        status="evaluated" if whole else "rejected",
        verdict="ok" if whole else outcomes[0].verdict if outcomes else "rejected_static",
        reason="Measured." if whole else "It did not finish.",
        mean_delta=float(np.mean(deltas)) if whole else None,
        worth=float(np.mean(deltas)) if whole else None,
        cost_ratio=cost_ratio if whole else None,
        wins=sum(delta > 0 for delta in deltas),
        ties=0,
        losses=sum(delta < 0 for delta in deltas),
        outcomes=outcomes,
        usage=[UsageRecord("anthropic", "some-model", input_uncached=1500, output=700, cost_usd=0.01)]
        if parents
        else [],
        violations=[] if outcomes else [{"code": "TTC103", "line": 2, "message": "import of os"}],
        model="some-model" if parents else "",
    )


def search(path: Path, n_programs: int, *, seed: int = 0, tasks: Sequence[str] = TASKS) -> str:
    """Fill an archive with a search whose best programs get better, and return the run's id."""
    rng = np.random.default_rng(seed)
    with Archive.open(path) as archive:
        records = [task(name, rng) for name in tasks]
        run_id = archive.start_run(run(records))
        good: list[str] = []
        for number in range(1, n_programs + 1):
            parents = list(rng.choice(good[-12:], size=min(2, len(good)), replace=False)) if number > 3 and good else []
            gain = 0.08 * (1 - np.exp(-number / 60)) + rng.normal(0, 0.02)
            if number % 11 == 0:
                outcomes = [failure(records[0])]
            elif number % 17 == 0:
                outcomes = []
            else:
                outcomes = [outcome(record, gain, rng) for record in records]
            record = program(
                number, outcomes, cost_ratio=float(np.exp(rng.exponential(0.8))), parents=[str(p) for p in parents]
            )
            program_id = archive.record_program(run_id, record)
            if record.mean_delta is not None:
                good.append(program_id)
        calls = Calls(archive, run_id)
        lost = CallRecord(n_programs + 1, UsageRecord("anthropic", "some-model", step="answer/0"), charged_usd=0.5)
        calls.failed(lost.number, calls.begin(lost), "The server <b>is</b> out of order.")
        calls.begin(lost)
        calls.lose()
        ran = WorkRecord("1a2b3c4d", 6, runs=8, cpu_s=2.5, texts=80)
        Works(archive, run_id).record([ran, WorkRecord("1a2b3c4d", None, batches=3, encoded=4321, encoder_s=0.4)])
        archive.set_status(run_id, "finished")
        _held_out(archive, records, rng)
    return run_id


def fitted(path: Path, n_programs: int = 30) -> str:
    """Fill an archive with a search that begins to fit half-way, and return the run's id.

    Ten tasks with nine unseen queries of thirty and four unseen tasks; what is not seen gains no more from then on.
    """
    rng = np.random.default_rng(3)
    names = [f"task-{number}" for number in range(14)]
    records = [_partly_unseen(task(name, rng), whole=at >= 10) for at, name in enumerate(names)]
    with Archive.open(path) as archive:
        run_id = archive.start_run(run(records))
        for number in range(1, n_programs + 1):
            gain, elsewhere = 0.2 * number / n_programs, 0.2 * min(number / n_programs, 0.5)
            outcomes = [_fitted_outcome(one, gain, elsewhere, rng) for one in records]
            base = program(number, outcomes[:10], cost_ratio=1 + number / 10)
            unseen = [_unseen_gain(outcome, one) for outcome, one in zip(outcomes, records, strict=True)]
            searched, tasks = float(np.mean(unseen[:10])), float(np.mean(unseen[10:]))
            record = replace(base, outcomes=outcomes, unseen_delta=searched, unseen_tasks_delta=tasks)
            archive.record_program(run_id, record)
        archive.set_status(run_id, "finished")
    return run_id


def _partly_unseen(record: TaskRecord, *, whole: bool) -> TaskRecord:
    if whole:
        return replace(record, split="validation")
    searched = float(record.baseline_per_query[9:].mean(dtype=np.float64))
    return replace(record, unseen=list(range(9)), baseline_ndcg=searched)


def _fitted_outcome(record: TaskRecord, gain: float, elsewhere: float, rng: np.random.Generator) -> OutcomeRecord:
    hidden = np.arange(record.n_queries) < (9 if record.unseen else record.n_queries)
    gains = np.where(hidden, elsewhere, gain) + rng.normal(0, 0.05, record.n_queries)
    per_query = np.clip(record.baseline_per_query + gains, 0, 1).astype(np.float32)
    ndcg = float(np.delete(per_query, record.unseen).mean(dtype=np.float64))
    made = outcome(record, gain, rng)
    return replace(made, per_query=per_query, ndcg=ndcg, delta=ndcg - record.baseline_ndcg)


def _unseen_gain(outcome: OutcomeRecord, record: TaskRecord) -> float:
    assert outcome.per_query is not None
    gains = outcome.per_query.astype(np.float64) - record.baseline_per_query
    return float(gains[record.unseen or slice(None)].mean())


def _held_out(archive: Archive, records: Sequence[TaskRecord], rng: np.random.Generator) -> None:
    cells = HeldOut(archive)
    for encoder in ("wordllama", "minilm"):
        for record in records[:4]:
            cells.record_task(encoder, f"print-{encoder}", record)
            for number in (1, 2, 3):
                cells.record(
                    CellRecord(
                        f"program {number}",
                        source(number),
                        f"print-{encoder}",
                        record.fingerprint,
                        outcome(record, rng.normal(0.01, 0.04), rng),
                    )
                )


def seeds(path: Path, kinds: Mapping[str, float], n_programs: int = 12, *, paid: Sequence[str] = ("llm",)) -> list[str]:
    """Fill an archive with two seeds of a search by each kind of proposer, which gains so much; the runs' ids.

    The kinds in `paid` spend 1 cent a program beyond the third, the others nothing.
    """
    tasks = [task(name, np.random.default_rng(5)) for name in TASKS[:6]]
    ids = []
    with Archive.open(path) as archive:
        for kind, gain in kinds.items():
            for seed in (1, 2):
                rng = np.random.default_rng([seed, len(kind)])
                base = run(tasks)
                config = {**base.config, "proposer": {"kind": kind}, "search": {"seed": seed}}
                run_id = archive.start_run(replace(base, seed=seed, config=config))
                for number in range(1, n_programs + 1):
                    outcomes = [outcome(one, gain * number / n_programs, rng) for one in tasks]
                    parents = [f"{run_id}.1"] if kind in paid and number > 3 else []
                    record = program(number, outcomes, cost_ratio=1 + number / 10, parents=parents)
                    archive.record_program(run_id, record)
                archive.set_status(run_id, "finished")
                ids.append(run_id)
    return ids


def held_out(path: Path, run_id: str, gain: float, n_tasks: int, encoder: str = "") -> None:
    """Record cells of a run's frontier on so many tasks that it has not seen, with its own encoder unless named."""
    rng = np.random.default_rng(n_tasks)
    with Archive.open(path) as archive:
        name, fingerprint = (encoder, f"print-{encoder}") if encoder else ("wordllama", "f00df00d")
        cells = HeldOut(archive)
        for number in range(n_tasks):
            one = task(f"held-{number}", rng)
            cells.record_task(name, fingerprint, one)
            for program in archive.frontier(run_id):
                found = outcome(one, gain, rng)
                code = code_hash(program.record.source)
                cells.record(
                    CellRecord(program.id, program.record.source, fingerprint, one.fingerprint, found, code=code)
                )


def hostile(path: Path) -> str:
    """Fill an archive with texts that want to run, and return the run's id."""
    rng = np.random.default_rng(0)
    with Archive.open(path) as archive:
        records = [task(f"task {text[:60]}", rng) for text in HOSTILE[:3]]
        run_id = archive.start_run(
            RunRecord(
                objective=HOSTILE[0],
                seed=1,
                config={HOSTILE[1]: HOSTILE[2]},
                versions={HOSTILE[1]: HOSTILE[2]},
                machine={HOSTILE[1]: HOSTILE[2]},
                encoder={"name": HOSTILE[1], "fingerprint": HOSTILE[2]},
                isolation={"level": HOSTILE[0]},
                tasks=records,
            )
        )
        parents: list[str] = []
        for number, text in enumerate(HOSTILE, start=1):
            outcomes = [outcome(record, 0.01 * number, rng, flags=[text[:1000]]) for record in records]
            base = program(number, outcomes, cost_ratio=1.0 + number, parents=parents[-2:], name=text)
            texts = dict.fromkeys(
                ("source", "novelty_claim", "expected_effect", "lesson", "reason", "mode", "model", "exact_hash"), text
            )
            record = ProgramRecord(
                **{**vars(base), **texts, "flags": [text], "violations": [{"code": text, "line": 1, "message": text}]}
            )
            parents.append(archive.record_program(run_id, record, events=[("note", text)]))
        Works(archive, run_id).record([WorkRecord(text, number) for number, text in enumerate(HOSTILE)])
        cells = HeldOut(archive)
        cells.record_task(HOSTILE[0], HOSTILE[1], records[0])
        cells.record(
            CellRecord(HOSTILE[2], HOSTILE[1], HOSTILE[1], records[0].fingerprint, outcome(records[0], 0.1, rng))
        )
    return run_id
