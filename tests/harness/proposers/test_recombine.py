"""Recombination: deterministic, never the same program twice, and every program it writes runs."""

import random
from dataclasses import replace

import numpy as np
import pytest

from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import QUERY
from harness.errors import JobError
from harness.policies.similarity import Embed
from harness.programs.inline import inline_primitives
from harness.programs.view import LedgerRow, ProgramView
from harness.proposers import recombine
from harness.proposers.protocol import Briefing, Proposal
from harness.proposers.recombine import SEED_GENOMES, Recombine
from harness.proposers.recombine import genome as genomes
from harness.proposers.recombine.naming import name_of, read
from harness.proposers.recombine.source import decoded, describe, genome_of, render
from harness.proposers.recombine.space import make_space
from primitives import programs
from primitives.arrays import FloatMatrix
from sandbox import rules
from tests.primitives.run import Q_TEXTS, CountingEmbed, embed, run_program


def seed_view(name: str) -> ProgramView:
    return ProgramView(name, name, programs.source(name), 0.0, 1.0)


def row(proposal: Proposal, number: int, delta: float | None = 0.1) -> LedgerRow:
    return LedgerRow(
        str(number), proposal.name, proposal.parents, "evaluated", "", proposal.novelty_claim, proposal.lesson, delta,
        1.5, 9, 1, 4,
    )  # fmt: skip


def briefing(number: int, **changes: object) -> Briefing:
    seeds = tuple(seed_view(name) for name in programs.SEEDS)
    values = {
        "run_id": "r", "seed": 7, "number": number, "objective": "compute",
        "parents": seeds[:1], "frontier": seeds, "ledger": (),
    }  # fmt: skip
    return Briefing(**{**values, **changes})  # type: ignore[arg-type]


EVERYTHING = genomes.Space(fusions=genomes.FUSIONS)


def drawn_genomes(count: int, space: genomes.Space = EVERYTHING) -> list[genomes.Genome]:
    chance = random.Random(11)
    found = [genomes.fresh(chance, space) for _ in range(count)]
    for _ in range(count):
        found.append(genomes.mutate(chance.choice(found), chance, space))
        found.append(genomes.cross(chance.choice(found), chance.choice(found[:-1]), chance, space))
    return found


def test_a_chain_of_proposals_repeats_and_never_repeats_itself() -> None:
    def chain() -> list[Proposal]:
        made: list[Proposal] = []
        views: list[ProgramView] = []
        for number in range(60):
            rows = tuple(row(proposal, index) for index, proposal in enumerate(made))
            parents = tuple(views[-2:]) or briefing(0).parents
            made.append(Recombine().propose(briefing(number, parents=parents, ledger=rows)))
            views.append(ProgramView(str(number), made[-1].name, made[-1].source, 0.1, 1.5))
        return made

    first = chain()
    assert first == chain()
    assert len({proposal.source for proposal in first}) == len(first)
    assert {proposal.mode for proposal in first} == {"mutation", "crossover", "full"}
    assert all(proposal.parents for proposal in first if proposal.mode != "full")


SPENDING = genomes.Space(spending=True)


def test_every_genome_survives_its_name_and_its_source() -> None:
    for genome in (*drawn_genomes(300), *drawn_genomes(300, SPENDING)):
        assert genomes.parse(genome.name) == read(genome.name) == read(name_of(genome)) == genome
        assert genome_of(render(genome)) == genome
        assert genome.canonical == genome
        assert describe(genome).endswith(".")


def test_names_of_other_authors_are_not_genomes() -> None:
    for name in ("", "BidirZScore", "cosine", "cosine-alone-centroid3-fused", "nonsense-zscore", "-zscore"):
        assert genomes.parse(name) is None and read(name) is None
    assert read("RRF of cosine + nonsense") is None and read("only BM25, twice") is None


def test_a_name_is_for_people_and_its_code_is_explained() -> None:
    genome = genomes.Genome(("cosine", "lexical_pairs"), "rrf", "centroid", 2, "replaced")
    assert name_of(genome) == "RRF of cosine + BM25 pairs, then centroid twice, alone"
    assert decoded(genome) == (
        "cosine+lexical_pairs-rrf-centroid2-replaced (cosine: the cosine; lexical_pairs: BM25 of words and "
        "neighbouring words; rrf: reciprocal rank fusion of these; centroid2: move the query to the mean of its first "
        "three documents, twice; replaced: rank by its cosine alone)"
    )


