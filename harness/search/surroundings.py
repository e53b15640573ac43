"""The encoder and the shapes of the tasks, told to an author in words: nothing of it is measured against judgments."""

import numpy as np

from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import DOCUMENT, QUERY
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.workbench import Workbench

EVENT = "surroundings"
"""The kind of the event that keeps it with its run."""
SAMPLED = 200
"""Documents of a task, evenly spread, whose tokens are counted."""


def tell_surroundings(bench: Workbench) -> str:
    """The encoder, then a line for each task that is not hidden."""
    window = getattr(bench.encoder.encoder, "window", None)
    head = (
        "task | queries that figures are of | documents | words of a query, median | words of a document, median and "
        "95th percentile | share of the documents' text that the encoder reads"
    )
    lines = [_shape(task, bench.encoder, window) for task in bench.evaluator.tasks]
    return "\n".join([_encoder(bench, window), "", head, *lines])


def _encoder(bench: Workbench, window: int | None) -> str:
    identity, settings = bench.encoder.identity, bench.settings.encoder
    encoder = bench.encoder.encoder
    roles = "encoded otherwise" if encoder.variant(QUERY) != encoder.variant(DOCUMENT) else "encoded alike"
    adapters = ", ".join(settings.adapters) if settings.adapters else "none: adapter must stay None"
    reads = "texts of any length" if window is None else f"at most {window} tokens of a text"
    return (
        f"The encoder is {identity.name}, {identity.dim} wide; it reads {reads}. Roles: query and document, {roles}. "
        f"Adapters: {adapters}. dim may be 1 to {identity.dim}; whether the encoder was trained for narrow vectors is "
        "not known here."
    )


def _shape(task: PreparedTask, encoder: CachedEncoder, window: int | None) -> str:
    asked = zip(task.task.queries.values(), task.unseen.tolist(), strict=True)
    queries = [len(text.split()) for text, unseen in asked if not unseen]  # as the desk counts them
    documents = [len(text.split()) for text in task.task.documents.values()]
    middle, long = np.median(documents), np.percentile(documents, 95)
    return (
        f"{task.name} | {len(queries)} | {len(documents)} | {np.median(queries):.0f} | {middle:.0f}, {long:.0f} | "
        f"{_read_share(task, encoder, window):.0%}"
    )


def _read_share(task: PreparedTask, encoder: CachedEncoder, window: int | None) -> float:
    """The tokens read over those there are; of a text that is cut the latter follow from its words.

    Each word counts as many tokens as in the texts that are read whole; 1.3 where there is none.
    """
    if window is None:
        return 1.0
    texts = list(task.task.documents.values())
    texts = texts[:: max(1, len(texts) // SAMPLED)]
    words = np.array([len(text.split()) for text in texts], dtype=np.float64)
    tokens = np.array([encoder.embed([text], DOCUMENT).tokens for text in texts], dtype=np.float64)
    whole = tokens < window
    per_word = tokens[whole].sum() / words[whole].sum() if words[whole].sum() else 1.3
    there = np.where(whole, tokens, np.maximum(tokens, per_word * words))
    return float(tokens.sum() / there.sum()) if there.sum() else 1.0
