"""Every hostile case succeeds with the layers off and is contained with all of them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import kernels
from sandbox.doctor import diagnose

RUNNER = Path(__file__).with_name("runner.py")
ISOLATED = ["unshare", "--pid", "--fork", "--mount-proc", "--net", "--ipc", "--mount", "--kill-child"]
AS_USER = ["unshare", "--user", "--map-root-user", *ISOLATED[1:]]

USERS = {"root": (ISOLATED, []), "ordinary user": (AS_USER, ["--unprivileged"])}
Result = dict[str, object]


def run_all(user: str) -> tuple[dict[str, dict[str, Result]], bool]:
    """Results by phase and case, and whether root ran them."""
    prefix, options = USERS[user]
    if prefix is ISOLATED and os.geteuid() != 0:
        pytest.skip("not started as root")
    if subprocess.run([*prefix, "true"], capture_output=True).returncode:
        pytest.skip("this machine refuses the namespaces in which hostile programs may be tried")
    decoy = {"PATH": os.environ["PATH"], "DECOY_API_KEY": "sk-decoy-5f8e1c"}
    environment = kernels.for_programs() | decoy
    done = subprocess.run([*prefix, sys.executable, str(RUNNER), *options], capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    report = json.loads(done.stdout)
    return report["phases"], report["is_root"]


def among(verdict: object, expected: object) -> bool:
    return verdict in (expected if isinstance(expected, list) else [expected])


def fault_without_layers(result: Result, is_root: bool) -> str:
    """What is wrong with a case as a proof: it must reach its goal where nothing but the launcher holds it."""
    if result["CONTROL"] == "reached":
        excused = (result.get("CONTROL_NEEDS_ROOT") and not is_root) or (
            # This kernel was built or set up without what the case is about, and says so.
            result.get("CONTROL_NEEDS_KERNEL") and "[Errno" in str(result["reason"])
        )
        return "" if result["reached"] or excused else "proves nothing, it fails with the layers off"
    fits = result["CONTROL"] is None or among(result["verdict"], result["CONTROL"])
    return "" if fits else "ended otherwise than expected with the layers off"


def fault_with_layers(result: Result) -> str:
    if result["reached"] or result["damage"]:
        return "was not contained"
    return "" if among(result["verdict"], result["EXPECT"]) else "got another verdict"


def fault_afterwards(result: Result) -> str:
    if result["left_behind"]:
        return "left a process behind"
    return "" if result["next_is_right"] else "spoilt the next program's run"


@pytest.mark.long
@pytest.mark.parametrize("user", USERS)
def test_every_case_succeeds_without_layers_and_is_contained_with_them(user: str) -> None:
    if diagnose().isolation.level != "strict":
        pytest.skip("this machine cannot confine programs strictly; see ttc doctor")
    phases, is_root = run_all(user)
    faults = []
    for phase, results in phases.items():
        assert len(results) > 100
        for name, result in results.items():
            fault = fault_without_layers(result, is_root) if phase == "off" else fault_with_layers(result)
            faults += [f"{phase}: {name} {words}: {result}" for words in (fault, fault_afterwards(result)) if words]
    assert not faults, "\n".join(faults)
    assert phases["full"]["f11_empty_strings"]["embed_texts"] == 4096
