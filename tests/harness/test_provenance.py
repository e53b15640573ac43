"""What is recorded of the machine, and what is said when a run goes on with other numerical kernels."""

import json
import os

import pytest

from harness.provenance import machine, machine_change


def test_a_machine_names_its_kernels_and_no_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OMP_TOOL_LIBRARIES", "/tmp/tool.so")
    recorded = machine()
    assert recorded["variables"]["OPENBLAS_CORETYPE"] == "Haswell"
    assert "OMP_TOOL_LIBRARIES" not in recorded["variables"]
    assert any(library.partition(" ")[0] in ("openblas", "mkl", "blis", "flexiblas") for library in recorded["kernels"])
    assert os.sep not in json.dumps(recorded["kernels"])


def test_the_same_machine_says_nothing_nor_does_an_older_archive() -> None:
    assert machine_change(json.loads(json.dumps(machine()))) == ""
    assert machine_change({"system": "Linux", "cores": 2}) == ""


def test_another_kernel_or_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    recorded = machine()
    recorded["kernels"] = ["openblas 0.1 Prescott pthreads"]
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    change = machine_change(recorded)
    assert "instead of openblas 0.1 Prescott pthreads" in change
    assert "OPENBLAS_CORETYPE is Haswell instead of not set" in change


def test_a_library_that_is_only_not_loaded_yet_is_no_change() -> None:
    recorded = machine()
    recorded["kernels"] = [*recorded["kernels"], "mkl 2024.1 intel"]
    assert machine_change(recorded) == ""
