"""Rediscovery, calibrated on bare numpy code: what a program has is found, what it has not is not."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from harness.errors import UsageError
from harness.programs.inline import inline_primitives
from harness.programs.operations import Finding
from harness.programs.operations.behaviour import Observation, Request, behaviours
from harness.programs.operations.calls import called_operations
from harness.programs.operations.detect import rediscover
from harness.programs.operations.world import World, neutral_world, own_direction, unrelated
from harness.screen.listing import Form
from harness.screen.operations import list_operations
from primitives import programs
from primitives.arrays import FloatMatrix
from sandbox import Sandbox
from tests.harness.programs import hand_written
from tests.primitives.run import load

HONEST = Path(__file__).parents[2] / "sandbox" / "honest"

LEXICAL, RRF, BORDA, NORMALISED = "lexical match", "reciprocal rank fusion", "Borda count", "score normalisation"
FEEDBACK, NEGATIVE, SMOOTHING = "pseudo-relevance feedback", "negative feedback", "neighbour smoothing"
BEST, MEAN, COVERAGE = "max over segments", "mean over segments", "segment coverage"
ROLE, CONTEXT, BATCH = "second prompt role", "query in context", "other queries of the batch"
SCATTER = "within-class scatter"

# Reference programs with their primitives written out in numpy: nothing is left to read but behaviour.
REFERENCE = {
    "identity": set(),
    "soft_centroid": {FEEDBACK},
    "first_sentence": {FEEDBACK},
    "bm25": {LEXICAL},
    "bm25_rrf": {LEXICAL, RRF},
    "rocchio": {FEEDBACK, NEGATIVE},
    "sentence_max": {BEST},
    "zscore_fusion": {LEXICAL, NORMALISED},
    "bidir_zscore": {ROLE, NORMALISED},
    "sent_max_sim": {BEST, NORMALISED},
    "adapt_granularity": {BEST, NORMALISED},
    "coverage_triple": {BEST, COVERAGE, NORMALISED},
    "lexical_hybrid_rrf": {BEST, COVERAGE, LEXICAL, ROLE, RRF},
    "cross_round_rrf": {BEST, COVERAGE, LEXICAL, ROLE, RRF, FEEDBACK},
    "neg_contrastive": {BEST, COVERAGE, LEXICAL, ROLE, RRF, FEEDBACK, NEGATIVE, CONTEXT},
    "penta_axis": {BEST, MEAN, LEXICAL, FEEDBACK},
    "transpose_consensus": {BEST, NORMALISED, BATCH},
    "cross_axis": {BEST, LEXICAL, NORMALISED, BATCH},
    "csls": set(),
    "word_pairs": {LEXICAL, NORMALISED},
}

# Programs written in numpy from the start, in other ways than ours.
WRITTEN_IN_NUMPY = {
    "closure_and_nonlocal": {FEEDBACK},
    "coverage": {COVERAGE},
    "diffused_queries": {BATCH},
    "fisher": {FEEDBACK, SCATTER},
    "heap_and_fractions": {BORDA},
    "hubness": {BATCH},
    "inverted_index_bm25": {LEXICAL},
    "neighbour_smoothing": {SMOOTHING},
    "query_expansion_text": {FEEDBACK, CONTEXT},
    "query_zscore": {NORMALISED},
    "rocchio": {FEEDBACK},
    "role_average": {ROLE},
    "sentence_max": {BEST},
    "sinkhorn": {BATCH, NORMALISED},
    "sliding_windows": {BEST},
    "spectral": set(),
    "two_rank_fusion": {LEXICAL, RRF},
    "whitening": set(),
}


def behaved(source: str) -> set[str]:
    return {finding.operation for finding in findings(source)}


def findings(source: str) -> list[Finding]:
    rerank = load(source)

    def observe(world: World) -> Observation:
        requests: list[Request] = []

        def embed(texts: list[str], *, role: str = "document") -> FloatMatrix:
            requests.append(Request(tuple(texts), role))
            return world.embed(texts)

        inputs = world.q_emb, world.d_emb.copy(), world.sim
        scores = rerank(*inputs, embed_fn=embed, q_texts=list(world.q_texts), d_texts=list(world.d_texts))
        return Observation(np.asarray(scores, dtype=np.float64), tuple(requests))

    return behaviours(observe)


@pytest.mark.parametrize(("name", "operations"), REFERENCE.items(), ids=REFERENCE)
def test_reference_programs_in_bare_numpy(name: str, operations: set[str]) -> None:
    assert behaved(inline_primitives(programs.source(name))) == operations


@pytest.mark.parametrize(("name", "operations"), WRITTEN_IN_NUMPY.items(), ids=WRITTEN_IN_NUMPY)
def test_programs_written_in_numpy(name: str, operations: set[str]) -> None:
    assert behaved((HONEST / f"{name}.py").read_text("utf-8")) == operations


@pytest.mark.parametrize(("name", "operations"), hand_written.OPERATIONS.items(), ids=hand_written.OPERATIONS)
def test_programs_as_people_write_them(name: str, operations: set[str]) -> None:
    found = findings(hand_written.source(name))
    assert {finding.operation for finding in found} == operations
    assert all(0.5 <= finding.confidence <= 1 for finding in found)


def test_a_response_just_beyond_its_threshold_has_less_confidence() -> None:
    """A softer softmax is harder to tell from smoothing, and a rank function with a little cosine from a rank alone."""
    soft = hand_written.source("softmax_feedback_soft")
    (sure,), (doubtful,) = findings(soft), findings(soft.replace("sim / 0.1", "sim / 0.3"))
    assert (sure.operation, doubtful.operation) == (FEEDBACK, FEEDBACK)
    assert 0.5 <= doubtful.confidence < 0.9 < sure.confidence == 1
    head, _, fused = hand_written.source("rrf_k_10").rpartition("return ")
    mixed = f"{head}return 0.1 * sim + {fused}"
    confidence = {finding.operation: finding.confidence for finding in findings(mixed)}
    assert 0.5 <= confidence[RRF] < 1


def test_calls_are_read_from_the_source() -> None:
    found = {finding.operation: finding.evidence for finding in called_operations(programs.source("penta_axis"))}
    assert found == {
        BEST: "Calls segment_index, segment_scores.",
        MEAN: "Calls mean_over_segments.",
        LEXICAL: "Calls lexical_index.",
        FEEDBACK: "Calls centroid, rocchio.",
        NORMALISED: "Calls zscore_fusion.",
    }
    renamed = "from primitives import segment_scores as pooled, mean_over_segments as mean\npooled(a, b, c, mean)\n"
    assert [finding.operation for finding in called_operations(renamed)] == [MEAN]
    of_an_index = "from primitives import segment_index\nsegment_index(a, b).scores(c{})\n"
    assert [finding.operation for finding in called_operations(of_an_index.format(""))] == [BEST]
    assert called_operations(of_an_index.format(", pool=mine")) == []
    assert called_operations("def broken(") == []
    assert called_operations("from primitives import bm25\n") == []


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


def test_in_the_sandbox_calls_and_behaviour_come_together(sandbox: Sandbox) -> None:
    found = rediscover(programs.source("rocchio"), sandbox)
    assert found.operations == (NEGATIVE, FEEDBACK)
    assert {finding.basis for finding in found.findings if finding.operation == FEEDBACK} == {"call", "behaviour"}
    pulls = next(finding.evidence for finding in found.findings if finding.basis == "behaviour")
    assert pulls.startswith("Resembling a document at rank 1, 2, 3 lifts")
    assert found.complaint == ""


def test_a_program_that_fails_is_known_by_its_calls_alone(sandbox: Sandbox) -> None:
    broken = programs.source("zscore_fusion").replace("return", "return 1 / 0 *")
    found = rediscover(broken, sandbox)
    assert found.operations == (LEXICAL, NORMALISED)
    assert found.complaint.startswith("Its behaviour is unknown: ")


def test_the_verb_lists_findings_with_their_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = tmp_path / "bare.py"
    bare.write_text(inline_primitives(programs.source("bm25_rrf")))
    assert list_operations([str(bare)], Form.JSON)
    rows = json.loads(capsys.readouterr().out)
    assert {(row["program"], row["operation"], row["basis"]) for row in rows} == {
        ("bare", LEXICAL, "behaviour"),
        ("bare", RRF, "behaviour"),
    }
    assert all(re.search(r"\d", row["evidence"]) for row in rows)
    broken = tmp_path / "broken.py"
    broken.write_text(programs.source("bm25").replace("return", "return 1 / 0 *"))
    assert not list_operations([str(bare), str(broken)], Form.TABLE)
    told = capsys.readouterr()
    assert re.search(r"bare +lexical match, reciprocal rank fusion", told.out)
    assert "broken: Its behaviour is unknown: " in told.err
    with pytest.raises(UsageError, match="No program is named"):
        list_operations(["sandbox=weak"], Form.TABLE)


def test_the_world_holds_what_it_is_told() -> None:
    world = neutral_world()
    assert world.sim == pytest.approx(world.cosines, abs=1e-6)
    assert np.linalg.norm(world.d_emb, axis=1) == pytest.approx(1, abs=1e-5)
    liked = world.with_residual(0, (own_direction(unrelated(0)), 2.0))
    assert liked.sim == pytest.approx(world.sim, abs=1e-6)
    assert liked.d_emb[0] @ liked.d_emb[unrelated(0)] > 0.5 > world.d_emb[0] @ world.d_emb[unrelated(0)] + 0.3
    part = world.with_part(1, 4, 2, 0.3)
    assert part.d_emb == pytest.approx(world.d_emb)
    sentence = part.d_texts[4].split(".")[2]
    assert part.embed([sentence])[0] @ part.q_emb[1] == pytest.approx(0.3, abs=1e-6)
    assert part.embed([part.d_texts[4]])[0] == pytest.approx(part.d_emb[4])
