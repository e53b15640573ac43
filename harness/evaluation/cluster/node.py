"""What stands on each node of a cluster beside its workers: it says what the node is, and holds the tasks' inputs."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.cluster.shipping import rows_of
from harness.machine import record as machine
from sandbox import Isolation, SandboxError, TaskInputs
from sandbox.doctor import diagnose
from sandbox.inputs import Layout

PACKAGES = ("ttc-retrieval", "numpy")


@dataclass(frozen=True)
class NodeReport:
    """What a node says of itself before its first program."""

    computing_class: str
    versions: dict[str, str]
    isolation: Isolation | None
    """What confines programs there, as tested; None where it cannot be told."""
    refusal: str = ""
    """One sentence where programs are confined less than asked for."""


class Node:
    """An actor: the self-test of its node, and the inputs that its workers map."""

    def __init__(self) -> None:
        self._held: dict[str, TaskInputs] = {}

    def report(self, level: str) -> NodeReport:
        """Test what confines programs here, at least at `level`, and say what computes."""
        isolation, refusal = None, ""
        try:
            diagnosis = diagnose(level)
            isolation = diagnosis.isolation
            refusal = "" if diagnosis.sufficient else diagnosis.refusal
        except SandboxError as error:
            refusal = str(error)
        return NodeReport(machine.computing_class(), own_versions(), isolation, refusal)

    def hold(self, key: str, layout: Layout, data: NDArray[np.uint8], similarity: Any) -> str:
        """Put inputs into sealed memory of this node, and give the path at which its workers find them."""
        if key not in self._held:
            self._held[key] = TaskInputs.restore(layout, data, rows_of(similarity))
        return self._held[key].path

    def release(self, key: str) -> None:
        """Free the memory of inputs; workers that have mapped them keep it until they let go."""
        if key in self._held:
            self._held.pop(key).close()


def own_versions() -> dict[str, str]:
    """Versions that must be equal on all nodes: programs are the same only with the same code around them."""
    found = {"python": machine.versions()["python"]}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "none"
    return found
