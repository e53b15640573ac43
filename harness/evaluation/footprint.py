"""What a program keeps busy beside itself: vectors of the corpus, and the comparison behind `sim`."""

from dataclasses import replace

from harness.encoders.meter import Cost
from harness.evaluation.prepared import PreparedTask
from harness.programs.reads import read_by_rerank

FLOAT_BYTES = 4


def kept_bytes(source: str, task: PreparedTask) -> int:
    """Bytes of the encoder's vectors of all documents that a program reads for a query, index aside.

    One vector a text is kept as float32, many as the encoder keeps them (`encoder.options.stored`). `sim` is made of
    what it is the similarity of: of many vectors where a text has them, with the weights of words beside them where
    the encoder compares these too, otherwise of its one.
    """
    layout, read = task.inputs.layout, read_by_rerank(source)
    compared = "d_vec" if layout.d_vectors else "d_emb"
    needed = {compared if name == "sim" else name for name in read}
    one, many = layout.n_documents * ("d_emb" in needed), layout.d_vectors * ("d_vec" in needed)
    words = task.word_bytes if "sim" in read else 0
    return layout.dim * (FLOAT_BYTES * one + task.number_bytes * many) + words


def similarity_seconds(source: str, task: PreparedTask) -> float | None:
    """Processor seconds of the MaxSim behind `sim` for all queries, if a program reads it; None for a single vector."""
    if task.similarity_s is None:
        return None
    return task.similarity_s if "sim" in read_by_rerank(source) else 0.0


def without_own_vectors(cost: Cost, task: PreparedTask) -> Cost:
    """A cost without its vectors where a text has its one: there they are its texts."""
    return cost if task.inputs.layout.d_vectors else replace(cost, vectors=None)
