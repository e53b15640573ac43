"""Command lines as authors: real ones, small scripts that behave well and badly."""

import json
import os
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from harness.errors import JobError, UsageError
from harness.proposers.command import CommandClient, PrintedPrice
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.load import prompt_writer
from harness.proposers.models import load_models
from harness.proposers.modes import Assignment
from harness.proposers.prices import most_expensive
from harness.proposers.verdicts import AnswerVerdict
from harness.settings import compose
from harness.settings.command import CommandSettings
from harness.settings.proposer import ProposerSettings
from tests.harness.proposers.briefings import briefing

PROMPT = Prompt("You write programs.", "Write number 7. Grüße: ☃")


def client(
    tmp_path: Path, script: str, more: str = "", *, desk: Path | None = None, timeout_s: float = 20, **command: Any
) -> CommandClient:
    file = tmp_path / "author.py"
    file.write_text(textwrap.dedent(script), "utf-8")
    line = f"'{sys.executable}' '{file}' {more}"
    settings = ProposerSettings(
        kind="command",
        timeout_s=timeout_s,
        command=CommandSettings(line=line, **command),
        desk="true" if desk else "",
    )
    return CommandClient(settings, "m", desk)


def ask(tmp_path: Path, script: str, more: str = "", **command: Any) -> Exchange:
    return client(tmp_path, script, more, **command).complete(PROMPT)


def test_the_briefing_is_standard_input_and_the_answer_is_printed(tmp_path: Path) -> None:
    exchange = ask(tmp_path, "import sys; print(sys.stdin.read()[::-1])")
    assert exchange.text.strip()[::-1] == "You write programs.\n\nWrite number 7. Grüße: ☃"
    assert exchange.verdict is AnswerVerdict.OK
    usage = exchange.usage
    assert (usage.provider, usage.model, usage.cost_usd, usage.output) == (Path(sys.executable).name, "m", None, None)
    assert usage.latency_s > 0


def test_briefing_and_answer_may_be_files_in_a_folder_of_the_calls_own(tmp_path: Path) -> None:
    script = """
        import os, sys
        from pathlib import Path
        assert sys.stdin.read() == "", "the briefing is told once"
        told = Path(sys.argv[1]).read_text("utf-8")
        Path(sys.argv[2]).write_text(f"{os.getcwd()}|{sys.argv[3]}|{told}", "utf-8")
        print("thinking aloud")
    """
    exchange = ask(tmp_path, script, "{briefing} {answer} --as={model}")
    folder, model, told = exchange.text.split("|")
    assert (model, told.startswith("You write programs.")) == ("--as=m", True)
    assert not Path(folder).exists()


def test_a_folder_is_kept_where_the_settings_name_one(tmp_path: Path) -> None:
    ask(tmp_path, "print('yes')", folder=str(tmp_path / "calls"))
    (call,) = (tmp_path / "calls").iterdir()
    assert (call / "stdout.txt").read_text() == "yes\n"
    assert "Write number 7" in (call / "briefing.md").read_text("utf-8")


def test_only_what_is_named_of_the_environment_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "MY_TOOL_HOME", "MY_KEY"):
        monkeypatch.setenv(name, "secret")
    script = "import os; print(sorted(os.environ))"
    known = ask(tmp_path, script).text
    assert "PATH" in known
    assert not any(name in known for name in ("API_KEY", "MY_TOOL_HOME", "MY_KEY", "PYTEST"))
    named = ask(tmp_path, script, env=["MY_TOOL_*", "OPENAI_API_KEY"]).text
    assert "MY_TOOL_HOME" in named and "OPENAI_API_KEY" in named and "ANTHROPIC" not in named and "MY_KEY" not in named


