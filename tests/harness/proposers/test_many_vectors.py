"""Authors hear of many vectors a text where the encoder has them, and nowhere else."""

from harness.proposers.prompt import prefix
from harness.settings import ProgramSettings, SearchSettings


def test_only_where_the_encoder_has_them() -> None:
    plain, many = (
        prefix(SearchSettings(), ProgramSettings(), taboos=[], modules=["numpy"], many=many) for many in (False, True)
    )
    for word in ("q_vec", "MaxSim", "maxsim(", "prune_vectors(", "vectors=K"):
        assert word in many and word not in plain, word
    told = many.replace("A program may have a document side", "|", 1)
    assert plain.split("A program may have a document side")[0] == told.split("The encoder gives each text many")[0]
