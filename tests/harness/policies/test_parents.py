"""Parent selection: the weights, what is never broken, and that choosing beats not choosing."""

import random
from collections import Counter
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.policies import pareto_crowding, sigmoid
from harness.policies.candidate import Candidate, ParentPolicy
from harness.policies.parents import POLICIES, by_name
from scripts.policy_simulation import search_by_selection

CANDIDATES = st.lists(
    st.builds(
        lambda delta, cost, children: (delta, cost, children),
        st.floats(-1, 1),
        st.floats(1, 20),
        st.integers(0, 30),
    ),
    max_size=25,
).map(lambda rows: [Candidate(f"p{i}", *row) for i, row in enumerate(rows)])


@given(CANDIDATES, st.sampled_from(sorted(POLICIES)), st.integers(0, 30), st.integers(0, 9))
def test_ids_are_distinct_known_and_repeatable(candidates: list[Candidate], name: str, count: int, seed: int) -> None:
    policy = POLICIES[name]
    drawn = policy(candidates, random.Random(seed), count)
    assert len(drawn) == min(count, len(candidates)) == len(set(drawn))
    assert set(drawn) <= {c.id for c in candidates}
    assert drawn == policy(candidates, random.Random(seed), count)


def test_sigmoid_weights_follow_the_formula() -> None:
    candidates = [
        Candidate("low", 0.0, 1.0, 0),
        Candidate("middle", 0.1, 1.0, 0),
        Candidate("high", 0.2, 1.0, 3),
    ]
    low, middle, high = sigmoid.weights(candidates)
    assert middle == 0.5
    assert low == pytest.approx(4.5398e-05, rel=1e-4)
    assert high == pytest.approx((1 - 4.5398e-05) / 4, rel=1e-6)


def test_a_parent_with_many_children_is_drawn_less_often() -> None:
    candidates = [Candidate("young", 0.1, 1.0, 0), Candidate("old", 0.1, 1.0, 9)]
    counts = Counter(sigmoid.select(candidates, random.Random(i), 1)[0] for i in range(1000))
    assert 850 < counts["young"] < 960


@given(CANDIDATES)
def test_the_first_front_is_what_nothing_dominates(candidates: list[Candidate]) -> None:
    def dominates(a: Candidate, b: Candidate) -> bool:
        no_worse = a.cost_ratio <= b.cost_ratio and a.worth >= b.worth
        return no_worse and (a.cost_ratio, a.worth) != (b.cost_ratio, b.worth)

    expected = {c.id for c in candidates if not any(dominates(other, c) for other in candidates)}
    peeled = pareto_crowding.fronts(candidates)
    assert {c.id for c in peeled[0]} == expected if candidates else peeled == []
    assert sorted(c.id for front in peeled for c in front) == sorted(c.id for c in candidates)


def test_pareto_crowding_draws_the_cheap_end_that_quality_alone_forgets() -> None:
    cloud = [Candidate(f"worse{i}", 0.2 - i / 1000, 9.0 + i, 0) for i in range(20)]
    candidates = [Candidate("cheap", 0.01, 1.0, 0), Candidate("best", 0.21, 8.0, 0), *cloud]
    counts = Counter(pareto_crowding.select(candidates, random.Random(i), 1)[0] for i in range(2000))
    by_power = Counter(POLICIES["power_law"](candidates, random.Random(i), 1)[0] for i in range(2000))
    assert counts["cheap"] > 2 * by_power["cheap"]


@pytest.mark.parametrize("name", ["sigmoid", "power_law", "pareto_crowding"])
def test_selection_beats_uniform_choice(name: str) -> None:
    def final(policy: ParentPolicy) -> float:
        return mean(search_by_selection(policy, generations=60, seed=seed)[-1] for seed in range(40))

    assert final(POLICIES[name]) > final(POLICIES["uniform"]) + 0.01


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    assert by_name("sigmoid") is sigmoid.select
    with pytest.raises(UsageError, match="did you mean 'sigmoid'"):
        by_name("sigmod")
