"""Reference programs, one file each: the file is the complete source that a sandbox runs.

`SEEDS` are what every discovery run starts from: the bare cosine and the two example programs that the method's
author names. The stronger ones are left for the search to find.
"""

from importlib.resources import files

SEEDS = ("identity", "soft_centroid", "first_sentence")

TRANSDUCTIVE = ("cross_axis", "transpose_consensus")
"""Programs of the published study whose scores of a query change with the other queries of its batch. All others score
a query alone as in a batch, bit for bit; `cross_axis_inductive` and `transpose_consensus_inductive` are these two with
the corpus in place of the batch."""


def names() -> list[str]:
    """Names of all reference programs, sorted."""
    found = (entry.name for entry in files(__name__).iterdir())
    return sorted(name.removesuffix(".py") for name in found if name.endswith(".py") and not name.startswith("_"))


def source(name: str) -> str:
    """Source of a reference program. Raises KeyError for a name that is not one."""
    if name not in names():
        raise KeyError(name)
    return files(__name__).joinpath(f"{name}.py").read_text("utf-8")
