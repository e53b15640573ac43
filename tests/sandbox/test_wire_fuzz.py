"""Real children that write anything, at any pace, and die anywhere: always a verdict, never a leak."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sandbox import Execution, Limits, TaskInputs, Verdict, frames
from sandbox.launcher import Launcher
from sandbox.messages import INDEXED_PAYLOAD, pack_embed, pack_exception, pack_result
from sandbox.zygote_handle import ZygoteConfig, ZygoteHandle
from tests.sandbox.conftest import D_EMB, D_TEXTS, Q_EMB, Q_TEXTS, SIM, embed, program


def frame(kind: bytes, payload: bytes) -> bytes:
    return frames.header(kind, len(payload)) + payload


REQUEST = frame(frames.EMBED, pack_embed(["a", "b"], "document", None, None, None))
RESULT = frame(frames.RESULT, pack_result("f", (3, 5)))
ERROR = frame(frames.EXCEPTION, pack_exception("Error", "text", 1))
HUGE = frames.header(frames.EMBED, 1 << 31)

INDEXED = frame(frames.INDEXED, INDEXED_PAYLOAD.pack(True, 1))
WHOLE = st.sampled_from([REQUEST, INDEXED, RESULT, ERROR, HUGE, frame(frames.STARTED, b""), frame(b"?", b"x")])
CUT = st.builds(lambda data, at: data[: at % len(data)], WHOLE, st.integers(0, 100))
STEPS = st.one_of(
    WHOLE.map(lambda data: f"os.write(3, {data!r})"),
    CUT.map(lambda data: f"os.write(3, {data!r})"),
    st.binary(max_size=30).map(lambda data: f"os.write(3, {data!r})"),
    st.sampled_from(
        [
            "embed_fn(['x'])",
            "time.sleep(0.002)",
            "os.read(3, 7)",
            "print('x' * 300)",
            "os.close(3)",
            "os.close(1)",
            "os._exit(3)",
            "ctypes.string_at(0)",
            "1 / 0",
            "os.kill(os.getpid(), 9)",
        ]
    ),
)


@pytest.fixture(scope="module")
def bench() -> Iterator[tuple[Launcher, list[ZygoteHandle], TaskInputs]]:
    zygotes: list[ZygoteHandle] = []
    # Without seccomp a program can do more to the wire: it may signal itself and close what it likes.
    layers = ("rlimits",)
    with (
        Launcher(ZygoteConfig(layers=layers), workers=1, admit=zygotes.append) as launcher,
        TaskInputs.create(Q_EMB, D_EMB, SIM, Q_TEXTS, D_TEXTS) as inputs,
    ):
        execute(launcher, inputs, [])
        yield launcher, zygotes, inputs


def execute(launcher: Launcher, inputs: TaskInputs, steps: list[str]) -> Execution:
    source = program("\n".join(["import ctypes, os, time", *steps, "return sim"]))
    return launcher.run(source, inputs, embed, Limits(wall_s=0.25, stdout_bytes=500))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=6))
def test_whatever_a_child_writes_there_is_a_verdict_and_no_leak(
    bench: tuple[Launcher, list[ZygoteHandle], TaskInputs], steps: list[str]
) -> None:
    launcher, zygotes, inputs = bench
    before = sorted(os.listdir("/proc/self/fd"))  # noqa: PTH208
    execution = execute(launcher, inputs, steps)
    assert execution.verdict is not Verdict.HARNESS_ERROR, execution.reason
    assert (execution.scores is None) == (execution.verdict is not Verdict.OK)
    assert sorted(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    assert len(zygotes) == 1
    assert Path(f"/proc/{zygotes[0].pid}/task/{zygotes[0].pid}/children").read_text() == ""


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60))
@example("\ud800")
@example("\0")
def test_no_source_raises(bench: tuple[Launcher, list[ZygoteHandle], TaskInputs], source: str) -> None:
    launcher, _, inputs = bench
    assert launcher.run(source, inputs, embed, Limits(wall_s=5)).verdict is Verdict.EXCEPTION


@pytest.mark.parametrize("data", [REQUEST, RESULT, ERROR])
def test_a_child_may_die_after_any_byte(bench: tuple[Launcher, list[ZygoteHandle], TaskInputs], data: bytes) -> None:
    launcher, _, inputs = bench
    for length in range(len(data) + 1):
        execution = execute(launcher, inputs, [f"os.write(3, {data[:length]!r})", "os._exit(5)"])
        if length == len(data) and data == RESULT:
            # Its last words count: the shared scores were never filled, so they are constant.
            assert execution.verdict is Verdict.CONSTANT
        elif length == len(data) and data == ERROR:
            assert execution.verdict is Verdict.EXCEPTION
        else:
            assert execution.verdict is Verdict.EXITED, (length, execution.reason)
