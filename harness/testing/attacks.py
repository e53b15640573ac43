"""Hostile programs that do no harm where nothing holds them: the core of the sandbox's own hostile suite."""

from dataclasses import dataclass

from sandbox import Verdict

HEAD = """
import ctypes, json, os, socket, subprocess, threading
import numpy as np

def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    target = json.loads(q_texts[0])
"""


@dataclass(frozen=True)
class Attack:
    """A program that tries one thing."""

    name: str
    body: str
    """Of `rerank`; `target` holds the folder, the port and the process it is to reach, and it prints REACHED if it did.
    """
    verdicts: tuple[Verdict, ...] = ()
    """What it may end with; any where empty."""
    confined: bool = False
    """Whether only confinement (level standard or strict) keeps it from its goal."""

    @property
    def source(self) -> str:
        """The whole program."""
        return HEAD + "".join(f"    {line}\n" for line in self.body.splitlines())


ENDLESS = "while True: pass"

FORMS = (
    Attack("raises", "raise ValueError('on purpose')", (Verdict.EXCEPTION,)),
    Attack("raises what is no Exception", "raise BaseException('on purpose')", (Verdict.EXCEPTION, Verdict.EXITED)),
    Attack("exits", "os._exit(0)", (Verdict.EXITED,)),
    Attack("crashes", "ctypes.string_at(0)", (Verdict.CRASHED, Verdict.POLICY_KILL)),
    Attack("never ends", ENDLESS, (Verdict.TIMEOUT, Verdict.CPU_LIMIT)),
    Attack("prints without end", "while True: print('x' * 1000)", (Verdict.OUTPUT_LIMIT,)),
    Attack("asks for a million texts", "embed_fn(['x'] * 1_000_000)\nreturn sim", (Verdict.EMBED_BUDGET,)),
    Attack("returns nothing", "return None", (Verdict.BAD_SHAPE, Verdict.BAD_DTYPE)),
    Attack("returns another shape", "return sim[:, :-1]", (Verdict.BAD_SHAPE,)),
    Attack("returns complex numbers", "return sim * 1j", (Verdict.BAD_DTYPE,)),
    Attack("returns infinity", "return sim / 0", (Verdict.NON_FINITE,)),
    Attack(
        "makes numpy lie",
        "np.isfinite = lambda array: np.ones(np.shape(array), bool)\nreturn sim * np.nan",
        (Verdict.NON_FINITE,),
    ),
    Attack("returns a constant", "return sim * 0", (Verdict.CONSTANT,)),
    Attack("changes its inputs", "scores = sim.copy()\nq_emb[:], d_emb[:], sim[:] = 7, 7, 7\nreturn scores"),
)
"""Programs that end, or answer, as none should."""

REACHING = tuple(
    Attack(name, f"{body}\nprint('REACHED', flush=True)\nreturn sim", confined=True)
    for name, body in (
        ("reads a file", "assert 'secret' in open(target['folder'] + '/labels').read()"),
        ("lists a folder", "assert os.listdir(target['folder'])"),
        ("writes a file", "open(target['folder'] + '/note', 'w').close()"),
        ("connects to a port", "socket.create_connection(('127.0.0.1', target['port'])).close()"),
        ("signals another process", "os.kill(target['process'], 0)"),
        ("starts a process", "child = os.fork()\nif child == 0: os._exit(0)\nos.waitpid(child, 0)"),
        ("runs a program file", "subprocess.run(['/bin/true'], check=True)"),
        ("starts a thread", "thread = threading.Thread(target=int)\nthread.start()\nthread.join()"),
        ("keeps shared memory", "assert ctypes.CDLL(None).shmget(0, ctypes.c_size_t(4096), 0o1600) >= 0"),
    )
)
"""Programs that reach out of their process."""
