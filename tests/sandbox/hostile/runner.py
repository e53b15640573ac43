"""Run every hostile case, with the layers off, with all of them and without namespaces, and print the results as JSON.

Started by `test_hostile` inside namespaces of its own: several cases do harm when nothing holds them.
"""

import argparse
import ast
import ctypes
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from sandbox import Execution, Limits, TaskInputs, Verdict
from sandbox.contract import EmbedRequest
from sandbox.launcher import Launcher
from sandbox.layers.names import LAYERS, NAMESPACES
from sandbox.zygote_handle import ZygoteConfig, ZygoteHandle

CASES = Path(__file__).with_name("cases")
SETTINGS = ("EXPECT", "CONTROL", "CONTROL_NEEDS_ROOT", "CONTROL_NEEDS_KERNEL")
SECRET_VARIABLE = "DECOY_API_KEY"
LIMITS = Limits(wall_s=20, absolute_s=60, cpu_s=5, memory_bytes=256 << 20, embed_texts=10_000)
IMPATIENT = replace(LIMITS, wall_s=0.5)
"""For the cases that may end by the clock; on a busy machine all others need their time."""

WRAPPER = """

import json


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    if attack(json.loads(q_texts[0])):
        print("REACHED", flush=True)
    return sim
"""
BENIGN = "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim\n"

SIM = np.linspace(-1, 1, 4 * 6, dtype=np.float32).reshape(4, 6)
MEMORY_SECRET = ctypes.create_string_buffer(b"harness secret")


def load(case: Path) -> tuple[str, dict[str, object]]:
    """A case's program and its upper-case settings."""
    source = case.read_text()
    tree = ast.parse(source)
    settings = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in SETTINGS
    }
    attacks = any(isinstance(node, ast.FunctionDef) and node.name == "attack" for node in tree.body)
    settings.setdefault("CONTROL", "reached" if attacks else settings["EXPECT"])
    return source + WRAPPER if attacks else source, settings


def _ends_by_the_clock(settings: dict[str, object]) -> bool:
    """Whether a case has no `attack` to reach its goal, and may end with a timeout or in one of several ways."""
    expected = settings["EXPECT"]
    return settings["CONTROL"] != "reached" and (expected == "timeout" or isinstance(expected, tuple))


class Phase:
    """One pass over all cases with one set of layers."""

    def __init__(self, layers: tuple[str, ...]) -> None:
        self._zygotes: list[ZygoteHandle] = []
        self._launcher = Launcher(ZygoteConfig(layers=layers), workers=1, admit=self._zygotes.append)

    def run(self) -> dict[str, dict[str, object]]:
        with self._launcher:
            return {case.stem: self._run_case(case) for case in sorted(CASES.glob("*.py"))}

    def _run_case(self, case: Path) -> dict[str, object]:
        source, settings = load(case)
        with stage() as target, inputs(target) as task:
            execution = self._execute(source, task, IMPATIENT if _ends_by_the_clock(settings) else LIMITS)
            result = {
                **settings,
                "verdict": execution.verdict.value,
                "reason": execution.reason,
                "reached": "REACHED" in execution.stdout.split(),
                "damage": damage(target),
                "embed_texts": execution.embed_texts,
                "left_behind": children_of(self._zygotes[-1].pid),
            }
            after = self._execute(BENIGN, task, LIMITS)
            result["next_is_right"] = after.verdict is Verdict.OK and np.array_equal(after.scores, SIM)
        return result

    def _execute(self, source: str, task: TaskInputs, limits: Limits) -> Execution:
        return self._launcher.run(source, task, embed, limits)


def embed(request: EmbedRequest) -> np.ndarray:
    vectors = np.zeros((len(request.texts), 8), np.float32)
    vectors[:, 0] = 1
    return vectors


def inputs(target: dict[str, object]) -> TaskInputs:
    q_emb, d_emb = np.eye(4, 8, dtype=np.float32), np.eye(6, 8, dtype=np.float32)
    return TaskInputs.create(q_emb, d_emb, SIM, [json.dumps(target)] * 4, ["text"] * 6)


@contextmanager
def stage() -> Iterator[dict[str, object]]:
    """Decoys for one case: files, listeners, a process."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="stage-")))
        folder.chmod(0o777)
        (folder / "labels.tsv").write_text("q1 d1 relevant")
        (folder / "archive.db").write_bytes(b"SQLite format 3\0" + bytes(100))
        (folder / "victim").write_bytes(b"untouched")
        (folder / "victim").chmod(0o640)
        (folder / "site-packages").mkdir()
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        abstract, named = (stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(2))
        abstract.bind("\0" + folder.name)
        named.bind(str(folder / "socket"))
        abstract.listen()
        named.listen()
        decoy = subprocess.Popen(["sleep", "1000"])
        stack.callback(decoy.wait)
        stack.callback(decoy.kill)
        yield {
            "folder": str(folder),
            "labels": str(folder / "labels.tsv"),
            "archive": str(folder / "archive.db"),
            "victim": str(folder / "victim"),
            "site_packages": str(folder / "site-packages"),
            "socket_path": str(folder / "socket"),
            "abstract": folder.name,
            "tcp_port": tcp.getsockname()[1],
            "udp_port": udp.getsockname()[1],
            "decoy": decoy.pid,
            "harness": os.getpid(),
            "address": ctypes.addressof(MEMORY_SECRET),
            "secret": os.environ[SECRET_VARIABLE],
            "memory_bytes": LIMITS.memory_bytes,
        }


def damage(target: dict[str, object]) -> list[str]:
    """What a case changed outside of its process."""
    folder = Path(str(target["folder"]))
    expected = {"labels.tsv", "archive.db", "victim", "site-packages", "socket"}
    found = {path.name for path in folder.iterdir()}
    changed = [f"files {sorted(found ^ expected)}"] if found != expected else []
    if (folder / "archive.db").exists() and (folder / "archive.db").stat().st_size != 116:
        changed.append("archive")
    victim = folder / "victim"
    if victim.read_bytes() != b"untouched" or victim.stat().st_mode & 0o777 != 0o640 or victim.stat().st_mtime == 0:
        changed.append("victim")
    if list((folder / "site-packages").iterdir()):
        changed.append("site-packages")
    if Path(f"/proc/{target['decoy']}/stat").read_text().split()[2] == "Z":
        changed.append("decoy process")
    return changed


def children_of(pid: int) -> list[int]:
    """Processes that descend from one: by parentage, never by looking for what is new on the machine."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def bring_up_loopback() -> None:
    """Give this network namespace a working 127.0.0.1."""
    with socket.socket(type=socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", b"lo", 1))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--unprivileged", action="store_true", help="go on as an ordinary user")
    arguments = parser.parse_args()
    if os.geteuid() == 0:
        bring_up_loopback()
    if arguments.unprivileged:
        os.execvp("unshare", ["unshare", "--user", "--map-user=12345", "--map-group=12345", sys.executable, __file__])
    phases = {"off": (), "full": LAYERS, "without namespaces": tuple(name for name in LAYERS if name != NAMESPACES)}
    with ThreadPoolExecutor(len(phases)) as pool:
        results = dict(zip(phases, pool.map(lambda layers: Phase(layers).run(), phases.values()), strict=True))
    json.dump({"is_root": os.geteuid() == 0, "phases": results}, sys.stdout)


if __name__ == "__main__":
    main()
