"""A program's run from source to verdict."""

from collections.abc import Callable

import numpy as np
import pytest

from sandbox import Execution, Limits, Sandbox, SandboxError, TaskInputs, Verdict
from tests.sandbox.conftest import D_TEXTS, Q_TEXTS, SIM, embed, program

Run = Callable[..., Execution]


def test_the_identity_program_returns_the_similarities(run: Run) -> None:
    execution = run("return sim")
    assert execution.verdict is Verdict.OK
    assert execution.scores is not None
    np.testing.assert_array_equal(execution.scores, SIM)
    assert execution.scores.dtype == np.float32
    assert not execution.scores.flags.writeable
    assert execution.wall_s > 0
    assert execution.cpu_s > 0
    assert execution.peak_rss_bytes > 1 << 20


def test_a_program_sees_its_texts_and_vectors(run: Run) -> None:
    execution = run(
        "print(q_texts, d_texts, q_emb.shape, d_emb.shape, np.array_equal(q_emb @ d_emb.T, sim))\nreturn sim"
    )
    assert execution.stdout == f"{Q_TEXTS} {D_TEXTS} (3, 4) (5, 4) True\n"


def test_inputs_changed_in_place_are_fresh_for_the_next_run(run: Run) -> None:
    assert run("q_emb[:] = 0; sim[:] = 0\nreturn d_emb.sum() + np.arange(15).reshape(3, 5)").verdict is Verdict.OK
    np.testing.assert_array_equal(run("return sim").scores, SIM)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("np.arange(15).reshape(3, 5)", np.arange(15).reshape(3, 5)),
        ("(sim > 0)", SIM > 0),
        ("sim.astype(np.float16)", SIM.astype(np.float16)),
        ("sim.tolist()", SIM),
    ],
)
def test_real_numbers_of_any_type_become_float32(run: Run, value: str, expected: np.ndarray) -> None:
    np.testing.assert_array_equal(run(f"return {value}").scores, expected.astype(np.float32))


@pytest.mark.parametrize(
    ("body", "verdict", "words"),
    [
        ("return 1 / 0", Verdict.EXCEPTION, "ZeroDivisionError at line 5: division by zero"),
        ("x = 1\nnp.linalg.inv(np.zeros((2, 2)))", Verdict.EXCEPTION, "LinAlgError at line 6"),
        ("raise KeyboardInterrupt", Verdict.EXCEPTION, "KeyboardInterrupt at line 5."),
        ("return undefined", Verdict.EXCEPTION, "NameError at line 5"),
        (
            "from numpy import nothing",
            Verdict.EXCEPTION,
            "ImportError at line 5: cannot import name 'nothing' from 'numpy'",
        ),
        ("return embed_fn('one text')", Verdict.EXCEPTION, "TypeError at line 5: embed_fn takes a list of strings"),
        ("return embed_fn(['a', 3])", Verdict.EXCEPTION, "element of type int"),
        ("return embed_fn(['\\ud800'])", Verdict.EXCEPTION, "UnicodeEncodeError"),
        ("return bytearray(1 << 40)", Verdict.MEMORY, "MemoryError at line 5"),
        ("while True: pass", Verdict.TIMEOUT, "longer than 0.3 s, encoder time not counted"),
        ("while True: print('x' * 500)", Verdict.OUTPUT_LIMIT, "65536 bytes"),
        ("return sim.T", Verdict.BAD_SHAPE, "(5, 3); expected (3, 5)"),
        ("return None", Verdict.BAD_SHAPE, "()"),
        ("return sim + 1j", Verdict.BAD_DTYPE, "'c'"),
        ("return np.array([['x'] * 5] * 3)", Verdict.BAD_DTYPE, "'U'"),
        ("sim[1, 2] = np.nan\nreturn sim", Verdict.NON_FINITE, "1 of 3 queries"),
        ("return sim + 1e39 * np.ones(5)", Verdict.NON_FINITE, "3 of 3"),
        ("return np.arange(3)[:, None] + np.zeros(5)", Verdict.CONSTANT, "constant"),
        ("import os\nos._exit(7)", Verdict.EXITED, "exit code 7"),
        ("import ctypes\nctypes.string_at(0)", Verdict.CRASHED, "SIGSEGV"),
        ("import os\nos.write(3, b'?' * 100)", Verdict.PROTOCOL_ERROR, "unknown type"),
        ("import os\nos.close(3)\nwhile True: pass", Verdict.PROTOCOL_ERROR, "closed"),
        ("import os\nos.write(3, b'S\\0\\0\\0\\0')", Verdict.PROTOCOL_ERROR, "out of order"),
        ("import os\nos.write(3, b'H\\0\\0\\0\\0')", Verdict.PROTOCOL_ERROR, "out of order"),
    ],
)
def test_every_fault_has_its_verdict_and_reason(run: Run, body: str, verdict: Verdict, words: str) -> None:
    execution = run(body, wall_s=0.3 if verdict is Verdict.TIMEOUT else 30.0)
    assert (execution.verdict, execution.scores) == (verdict, None)
    assert words in execution.reason
    assert ".py)" not in execution.reason, "where modules lie"


