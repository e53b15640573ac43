"""Which operations are worth drawing: those that change something with the encoder at hand, and that are allowed."""

import numpy as np

from harness.policies.similarity import Embed
from harness.proposers.recombine.genome import FAMILIES, FUSIONS, ROW_FUSIONS, Space

PROBES = ["How is a file opened?", "Opens a file and returns it.", "licence"]
"""Texts that are encoded in both roles, to see whether the role changes anything."""


def make_space(*, transductive: str, as_document: Embed, as_query: Embed, spending: bool = False) -> Space:
    """The space for `program.transductive` (refuse, flag or allow) and an encoder, given as what it does in each role.

    Encoding documents in the query role is left out where the same vectors come back: it would cost a pass over the
    documents and repeat the cosine. Operations that use the batch are left out where they would be refused. With
    `spending`, feedback that takes texts may be for some queries alone.
    """
    without_roles = np.array_equal(as_document(PROBES), as_query(PROBES))
    families = tuple(name for name in FAMILIES if not (without_roles and name == "swapped"))
    return Space(families, ROW_FUSIONS if transductive == "refuse" else FUSIONS, spending)
