"""The benchmark of truth has programs to look at, and each of its sections is one that the command finds."""

from scripts.truth import audits, rules


def test_every_kind_of_honest_program_is_there_and_allowed() -> None:
    kinds = {**rules._kinds(()), "audited": list(audits._kinds()["recombined"].values())}
    assert set(kinds) == {"reference", "of the tests", "recombined", "audited"}
    for sources in kinds.values():
        assert len(sources) > 20 and not any(rules.check(source) for source in sources[:20])
