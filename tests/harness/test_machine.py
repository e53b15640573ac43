"""What is recorded of the machine, and what is said when a run goes on with other numerical kernels."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.encoders.cached import MEMORY_BYTES, CachedEncoder
from harness.encoders.protocol import Encoder
from harness.machine.cores import available_cores
from harness.machine.memory import available_memory
from harness.machine.record import machine, machine_change


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


@pytest.mark.parametrize(
    ("groups", "files", "cores"),
    [
        ("", {}, 8),
        ("0::/", {"cpu.max": "max 100000"}, 8),
        ("0::/", {"cpu.max": "150000 100000"}, 2),
        ("0::/", {"cpu.max": "10000 100000"}, 1),
        (
            "0::/a/b",
            {"a/cpu.max": "300000 100000", "a/b/cpu.max": "max 100000"},
            3,
        ),  # the group above is the narrow one
        ("0::/of/the/host", {"cpu.max": "200000 100000"}, 2),  # a container sees its own group at the top
        ("1:name=systemd:/\n0::/", {"unified/cpu.max": "200000 100000"}, 2),
        ("4:cpu,cpuacct:/a", {"cpu,cpuacct/a/cpu.cfs_quota_us": "250000"}, 3),
        ("4:cpu:/a", {"cpu/a/cpu.cfs_quota_us": "-1"}, 8),
        ("4:cpuset:/a", {"cpu/a/cpu.cfs_quota_us": "100000"}, 8),
        ("0::/", {"cpu.max": "1600000 100000"}, 8),
    ],
)
def test_cores_are_those_that_quotas_leave(
    groups: str, files: dict[str, str], cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)))
    write_groups(tmp_path, groups, files)
    assert available_cores(tmp_path) == cores


def write_groups(root: Path, groups: str, files: dict[str, str]) -> None:
    """What Linux tells of the control groups around this process, below `root`."""
    files = {f"sys/fs/cgroup/{name}": text for name, text in files.items()} | {"proc/self/cgroup": groups}
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        if file.name == "cpu.cfs_quota_us":
            file.with_name("cpu.cfs_period_us").write_text("100000")


@pytest.mark.parametrize(
    ("groups", "files", "gibibytes"),
    [
        ("", {}, 16),
        ("0::/", {"memory.max": "max"}, 16),
        ("0::/a/b", {"a/memory.max": "1073741824", "a/b/memory.max": "max"}, 1),
        ("0::/of/the/host", {"memory.max": "2147483648"}, 2),
        ("4:memory:/a\n0::/", {"memory/a/memory.limit_in_bytes": "3221225472"}, 3),
        ("4:memory:/", {"memory/memory.limit_in_bytes": "9223372036854771712"}, 16),
        ("4:cpu:/a", {"cpu/a/memory.limit_in_bytes": "1073741824"}, 16),
    ],
)
def test_memory_is_what_control_groups_leave(
    groups: str, files: dict[str, str], gibibytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 1 << 22, "SC_PAGE_SIZE": 1 << 12}.__getitem__)
    write_groups(tmp_path, groups, files)
    assert available_memory(tmp_path) == gibibytes << 30


def test_a_limit_of_this_process_counts_too() -> None:
    code = "import resource as r; r.setrlimit(r.RLIMIT_AS, (1 << 30, -1)); "
    code += "from harness.machine.memory import available_memory; print(available_memory())"
    command = [sys.executable, "-c", code]
    assert int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) <= 1 << 30


@pytest.mark.parametrize(
    ("available", "bytes_kept"), [(1 << 30, 1 << 27), (1 << 40, MEMORY_BYTES), (None, MEMORY_BYTES)]
)
def test_the_caches_memory_follows_the_machines(
    available: int | None, bytes_kept: int, wordllama: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    monkeypatch.setattr("harness.encoders.cached.available_memory", lambda: available)
    monkeypatch.setattr("harness.encoders.cached.MemoryLayer", lambda dim, limit: made.append(limit))
    CachedEncoder(wordllama, None)
    CachedEncoder(wordllama, None, memory_bytes=5)
    assert made == [bytes_kept, 5]
