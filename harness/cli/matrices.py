"""Matrices from the command line: programs on held-out tasks, and heads beside them."""

from collections.abc import Sequence

from harness.cli.outputs import Outputs, show, show_heads
from harness.heads.job import judge_heads
from harness.screen.live import open_matrix
from harness.screen.stopping import StopOnInterrupt
from harness.transfer.analysis import analyse
from harness.transfer.request import read_request
from harness.transfer.transfer import transfer


def run_transfer(words: Sequence[str], outputs: Outputs, *, again: bool = False) -> bool:
    """Evaluate what is missing of a matrix and show the whole; False when cells are still missing."""
    request = read_request(words, again=again)
    with StopOnInterrupt() as stop, open_matrix() as watcher:
        done = transfer(request, watcher=watcher, stopping=stop.asked)
    show(done.matrix, analyse(done.matrix, seed=done.seed), outputs)
    return done.complete


def run_heads(words: Sequence[str], held_out: Sequence[str], outputs: Outputs) -> bool:
    """Train, judge and show; False when a program's cell is still missing."""
    with StopOnInterrupt() as stop, open_matrix() as watcher:
        judged = judge_heads(words, held_out, watcher=watcher, stopping=stop.asked)
    show_heads(judged, outputs)
    return judged.complete
