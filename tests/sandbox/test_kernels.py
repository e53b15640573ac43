"""Programs compute with the harness's kernels, on one thread, and see nothing else of its environment."""

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import kernels
from sandbox.zygote_handle import ZygoteConfig

KERNEL = {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_L2_SIZE": "512"}
DANGEROUS = ("OMP_TOOL_LIBRARIES", "OMP_DISPLAY_ENV", "MKL_VERBOSE_OUTPUT_FILE", "MKL_DOMAIN_NUM_THREADS", "MY_API_KEY")

COMPARE = """
import numpy as np, sys
from sandbox import Limits, Sandbox, TaskInputs
from tests.sandbox.conftest import *
rng = np.random.default_rng(0)
q_emb, d_emb = (rng.normal(size=(rows, 256)).astype(np.float32) for rows in (40, 400))
if sys.argv[1] == "weak":
    import sandbox.platform, types
    sandbox.platform.sys = types.SimpleNamespace(platform="darwin")
inputs = TaskInputs.create(q_emb, d_emb, q_emb @ d_emb.T, ["q"] * 40, ["d"] * 400)
with Sandbox(level=sys.argv[1]) as box, inputs:
    execution = box.run(program("return q_emb @ d_emb.T"), inputs, embed=embed, limits=Limits(wall_s=20))
print(np.array_equal(execution.scores, q_emb @ d_emb.T))
"""


@pytest.mark.parametrize("level", ["none", "weak"])
def test_a_program_computes_what_its_harness_computes(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KERNEL.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    command = [sys.executable, "-c", COMPARE, level]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert ran.stdout == "True\n"


def test_only_kernels_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in kernels.KERNELS:
        monkeypatch.delenv(name, raising=False)
    without = ZygoteConfig().environment()
    for name in DANGEROUS:
        monkeypatch.setenv(name, "/tmp/anything")
    assert ZygoteConfig().environment() == without
    for name, value in KERNEL.items():
        monkeypatch.setenv(name, value)
    assert ZygoteConfig().environment() == without | KERNEL


def test_a_program_has_one_thread_whatever_the_harness_has(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in kernels.THREADS:
        monkeypatch.setenv(name, "8")
    environment = ZygoteConfig().environment()
    assert {environment[name] for name in kernels.THREADS} == {"1"}
