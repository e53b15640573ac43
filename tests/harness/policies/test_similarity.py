"""Similar code is found by a real encoder; rejecting it saves evaluations."""

from functools import cache
from statistics import mean

import numpy as np
from numpy.typing import NDArray

from harness.encoders.protocol import Encoder
from harness.policies.similarity import CodeIndex, Embed, code_vector
from harness.programs.fingerprint import fingerprint
from harness.programs.view import ProgramView
from primitives import programs
from scripts.policy_simulation import search_with_repeats


def embedder(encoder: Encoder) -> Embed:
    def embed(texts: list[str]) -> NDArray[np.float32]:
        return encoder.encode(texts)

    return embed


def test_a_copy_is_nearest_to_what_it_copies(wordllama: Encoder) -> None:
    known = [ProgramView(name, name, programs.source(name), 0.0, 1.0) for name in programs.names()]
    index = CodeIndex(embedder(wordllama), known)
    commented = "# Another thing entirely.\n" + programs.source("soft_centroid")
    renamed = programs.source("soft_centroid").replace("top", "best_documents")
    for copy, least in ((commented, 0.9999), (renamed, 0.95)):
        nearest = index.nearest(copy, len(known))
        assert nearest is not None
        assert nearest[0].name == "soft_centroid"
        assert nearest[1] > least


def test_another_program_is_less_near(wordllama: Encoder) -> None:
    known = [ProgramView(name, name, programs.source(name), 0.0, 1.0) for name in ("identity", "bm25")]
    nearest = CodeIndex(embedder(wordllama), known).nearest(programs.source("first_sentence"), 2)
    assert nearest is not None
    assert nearest[1] < 0.95


def test_only_the_first_so_many_count(wordllama: Encoder) -> None:
    known = [ProgramView(name, name, programs.source(name), 0.0, 1.0) for name in programs.names()]
    index = CodeIndex(embedder(wordllama), known)
    assert index.nearest(known[-1].source, 0) is None
    nearest = index.nearest(known[-1].source, 1)
    assert nearest is not None
    assert nearest[0] is known[0]


def test_a_source_that_does_not_parse_still_has_a_vector(wordllama: Encoder) -> None:
    vector = code_vector("def rerank(:\n" * 200, embedder(wordllama))
    assert abs(float(np.linalg.norm(vector)) - 1) < 1e-5


def test_novelty_rejection_saves_evaluations() -> None:
    @cache
    def structure(source: str) -> str:
        return fingerprint(source).structure

    def repeats(source: str, seen: list[str]) -> bool:
        return structure(source) in {structure(one) for one in seen}

    runs = range(20)
    with_rejection = mean(search_with_repeats(repeats, evaluations=25, seed=seed)[-1] for seed in runs)
    without = mean(search_with_repeats(lambda source, seen: False, evaluations=25, seed=seed)[-1] for seed in runs)
    assert with_rejection > 1.3 * without
