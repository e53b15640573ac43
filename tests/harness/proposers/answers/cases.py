"""Answers as models send them, a file each: what must come of it stands above the line of dashes.

`name`, `parents`, `claim` and `mode` of the proposal; `has` and `lacks`, pieces of its program; `note`, of what was
repaired; or `verdict` and `says`, of a refusal. `asked: diff` asks for edits of p1. In a file, ␣ is a no-break space.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.programs.view import LedgerRow, ProgramView
from harness.proposers.answers.answer import UnreadableAnswer
from harness.proposers.function import read_text
from harness.proposers.modes import Assignment
from harness.proposers.protocol import Briefing, Proposal

FOLDER = Path(__file__).parent
HEAD = "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n"
SOURCES = {
    "Cosine": f"import numpy as np\n\n\n{HEAD}    return sim\n",
    "Damped": "import numpy as np\n\nfrom primitives import zscore\n\nSCALE = 0.3\n\n\n"
    f"def damped(sim):\n    return zscore(np.log1p(sim * SCALE))\n\n\n{HEAD}    return damped(sim)\n",
    "Rows": f"import numpy as np\n\n\n{HEAD}    scores = np.zeros_like(sim)\n    for row in range(len(sim)):\n"
    "        best = sim[row].max()\n        scores[row] = sim[row] - best\n    best = 1.0\n    scores = scores + best\n"
    "    return scores\n",
}
RUN = "run-x"


@dataclass(frozen=True)
class Case:
    """An answer and what must come of it."""

    form: str
    name: str
    wanted: Mapping[str, Sequence[str]]
    text: str

    @property
    def usable(self) -> bool:
        return "verdict" not in self.wanted


def load_cases(folder: Path = FOLDER) -> list[Case]:
    """The cases of a folder, by name."""
    return [_load(path) for path in sorted(folder.glob("*.txt"))]


def _load(path: Path) -> Case:
    head, _, text = path.read_text("utf-8").partition("\n-----\n")
    wanted: dict[str, list[str]] = defaultdict(list)
    for line in head.splitlines():
        key, _, value = line.partition(": ")
        wanted[key].append(value)
    return Case(path.stem.partition("-")[0], path.stem, wanted, text.replace("␣", "\u00a0"))


def told() -> Briefing:
    """The briefing that the answers answer."""
    views = tuple(
        ProgramView(f"{RUN}.{number}", name, source, 0.0, 1.0)
        for number, (name, source) in enumerate(SOURCES.items(), start=1)
    )
    rows = tuple(
        LedgerRow(
            view.id, view.name, (), "evaluated", "", "", "", mean_delta=0.0, cost_ratio=1.0, wins=0, ties=1, losses=0
        )
        for view in views
    )
    return Briefing(RUN, 0, len(rows) + 1, "compute", views[:2], views[:1], rows, programs=views)


def answer(case: Case) -> Proposal | UnreadableAnswer:
    """What comes of a case's answer."""
    briefing = told()
    asked = Assignment("diff", briefing.parents[:1]) if "diff" in case.wanted.get("asked", ()) else Assignment("full")
    try:
        return read_text(case.text, briefing, asked, "Bare")
    except UnreadableAnswer as unreadable:
        return unreadable


def difference(case: Case, came: Proposal | UnreadableAnswer) -> str:
    """Where what came of a case is not what must come of it; empty where it is."""
    if isinstance(came, UnreadableAnswer):
        found = {"verdict": came.verdict.value, "says": str(came)}
    else:
        compile(came.source, case.name, "exec")  # what is taken parses
        parents = " ".join(parent.replace(f"{RUN}.", "p") for parent in came.parents)
        found = {"name": came.name, "parents": parents, "claim": came.novelty_claim, "mode": came.mode}
        found |= {"has": came.source, "lacks": came.source, "note": " ".join(came.notes)}
    for key, values in case.wanted.items():
        for value in values:
            part = key in ("has", "lacks", "note", "says")
            holds = value in found.get(key, "") if part else value == found.get(key)
            if key != "asked" and holds is (key == "lacks"):
                return f"{key} is {found.get(key)!r}, not {value!r}"
    return ""
