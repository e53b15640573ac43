"""From a briefing to a prompt within its token budget. The texts stand in `templates`; nothing is worded here."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Sequence
from copy import copy
from functools import cache
from importlib.resources import files
from string import Template

from harness.evaluation.goal import find_goal
from harness.evaluation.measures import find_measure
from harness.evaluation.objectives import find_objective
from harness.programs.view import ProgramView
from harness.proposers.evidence import gather
from harness.proposers.exchange import Prompt
from harness.proposers.failed import latest_failures
from harness.proposers.ledger_text import FIGURES, LedgerForm, fit_ledger
from harness.proposers.modes import Assignment
from harness.proposers.protocol import Briefing
from harness.proposers.tokens import count
from harness.proposers.written import program_text, section
from harness.settings import ProgramSettings, SearchSettings
from harness.settings.tasks import TasksSettings
from sandbox.limits import told_limits
from sandbox.syntax import syntax_tree

FRONTIER_SHARE = 0.5
"""Of what the budget leaves for memory, so much at most goes to the sources of the frontier."""
FAILURES_SHARE = 0.05
"""Of the budget, what the edits of the newest failures take at most."""


AGAIN = "pooled over the tasks. A repeated text counts again"
COSTS = {
    "texts": f"Cost is c = 1 + (texts passed to embed_fn) / (queries and documents encoded once), {AGAIN}.",
    "tokens": "Cost is c = 1 + (tokens of the texts passed to embed_fn) / (tokens of queries and documents encoded "
    f"once), {AGAIN}, and a long text costs more than a short one.",
    "seconds": "Cost is c = 1 + (encoder seconds of the texts passed to embed_fn) / (encoder seconds of queries and "
    f"documents encoded once), {AGAIN}, and a long text costs more than a short one.",
    "latency": "Cost is the milliseconds that a query takes, of the program on one core, of the encoder for the texts "
    "passed to embed_fn and, if rerank reads sim and that is a MaxSim, of this, pooled over the tasks; what the "
    "program's index takes does not count.",
    "vectors": "Cost is c = 1 + (vectors that embed_fn returned) / (vectors of queries and documents encoded once), "
    f"{AGAIN}: embed_fn(texts) returns one vector a text, embed_fn(texts, vectors=K) up to K.",
    "scoring": "Cost is the milliseconds of comparing a query, pooled over the tasks: of the program on one core and, "
    "if rerank reads sim, of the MaxSim behind it; what the program's index takes does not count.",
    "bytes": "Cost is the bytes that are kept of a document, pooled over the tasks: the vectors that rerank reads "
    "(those behind sim, d_emb, d_vec, each if rerank names it), and what index returns. What index alone reads "
    "need not be kept.",
}
"""How cost is told, by what the search counts it in."""


NOVEL = "a program must differ from every earlier one in its operations, not only in names or constants."

ADMISSIONS = {
    "record": "its mean delta beats every earlier program's",
    "beyond_noise": "its mean delta beats that of the last admitted one by more than one standard error of "
    "the difference",
}
"""When a compute search admits a program."""


def fill(name: str, **values: object) -> str:
    """A template of `templates` with its $names filled in."""
    return _template(name).substitute({key: str(value) for key, value in values.items()})


@cache
def _template(name: str) -> Template:
    return Template(files("harness.proposers.templates").joinpath(f"{name}.txt").read_text("utf-8"))


def prefix(
    search: SearchSettings,
    program: ProgramSettings,
    tasks: TasksSettings | None = None,
    *,
    taboos: Sequence[str],
    modules: Sequence[str],
    memory: bool = True,
    trials: int = 0,
    many: bool = False,
) -> str:
    """The part that stays the same for a whole run; without `memory` it speaks of no ledger, and with `many` of texts
    that have many vectors each.
    """
    return fill(
        "prefix",
        measure=find_measure(search.measure).name,
        counts=find_objective(search.maximise, search.floor).told,
        cost=COSTS[search.cost],
        objective=_objective(search),
        many=fill("many_vectors").strip() + "\n\n" if many else "",
        batches=_batches(tasks or TasksSettings()),
        limits=told_limits(time=program.time_factor, memory=program.memory_factor),
        transductive=fill(f"transductive_{program.transductive}").strip(),
        memory=", and what came of them is told to you in a ledger." if memory else ".",
        novel=NOVEL if memory else "a program must do more than return sim with other names or constants.",
        answer=fill("answer", trials=_trials(trials)).strip() if memory else fill("answer_blind").strip(),
        taboos="\n".join(f"- {taboo}" for taboo in taboos),
        modules=", ".join(modules) + ".",
        primitives=_offered(search, many) if program.primitives else "",
    )


def _objective(search: SearchSettings) -> str:
    limit = find_goal(search).limit
    budget = limit.told if limit else ""
    return fill(f"objective_{search.objective}", admission=ADMISSIONS[search.admission], budget=budget).strip()


def _trials(trials: int) -> str:
    """How a trial is asked for; nothing where there are none."""
    if not trials:
        return ""
    return (
        " Before the block you may write a line TRIAL: with a number from 1 to 5. The program is then measured on that "
        f"fifth of the queries alone, and you answer again; {trials} time{'s' if trials > 1 else ''} for each program. "
        "Every trial is recorded: what was looked at often looks better than it is."
    )


def _batches(tasks: TasksSettings) -> str:
    """What a call of rerank is given."""
    if tasks.depth is not None:
        by = "cosine" if tasks.first_stage == "cosine" else "cosine and by BM25 in turn"
        return (
            f"Each query ranks its {tasks.depth} nearest documents, by {by}, which are the whole corpus of its call: "
            f"Q is 1 and N at most {tasks.depth}."
        )
    batches = "queries come in batches" if tasks.query_batch is None else f"queries come {tasks.query_batch} at a time"
    return f"The whole corpus is scored and {batches}."


def _offered(search: SearchSettings, many: bool) -> str:
    return "\n" + fill("primitives", functions=_primitives(many, doubt=search.objective == "budget"))


def _primitives(many: bool, *, doubt: bool) -> str:
    """One line for each public function of `primitives`: signature and summary, read from the package itself.

    Those for many vectors a text only where programs get them, those that tell doubt only where there is a budget.
    """
    import primitives

    left_out = {*(() if many else primitives.MANY_VECTORS), *(() if doubt else primitives.DOUBT)}
    lines = []
    for name in primitives.__all__:
        value = getattr(primitives, name)
        if inspect.isfunction(value) and name not in left_out:
            summary = (inspect.getdoc(value) or "").splitlines()[0]
            lines.append(f"- {_signature(value)}: {summary}")
    return "\n".join(lines)


def _signature(function: Callable[..., object]) -> str:
    """A function's signature as its source writes it: short, and the same in every process."""
    node = syntax_tree(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(node, ast.FunctionDef)
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{node.name}({ast.unparse(node.args)}){returns}"


def shorten(text: str, run_id: str) -> str:
    """Programs named by their number, p7, and not by the run's id, so that equal runs ask equal questions."""
    return text.replace(f"{run_id}.", "p")


class PromptWriter:
    """Writes the prompts of one run."""

    def __init__(
        self,
        prefix: str,
        *,
        budget: int,
        ideas: Sequence[str] = (),
        form: LedgerForm = FIGURES,
        evidence: bool = False,
    ) -> None:
        self._prefix = prefix
        self.budget = budget
        self._form = form
        self._evidence = evidence
        self._ideas = section("Ideas to consider", "\n".join(f"- {idea}" for idea in ideas))

    def shorter(self, prompt: Prompt) -> "PromptWriter":
        """The same writer with two thirds of a prompt's tokens as its budget, for a model that cannot read so many."""
        writer = copy(self)
        writer.budget = min(self.budget, count(prompt.prefix) + count(prompt.body)) * 2 // 3
        return writer

    def proposal(
        self, briefing: Briefing, assignment: Assignment, *, notes: str = "", correction: str = "", looked: str = ""
    ) -> Prompt:
        """Ask for a program, with memory; `looked` is what came of a trial of its last form."""
        parents = {key: view.id for key, view in zip(("parent", "other"), assignment.parents, strict=False)}
        fixed = {
            "notes": section("Notes", notes),
            "ideas": self._ideas,
            "failures": latest_failures(briefing, int(self.budget * FAILURES_SHARE)),
            "task": fill(f"mode_{assignment.mode}", **parents).strip(),
            "correction": fill("correction", sentence=correction) if correction else f"\n\n{looked}" if looked else "",
            "number": str(briefing.number),
        }
        return self._fitted("body", briefing, fixed, assignment.parents or briefing.parents)

    def notes(self, briefing: Briefing, notes: str) -> Prompt:
        """Ask for notes on what was learnt, given the last ones."""
        return self._fitted("notes", briefing, {"notes": section("Your last notes", notes)}, ())

    def blind(self, number: int) -> Prompt:
        """Ask for a program without memory, parents or feedback."""
        return Prompt(self._prefix, fill("blind", number=number))

    def judge(self, briefing: Briefing, known: ProgramView, new_source: str) -> Prompt:
        """Ask whether a program is new."""
        body = fill(
            "judge",
            known=shorten(known.id, briefing.run_id),
            known_source=known.source.strip(),
            new_source=new_source.strip(),
        )
        return Prompt("You compare programs.", body)

    def _fitted(
        self, template: str, briefing: Briefing, fixed: dict[str, str], parents: Sequence[ProgramView]
    ) -> Prompt:
        """Give memory what the fixed texts leave of the budget: parents always, the frontier's sources, the ledger."""
        if self._evidence:
            return self._with_evidence(template, briefing, fixed, parents)
        shown = section("Parents", "".join(map(program_text, parents)))
        left = self.budget - count(self._prefix) - count(shown) - sum(map(count, fixed.values()))
        frontier = _frontier(briefing.frontier, parents, int(left * FRONTIER_SHARE))
        on_front = frozenset(view.id for view in briefing.frontier)
        ledger = fit_ledger(briefing.ledger, on_front, left - count(frontier), self._form)
        given = {"ledger": ledger, "frontier": frontier, **fixed}
        if template == "body":
            given["parents"] = shown
        return Prompt(self._prefix, shorten(fill(template, **given), briefing.run_id))

    def _with_evidence(
        self, template: str, briefing: Briefing, fixed: dict[str, str], parents: Sequence[ProgramView]
    ) -> Prompt:
        prefix = self._prefix + section("Encoder and tasks", briefing.surroundings)
        found = gather(briefing, parents, fixed, self.budget - count(prefix), self._form)
        settled = shorten(found.settled, briefing.run_id)
        empty = {"ledger": "", "frontier": "", "parents": "", "notes": "", "ideas": ""}
        turn = shorten(found.changing + fill(template, **(fixed | empty)), briefing.run_id)
        return Prompt(prefix, settled + turn, len(settled))


def _frontier(frontier: Sequence[ProgramView], parents: Sequence[ProgramView], budget: int) -> str:
    """Sources of the frontier, best first while the budget lasts; those shown as parents are only named there."""
    shown = {view.id for view in parents}
    texts: dict[str, str] = {}
    for view in sorted(frontier, key=lambda view: -(view.worth or 0.0)):
        text = program_text(view)
        if view.id not in shown and (cost := count(text)) <= budget:
            texts[view.id] = text
            budget -= cost
    return section("Frontier", "".join(texts[view.id] for view in frontier if view.id in texts))
