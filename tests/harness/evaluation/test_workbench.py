"""What is opened together is closed in an order that takes no memory from a thread that reads it."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from harness.evaluation import place, workbench
from harness.settings import Settings


def test_runs_end_before_their_threads_and_threads_before_the_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    class Part:
        isolation, workers, encoder = "none", 1, None

        def __init__(self, name: str) -> None:
            self.name = name

        def close(self) -> None:
            said.append(self.name)

        def __enter__(self) -> "Part":
            return self

        def __exit__(self, *error: object) -> None:
            self.close()

    @contextmanager
    def prepare_all(*arguments: Any, **options: Any) -> Iterator[list[Any]]:
        yield [SimpleNamespace(name="hidden", aside=None), SimpleNamespace(name="searched", aside=None)]
        said.append("inputs")

    monkeypatch.setattr(workbench, "Sandbox", lambda **options: Part("sandbox"))
    monkeypatch.setattr(workbench, "poisoned_sandbox", lambda **options: Part("poisoned"))
    monkeypatch.setattr(workbench, "open_encoder", lambda *arguments: Part("encoder"))
    monkeypatch.setattr(workbench, "prepare_all", prepare_all)
    monkeypatch.setattr(place, "find_executor", lambda settings: lambda *parts: Part("threads"))
    monkeypatch.setattr(workbench, "Evaluator", lambda *arguments: None)
    with workbench.open_workbench(Settings(), [], hidden=frozenset({"hidden"})):
        pass
    assert said[:5] == ["sandbox", "threads", "inputs", "inputs", "encoder"]  # of the tasks and of those kept aside
