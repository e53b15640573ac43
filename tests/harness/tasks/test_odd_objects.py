"""Texts and judgments as other libraries hand them over, given to `harness.make_task`."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as arrow
import pytest
from datasets import Dataset

import harness
from harness.errors import TaskError

DOCS = ["Owls hunt.", "Bees dance.", "Rust is iron."]
ROWS = [{"_id": str(n), "title": "", "text": text} for n, text in enumerate(DOCS)]
FRAME = pd.DataFrame(ROWS)
JUDGED = [{"qid": str(n), "docid": str(n), "relevant": 1} for n in range(2)]
OTHERWISE = [{"qid": row["qid"], "docid": row["docid"], "judged": row["relevant"]} for row in JUDGED]
"""The grade under a name that is not known: were it left out, a zero would count as relevant."""
GIVEN: dict[str, Any] = {"documents": DOCS, "queries": ["night", "insects"], "judgments": [[0], [1]]}


def made(**given: Any) -> harness.Task:
    return harness.make_task("animals", **{**GIVEN, **given})


def with_column(name: str, values: Any) -> pd.DataFrame:
    return FRAME.assign(**{name: values})


@pytest.mark.parametrize(
    "given",
    [
        {"documents": {row["_id"]: {"title": "", "text": row["text"]} for row in ROWS}},
        {"documents": ROWS},
        {"documents": arrow.Table.from_pylist(ROWS)},
        {"documents": Dataset.from_list(ROWS)},
        {"documents": np.array(DOCS)},
        {"documents": FRAME},
        {"documents": with_column("title", pd.array([pd.NA] * 3, dtype="string"))},
        {"documents": with_column("title", [float("nan")] * 3)},
        {"judgments": [np.int64(0), np.int64(1)]},
        {"judgments": np.arange(2)},
        {"judgments": pd.DataFrame(JUDGED)},
        {"judgments": pd.DataFrame(JUDGED).drop(columns="relevant").assign(by="Ann")},
        {"judgments": JUDGED},
        {"judgments": arrow.Table.from_pylist(JUDGED)},
        {"judgments": Dataset.from_list(JUDGED)},
        {"judgments": [{"0": 1}, {"1": 1}]},
        {"judgments": {"0": {"0": np.float32(1)}, "1": {"1": np.int64(1)}}},
    ],
    ids=[
        *("beir", "records", "arrow", "datasets", "numpy", "frame", "NA", "NaN", "numpy ints", "array"),
        *(
            "judged frame",
            "pairs in a frame",
            "judged records",
            "judged arrow",
            "judged datasets",
            "grades by position",
        ),
        "numpy grades",
    ],
)
def test_the_same_texts_are_the_same_task(given: dict[str, Any]) -> None:
    assert made(**given).fingerprint == made().fingerprint


def test_records_of_any_kind_are_read_as_a_list_is() -> None:
    rows = {row["_id"]: row for row in ROWS}
    for given in ((row for row in ROWS), rows.values(), np.array(ROWS, dtype=object)):
        assert made(documents=given).fingerprint == made().fingerprint
    for judged in ((row for row in JUDGED), np.array(JUDGED, dtype=object)):
        assert made(judgments=judged).fingerprint == made().fingerprint


def test_lists_of_judgments_are_one_for_each_query() -> None:
    """Triples that came as lists, from JSON, are else taken for three documents each."""
    triples = [["0", "0", 1], ["1", "1", 1], ["1", "2", 0]]
    with pytest.raises(TaskError, match=r"3 lists of documents for 2 queries; .* tuples of query, document and grade"):
        made(judgments=triples)
    assert made(judgments=[tuple(row) for row in triples]).qrels == {"0": {"0": 1}, "1": {"1": 1, "2": 0}}


def test_ids_of_queries_are_read_under_the_names_that_judgments_have() -> None:
    texts = {"question": ["one", "night", "insects"]}
    judged = pd.DataFrame({"question_id": [1, 2], "document_id": ["0", "1"], "grade": [1, 1]})
    task = made(queries=pd.DataFrame({"question_id": [0, 1, 2], **texts}), judgments=judged)
    assert task.queries == {"1": "night", "2": "insects"}
    with pytest.raises(TaskError, match="queries of task animals have no column of ids that is known, but 'ticket_id'"):
        made(queries=pd.DataFrame({"ticket_id": [1, 2, 3], **texts}), judgments=judged)


def test_a_text_that_pandas_calls_missing_is_an_empty_one() -> None:
    task = made(documents=with_column("text", pd.array(["Owls hunt.", pd.NA, "Rust is iron."], dtype="string")))
    assert task.documents["1"] == ""
    assert "documents without text, kept as empty ones: 1 (first 1)" in task.notes[0]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"documents": with_column("_id", ["0", None, "2"])}, "have rows without an id"),
        ({"documents": with_column("_id", pd.array([0, pd.NA, 2], dtype="Int64"))}, "have rows without an id"),
        ({"documents": pd.concat([FRAME, FRAME[["text"]]], axis=1)}, "have several columns text; leave one"),
        ({"documents": with_column("_id", [0.0, 1.0, 2.0])}, r"such as '0', where the corpus has ids such as '0\.0'"),
        ({"judgments": None}, "are NoneType; give a list"),
        ({"judgments": pd.DataFrame(OTHERWISE)}, "there is no grade .*'judged' where every"),
        ({"judgments": OTHERWISE}, "row 1: there is no grade .* name it 'score'"),
        ({"judgments": arrow.Table.from_pylist(ROWS)}, "a judgment needs query-id, corpus-id and score"),
        ({"judgments": [("0", "0", 10**400)]}, r"whole number, found 1000+\.\.\.0+;"),
    ],
)
def test_what_cannot_be_told_is_refused_in_one_sentence(given: dict[str, Any], said: str) -> None:
    with pytest.raises(TaskError, match=said) as caught:
        made(**given)
    assert len(str(caught.value)) < 250
