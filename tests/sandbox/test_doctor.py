"""The self-test sees what is really denied, and refuses where too little is."""

import functools
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox import Sandbox, SandboxError, doctor
from sandbox.doctor import DESCRIPTIONS, Diagnosis, diagnose
from sandbox.layers.names import LAYERS
from sandbox.levels import BARRIER, BASE, FILTER_ALONE, FILTERED, at_least, level
from sandbox.zygote_handle import ZygoteConfig


def without(*names: str) -> ZygoteConfig:
    return ZygoteConfig(layers=tuple(layer for layer in LAYERS if layer not in names))


@functools.cache
def here() -> Diagnosis:
    return diagnose(each=True)


def needs_strict() -> None:
    if here().isolation.level != "strict":
        pytest.skip("this machine cannot confine programs strictly")


def test_everything_is_denied_where_all_layers_hold() -> None:
    needs_strict()
    assert here().sufficient
    assert {trial.name for trial in here().trials} == set(DESCRIPTIONS)
    assert all(trial.denied for trial in here().trials)
    assert here().isolation.landlock_abi > 0
    assert "seccomp" in here().isolation.layers


def test_nothing_but_the_clean_start_holds_without_layers() -> None:
    diagnosis = diagnose("none", ZygoteConfig(layers=()))
    reached = {trial.name for trial in diagnosis.trials if not trial.denied}
    assert reached >= set(DESCRIPTIONS) - {
        *("environment", "descriptors", "death_signal", "raise_limit", "tcp", "udp", "capability")
    }
    assert diagnosis.isolation.level == "none"
    assert diagnosis.sufficient


def test_without_the_filter_the_level_is_weak_and_strict_is_refused() -> None:
    diagnosis = diagnose("strict", without("seccomp"))
    assert diagnosis.isolation.level == "weak"
    assert not diagnosis.sufficient
    assert "seccomp: switched off" in diagnosis.refusal
    assert "set sandbox.level=weak" in diagnosis.refusal
    assert diagnosis.refusal.count(". ") == 0, "one sentence"


def test_without_a_second_barrier_the_level_is_standard() -> None:
    needs_strict()
    diagnosis = diagnose("strict", without("landlock", "uid", "namespaces"))
    assert diagnosis.isolation.level == "standard"
    assert not diagnosis.sufficient
    assert diagnose("standard", without("landlock", "uid", "namespaces")).sufficient


@pytest.mark.parametrize("barrier", ["landlock", "uid", "namespaces"])
def test_each_second_barrier_suffices(barrier: str) -> None:
    needs_strict()
    if barrier not in here().isolation.layers:
        pytest.skip(f"{barrier} is not to be had here")
    others = {"landlock", "uid", "namespaces"} - {barrier}
    assert diagnose("strict", without(*others)).isolation.level == "strict"


def test_a_filter_that_lets_everything_pass_is_no_filter(tmp_path: Path) -> None:
    """All other layers hold, and still this reads weak."""
    needs_strict()
    shutil.copytree(Path(doctor.__file__).parent, tmp_path / "sandbox")
    file = tmp_path / "sandbox" / "layers" / "seccomp.py"
    open_filter = "\n\ndef build(machine: str, pid: int) -> bpf.Program:\n    return [bpf.answer(bpf.ALLOW)]\n"
    file.write_text(file.read_text("utf-8") + open_filter, "utf-8")
    code = "from sandbox.doctor import diagnose; d = diagnose(each=True)\n"
    code += "print(d.isolation.level, 'seccomp' in d.isolation.layers)\n"
    code += "print(*(t.name for t in d.trials if not t.denied))\n"
    code += "print([l.alone for l in d.layers if l.name == 'seccomp'])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    summary, reached, alone = done.stdout.splitlines()
    assert summary == "weak True"
    assert set(reached.split()) >= FILTER_ALONE
    assert alone == "[()]"


