"""Tab in a real bash: verbs, options, settings and their values, runs and programs."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from omegaconf import OmegaConf

from archive import AXES
from harness.cli.options import CostOption
from harness.encoders.load import BACKENDS
from harness.encoders.load import KINDS as ENCODERS
from harness.heads.models import KINDS as HEADS
from harness.policies.parents import POLICIES
from harness.proposers.models import KINDS as MODELS
from harness.settings import compose, from_config, to_mapping
from harness.settings.checks import CHOICES
from harness.settings.offers import ELSEWHERE, offers, values
from harness.tasks.load import SOURCES
from tests.e2e.conftest import Ttc, environment

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


class Shell:
    """An interactive bash on a terminal of its own, with `ttc` in its path and completion switched on."""

    def __init__(self, folder: Path) -> None:
        program = folder / "bin" / "ttc"
        program.parent.mkdir()
        program.write_text(f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n")
        program.write_text(program.read_text() + "from harness.cli import main\nmain()\n")
        program.chmod(0o755)
        lines = ("PS1='ready> '", "bind 'set enable-bracketed-paste off'", "source <(ttc completion bash)")
        (folder / "rc").write_text("\n".join(lines) + "\n")
        (folder / "my_program.py").touch()
        ours, theirs = pty.openpty()
        variables = {**environment(), "PATH": f"{program.parent}:{os.environ['PATH']}", "TERM": "dumb"}
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--rcfile", str(folder / "rc"), "-i"],
            stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=variables, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self._terminal = ours
        self._await("ready> ")

    def complete(self, typed: str, expected: str) -> None:
        """Type, press Tab twice, and see what is expected on the screen; then empty the line."""
        os.write(self._terminal, f"{typed}\t\t".encode())
        self._await(expected)
        os.write(self._terminal, b"\x15\n")
        self._await("ready> ")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._terminal)

    def _await(self, text: str) -> None:
        seen, until = "", time.monotonic() + PATIENCE_S
        while text not in seen:
            ready, _, _ = select.select([self._terminal], [], [], max(0.0, until - time.monotonic()))
            assert ready, f"{text!r} is not in {seen!r}"
            seen += os.read(self._terminal, 65536).decode()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    if shutil.which("bash") is None:
        pytest.skip("there is no bash here")
    opened = Shell(tmp_path)
    yield opened
    opened.close()


def test_tab_in_bash(shell: Shell) -> None:
    shell.complete("ttc disc", "discover ")
    shell.complete("ttc discover search.sel", "search.selection=")
    shell.complete("ttc discover search.selection=par", "search.selection=pareto_crowding ")
    shell.complete("ttc discover encoder=wor", "encoder=wordllama ")
    shell.complete("ttc discover -m encoder=minilm,wor", "encoder=minilm,wordllama ")
    shell.complete("ttc discover program.primitives=", "false  true")
    shell.complete("ttc discover --deb", "--debug ")
    shell.complete("ttc transfer refer", "reference ")
    shell.complete("ttc transfer encoders=[minilm,wor", "encoders=[minilm,wordllama")
    shell.complete("ttc evaluate bm25_", "bm25_rrf ")
    shell.complete("ttc evaluate my", "my_program.py ")  # a file


def test_every_section_and_key_is_offered_and_every_value_is_taken() -> None:
    sections = [offer for offer, _ in offers("")]
    assert {"encoder=", "encoder.", "search.", "heads."} <= set(sections)
    keys = [offer for section in sections if section.endswith(".") for offer, _ in offers(section)]
    assert {"search.selection=", "proposer.price.input=", "tasks.paths="} <= set(keys)
    usual = to_mapping(compose([]))
    for key in (key.removesuffix("=") for key in keys):
        for value in values(key):
            words = [f"{key}=[{value}]" if key == "heads.kinds" else f"{key}={value}"]
            words += ["search.budget=2"] if value == "budget" else []  # neither means anything alone
            assert from_config(OmegaConf.merge(usual, OmegaConf.from_dotlist(words)))
    assert [offer for offer, _ in offers("+encoder=word")] == ["+encoder=wordllama"]
    assert [offer for offer, _ in offers("heads.kinds=[mlp,lin")] == ["heads.kinds=[mlp,linear"]


def test_values_that_other_rooms_know_are_those_rooms_values() -> None:
    known = {
        "encoder.backend": BACKENDS,
        "encoder.kind": tuple(ENCODERS),
        "heads.kinds": HEADS,
        "proposer.kind": ("recombine", *MODELS, "replay", "published"),
        "search.selection": tuple(POLICIES),
        "tasks.source": tuple(SOURCES),
    }
    assert known == ELSEWHERE
    assert CHOICES["search.cost"] == AXES
    assert get_args(get_args(get_args(CostOption)[0])[0]) == AXES


def test_a_shell_that_is_not_known(ttc: Ttc) -> None:
    told = ttc("completion", "tcsh")
    assert told.returncode == 2
    assert told.stderr == "ttc: There is no completion for tcsh; choose bash or zsh.\n"
