"""The findings of a run as tables in Markdown: its frontier, the programs that the rule chooses, held-out cells."""

from collections.abc import Sequence

from archive import Archive, Program, Run, costs_of
from harness.evaluation.audited import TRANSDUCTIVE
from harness.programs.named import NamedProgram
from harness.publication.markdown import cell, name_of, table
from harness.screen.frontier import run_cells
from harness.screen.views import basis, optimism_line
from harness.text import counted
from harness.transfer.analysis import ProgramRow, analyse
from harness.transfer.chosen import Chosen, choose, is_inductive, rule_of
from harness.transfer.held_out import held_out_parts
from harness.transfer.intervals import Interval, mean_interval, query_interval
from harness.transfer.optimism import optimisms

HEAD = "| program | mean delta | 95 % interval | w/t/l | cost in texts | cost in tokens | inductive | flags |"
OF_MANY_HEAD = " cost in vectors | bytes kept of a document |"
"""More of it where a text has many vectors."""
HELD_OUT_HEAD = "| program | tasks | mean delta | 95 % interval | median | w/t/l | p Holm |"


def findings(archive: Archive, run: Run) -> str:
    """The tables of a run that its archive holds, as Markdown that ends in a line break."""
    programs, front = archive.programs(run.id), archive.frontier(run.id)
    chosen = choose(programs, run.record)
    named = [program for program in (chosen.best, chosen.inductive) if program]
    shown = list({program.id: program for program in (*front, *named)}.values())
    parts = [
        f"# Findings of run {run.id}",
        f"{basis(run)}.",
        "## The frontier, in-domain",
        table(_head(run), [_row(program, run) for program in front]) if front else "No program is on it.",
        "Delta is a program's value less that of the same encoder's cosine; cost is 1 where nothing is encoded again. "
        f"{_unit(shown, run)} Programs were chosen on these tasks, so the figures are optimistic.",
        "## The program to report",
        rule_of(run.record),
        _chosen(chosen, run),
        "## Optimism",
        _optimism(named, run),
        "## Held out",
        _held_out(archive, run, shown),
    ]
    return "\n\n".join(parts) + "\n"


def _has_many(run: Run) -> bool:
    return any(task.baseline_vectors for task in run.record.tasks)


def _head(run: Run) -> str:
    return HEAD + OF_MANY_HEAD if _has_many(run) else HEAD


def _row(program: Program, run: Run) -> list[str]:
    record, costs = program.record, costs_of(program.record, run.record)
    return [
        name_of(program),
        _signed(record.mean_delta),
        _bounds(_interval(program, run)),
        f"{record.wins}/{record.ties}/{record.losses}",
        _number(costs.texts),
        _number(costs.tokens),
        _inductive(program),
        ", ".join(map(cell, (*record.flags, *costs.flags))) or "none",
        *([_number(costs.vectors), _number(costs.bytes, ",.0f")] if _has_many(run) else []),
    ]


def _inductive(program: Program) -> str:
    return "yes" if is_inductive(program) else "no" if TRANSDUCTIVE in program.record.flags else "not asked"


def _chosen(chosen: Chosen, run: Run) -> str:
    rows = [
        [what, *_row(program, run)]
        for what, program in (("best", chosen.best), ("best inductive", chosen.inductive))
        if program is not None
    ]
    told = [table(f"| by the rule {_head(run)}", rows)] if rows else ["No program has a result on every task."]
    if not chosen.inductive:
        told.append("No program qualifies as inductive: none was asked query by query, or none answered as in a batch.")
    return "\n\n".join(told)


def _optimism(programs: Sequence[Program], run: Run) -> str:
    lines = [
        f"* {name_of(program)}: {optimism_line(found)}"
        for program in {program.id: program for program in programs}.values()
        for found in optimisms(program, run)
    ]
    return "\n".join(lines) or (
        "Not told: the run left no query and no task unseen (`tasks.unseen`, `tasks.unseen_tasks`), so nothing in it "
        "says how much of a delta is owed to the choice."
    )


def _held_out(archive: Archive, run: Run, programs: Sequence[Program]) -> str:
    """One table an encoder; cells of a task that the run searched on are left out."""
    searched = archive.searched_by(run.id)
    named = [NamedProgram(name_of(one), one.record.source, searched) for one in programs]
    parts = []
    for part in held_out_parts(archive, named):
        analysis = analyse(part.matrix, seed=run.record.seed)
        told = [f"Encoder {cell(part.encoder)}, fingerprint `{cell(part.fingerprint)}`, nDCG@10.", *analysis.blanks]
        told.append(f"Intervals are over {analysis.unit}; {counted(len(analysis.without), 'cell')} without a result.")
        parts += [" ".join(told), table(HELD_OUT_HEAD, [_held_out_row(row) for row in analysis.rows])]
    return "\n\n".join(parts) or (
        "The archive has no held-out cell of these programs, so nothing here says what they do on other tasks; "
        "`ttc transfer frontier` measures that."
    )


def _held_out_row(row: ProgramRow) -> list[str]:
    found = row.summary
    return [
        row.program,
        str(found.n),
        _signed(found.mean),
        _bounds(row.interval),
        _signed(found.median),
        f"{found.wins}/{found.ties}/{found.losses}",
        "–" if row.p_holm is None else f"{row.p_holm:.4f}",
    ]


def _interval(program: Program, run: Run) -> Interval | None:
    cells = run_cells(program, run.record)
    return (mean_interval(cells) or query_interval(cells)) if cells else None


def _unit(programs: Sequence[Program], run: Run) -> str:
    """What the intervals are over, said once: it is the same for all programs of a run."""
    methods = dict.fromkeys(found.method for one in programs if (found := _interval(one, run)))
    return f"Intervals: {'; '.join(methods)}." if methods else "There are too few queries for an interval."


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.4f}"


def _bounds(interval: Interval | None) -> str:
    return "–" if interval is None else f"[{interval.low:+.4f}, {interval.high:+.4f}]"


def _number(value: float | None, form: str = ".2f") -> str:
    return "–" if value is None else format(value, form)