def test_seeds_are_what_their_genomes_say() -> None:
    assert set(SEED_GENOMES) == set(programs.SEEDS)
    for name, genome in SEED_GENOMES.items():
        assert run_program(render(genome)) == pytest.approx(run_program(programs.source(name)), abs=1e-6)


def every_operation() -> list[genomes.Genome]:
    single = [genomes.Genome((channel,), "alone") for channel in genomes.CHANNELS]
    fused = [genomes.Genome(("cosine", "lexical"), fusion) for fusion in genomes.FUSIONS]
    moved = [
        genomes.Genome(("cosine", "chunks_top"), "rrf", feedback, rounds, join)
        for feedback in genomes.FEEDBACKS[1:]
        for rounds in (1, 2)
        for join in genomes.JOINS
    ]
    return single + fused + moved


@pytest.mark.parametrize("genome", every_operation(), ids=lambda genome: genome.name)
def test_every_operation_runs_and_inline_code_gives_the_same(genome: genomes.Genome) -> None:
    scores = run_program(render(genome))
    assert np.isfinite(scores).all()
    inlined = inline_primitives(render(genome))
    assert "primitives" not in inlined
    assert np.array_equal(run_program(inlined), scores)


def test_each_feedback_does_something_else_and_a_second_round_may_go_further() -> None:
    def scores(feedback: str, rounds: int) -> FloatMatrix:
        return run_program(render(genomes.Genome(("cosine", "lexical"), "zscore", feedback, rounds)))

    once = {feedback: scores(feedback, 1) for feedback in genomes.FEEDBACKS}
    assert len({matrix.tobytes() for matrix in once.values()}) == len(genomes.FEEDBACKS)
    assert any(not np.array_equal(scores(feedback, 2), once[feedback]) for feedback in genomes.FEEDBACKS[1:])


def test_only_genomes_of_the_space_are_drawn() -> None:
    space = genomes.Space(tuple(name for name in genomes.FAMILIES if name != "swapped"), genomes.ROW_FUSIONS)
    drawn = drawn_genomes(300, space)
    assert all(map(space.holds, drawn))
    assert {genomes.family(channel) for genome in drawn for channel in genome.channels} == set(space.families)
    assert {genome.fusion for genome in drawn} == {*space.fusions, "alone"}
    outside = [genome for genome in drawn_genomes(300) if not space.holds(genome)]
    assert {"columns"} < {genome.fusion for genome in outside}
    assert any("swapped" in genome.channels for genome in outside)


@pytest.mark.parametrize("setting", ["refuse", "flag", "allow"])
def test_operations_on_the_batch_are_drawn_where_they_are_not_refused(setting: str) -> None:
    space = make_space(transductive=setting, as_document=embed, as_query=lambda texts: embed(texts, role="query"))
    proposed = [Recombine(space).propose(briefing(number)) for number in range(80)]
    assert any("axis=0" in proposal.source for proposal in proposed) == (setting != "refuse")


def test_another_role_is_drawn_only_where_it_changes_vectors() -> None:
    def proposed(as_query: Embed) -> list[Proposal]:
        space = make_space(transductive="refuse", as_document=embed, as_query=as_query)
        return [Recombine(space).propose(briefing(number)) for number in range(80)]

    told_apart = proposed(lambda texts: embed(texts, role="query"))
    assert any("swapped" in proposal.name for proposal in told_apart)
    assert not any("swapped" in proposal.name for proposal in proposed(embed))


def test_a_real_encoder_without_prompts_has_no_other_role(cached_wordllama: CachedEncoder) -> None:
    space = make_space(
        transductive="refuse",
        as_document=lambda texts: cached_wordllama.embed(texts).vectors,
        as_query=lambda texts: cached_wordllama.embed(texts, QUERY).vectors,
    )
    assert "swapped" not in space.families


def test_a_parent_outside_the_space_hands_on_nothing() -> None:
    genome = genomes.Genome(("cosine", "swapped"), "columns")
    outside = ProgramView("o", genome.name, render(genome), 0.2, 1.0)
    proposal = Recombine().propose(briefing(1, parents=(outside,), frontier=(outside,)))
    assert (proposal.mode, proposal.parents) == ("full", ())


