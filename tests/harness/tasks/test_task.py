"""Fingerprints tell tasks apart, and a cap on queries is part of them."""

from typing import Any

import pytest

from harness.errors import TaskError
from harness.tasks.task import RetrievalTask, make_task


def made(**changes: Any) -> RetrievalTask:
    parts: dict[str, Any] = {
        "name": "animals",
        "source": "folder",
        "queries": {f"q{number}": f"query {number}" for number in range(20)},
        "documents": {f"d{number}": f"document {number}" for number in range(20)},
        "qrels": {f"q{number}": {f"d{number}": 1} for number in range(20)},
    }
    return make_task(**{**parts, **changes})


def test_the_order_of_the_input_does_not_matter() -> None:
    task = made()
    again = made(
        queries=dict(reversed(list(task.queries.items()))),
        documents=dict(reversed(list(task.documents.items()))),
        qrels=dict(reversed(list(task.qrels.items()))),
    )
    assert again == task
    assert list(again.documents) == list(task.documents)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "other"},
        {"documents": {f"d{number}": f"Document {number}" for number in range(20)}},
        {"qrels": {f"q{number}": {f"d{number}": 2} for number in range(20)}},
        {"ignore_identical_ids": True},
        {"max_queries": 5},
    ],
)
def test_what_decides_a_score_changes_the_fingerprint(changes: dict[str, Any]) -> None:
    assert made(**changes).fingerprint != made().fingerprint


def test_a_cap_draws_the_same_queries_for_a_seed() -> None:
    drawn = made(max_queries=5, seed=1)
    assert len(drawn.queries) == 5
    assert drawn == made(max_queries=5, seed=1)
    assert drawn.fingerprint != made(max_queries=5, seed=2).fingerprint
    assert made(max_queries=50).fingerprint == made().fingerprint


def test_a_task_without_judgments_is_refused() -> None:
    with pytest.raises(TaskError, match="no query with a judgment"):
        made(qrels={"elsewhere": {"d1": 1}})
