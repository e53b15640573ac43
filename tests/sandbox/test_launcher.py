"""Faults around a run: dead zygotes, dead harnesses, many runs, many threads; nothing is left over."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from sandbox import EmbedRequest, Execution, Limits, Sandbox, SandboxError, TaskInputs, Verdict
from sandbox.attempt import Attempt
from sandbox.launcher import Launcher
from sandbox.zygote_handle import ZygoteConfig, ZygoteHandle, ZygoteLost
from tests.sandbox.conftest import SIM, embed, gone, program

IDENTITY = program("return sim")
FOREVER = program("while True: pass")
LIMITS = Limits(wall_s=10)


@pytest.fixture
def zygotes() -> list[ZygoteHandle]:
    return []


@pytest.fixture
def launcher(zygotes: list[ZygoteHandle]) -> Iterator[Launcher]:
    with Launcher(ZygoteConfig(), workers=1, admit=zygotes.append) as launcher:
        yield launcher


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def own_children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_a_zygote_that_died_between_runs_is_replaced(
    launcher: Launcher, zygotes: list[ZygoteHandle], inputs: TaskInputs
) -> None:
    assert launcher.run(IDENTITY, inputs, embed, LIMITS).verdict is Verdict.OK
    os.kill(zygotes[0].pid, signal.SIGKILL)
    assert launcher.run(IDENTITY, inputs, embed, LIMITS).verdict is Verdict.OK
    assert len(zygotes) == 2


def test_a_zygote_that_dies_during_a_run_is_replaced_and_the_run_repeated(
    launcher: Launcher, zygotes: list[ZygoteHandle], inputs: TaskInputs
) -> None:
    launcher.run(IDENTITY, inputs, embed, LIMITS)
    threading.Timer(0.2, os.kill, (zygotes[0].pid, signal.SIGKILL)).start()
    execution = launcher.run(program("import time\ntime.sleep(0.5)\nreturn sim"), inputs, embed, LIMITS)
    assert execution.verdict is Verdict.OK, execution.reason
    assert len(zygotes) == 2


def test_a_run_that_was_metered_is_not_repeated(
    launcher: Launcher, zygotes: list[ZygoteHandle], inputs: TaskInputs
) -> None:
    requests = []

    def kill_the_zygote(request: EmbedRequest) -> np.ndarray:
        requests.append(request)
        os.kill(zygotes[-1].pid, signal.SIGKILL)
        return embed(request)

    execution = launcher.run(program("embed_fn(['a'])\nwhile True: pass"), inputs, kill_the_zygote, LIMITS)
    assert execution.verdict is Verdict.HARNESS_ERROR
    assert len(requests) == 1


def test_the_child_dies_with_its_zygote(inputs: TaskInputs) -> None:
    zygote = ZygoteHandle(ZygoteConfig())
    children = Path(f"/proc/{zygote.pid}/task/{zygote.pid}/children")
    seen = []

    def kill_the_zygote(request: EmbedRequest) -> np.ndarray:
        seen.extend(children.read_text().split())
        os.kill(zygote.pid, signal.SIGKILL)
        return embed(request)

    source = program("embed_fn(['a'])\nwhile True: pass")
    with Attempt(zygote, inputs, kill_the_zygote, LIMITS, zygote.layers) as attempt, pytest.raises(ZygoteLost):
        attempt.run(source)
    zygote.close()
    assert len(seen) == 1
    assert gone(int(seen[0]))


def test_a_zygote_that_hangs_is_replaced(
    launcher: Launcher, zygotes: list[ZygoteHandle], inputs: TaskInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.attempt.START_S", 0.3)
    launcher.run(IDENTITY, inputs, embed, LIMITS)
    os.kill(zygotes[0].pid, signal.SIGSTOP)
    assert launcher.run(IDENTITY, inputs, embed, LIMITS).verdict is Verdict.OK
    assert len(zygotes) == 2


def test_a_harness_out_of_descriptors_gives_harness_errors_and_recovers(launcher: Launcher, inputs: TaskInputs) -> None:
    launcher.run(IDENTITY, inputs, embed, LIMITS)
    before = open_descriptors()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for spare in range(8):
        resource.setrlimit(resource.RLIMIT_NOFILE, (before + spare, hard))
        try:
            execution = launcher.run(IDENTITY, inputs, embed, LIMITS)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert execution.verdict in (Verdict.HARNESS_ERROR, Verdict.OK)
        assert open_descriptors() == before
    assert launcher.run(IDENTITY, inputs, embed, LIMITS).verdict is Verdict.OK


def test_a_zygote_that_cannot_start_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(SandboxError, match="could not be started"):
        ZygoteHandle(ZygoteConfig())
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(SandboxError, match="did not start"):
        ZygoteHandle(ZygoteConfig())


def test_a_zygote_that_is_not_admitted_runs_nothing(inputs: TaskInputs) -> None:
    def refuse(zygote: ZygoteHandle) -> None:
        raise SandboxError("No.")

    before = own_children()
    with Launcher(ZygoteConfig(), workers=1, admit=refuse) as launcher:
        with pytest.raises(SandboxError, match=r"No\."):
            launcher.warm_up()
        with pytest.raises(SandboxError, match=r"No\."):
            launcher.run(IDENTITY, inputs, embed, LIMITS)
    assert own_children() == before


def test_an_interrupt_leaves_no_child_and_a_working_launcher(launcher: Launcher, inputs: TaskInputs) -> None:
    def interrupt(request: EmbedRequest) -> np.ndarray:
        raise KeyboardInterrupt

    before = open_descriptors()
    with pytest.raises(KeyboardInterrupt):
        launcher.run(program("embed_fn(['a'])\nreturn sim"), inputs, interrupt, LIMITS)
    assert launcher.run(IDENTITY, inputs, embed, LIMITS).verdict is Verdict.OK
    assert open_descriptors() <= before + 3


def test_many_runs_leave_nothing_behind(launcher: Launcher, zygotes: list[ZygoteHandle], inputs: TaskInputs) -> None:
    launcher.run(IDENTITY, inputs, embed, LIMITS)
    descriptors, children = open_descriptors(), own_children()
    theirs = len(list(Path(f"/proc/{zygotes[0].pid}/fd").iterdir()))
    for _ in range(200):
        assert launcher.run(IDENTITY, inputs, embed, LIMITS).verdict is Verdict.OK
    assert (open_descriptors(), own_children()) == (descriptors, children)
    assert len(list(Path(f"/proc/{zygotes[0].pid}/fd").iterdir())) == theirs
    assert len(zygotes) == 1


def test_threads_run_at_once_each_with_a_zygote_of_its_own(inputs: TaskInputs) -> None:
    zygotes: list[ZygoteHandle] = []
    barrier = threading.Barrier(3, timeout=30)

    def meet(request: EmbedRequest) -> np.ndarray:
        barrier.wait()
        return embed(request)

    def work(number: int) -> Execution:
        source = program(f"embed_fn(['a'])\nreturn sim + {number}")
        return launcher.run(source, inputs, meet, LIMITS)

    with Launcher(ZygoteConfig(), workers=3, admit=zygotes.append) as launcher, ThreadPoolExecutor(3) as pool:
        for number, execution in enumerate(pool.map(work, range(3))):
            np.testing.assert_array_equal(execution.scores, SIM + np.float32(number))
    assert len({zygote.pid for zygote in zygotes}) == 3


def test_two_sandboxes_do_not_disturb_each_other(inputs: TaskInputs) -> None:
    with Sandbox(level="none") as one, Sandbox(level="none") as other:
        one.close()
        one.close()
        assert other.run(IDENTITY, inputs, embed=embed).verdict is Verdict.OK


def test_closing_ends_a_run_in_progress(inputs: TaskInputs) -> None:
    sandbox = Sandbox(level="none")
    threading.Timer(0.3, sandbox.close).start()
    try:
        assert sandbox.run(FOREVER, inputs, embed=embed).verdict is Verdict.HARNESS_ERROR
    except SandboxError as error:
        assert "closed" in str(error)


def test_closing_does_not_wait_for_the_encoder(inputs: TaskInputs) -> None:
    descriptors, children = open_descriptors(), own_children()
    embedding, closed = threading.Event(), threading.Event()

    def encode_until_closed(request: EmbedRequest) -> np.ndarray:
        embedding.set()
        assert closed.wait(60)
        return embed(request)

    def run() -> Execution:
        return launcher.run(program("embed_fn(['a'])\nreturn sim"), inputs, encode_until_closed, LIMITS)

    launcher = Launcher(ZygoteConfig(), workers=1, admit=lambda zygote: None)
    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(run)
        assert embedding.wait(60)
        waiting = pool.submit(launcher.run, IDENTITY, inputs, embed, LIMITS)
        launcher.close()
        with pytest.raises(SandboxError, match="closed"):
            waiting.result()
        assert not running.done()
        closed.set()
        assert running.result().verdict is Verdict.HARNESS_ERROR
    assert (open_descriptors(), own_children()) == (descriptors, children)


def test_a_zygote_that_starts_while_the_launcher_closes_runs_nothing(inputs: TaskInputs) -> None:
    def close_meanwhile(zygote: ZygoteHandle) -> None:
        launcher.close()

    descriptors, children = open_descriptors(), own_children()
    launcher = Launcher(ZygoteConfig(), workers=1, admit=close_meanwhile)
    with pytest.raises(SandboxError, match="closed"):
        launcher.run(IDENTITY, inputs, embed, LIMITS)
    assert (open_descriptors(), own_children()) == (descriptors, children)


HARNESS = """
import sys, numpy as np
from sandbox import Sandbox, TaskInputs
from tests.sandbox.conftest import *
with Sandbox(level="none") as sandbox, TaskInputs.create(Q_EMB, D_EMB, SIM, Q_TEXTS, D_TEXTS) as inputs:
    def say(request):
        print("running", flush=True)
        return embed(request)
    sandbox.run(program("embed_fn(['a'])\\nwhile True: pass"), inputs, embed=say)
"""


def test_nothing_survives_a_killed_harness() -> None:
    harness = subprocess.Popen(
        [sys.executable, "-c", HARNESS], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )
    assert harness.stdout is not None
    assert harness.stdout.readline() == "running\n"
    family = descendants(harness.pid)
    assert len(family) == 2, "a zygote and a child"
    harness.kill()
    harness.wait()
    harness.stdout.close()
    assert all(gone(pid) for pid in family)


def descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found
