"""What ordinary programs use of numpy and the standard library works after everything is locked."""

import pytest

from sandbox import Limits, Sandbox, TaskInputs, Verdict
from tests.sandbox.conftest import embed, program

SWEEP = {
    "linear algebra": """
a = np.arange(16.0).reshape(4, 4) + 5 * np.eye(4)
for f in (np.linalg.svd, np.linalg.qr, np.linalg.eigh, np.linalg.eig, np.linalg.inv, np.linalg.pinv, np.linalg.det,
          np.linalg.slogdet, np.linalg.cond, np.linalg.matrix_rank, np.linalg.norm, np.linalg.eigvalsh):
    f(a @ a.T)
np.linalg.solve(a, a), np.linalg.lstsq(a, a, rcond=None), np.linalg.cholesky(a @ a.T), np.linalg.matrix_power(a, 3)
np.einsum("ij,jk->ik", a, a, optimize=True), np.tensordot(a, a), np.kron(a, a)
np.outer(a, a), np.cross(a[:, :3], a[:, :3])
""",
    "large products": "x = np.tile(d_emb, (200, 50))\nassert np.isfinite(x @ x.T).all()",
    "sorting and searching": """
x = np.sin(np.arange(100_000.0))
np.sort(x, kind="stable"), np.argpartition(x, 10), np.lexsort((x, -x)), np.searchsorted(np.sort(x), 0.5)
np.unique(np.round(x, 2), return_inverse=True), np.histogram(x, bins="auto")
np.digitize(x, [0, 0.5]), np.percentile(x, 90)
np.median(x), np.quantile(x, [0.1, 0.9]), np.corrcoef(x, -x), np.cov(x)
np.convolve(x[:100], x[:10]), np.interp(0.5, x, x)
""",
    "transforms and polynomials": """
x = np.sin(np.arange(64.0))
np.fft.fft(x), np.fft.rfft(x), np.fft.fft2(x.reshape(8, 8)), np.fft.fftfreq(64)
np.polyfit(np.arange(64.0), x, 3), np.roots([1, 0, -1]), np.polynomial.Polynomial([1, 2, 3])(x)
""",
    "strings, dates and printing": """
t = np.array(["ab", "cd"])
np.strings.upper(t), np.datetime64("2020-01-01") + np.arange(3), np.array2string(sim, precision=2), str(sim), repr(t)
print(np.arange(2000.0).reshape(20, 100), np.float32(1) / 3, f"{sim[0, 0]:.3e}", np.finfo(float), np.iinfo(int))
""",
    "warnings and error states": """
with np.errstate(divide="ignore"):
    np.ones(2) / 0
print(np.log(np.zeros(2)) * 0)
""",
    "standard library": """
import bisect, collections, copy, difflib, fractions, functools, heapq, itertools
import math, operator, re, statistics, string, typing, unicodedata, dataclasses
re.compile(r"(?i)\\\\b[\\\\w']+\\\\b").findall("It's ÄÖ"), unicodedata.name("ä")
difflib.get_close_matches("ab", ["abc"])
statistics.fmean([1, 2]), statistics.stdev([1, 2, 4]), fractions.Fraction("1/3"), copy.deepcopy({"a": [1]})
"ä".encode("latin-1"), b"x".decode("utf-16", "replace"), "x".encode("idna"), "%.3f" % math.pi
sorted("ba", key=str.lower)
collections.Counter("abca").most_common(1), collections.namedtuple("P", "x y")(1, 2)
functools.reduce(operator.add, [1, 2])
string.Template, itertools.accumulate([1]), heapq.merge([1], [2]), bisect.insort([1], 2), float("1e-3"), int("12")
dataclasses.make_dataclass("D", ["x"])(1), typing.NamedTuple("N", [("x", int)])(1)
""",
    "classes, closures, generators and deep recursion": """
def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)
assert depth(900) == 900
try:
    depth(10**6)
except RecursionError:
    pass
""",
}


@pytest.mark.parametrize("topic", SWEEP)
def test_ordinary_work_is_not_disturbed(sandbox: Sandbox, inputs: TaskInputs, topic: str) -> None:
    execution = sandbox.run(program(SWEEP[topic] + "\nreturn sim"), inputs, embed=embed, limits=Limits())
    assert execution.verdict is Verdict.OK, execution.reason


def test_linear_algebra_runs_on_one_thread(sandbox: Sandbox, inputs: TaskInputs) -> None:
    """More threads would hang or die: a locked child cannot start any."""
    body = "import os\nx = np.ones((800, 800))\nx @ x\nprint(os.environ['OPENBLAS_NUM_THREADS'])\nreturn sim"
    execution = sandbox.run(program(body), inputs, embed=embed)
    assert execution.verdict is Verdict.OK, execution.reason
    assert execution.stdout == "1\n"