def test_processor_time_has_a_limit_of_its_own(run: Run) -> None:
    execution = run("while True: pass", cpu_s=0.0, wall_s=200.0)
    assert execution.verdict is Verdict.CPU_LIMIT


def test_a_program_that_ignores_the_signal_of_its_processor_limit_is_killed_by_the_next(run: Run) -> None:
    execution = run(
        "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass", cpu_s=0.0, wall_s=200.0
    )
    assert execution.verdict is Verdict.CPU_LIMIT, execution.reason


def test_a_program_that_does_not_compile_names_the_line(sandbox: Sandbox, inputs: TaskInputs) -> None:
    execution = sandbox.run("x = 1\ndef rerank(:\n", inputs, embed=embed)
    assert execution.verdict is Verdict.EXCEPTION
    assert "SyntaxError at line 2" in execution.reason


def test_a_program_without_rerank_is_an_exception(sandbox: Sandbox, inputs: TaskInputs) -> None:
    reason = sandbox.run("x = 1", inputs, embed=embed).reason
    assert reason == "AttributeError: module 'program' has no attribute 'rerank'"


def test_standard_output_is_kept_with_errors_and_cut_at_its_limit(run: Run) -> None:
    kept = run("import sys\nprint('out')\nprint('err', file=sys.stderr)\nreturn 1 / 0").stdout
    assert kept == "out\nerr\n"
    assert run("print('y' * 500)\nreturn sim", stdout_bytes=100).stdout == "y" * 100


def test_printed_text_survives_a_timeout(run: Run) -> None:
    # Time enough to print on a busy machine; a program that sleeps takes none of it from others.
    assert run("import time\nprint('so far')\ntime.sleep(60)", wall_s=2.0).stdout == "so far\n"


def test_the_absolute_cap_counts_what_the_wall_limit_leaves_out(run: Run) -> None:
    execution = run("while True: pass", absolute_s=0.3)
    assert execution.verdict is Verdict.TIMEOUT
    assert "encoder time included" in execution.reason


def test_a_single_document_is_never_constant(sandbox: Sandbox) -> None:
    one = np.ones((1, 4), np.float32)
    with TaskInputs.create(one, one, one[:, :1], ["q"], ["d"]) as inputs:
        assert sandbox.run(program("return sim"), inputs, embed=embed).verdict is Verdict.OK


def test_limits_follow_the_inputs(inputs: TaskInputs) -> None:
    small = Limits.for_inputs(inputs)
    large = np.ones((40, 4), np.float32)
    with TaskInputs.create(large, large, large @ large.T, ["q"] * 40, ["d" * 100] * 40) as more:
        larger = Limits.for_inputs(more)
    assert small.wall_s < larger.wall_s
    assert small.memory_bytes < larger.memory_bytes
    assert small.embed_texts < larger.embed_texts
    assert small.embed_chars < larger.embed_chars


def test_a_closed_sandbox_says_so(inputs: TaskInputs) -> None:
    closed = Sandbox(level="none")
    closed.close()
    with pytest.raises(SandboxError, match="closed"):
        closed.run(program("return sim"), inputs, embed=embed)


def test_programs_may_import_what_they_are_promised(run: Run) -> None:
    modules = (
        "bisect, collections, copy, dataclasses, difflib, fractions, functools, heapq, itertools, math, operator, re"
    )
    execution = run(f"import {modules}\nimport statistics, string, typing, unicodedata, primitives\nreturn sim")
    assert execution.verdict is Verdict.OK, execution.reason


def test_primitives_can_be_forbidden(inputs: TaskInputs) -> None:
    with Sandbox(level="none", allow_primitives=False) as sandbox:
        execution = sandbox.run(program("import primitives\nreturn sim"), inputs, embed=embed)
    assert execution.verdict is Verdict.EXCEPTION
    assert "ModuleNotFoundError" in execution.reason
