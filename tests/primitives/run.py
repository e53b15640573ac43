"""Run a program's source in this process on one small fixed task, with a real vector for every text."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from primitives import cosines
from primitives.arrays import FloatMatrix

Q_TEXTS = [
    "How is a file opened for reading?",
    "sum of a list of numbers",
    "Which licence covers this code?",
    "join strings with a separator",
    "read numbers from a file",
]

D_TEXTS = [
    "Open a file. The mode decides whether the file is opened for reading or for writing. Close it at the end.",
    "Add the numbers of a list from left to right. The start value is zero. An empty list gives the start value.",
    "This code is free. You may copy it under the terms of the licence. There is no warranty. Keep this notice.",
    "Join the strings of a list. A separator stands between two strings. Numbers must be turned into strings first.",
    "Numbers in text form. Each line of the file holds one number. Lines that hold no number are left out.",
    "Sort a list. The sort is stable. Equal items keep their order. A key function may be given. It is called once.",
    "",
    " ".join(f"Word{number % 17} appears in a long text." for number in range(60)),
    "Split a string at a separator. Without a separator it is split at blanks.",
    "Delete a file. The file must not be open. A missing file is an error.",
    "The date of today. The calendar is the Gregorian one. Dr. Smith wrote this in the U.S. in 1999.",
    "A random number between zero and one. The seed decides the order of the numbers.",
]

DIM = 48


def embed(texts: Sequence[str], *, role: str = "document", **_: object) -> FloatMatrix:
    """Hash the character trigrams of each text into a unit row, a little different for each role; float32 (n, DIM)."""
    rows = np.zeros((len(texts), DIM), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        padded = f"  {text.lower()} {'?' if role == 'query' else '.'}"
        for start in range(len(padded) - 2):
            code = sum(ord(character) * 31**place for place, character in enumerate(padded[start : start + 3]))
            row[code % DIM] += 1 if code // DIM % 2 else -1
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class CountingEmbed:
    """`embed` that counts the texts it was asked for."""

    def __init__(self) -> None:
        self.texts = 0

    def __call__(self, texts: Sequence[str], **options: Any) -> FloatMatrix:
        self.texts += len(texts)
        return embed(texts, **options)


def load(source: str) -> Callable[..., FloatMatrix]:
    """Compile a program and hand back its `rerank`, which is given the index where the program makes one."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "program", "exec"), namespace)
    rerank: Callable[..., FloatMatrix] = namespace["rerank"]
    if "index" not in namespace:
        return rerank

    def with_index(q_emb: FloatMatrix, d_emb: FloatMatrix, sim: FloatMatrix, **given: Any) -> FloatMatrix:
        made = namespace["index"](d_emb, embed_fn=given["embed_fn"], d_texts=given["d_texts"])
        return rerank(q_emb, d_emb, sim, **given, index=made)

    return with_index


def run_program(
    source: str,
    embed_fn: Callable[..., FloatMatrix] = embed,
    q_texts: Sequence[str] = Q_TEXTS,
    d_texts: Sequence[str] = D_TEXTS,
) -> FloatMatrix:
    """Scores of a program on the task, checked for the contract's shape and dtype; float32 (Q, N)."""
    q_emb, d_emb = embed(q_texts, role="query"), embed(d_texts)
    scores = load(source)(
        q_emb, d_emb, cosines(q_emb, d_emb), embed_fn=embed_fn, q_texts=list(q_texts), d_texts=list(d_texts)
    )
    assert scores.shape == (len(q_texts), len(d_texts))
    assert scores.dtype == np.float32
    return scores
