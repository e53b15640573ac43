"""Every proposer of the config group can be loaded, or says at once what it lacks."""

import os
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.proposers.load import check_proposer
from harness.settings import compose, groups

FREE = ("proposer.price.input=0", "proposer.price.output=0")
NAMELESS = ("local", "gemini-api", "ollama", "openrouter", "vllm")
"""Presets of servers that have many models."""


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    for name in ("DEEPSEEK", "GEMINI", "OPENROUTER"):
        monkeypatch.setenv(f"{name}_API_KEY", "k")
    for name in ("claude", "codex", "gemini", "llm"):  # coding agents that nobody starts here
        (tmp_path / name).symlink_to("/bin/cat")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


@pytest.mark.parametrize("name", groups()["proposer"])
def test_every_entry_composes_and_loads(name: str) -> None:
    asks = name not in ("recombine", "replay", "published")
    named = {name: ["proposer.model=m"] for name in NAMELESS} | {"command": ["proposer.command.line=cat"]}
    settings = compose([f"proposer={name}", *(FREE if asks else ()), *named.get(name, ())])
    assert bool(check_proposer(settings)) is asks


def test_a_model_of_another_provider_is_named_with_its_kind() -> None:
    models = check_proposer(compose(["proposer=anthropic", 'proposer.models=[large,"openai:small"]', *FREE]))
    assert {name: (m.client.provider, m.client.model) for name, m in models.items()} == {
        "large": ("anthropic", "large"),
        "openai:small": ("openai", "small"),
    }


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (["proposer.kind=oracle"], "There is no proposer 'oracle'"),
        (["proposer=local"], "name it with proposer.model=NAME"),
        (["proposer=anthropic", "proposer.prompt_tokens=3000", *FREE], "a prompt needs at least"),
        (["proposer=openai", "proposer.model=nobody-knows-it"], "The price of nobody-knows-it is not known"),
        (["proposer=anthropic", "proposer.choice=bandti", *FREE], "There is no proposer.choice 'bandti'"),
        (["proposer=anthropic", "search.novelty=similar", *FREE], "did you mean 'similarity'?"),
        (["proposer=openai", "proposer.api_key_env=UNSET_KEY", *FREE], "set the variable UNSET_KEY"),
    ],
)
def test_what_is_missing_is_said_at_once(overrides: list[str], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_proposer(compose(overrides))
    assert sentence in str(caught.value)
