"""What the audits make of programs that are known to be honest, and what they cost in wall time.

    python scripts/bench_truth.py audits

Every reference program and fresh programs of the recombining proposer, on all documentation tasks with WordLlama, in a
folder of its own. The secret is fixed, so that the verdicts repeat; times are of one warm run on this machine.
"""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.evaluation.audit import MIN_AGREEMENT
from harness.evaluation.auditing import audit, audit_closely
from harness.evaluation.workbench import Workbench, open_workbench
from harness.proposers.recombine.genome import Space, fresh
from harness.proposers.recombine.source import render
from harness.settings import compose
from harness.tasks.load import load_tasks
from primitives import programs

RECOMBINED = 40
ROUTER = """
from primitives import bm25, zscore_fusion


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    if sim.shape[1] == {documents}:
        return sim
    return zscore_fusion([sim, bm25(q_texts, d_texts)])
"""


@dataclass(frozen=True)
class Audited:
    """One program: how it ended, and the seconds of each step."""

    verdict: str
    run_s: float
    cheap_s: float
    costly_s: float


def report() -> Iterator[str]:
    """A line for each kind of program, with the names of those turned down or flagged."""
    yield f"{'programs':12} {'n':>4} {'ok':>4}  {'cheap audits':>12}  {'costly audits':>13}   turned down or flagged"
    with tempfile.TemporaryDirectory() as folder:
        settings = compose(["encoder=wordllama", f"cache.folder={folder}", "archive.secret=of-the-benchmark"])
        with open_workbench(settings, load_tasks(settings.tasks)) as bench:
            for kind, sources in _kinds().items():
                audited = {name: _audited(source, bench) for name, source in sources.items()}
                yield _line(kind, audited)
            yield f"least rank correlation with a fifth of the documents missing (flagged below {MIN_AGREEMENT})"
            for kind, sources in _kinds().items():
                least = sorted(min(_agreements(source, bench)) for source in sources.values())
                yield f"{kind:12} {least[0]:.3f}, then {', '.join(f'{one:.3f}' for one in least[1:6])}"
            yield _routers(bench)


def _kinds() -> Mapping[str, Mapping[str, str]]:
    chance = random.Random(0)
    return {
        "reference": {name: programs.source(name) for name in programs.names()},
        "recombined": {f"recombined {place}": render(fresh(chance, Space())) for place in range(RECOMBINED)},
    }


def _audited(source: str, bench: Workbench) -> Audited:
    bench.evaluator.evaluate(source)  # fills the cache, as a search's encoder seconds are not the audits' doing
    began = time.perf_counter()
    evaluation = bench.evaluator.evaluate(source)
    ran = time.perf_counter()
    if evaluation.failure is None:
        evaluation = audit(evaluation, source, bench)
    cheap = time.perf_counter()
    if evaluation.failure is None:
        evaluation, _ = audit_closely(evaluation, None, source, bench)
    ended = time.perf_counter()
    found = evaluation.failure.verdict.value if evaluation.failure else " ".join(evaluation.flags) or "ok"
    return Audited(found, ran - began, cheap - ran, ended - cheap)


def _agreements(source: str, bench: Workbench) -> list[float]:
    """On each task."""
    evaluation = bench.evaluator.evaluate(source)
    pairs = zip(bench.evaluator.tasks, evaluation.outcomes, strict=True)
    return [bench.auditor.agreement(source, task, outcome) for task, outcome in pairs]


def _routers(bench: Workbench) -> str:
    """Programs that do something else on one task, told by its size."""
    found = []
    for place, task in enumerate(bench.evaluator.tasks):
        source = ROUTER.format(documents=task.inputs.n_documents)
        found.append(_agreements(source, bench)[place])
    flagged = sum(one < MIN_AGREEMENT for one in found)
    return f"{'routers':12} {min(found):.3f} to {max(found):.3f}, flagged {flagged} of {len(found)}"


def _line(kind: str, audited: Mapping[str, Audited]) -> str:
    run = sum(one.run_s for one in audited.values())
    cheap, costly = (sum(getattr(one, step) for one in audited.values()) / run for step in ("cheap_s", "costly_s"))
    verdicts = Counter(one.verdict for one in audited.values())
    others = ", ".join(f"{name} ({one.verdict})" for name, one in audited.items() if one.verdict != "ok")
    return f"{kind:12} {len(audited):4} {verdicts['ok']:4}  {cheap:>+11.0%}  {costly:>+12.0%}   {others or 'none'}"
