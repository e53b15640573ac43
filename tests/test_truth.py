"""The benchmark of truth has programs to look at, and its simulations know what is true."""

from scripts.truth import audits, remedies, rules


def test_every_kind_of_honest_program_is_there_and_allowed() -> None:
    kinds = {**rules._kinds(()), "audited": list(audits._kinds()["recombined"].values())}
    assert set(kinds) == {"reference", "of the tests", "recombined", "audited"}
    for sources in kinds.values():
        assert len(sources) > 20 and not any(rules.check(source) for source in sources[:20])


def test_a_simulated_search_hands_in_what_it_admitted_and_knows_the_truth_of_it() -> None:
    helpful, useless = (remedies.world(0, *effects) for effects in remedies.WORLDS.values())
    assert not useless.truth.any() and helpful.truth.any()
    for unseen, beyond_noise, bit in ((0, False, False), (13, True, True)):
        handed = remedies.search(useless, 0, unseen, beyond_noise, bit)
        assert handed.truth == 0 < handed.searched
        assert remedies.search(useless, 0, unseen, beyond_noise, bit).searched == handed.searched