def test_at_its_limit_the_whole_group_is_ended(tmp_path: Path) -> None:
    script = f"""
        import subprocess, sys, time
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        open({str(tmp_path / "pid")!r}, "w").write(str(child.pid))
        time.sleep(600)
    """
    exchange = client(tmp_path, script, timeout_s=1.5).complete(PROMPT)  # which would last for 600 s
    assert exchange.verdict is AnswerVerdict.INTERRUPTED
    assert "was ended after 1.5 s (proposer.timeout_s)" in exchange.detail
    assert gone(int((tmp_path / "pid").read_text()))


def gone(pid: int) -> bool:
    """Whether a process has ended, or ends soon; one that only waits to be collected has."""
    for _ in range(600):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("import sys; sys.exit('you are not\\nlogged in')", "ended with exit code 1; .*: you are not logged in$"),
        ("import sys; print('quota used up'); sys.exit(3)", "ended with exit code 3; .*: quota used up$"),
        ("import os; os.kill(os.getpid(), 9)", "ended with exit code -9; .*: it said nothing$"),
    ],
)
def test_a_command_that_fails_stops_the_job_with_its_own_words(tmp_path: Path, script: str, sentence: str) -> None:
    with pytest.raises(JobError, match=sentence) as caught:
        ask(tmp_path, script)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("more", ["", "{answer}"])
def test_no_answer_is_an_empty_one(tmp_path: Path, more: str) -> None:
    exchange = ask(tmp_path, "print(' ')", more)
    assert exchange.verdict is AnswerVerdict.EMPTY
    assert exchange.detail.endswith("ended well and left no answer")


CLAUDE = {
    "type": "result",
    "subtype": "success",
    "is_error": False,
    "result": "the answer",
    "total_cost_usd": 0.0897,
    "usage": {
        "input_tokens": 6,
        "cache_creation_input_tokens": 7147,
        "cache_read_input_tokens": 64137,
        "output_tokens": 398,
    },
    "modelUsage": {"small": {"outputTokens": 10}, "large": {"outputTokens": 388}},
}
CODEX = [
    {"type": "thread.started", "thread_id": "t"},
    {"type": "item.completed", "item": {"id": "item_0", "type": "reasoning", "text": "hm"}},
    {"type": "item.completed", "item": {"id": "item_1", "type": "agent_message", "text": "the answer"}},
    {"type": "turn.completed", "usage": {"input_tokens": 24763, "cached_input_tokens": 24448, "output_tokens": 122}},
]
GEMINI = {
    "response": "the answer",
    "stats": {
        "models": {
            "flash": {"tokens": {"prompt": 100, "candidates": 3, "cached": 0, "thoughts": 0}},
            "pro": {"tokens": {"prompt": 900, "candidates": 40, "cached": 700, "thoughts": 60}},
        }
    },
}
OWN = {"answer": "the answer", "model": "mine", "cost_usd": 0.5, "usage": {"input_uncached": 3, "output": 4}}
PRINTED = {
    "claude": (json.dumps(CLAUDE), "", ("large", 0.0897, 6, 64137, 7147, 398, None)),
    "codex": ("\n".join(map(json.dumps, CODEX)), "warning", ("m", None, 315, 24448, None, 122, None)),
    "gemini": ("Loaded credentials.\n" + json.dumps(GEMINI), "", ("pro", None, 300, 700, None, 103, 60)),
    "llm": ("the answer", "Token usage: 1,234 input, 56 output", ("m", None, 1234, None, None, 56, None)),
    "json": (json.dumps(OWN), "", ("mine", 0.5, 3, None, None, 4, None)),
    "text": ("the answer", "noise", ("m", None, None, None, None, None, None)),
}


def printing(output: str, errors: str) -> str:
    return f"import sys; sys.stdout.write({output!r}); sys.stderr.write({errors!r})"


@pytest.mark.parametrize("form", PRINTED)
def test_cost_and_tokens_are_read_where_they_are_printed(tmp_path: Path, form: str) -> None:
    output, errors, expected = PRINTED[form]
    exchange = ask(tmp_path, printing(output, errors), prints=form)
    assert (exchange.text, exchange.verdict) == ("the answer", AnswerVerdict.OK)
    usage = exchange.usage
    found = (usage.input_uncached, usage.cache_read, usage.cache_write, usage.output, usage.reasoning)
    assert (usage.model, usage.cost_usd, *found) == expected


