"""What every executor keeps."""

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.evaluation.evaluate import Outcome
from harness.evaluation.executor import LocalExecutor, MakeExecutor
from harness.evaluation.preparing import prepare_all
from harness.settings.encoder import EncoderSettings
from harness.testing.broken import require
from harness.testing.samples import small_task
from primitives import programs
from sandbox import Sandbox

HEAD = "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n"
PROGRAMS = (
    programs.source("identity"),
    programs.source("first_sentence"),
    programs.source("soft_centroid"),
    HEAD + "    return sim + embed_fn(d_texts + d_texts)[:40, 0]\n",
    HEAD + "    return embed_fn(q_texts, role='no such role')\n",
    HEAD + "    raise ValueError(len(d_texts))\n",
    HEAD + "    return sim[:, :-1]\n",
)
"""Some that ask for texts, some that do not, and some that fail."""


def check_executor(make: MakeExecutor, *, level: str = "strict") -> None:
    """Try the contract of `Executor` on what `make` gives: each outcome is the local executor's.

    `level` is the least isolation at which programs are run here. Raises ContractBroken for what it does not keep.
    """
    with ExitStack() as stack:
        backend = stack.enter_context(Sandbox(workers=2, level=level))
        encoder = CachedEncoder(load_encoder(EncoderSettings(model="wordllama", batch_size=1024)), None)
        tasks = stack.enter_context(prepare_all([small_task("first"), small_task("second")], encoder))
        local = stack.enter_context(closing(LocalExecutor(encoder, backend, 1)))
        pairs = [(source, task) for source in PROGRAMS for task in tasks]
        expected = [local.run(source, task) for source, task in pairs]
        executor = stack.enter_context(closing(make(encoder, backend, 2)))
        require(executor.workers >= 1, "An executor says how many programs it runs at a time, at least 1.")
        futures = [executor.submit(source, task) for source, task in [*pairs, *reversed(pairs)]]
        met = [future.result(timeout=120) for future in futures]
        for own, outcome in zip([*expected, *reversed(expected)], met, strict=True):
            _require_equal(own, outcome)
        waiting = [executor.submit(source, task) for source, task in pairs * 3]
        executor.close()
        _require_ended(waiting, expected * 3)


def _require_equal(own: Outcome, met: Outcome) -> None:
    """What is recorded is equal; seconds are not compared, and neither is the sentence of a failure."""
    for what in ("task", "verdict", "value", "delta", "score_hash"):
        require(getattr(own, what) == getattr(met, what), f"The {what} of an outcome is that of the local executor.")
    require(
        (own.cost.texts, own.cost.tokens) == (met.cost.texts, met.cost.tokens),
        "A program is charged the texts and tokens it asked for, refused ones included.",
    )
    require(met.execution.scores is None, "An outcome does not carry the score matrix.")


def _require_ended(futures: Sequence[Future[Outcome]], expected: Sequence[Outcome]) -> None:
    require(all(future.done() for future in futures), "close comes back when every run is over or cancelled.")
    for future, outcome in zip(futures, expected, strict=True):
        if not future.cancelled():
            _require_equal(outcome, future.result())