def test_each_layer_is_shown_to_stop_something_alone() -> None:
    needs_strict()
    alone = {layer.name: set(layer.alone or ()) for layer in here().layers if layer.active}
    assert alone["seccomp"] >= FILTERED
    assert all(FILTER_ALONE.isdisjoint(stopped) for name, stopped in alone.items() if name != "seccomp")
    assert alone["rlimits"] >= {"memory", "raise_limit"}
    assert "gain_rights" in alone["no_new_privs"]
    assert alone["landlock"] >= BARRIER
    if os.geteuid() == 0:
        expected = {"uid": BARRIER, "namespaces": BARRIER | {"host_name", "tcp"}, "capabilities": {"capability"}}
        assert all(alone[name] >= stopped for name, stopped in expected.items() if name in alone)


def test_a_self_test_that_is_killed_leaves_no_folder() -> None:
    code = "import time\nfrom sandbox.canary import vanishing_folder\nwith vanishing_folder() as folder:\n"
    code += "    print(folder, flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    assert folder.is_dir()
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    for _ in range(500):
        if not folder.exists():
            return
        time.sleep(0.01)
    raise AssertionError(f"{folder} is still there")


def test_without_limits_the_level_is_weak() -> None:
    assert diagnose("strict", without("rlimits")).isolation.level == "weak"


def test_a_layer_that_cannot_be_put_on_stops_the_child_before_the_program() -> None:
    """Without no_new_privs the kernel refuses Landlock and seccomp: nothing runs half locked."""
    needs_strict()
    with pytest.raises(SandboxError, match="could not be put on"):
        diagnose("strict", without("no_new_privs"))


def test_a_sandbox_refuses_to_start_below_its_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.sandbox.ZygoteConfig", lambda *settings: without("seccomp"))
    with pytest.raises(SandboxError, match=r"level weak, but strict was asked for"):
        Sandbox(level="strict")
    with Sandbox(level="weak") as sandbox:
        assert sandbox.isolation.level == "weak"


def test_an_unknown_level_names_the_known_ones() -> None:
    with pytest.raises(SandboxError, match="strict, standard, weak, none"):
        Sandbox(level="maximum")


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root and setpriv")
def test_a_root_without_capabilities_is_confined_strictly_all_the_same() -> None:
    """As in most containers: no namespaces, no change of user."""
    needs_strict()
    code = "from sandbox.doctor import diagnose; d = diagnose(); print(d.isolation.level, *d.isolation.layers)"
    prefix = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    done = subprocess.run([*prefix, sys.executable, "-c", code], capture_output=True, text=True, check=True)
    reached, *layers = done.stdout.split()
    assert reached == "strict"
    assert not {"namespaces", "uid"} & set(layers)


def test_an_ordinary_user_is_confined_strictly() -> None:
    needs_strict()
    prefix = ["unshare", "--user", "--map-user=12345", "--map-group=12345"]
    if subprocess.run([*prefix, "true"], capture_output=True).returncode:
        pytest.skip("this machine refuses user namespaces")
    code = "import os; from sandbox.doctor import diagnose; print(os.geteuid(), diagnose().isolation.level)"
    done = subprocess.run([*prefix, sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["12345", "strict"]


def test_a_self_test_without_a_temporary_folder_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nonexistent")
    with pytest.raises(SandboxError, match="self-test could not be set up"):
        diagnose()


def test_levels_follow_from_what_was_denied() -> None:
    everything = BASE | FILTERED | BARRIER | {"death_signal"}
    assert level(LAYERS, everything, everything) == "strict"
    assert level(LAYERS, everything, everything - {"open_file"}) == "standard"
    assert level(LAYERS, everything, everything - {"death_signal"}) == "weak"
    for name in BASE | FILTERED:
        assert level(LAYERS, everything - {name}, everything) == "weak"
    assert level((), everything, everything) == "none"
    assert at_least("strict", "weak")
    assert at_least("weak", "weak")
    assert not at_least("standard", "strict")
