"""Find a program's classical operations, running it in the sandbox."""

from dataclasses import dataclass

import numpy as np

from harness.programs.operations import Finding
from harness.programs.operations.behaviour import Observation, Request, behaviours
from harness.programs.operations.calls import called_operations
from harness.programs.operations.world import World
from primitives import unit_rows
from primitives.arrays import FloatMatrix
from sandbox import EmbedRequest, Sandbox, TaskInputs


@dataclass(frozen=True)
class Rediscovery:
    """What was found, and why behaviour could not be looked at where it could not."""

    findings: tuple[Finding, ...]
    complaint: str = ""

    @property
    def operations(self) -> tuple[str, ...]:
        """Names of all operations found, on whatever basis."""
        return tuple(sorted({finding.operation for finding in self.findings}))


class _Failed(Exception):
    """The program gave no scores in some world."""


def rediscover(source: str, sandbox: Sandbox) -> Rediscovery:
    """Findings from calls and from behaviour; from calls alone where the program fails in a constructed world."""
    called = called_operations(source)
    try:
        behaved = behaviours(lambda world: _observe(source, sandbox, world))
    except _Failed as failure:
        return Rediscovery(tuple(called), f"Its behaviour is unknown: {failure}")
    return Rediscovery((*called, *behaved))


def _observe(source: str, sandbox: Sandbox, world: World) -> Observation:
    requests: list[Request] = []

    def embed(request: EmbedRequest) -> FloatMatrix:
        requests.append(Request(tuple(request.texts), request.role))
        vectors = world.embed(request.texts)
        if request.dim is None:
            return vectors
        return unit_rows(vectors[:, : request.dim])

    with TaskInputs.create(world.q_emb, world.d_emb, world.sim, world.q_texts, world.d_texts) as inputs:
        execution = sandbox.run(source, inputs, embed=embed)
    if execution.scores is None:
        raise _Failed(execution.reason)
    return Observation(execution.scores.astype(np.float64), tuple(requests))