@pytest.mark.parametrize("genome", drawn_genomes(40, genomes.Space()), ids=lambda each: each.name)
def test_what_is_drawn_by_default_scores_a_query_alone_as_in_a_batch(genome: genomes.Genome) -> None:
    source = render(genome)
    together = run_program(source)
    alone = [run_program(source, q_texts=[text]) for text in Q_TEXTS]
    assert np.array_equal(np.concatenate(alone), together)


def test_without_primitives_the_source_stands_alone() -> None:
    proposal = Recombine().propose(briefing(3, allow_primitives=False))
    assert proposal == Recombine().propose(briefing(3, allow_primitives=False))
    assert "primitives" not in proposal.source
    assert genome_of(proposal.source) == read(proposal.name)


def test_a_parent_by_another_author_leads_to_a_fresh_program() -> None:
    stranger = ProgramView("s", "theirs", "def rerank(*a, **k): ...", 0.2, 1.0)
    proposal = Recombine().propose(briefing(1, parents=(stranger,), frontier=(stranger,)))
    assert proposal.mode == "full"
    assert proposal.parents == ()


def test_the_lesson_compares_the_last_program_with_its_parent() -> None:
    parent = LedgerRow("a", "identity", (), "admitted", "", "", "", 0.0, 1.0, 0, 14, 0)
    child = LedgerRow("b", "cosine+lexical-rrf", ("a",), "admitted", "", "", "", 0.05, 1.0, 10, 1, 3)
    assert Recombine().propose(briefing(2, ledger=(parent, child))).lesson == (
        "cosine+lexical-rrf gained 0.0500 on identity, reaching +0.0500 at cost 1.00 (10 won, 1 tied, 3 lost)."
    )
    failed = LedgerRow("c", "x", ("a",), "rejected", "It ran out of time.", "", "", None, None, 0, 0, 0)
    assert Recombine().propose(briefing(3, ledger=(parent, failed))).lesson == "x gave no result: It ran out of time."
    assert Recombine().propose(briefing(0)).lesson == ""


def test_nothing_left_to_try_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recombine, "fresh", lambda chance, space: SEED_GENOMES["identity"])
    with pytest.raises(JobError, match="no untried program"):
        Recombine().propose(briefing(0, parents=(), frontier=()))


def test_who_is_moved_is_drawn_in_a_search_with_a_budget_alone() -> None:
    some = [genome for genome in drawn_genomes(200, SPENDING) if genome.spend != "all"]
    assert {genome.spend for genome in some} == set(genomes.SPENDING[1:])
    assert {genome.feedback for genome in some} == set(genomes.COSTLY)
    assert all(SPENDING.holds(genome) and not genomes.Space().holds(genome) for genome in some)
    plain = drawn_genomes(100, genomes.Space())
    assert all(genome.spend == "all" for genome in plain)
    assert read("RRF of cosine + BM25, then context twice, fused, where close") == genomes.Genome(
        ("cosine", "lexical"), "rrf", "context", 2, "fused", "gap"
    )


@pytest.mark.parametrize("spend", genomes.SPENDING[1:])
@pytest.mark.parametrize("join", genomes.JOINS)
def test_only_some_queries_are_moved_and_paid_for(spend: str, join: str) -> None:
    """A query that is not moved scores as without feedback, one that is moved as where all are; all in both rounds."""
    for channels, rounds in ((("cosine", "lexical"), 2), (("cosine",), 1)):
        moved = genomes.Genome(channels, "zscore", "context", rounds, join).canonical
        some, still = replace(moved, spend=spend), genomes.Genome(channels, "zscore").canonical
        asked, all_asked = CountingEmbed(), CountingEmbed()
        scores, everywhere = run_program(render(some), asked), run_program(render(moved), all_asked)
        nowhere = run_program(render(still))
        as_moved, as_still = (np.isclose(scores, other).all(axis=1) for other in (everywhere, nowhere))
        if still.fusion == moved.fusion:  # otherwise channels are on another scale before they are fused
            assert (as_moved | as_still).all()
        assert asked.texts <= all_asked.texts == rounds * len(Q_TEXTS)
        assert asked.texts % rounds == 0 and (asked.texts // rounds) <= as_moved.sum()
        assert rules.check(render(some)) == []
