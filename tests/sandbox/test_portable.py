"""Level weak, as on macOS and Windows: here on Linux, with another platform pretended at the one place that asks."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from sandbox import Execution, Limits, Sandbox, SandboxError, TaskInputs, Verdict
from sandbox.doctor import diagnose
from sandbox.platform import why_not_confinable
from tests.sandbox.conftest import D_TEXTS, SIM, embed, gone, program


@pytest.fixture(params=["darwin", "win32"])
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("sandbox.platform.sys", SimpleNamespace(platform=request.param))
    return request.param


@pytest.fixture
def run(elsewhere: str, inputs: TaskInputs) -> Iterator[Callable[..., Execution]]:
    with Sandbox(level="weak") as sandbox:

        def run_body(body: str, **limits: float) -> Execution:
            return sandbox.run(program(body), inputs, embed=embed, limits=Limits(**{"wall_s": 20.0} | limits))

        yield run_body


def test_linux_is_confinable() -> None:
    assert why_not_confinable() == ""


@pytest.mark.parametrize("level", ["strict", "standard"])
def test_another_system_is_refused_unless_weak_is_asked_for(elsewhere: str, level: str) -> None:
    with pytest.raises(SandboxError, match=f"programs cannot be confined on {elsewhere}.*set sandbox.level=weak"):
        Sandbox(level=level)


def test_the_doctor_says_so_without_trying_anything(elsewhere: str) -> None:
    diagnosis = diagnose()
    assert (diagnosis.isolation.level, diagnosis.isolation.layers, diagnosis.trials) == ("weak", (), ())
    assert not diagnosis.sufficient
    assert diagnose("weak").sufficient
    with pytest.raises(SandboxError, match="no isolation level"):
        diagnose("some")


def test_a_run_from_source_to_scores(run: Callable[..., Execution]) -> None:
    body = "print(d_texts[0], sorted(__import__('os').environ))\nreturn sim + embed_fn(d_texts, dim=3)[:, 0] * 0"
    execution = run(body)
    assert execution.verdict is Verdict.OK, execution.reason
    np.testing.assert_array_equal(execution.scores, SIM)
    assert execution.stdout.startswith(D_TEXTS[0])
    assert "PATH" not in execution.stdout
    assert (execution.embed_calls, execution.embed_texts) == (1, len(D_TEXTS))
    assert execution.encoder_s > 0


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("return 1 / 0", Verdict.EXCEPTION),
        ("embed_fn(['a'], adapter='x')", Verdict.EXCEPTION),
        ("while True: pass", Verdict.TIMEOUT),
        ("import os\nwhile True: os.write(1, b'x' * 1000)", Verdict.OUTPUT_LIMIT),
        ("return sim[:1]", Verdict.BAD_SHAPE),
        ("return sim * np.nan", Verdict.NON_FINITE),
        ("import os\nos._exit(4)", Verdict.EXITED),
        ("import ctypes\nctypes.string_at(0)", Verdict.CRASHED),
        ("for _ in range(9): embed_fn(['a'])\nreturn sim", Verdict.EMBED_BUDGET),
        ("import os\nos.closerange(3, 64)\nwhile True: pass", Verdict.PROTOCOL_ERROR),
        ("import os\nos.write(4, b'????????')\nreturn sim", Verdict.PROTOCOL_ERROR),
    ],
)
def test_faults_get_the_same_verdicts_as_on_linux(run: Callable[..., Execution], body: str, verdict: Verdict) -> None:
    wall_s = 1.0 if verdict is Verdict.TIMEOUT else 20.0
    execution = run(body, wall_s=wall_s, embed_calls=5)
    assert execution.verdict is verdict, execution.reason


def test_what_a_program_started_dies_with_its_session(run: Callable[..., Execution], tmp_path: Path) -> None:
    note = tmp_path / "pid"
    body = (
        f"import os, time\nif os.fork() == 0:\n    open({str(note)!r}, 'w').write(str(os.getpid()))\n    time.sleep(60)"
    )
    execution = run(body + f"\nwhile not os.path.exists({str(note)!r}): time.sleep(0.01)\ntime.sleep(0.1)\nreturn sim")
    assert execution.verdict is Verdict.OK, execution.reason
    assert gone(int(note.read_text()))


def test_runs_leave_no_descriptor_and_no_file(
    run: Callable[..., Execution], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for body in ("return sim", "return 1 / 0", "import os\nos._exit(1)"):
        run(body)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert list(tmp_path.iterdir()) == []


def test_a_closed_sandbox_says_so(elsewhere: str, inputs: TaskInputs) -> None:
    sandbox = Sandbox(level="weak")
    sandbox.close()
    with pytest.raises(SandboxError, match="closed"):
        sandbox.run(program("return sim"), inputs, embed=embed)
