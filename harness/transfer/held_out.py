"""What an archive has of programs on tasks that their search has not seen: one matrix an encoder."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive import Archive, HeldOut
from harness.encoders.protocol import EncoderIdentity
from harness.programs.named import NamedProgram
from harness.transfer.matrix import Matrix, read_matrix


@dataclass(frozen=True)
class HeldOutPart:
    """All held-out cells that programs have with one encoder."""

    encoder: str
    fingerprint: str
    matrix: Matrix


def held_out_parts(archive: Archive, programs: Sequence[NamedProgram]) -> list[HeldOutPart]:
    """One part for each encoder with which a program has a result, in the archive's order.

    Cells of a task that the program's own run searched on are left out: they are not held out.
    """
    held_out, parts = HeldOut(archive), []
    for fingerprint, name in held_out.encoders().items():
        tasks = [task.fingerprint for task in held_out.tasks(fingerprint)]
        matrix = _outside(read_matrix(archive, programs, [_identity(name, fingerprint)], tasks))
        if any(cell.result is not None for cell in matrix.cells):
            parts.append(HeldOutPart(name, fingerprint, matrix))
    return parts


def _identity(name: str, fingerprint: str) -> EncoderIdentity:
    """An encoder as far as cells tell of it."""
    return EncoderIdentity(name, fingerprint, revision="", dtype="", dim=0, library="")


def _outside(matrix: Matrix) -> Matrix:
    return Matrix(
        matrix.programs, matrix.encoders, matrix.tasks, tuple(cell for cell in matrix.cells if not cell.in_search)
    )
