"""Programs as an exported package has them, over a real encoder."""

import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from harness.encoders.protocol import Encoder
from harness.export.standalone.retriever import ProgramRetriever
from harness.export.standalone.running import Program
from primitives import programs

TEXTS = [
    "The harbour was closed for a week. Ships waited outside.",
    "A violin needs new strings every year. Rosin helps.",
    "Comets are made of ice and dust. Their tails point away from the sun.",
    "The senate rejected the bill. It will be proposed again in spring.",
    "Apple trees are pruned in winter. Frost does them no harm.",
]
IDS = ["ships", "violin", "comets", "senate", "apples"]

INDEXED = '''
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Words:
    """Words of each document, and a matrix."""

    of_each: list
    lengths: np.ndarray


def index(d_emb, *, embed_fn, d_texts):
    calls.append(len(d_texts))
    words = Words([text.lower().split() for text in d_texts], np.array([len(text) for text in d_texts]))
    return {"words": words, "n": (1, None)}


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    asked = [set(text.lower().split()) for text in q_texts]
    shared = np.array([[len(words & set(one)) for one in index["words"].of_each] for words in asked])
    return sim + shared + 0 * index["words"].lengths


calls = []
'''
"""A program with a side of the documents of its own."""


def module_of(source: str, name: str = "exported_program") -> ModuleType:
    """A program as a module that can be imported by its name."""
    module = sys.modules[name] = ModuleType(name)
    module.__package__ = name
    exec(compile(source, name, "exec"), module.__dict__)
    return module


@pytest.fixture
def indexed() -> Iterator[ModuleType]:
    """The program with an index; `calls` tells on how many documents it was made."""
    module = module_of(INDEXED)
    yield module
    del sys.modules[module.__name__]


@pytest.fixture
def make(wordllama: Encoder) -> Callable[..., ProgramRetriever]:
    """A retriever with a reference program, or another, that has indexed five documents."""

    def made(program: str | ModuleType = "sentence_max", candidates: int | None = None) -> ProgramRetriever:
        module = module_of(programs.source(program), "reference") if isinstance(program, str) else program
        retriever = ProgramRetriever(
            wordllama, Program.of(module), candidates=candidates, identity={"program": "p", "encoder": "e"}
        )
        retriever.index(IDS, TEXTS)
        return retriever

    return made
