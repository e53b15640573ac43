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
    """Faults of every kind at this rate, half of them failed requests, half of them bad answers.

    An answer follows from the request alone, so that one that was lost comes back the same. Failed requests, which the
    harness repeats, come at most twice in a row, and so do answers that break off.
    """

    def script(body: dict[str, Any], before: int) -> Reply | Fault:
        number = number_of(body)
        network = random.Random(f"{number}:{before}")
        good = Reply(answer(number, program(random.Random(number))))
        if before < 2 and network.random() < rate / 2:
            return network.choice([Fault(429), Fault(500), Fault(529), Fault(kind="drop")])
        if before < 2 and network.random() < rate / 4:
            broken: list[Reply | Fault] = [
                Reply(good.text, broken_after=1),
                Reply(good.text, broken_after=2, breakage="bad-json"),
                Reply(good.text, broken_after=0, breakage="overload"),
                Fault(200),
            ]
            return network.choice(broken)
        model = random.Random(prompt_of(body))
        if model.random() >= rate / 2:
            return good
        return model.choice(
            [
                Reply("I would rather not.", stop="refused"),
                Reply(good.text[:150], stop="cut-off"),
                Reply(""),
                Reply("I have no idea."),
                Reply(good.text, usage=False),
            ]
        )

    return script