@pytest.mark.parametrize(
    ("form", "output", "complaint"),
    [
        ("claude", json.dumps({**CLAUDE, "is_error": True, "result": "usage limit reached"}), "usage limit reached"),
        ("codex", json.dumps({"type": "turn.failed", "error": {"message": "quota"}}), "quota"),
        ("gemini", json.dumps({"error": {"type": "ApiError", "message": "too many requests"}}), "too many requests"),
    ],
)
def test_what_a_tool_complains_of_is_no_answer(tmp_path: Path, form: str, output: str, complaint: str) -> None:
    exchange = ask(tmp_path, printing(output, ""), prints=form)
    assert (exchange.verdict, exchange.detail) == (AnswerVerdict.INTERRUPTED, complaint)


@pytest.mark.parametrize("form", ["claude", "gemini", "json"])
@pytest.mark.parametrize("output", ["the answer", "[]", "3"])
def test_another_form_than_expected_is_said(tmp_path: Path, form: str, output: str) -> None:
    with pytest.raises(JobError, match=f"did not print what proposer.command.prints={form} expects; its output is no"):
        ask(tmp_path, printing(output, ""), prints=form)


def test_an_agent_finds_the_desk_in_its_folder(tmp_path: Path) -> None:
    desk = tmp_path / "r-desk"
    desk.mkdir()
    (desk / "README.md").write_text("welcome")
    script = "import sys; print(open('desk/README.md').read(), sys.argv[1])"
    asked = client(tmp_path, script, "{desk}", desk=desk)
    assert asked.complete(PROMPT).text == f"welcome {desk}\n"


@pytest.mark.parametrize(("desk", "told"), [("true", True), ("", False)])
def test_an_agent_is_told_of_its_desk(desk: str, told: bool) -> None:
    settings = compose(["proposer=command", "proposer.command.line=cat", f"proposer.desk={desk}"])
    prompt = prompt_writer(settings).proposal(briefing(), Assignment("full"), notes="", correction="")
    assert ("Begin with `desk/README.md`" in prompt.prefix) is told


def test_a_request_is_the_command_line_and_the_briefing(tmp_path: Path) -> None:
    one, other = client(tmp_path, "print()"), client(tmp_path, "print()", "--more")
    assert one.request(PROMPT) == one.at_desk(tmp_path).request(PROMPT)
    assert one.request(PROMPT) != other.request(PROMPT)
    assert one.request(PROMPT) != one.request(Prompt(PROMPT.prefix, "Another."))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "needs a command line"),
        (["proposer.command.line=no-such-agent -p"], "There is no program 'no-such-agent' to ask; install it"),
        (["proposer.command.line=cat {breifing}"], "has {breifing}, which stands for nothing"),
        (["proposer.command.line=cat 'a"], "cannot be read"),
        (["proposer.command.line=cat {model}"], "name it with proposer.model=NAME"),
        (["proposer.command.prints=jsno"], "did you mean 'json'?"),
    ],
)
def test_what_is_missing_is_said_before_a_run(words: list[str], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_models(compose(["proposer=command", *words]).proposer)
    assert sentence in str(caught.value)


def test_a_price_of_ones_own_comes_before_the_printed_cost() -> None:
    line = "proposer.command.line=cat"
    (printed,) = load_models(compose(["proposer=command", line, "proposer.command.most_usd=2"]).proposer).values()
    assert isinstance(printed.price, PrintedPrice)
    assert most_expensive(printed.price, 10, 10) == 2
    (own,) = load_models(
        compose(["proposer=command", line, "proposer.price.input=1", "proposer.price.output=1"]).proposer
    ).values()
    assert own.price.source.startswith("settings")
