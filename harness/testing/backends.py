"""What every backend of the sandbox keeps."""

import json
import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.testing.attacks import ENDLESS, FORMS, HEAD, REACHING, Attack
from harness.testing.broken import require, require_raises
from sandbox import Backend, EmbedRefused, EmbedRequest, Execution, Limits, SandboxError, TaskInputs, Verdict
from sandbox.levels import LEVELS, at_least

LIMITS = Limits(wall_s=20, absolute_s=60, cpu_s=5, embed_texts=10_000)
SIM = np.linspace(-1, 1, 4 * 6, dtype=np.float32).reshape(4, 6)
HONEST = f"{HEAD}    return sim + 0 * embed_fn(d_texts)[:, 0]\n"
REFUSED = f"""{HEAD}
    try:
        embed_fn(['x'], role='no such role')
    except ValueError as error:
        print('refused:', error)
    return sim
"""


def check_backend(backend: Backend) -> None:
    """Try the contract of `Backend` on one that is open, and close it.

    Hostile programs are among what is tried; they do no harm where nothing holds them. Those that only confinement
    stops are tried where the backend claims level standard or strict. Raises ContractBroken for what it breaks.
    """
    try:
        _check_claims(backend)
        with _stage() as target, _inputs(target) as task:
            _check_runs(backend, task)
            attacks = (*FORMS, *(REACHING if at_least(backend.isolation.level, "standard") else ()))
            for attack in attacks:
                _check_attack(backend, task, attack)
            require(
                [path.name for path in Path(str(target["folder"])).iterdir()] == ["labels"], "No program writes a file."
            )
            _check_closing(backend, task)
    finally:
        backend.close()


def _check_claims(backend: Backend) -> None:
    isolation = backend.isolation
    require(isolation.level in LEVELS, f"A level is one of {', '.join(LEVELS)}.")
    require(backend.diagnose().isolation == isolation, "diagnose says what isolation says.")
    denied = [trial.denied for trial in backend.diagnose().trials]
    strict = at_least(isolation.level, "standard")
    require(not strict or (denied and all(denied)), "A level above weak was proved by trials, all of them denied.")


def _check_runs(backend: Backend, task: TaskInputs) -> None:
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: _run(backend, HONEST, task), range(8)))
    for run in runs:
        require(
            run.verdict is Verdict.OK, f"An honest program ends OK from any thread, not {run.verdict}: {run.reason}"
        )
        require(run.scores is not None and np.array_equal(run.scores, SIM), "Scores are those that were returned.")
        require((run.embed_calls, run.embed_texts) == (1, 6), "Embed requests and their texts are counted.")
    refused = _run(backend, REFUSED, task)
    told = refused.verdict is Verdict.OK and "refused: there is no such role" in refused.stdout
    require(told, "A program sees EmbedRefused as a ValueError, and what it prints is kept.")
    broken = backend.run(HONEST, task, embed=_failing, limits=LIMITS)
    require(broken.verdict is Verdict.HARNESS_ERROR, "What else the embed callback raises is a HARNESS_ERROR.")


def _check_attack(backend: Backend, task: TaskInputs, attack: Attack) -> None:
    limits = replace(LIMITS, wall_s=1) if attack.body == ENDLESS else LIMITS
    ended = _run(backend, attack.source, task, limits)
    expected = " or ".join(verdict.name for verdict in attack.verdicts)
    require(
        ended.verdict in attack.verdicts or not attack.verdicts,
        f"A program that {attack.name} gets {expected}, not {ended.verdict.name}: {ended.reason}",
    )
    require(ended.verdict is not Verdict.HARNESS_ERROR, f"A program that {attack.name} is no fault of the harness.")
    require((ended.scores is None) == (ended.verdict is not Verdict.OK), "There are scores where the verdict is OK.")
    reached = attack.confined and "REACHED" in ended.stdout
    require(not reached, f"Level {backend.isolation.level} is claimed, but a program {attack.name}.")
    after = _run(backend, HONEST, task)
    right = after.scores is not None and np.array_equal(after.scores, SIM)
    require(right, f"After a program that {attack.name}, the next is run as ever.")


def _check_closing(backend: Backend, task: TaskInputs) -> None:
    asked = threading.Event()

    def embed(request: EmbedRequest) -> NDArray[np.float32]:
        asked.set()
        return _embed(request)

    source = f"{HEAD}    embed_fn(['x'])\n    {ENDLESS}\n"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(backend.run, source, task, embed=embed, limits=LIMITS)
        require(asked.wait(timeout=30), "A program's request reaches the embed callback.")
        backend.close()
        ended = running.result(timeout=30).verdict
        require(ended is Verdict.HARNESS_ERROR, f"close ends a run in progress as HARNESS_ERROR, not {ended.name}.")
    backend.close()
    require_raises(SandboxError, lambda: _run(backend, HONEST, task), "run raises SandboxError after close.")


def _run(backend: Backend, source: str, task: TaskInputs, limits: Limits = LIMITS) -> Execution:
    return backend.run(source, task, embed=_embed, limits=limits)


def _embed(request: EmbedRequest) -> NDArray[np.float32]:
    if request.role not in ("query", "document"):
        raise EmbedRefused("there is no such role")
    return np.eye(1, 8, dtype=np.float32).repeat(len(request.texts), axis=0)


def _failing(request: EmbedRequest) -> NDArray[np.float32]:
    raise RuntimeError("the encoder is gone")


@contextmanager
def _stage() -> Iterator[dict[str, object]]:
    """A file to read, a port to connect to and a process to signal."""
    with (
        tempfile.TemporaryDirectory(prefix="contract-") as folder,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        Path(folder, "labels").write_text("secret", "utf-8")
        yield {"folder": folder, "port": listener.getsockname()[1], "process": os.getpid()}


def _inputs(target: dict[str, object]) -> TaskInputs:
    q_emb, d_emb = np.eye(4, 8, dtype=np.float32), np.eye(6, 8, dtype=np.float32)
    return TaskInputs.create(q_emb, d_emb, SIM, [json.dumps(target)] * 4, ["text"] * 6)
