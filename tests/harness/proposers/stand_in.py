"""A model that answers from a list, and a store that forgets at the end: for tests of what stands above them."""

from collections.abc import Callable, Sequence
from typing import Any

from archive import UsageRecord
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.record import RecordedExchange
from harness.proposers.spending import NOTHING, Amount
from harness.proposers.verdicts import AnswerVerdict

USAGE = UsageRecord("stand-in", "m", input_uncached=100, cache_read=0, cache_write=0, output=10)


class MemoryStore:
    def __init__(self) -> None:
        self.recorded: dict[tuple[int, str], RecordedExchange] = {}
        self.calls: list[Amount] = []
        """What each call that was begun is charged."""
        self.unanswered: dict[int, str] = {}

    def lookup(self, number: int, step: str) -> RecordedExchange | None:
        return self.recorded.get((number, step))

    def begin(self, number: int, usage: UsageRecord, most: Amount) -> int:
        self.calls.append(most)
        return len(self.calls) - 1

    def failed(self, number: int, call: int, why: str, charged: Amount = NOTHING) -> None:
        self.calls[call] = charged
        self.unanswered[call] = why

    def record(
        self, recorded: RecordedExchange, prompt: Prompt, *, call: int | None = None, charged: Amount = NOTHING
    ) -> None:
        self.recorded[recorded.number, recorded.step] = recorded
        if call is not None:
            self.calls[call] = charged

    def charged(self) -> Amount:
        return sum(self.calls, NOTHING)


class ScriptedClient:
    """Gives one answer after another; an answer is a text or a whole Exchange."""

    provider = "stand-in"

    def __init__(
        self, answers: Sequence[str | Exchange] | Callable[[Prompt], str | Exchange], model: str = "m"
    ) -> None:
        self.model = model
        self.prompts: list[Prompt] = []
        self._answers = answers

    def connect(self) -> None:
        pass

    def request(self, prompt: Prompt) -> dict[str, Any]:
        return {"model": self.model, "prefix": prompt.prefix, "body": prompt.body}

    def complete(self, prompt: Prompt) -> Exchange:
        self.prompts.append(prompt)
        answers = self._answers
        answer = answers(prompt) if callable(answers) else answers[len(self.prompts) - 1]
        return answer if isinstance(answer, Exchange) else Exchange(answer, AnswerVerdict.OK, "end_turn", USAGE)
