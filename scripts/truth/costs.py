"""How far counting texts and counting tokens are apart, for honest programs and for one that hides its cost.

    python scripts/bench_truth.py costs

Every reference program, and one that encodes ten documents in one text, on all documentation tasks with WordLlama.
"""

from collections.abc import Iterator

from archive import LONG_TEXTS, Costs
from harness.evaluation.single import evaluation_costs
from harness.evaluation.workbench import Workbench, open_workbench
from harness.settings import compose
from harness.tasks.load import load_tasks
from primitives import programs

TEN_IN_ONE = """
import numpy as np

from primitives import cosines


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    nearest = np.argsort(-cosines(d_emb, d_emb), axis=1)[:, :10]
    return sim + cosines(q_emb, embed_fn([" ".join(d_texts[place] for place in row) for row in nearest]))
"""


def report() -> Iterator[str]:
    """A line for each program that asks for texts, by the ratio of its ratios."""
    settings = compose(["encoder=wordllama"])
    with open_workbench(settings, load_tasks(settings.tasks)) as bench:
        known = {name: _costs(programs.source(name), bench) for name in programs.names()}
        known["ten documents in one text"] = _costs(TEN_IN_ONE, bench)
    told = {name: (costs.texts, costs.tokens) for name, costs in known.items()}
    apart = sorted((tokens / texts, name, texts, tokens) for name, (texts, tokens) in told.items() if texts and tokens)
    yield f"{'program':28} {'texts':>6} {'tokens':>6}  tokens over texts (flagged from {LONG_TEXTS:g} on)"
    for ratio, name, texts, tokens in apart:
        if texts > 1:
            yield f"{name:28} {texts:6.2f} {tokens:6.2f}  {ratio:.2f}"


def _costs(source: str, bench: Workbench) -> Costs:
    return evaluation_costs(bench.evaluator.evaluate(source), bench.tasks)
