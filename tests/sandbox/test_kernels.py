"""Programs compute with the kernels that the harness computes with."""

import subprocess
import sys

import numpy as np
import pytest

from sandbox.kernels import kernel_variables
from sandbox.zygote_handle import ZygoteConfig


def test_variables_that_choose_kernels_reach_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("NPY_DISABLE_CPU_FEATURES", "AVX512F")
    environment = ZygoteConfig().environment()
    assert environment["OPENBLAS_CORETYPE"] == "Haswell"
    assert environment["NPY_DISABLE_CPU_FEATURES"] == "AVX512F"


def test_an_unset_variable_stays_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    assert "OPENBLAS_CORETYPE" not in ZygoteConfig().environment()


def test_a_program_has_one_thread_whatever_the_harness_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    assert ZygoteConfig().environment()["OMP_NUM_THREADS"] == "1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OMP_TOOL_LIBRARIES", "tool.so"),
        ("OMP_DISPLAY_ENV", "verbose"),
        ("MKL_VERBOSE_OUTPUT_FILE", "out.txt"),
        ("OPENBLAS_ANYTHING", "/home/somebody/lib.so"),
        ("MY_OPENBLAS_KEY", "secret"),
        ("OPENAI_API_KEY", "sk-1"),
    ],
)
def test_what_loads_code_writes_files_or_is_no_kernel_stays_outside(name: str, value: str) -> None:
    assert kernel_variables({name: value}) == {}


MULTIPLY = (
    "import numpy as np; rng = np.random.default_rng(0); a = rng.standard_normal((200, 300), dtype=np.float32); "
    "print((a @ a.T).tobytes().hex()[:4000])"
)


def test_a_chosen_kernel_computes_the_same_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last bit, once both have one thread: threads share the sums out in another way."""
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    paths = ZygoteConfig().environment() | {"PYTHONPATH": str(np.__path__[0]).removesuffix("/numpy")}
    ours, theirs = (
        subprocess.run([sys.executable, "-c", MULTIPLY], env=environment, capture_output=True, text=True, check=True)
        for environment in (None, paths)
    )
    assert ours.stdout == theirs.stdout
