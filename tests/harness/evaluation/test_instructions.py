"""Prompts that ask for the task's instruction: what an encoder reads, also for a program, and what is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from harness import evaluate
from harness.encoders.cached import CachedEncoder
from harness.encoders.function import FunctionEncoder
from harness.encoders.protocol import QUERY
from harness.errors import UsageError
from harness.evaluation.preparing import prepare_all
from harness.evaluation.records import task_record
from harness.export.encoder_facts import recorded
from harness.tasks.task import make_task

PROMPTS = {"query": "Instruct: {instruction} Query: "}
TASK = make_task(
    name="birds",
    source="test",
    queries={"q": "owl", "r": "hen"},
    documents={"d": "an owl", "e": "a hen"},
    qrels={"q": {"d": 1}, "r": {"e": 1}},
    instructions={"query": "Find the bird.", "document": ""},
)
SOURCE = """
def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return embed_fn(q_texts, role="query") @ embed_fn(d_texts).T
"""


def encoder(read: list[str]) -> FunctionEncoder:
    """Counts letters, and keeps what it reads."""

    def encode(texts: list[str]) -> NDArray[np.float64]:
        read.extend(texts)
        return np.array([np.bincount([ord(letter) % 64 for letter in text + "."], minlength=64) for text in texts])

    return FunctionEncoder(encode, name="letters", prompts=PROMPTS)


def test_queries_of_the_task_and_of_a_program_are_read_with_the_instruction(tmp_path: Path) -> None:
    read: list[str] = []
    made = encoder(read)
    assert made.facts["prompts"] == {**PROMPTS, "document": ""}, "the prompt is part of the fingerprint"
    other = replace(TASK, name="more", instructions={"query": "Find another.", "document": ""})
    done = evaluate(SOURCE, f"cache.folder={tmp_path}", "program.transductive=flag", encoder=made, tasks=[TASK, other])
    assert done.ok and all(outcome.delta == 0 for outcome in done.outcomes)
    assert {"Instruct: Find the bird. Query: owl", "Instruct: Find another. Query: owl", "an owl"} <= set(read)
    assert "owl" not in read and not any("{instruction}" in text for text in read)


def test_what_the_encoder_is_told_is_recorded() -> None:
    with prepare_all([TASK], CachedEncoder(encoder([]), store=None)) as (ready,):
        assert task_record(ready).notes == ['Task birds: query texts are read with "Find the bird.".']


def test_a_task_that_tells_nothing_has_no_prompt() -> None:
    read: list[str] = []
    encoder(read).encode(["owl"], replace(QUERY, instructions={"query": ""}))
    assert read[-1] == "owl"


def test_a_task_without_an_instruction_is_one_sentence(tmp_path: Path) -> None:
    task = replace(TASK, instructions={})
    with pytest.raises(UsageError, match=r"Task birds has no instruction, and the encoder's query prompt asks for one"):
        evaluate(SOURCE, f"cache.folder={tmp_path}", encoder=encoder([]), tasks=[task])


def test_a_package_cannot_carry_such_a_prompt() -> None:
    with pytest.raises(UsageError, match="asks for the instruction of a task"):
        recorded({"name": "m"}, {"kind": "bundled", "model": "m", "prompts": PROMPTS})
