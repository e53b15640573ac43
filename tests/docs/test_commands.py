"""Every shell command of the README and the documentation is run, page by page and in order, or says why not.

A block that is not run carries its reason behind the fence, `sh no-test: needs a key`; its `ttc` commands must still be
ones that the command line takes.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from harness.transfer.request import read_settings
from sandbox import rules
from tests.docs.pages import FENCE, PAGES, Block, blocks
from tests.e2e.forking import Forker
from tests.e2e.stand_in_model import well_behaved
from tests.harness.loopback_hub import ANY, environment, running
from tests.harness.proposers.fake_provider import FakeProvider
from tests.harness.tasks.layouts import usual

RUN = {page.name: [block for block in blocks(page) if block.is_shell and block.reason is None] for page in PAGES}
SKIPPED = [block for page in PAGES for block in blocks(page) if block.is_shell and block.reason is not None]
CONTINUES = {"first-run.md": "reading-the-archive.md"}
"""A page whose commands go on in the folder of the page before, as it says."""
WHOLE = ("README.md",)
"""Pages whose `ttc` is started as a person starts it; one that is forked for a command does the rest the same."""
MODELS = ("many-vectors.md",)
"""Pages whose commands load a model one after another; the import of its library takes longer than most of them."""
INSTALLED = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
"""Folders of programs, first that of this Python."""
CHAINS = [
    [name, *([CONTINUES[name]] if name in CONTINUES else [])]
    for name in RUN
    if RUN[name] and name not in CONTINUES.values()
]


@pytest.fixture
def server(httpserver: HTTPServer) -> Iterator[str]:
    """A server that speaks chat completions, for pages that connect to one of the reader's."""
    FakeProvider(httpserver, well_behaved)
    yield httpserver.url_for("/v1")


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What names a hub on loopback with the data of two tasks, for pages that fetch some."""
    root = tmp_path_factory.mktemp("hub")
    names = ("mteb/AILA_statutes", "mteb/legal_summarization")
    with running({f"datasets/{name}": {ANY: usual(root / name)} for name in names}) as serving:
        yield environment(serving, root / "home")


@pytest.fixture(scope="session")
def path(hub: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Folders of programs, first one with a `ttc` that is forked from a process which has imported it."""
    yield from forked(hub, tmp_path_factory.mktemp("bin"))


@pytest.fixture(scope="session")
def path_of_models(hub: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same from one that has imported the library of models, too."""
    yield from forked(hub, tmp_path_factory.mktemp("bin"), "sentence_transformers")


def forked(hub: dict[str, str], folder: Path, *more: str) -> Iterator[str]:
    forker = Forker(environment_of(hub), more)
    forker.install(folder)
    yield f"{folder}:{INSTALLED}"
    forker.close()


@pytest.mark.long
@pytest.mark.timeout(1500)  # of many commands, each with a limit of its own
@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: "+".join(chain))
def test_the_commands_of_a_page_run(
    chain: list[str], tmp_path: Path, server: str, hub: dict[str, str], request: pytest.FixtureRequest
) -> None:
    for name in chain:
        programs = request.getfixturevalue("path_of_models" if name in MODELS else "path")
        for block in RUN[name]:
            done = run(block, tmp_path, {"SERVER": server, "PATH": INSTALLED if name in WHOLE else programs, **hub})
            said = f"{block.page}, line {block.line}, exit {done.returncode}:\n"
            said += f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
            assert done.returncode == 0, said
            assert "Traceback" not in done.stderr, said


def environment_of(more: dict[str, str]) -> dict[str, str]:
    """What a block is run with."""
    return {
        **os.environ,
        "NO_COLOR": "1",
        "OMP_NUM_THREADS": "1",  # pages are tested side by side
        "PIP_NO_INDEX": "1",  # nothing is fetched by a test
        **more,
    }


def run(block: Block, folder: Path, more: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run a block in a shell that stops at the first failure."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text],
        cwd=folder,
        env=environment_of(more),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_every_fence_says_what_it_holds() -> None:
    """A block without a language could hide a command from these tests."""
    for page in PAGES:
        for block in blocks(page):
            assert block.info, f"{block.page}, line {block.line}: name the language of the block"
            assert block.reason != "", f"{block.page}, line {block.line}: say why it is not tested"


PYTHON = [block for page in PAGES for block in blocks(page) if block.info == "python"]


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: f"{block.page}:{block.line}")
def test_python_blocks_run(block: Block) -> None:
    """They define what the page talks of, with imports that exist."""
    namespace: dict[str, Any] = {"__name__": "example"}
    exec(compile(block.text, block.page, "exec", dont_inherit=True), namespace)
    if "rerank" in namespace:
        assert rules.check(block.text) == []


@pytest.mark.parametrize("block", SKIPPED, ids=lambda block: f"{block.page}:{block.line}")
def test_commands_that_are_not_run_would_be_taken(block: Block) -> None:
    for command in block.commands:
        words = shlex.split(command, comments=True)
        if words and words[0] == "scripts/prefetch":
            read_settings(words[1:], default_tasks=None)
        if words and words[0] in ("ttc", "scripts/discover"):
            check(words[1:] if words[0] == "ttc" else ["discover", *words[1:]])


def test_verbs_named_in_the_text_exist() -> None:
    for page in PAGES:
        text = FENCE.sub("", page.read_text("utf-8"))
        for verb in re.findall(r"`ttc ([a-z]+)", text):
            assert verb in verbs(), f"{page.name} names ttc {verb}"


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def check(words: list[str]) -> None:
    """Raise where a verb, an option or a setting of this command line does not exist."""
    verb = verbs()[words[0]]
    if hasattr(verb, "commands"):
        verb, words = verb.commands[words[1]], words[1:]
    takes_settings = verb.context_settings.get("allow_extra_args")
    known = {name for parameter in verb.params for name in (*parameter.opts, *parameter.secondary_opts)}
    known |= {"--help"} | ({"-m"} if takes_settings else set())
    for word in words[1:]:
        if word.startswith("-"):
            assert word.split("=")[0] in known, f"ttc {words[0]} has no option {word}"
    settings = [word for word in words[1:] if re.match(r"[a-z_.]+=", word)]
    if takes_settings and settings:
        from harness.settings import compose

        sweep = "-m" in words
        lists = [word for word in settings if word.startswith("encoders=")]
        choices = [word.split(",")[0] if sweep and "[" not in word else word for word in settings if word not in lists]
        compose(choices)


def verbs() -> dict[str, Any]:
    from typer.main import get_command

    from harness.cli import app

    group: Any = get_command(app)
    return dict(group.commands)
