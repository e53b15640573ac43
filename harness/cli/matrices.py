"""Matrices from the command line: programs on held-out tasks, and heads beside them."""

from collections.abc import Sequence

from harness import api
from harness.cli.outputs import Outputs, show, show_heads
from harness.screen.live import open_matrix
from harness.screen.stopping import StopOnInterrupt


def run_transfer(words: Sequence[str], outputs: Outputs, *, again: bool = False) -> bool:
    """Evaluate what is missing of a matrix and show the whole; False when cells are still missing."""
    with StopOnInterrupt() as stop, open_matrix() as watcher:
        matrix = api.transfer([], *words, again=again, watcher=watcher, stopping=stop.asked)
    show(matrix, outputs)
    return matrix.complete


def run_heads(words: Sequence[str], held_out: Sequence[str], outputs: Outputs) -> bool:
    """Train, judge and show; False when a program's cell is still missing."""
    with StopOnInterrupt() as stop, open_matrix() as watcher:
        judged = api.heads([], *words, held_out=held_out, watcher=watcher, stopping=stop.asked)
    show_heads(judged, outputs)
    return judged.complete
