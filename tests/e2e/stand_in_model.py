"""A stand-in for a language model behind the loopback server: what it writes follows from the program's number."""

import random
import re
from typing import Any

from tests.harness.proposers.fake_provider import Fault, Reply, Script, prompt_of

STEPS = (
    "scores = scores + q_emb[:, [{i}]] * d_emb[:, {i}]",
    "scores = np.maximum(scores, scores.mean(axis=1, keepdims=True) + sim / {k})",
    "scores = scores * (1 + sim.max(axis=0) / {k})",
    "scores = scores - scores.mean(axis=0) / {k}",
    "scores = np.sign(scores) * np.abs(scores) ** {k}",
)


def program(rng: random.Random) -> str:
    """A program that no static rule objects to, different for different states of `rng`."""
    lines = [rng.choice(STEPS).format(i=rng.randrange(200), k=rng.randint(2, 9)) for _ in range(rng.randint(1, 3))]
    body = "\n".join(f"    {line}" for line in ["scores = sim.copy()", *lines, "return scores"])
    return f"import numpy as np\n\n\ndef rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n{body}\n"


def answer(number: int, source: str) -> str:
    head = f"NAME: Made{number}\nPARENTS: p1, p2\nCLAIM: claim {number}\nEFFECT: none\nLESSON: lesson {number}\n"
    return f"{head}\n```python\n{source}```\n"


def number_of(body: dict[str, Any]) -> int:
    found = re.search(r"Write program number (\d+)", prompt_of(body))
    assert found is not None
    return int(found[1])


def well_behaved(body: dict[str, Any], before: int) -> Reply | Fault:
    """One good program for each number."""
    number = number_of(body)
    return Reply(answer(number, program(random.Random(number))))


def misbehaving(rate: float) -> Script:
    """Faults of every kind, at this rate, decided by the program's number and how often it was asked for.

    Faults that the library retries never come three times in a row, so that the retries end.
    """

    def script(body: dict[str, Any], before: int) -> Reply | Fault:
        number = number_of(body)
        rng = random.Random(f"{number}:{'could not be used' in prompt_of(body)}:{before}")
        good = Reply(answer(number, program(random.Random(number))))
        if rng.random() >= rate or before > 2:
            return good
        return rng.choice(
            [
                Fault(429),
                Fault(500),
                Fault(529),
                Fault(kind="drop"),
                Reply(good.text, broken_after=1),
                Reply(good.text, broken_after=2, breakage="bad-json"),
                Reply("I would rather not.", stop="refused"),
                Reply(good.text[:150], stop="cut-off"),
                Reply(""),
                Reply("I have no idea."),
                Reply(good.text, usage=False),
            ]
        )

    return script
