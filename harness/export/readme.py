"""What a package's README tells of its program."""

from collections.abc import Sequence

from harness.export.facts import ProgramFacts
from harness.export.measured import Measured, intervals
from harness.text import counted, plain

UNITS = (
    ("texts", "texts encoded", "{:.2f} times"),
    ("tokens", "tokens read", "{:.2f} times"),
    ("seconds", "encoder seconds", "{:.2f} times"),
    ("latency", "a query, on one core, its index not counted", "{:.1f} ms"),
    ("alone_median", "a query asked alone, the median", "{:.1f} ms"),
    ("alone_95", "a query asked alone, the 95th percentile", "{:.1f} ms"),
    ("program_seconds", "the program's processor seconds a query, its index counted", "{:.4f} s"),
    ("query_texts", "texts embedded for a query", "{:.2f}"),
    ("index_texts", "texts embedded to index a document", "{:.2f}"),
    ("index_seconds", "indexing 1,000 documents that are embedded", "{:.3f} s"),
    ("index_bytes", "index of a document", "{:,.0f} bytes"),
)


def costs_told(facts: ProgramFacts) -> str:
    """Costs on every axis, as far as they are known."""
    if facts.costs.texts is None:
        return "Not measured."
    told = ((name, form, getattr(facts.costs, axis)) for axis, name, form in UNITS)
    rows = [f"| {name} | {form.format(value)} |" for name, form, value in told if value is not None]
    table = "\n".join(["| axis | cost |", "|---|--:|", *rows])
    return (
        f"Measured over {facts.cost_from}. 1 time is encoding every query and document once; the rest is what the "
        f"program embeds beside, as if nothing were remembered. Times are those of the machine that measured.\n\n"
        f"{table}"
    )


def measured_told(cells: Sequence[Measured]) -> str:
    """Mean deltas with their intervals, and a table of cells."""
    if not cells:
        return "Nothing: no measurement of this program was at hand when it was exported."
    parts = []
    for held_out, title in ((False, "On the tasks that its search ran on (in-domain)"), (True, "On held-out tasks")):
        some = [cell for cell in cells if cell.held_out is held_out]
        if some:
            mean = round(sum(cell.delta for cell in some) / len(some), 4) + 0.0  # no minus before a zero
            parts += [
                f"{title}: mean {mean:+.4f}, n = {counted(len(some), 'cell')}.",
                *_intervals(some),
                "",
                *_table(some),
                "",
            ]
            told = dict.fromkeys(f"{plain(cell.task)} {cell.shared}." for cell in some if held_out and cell.shared)
            parts += [*told, ""] if told else []
    return "\n".join(parts).rstrip()


def warnings_told(facts: ProgramFacts) -> str:
    """Flags, audits, and who wrote it, one a line."""
    machine = "It was written by a machine. " if facts.written_by == "a machine" else ""
    lines = [
        f"{machine}It runs unconfined, with all the rights of your process: read `program.py` first; it is short.",
        f"Flags: {', '.join(map(plain, facts.flags)) or 'none'}.",
        f"What was looked into: {facts.audits}. An audit that was not made is not passed.",
        *(f"Against it speaks {concern}." for concern in facts.concerns),
    ]
    if facts.encoder.settings.get("trust_remote_code"):
        lines.append("The encoder brings Python code of its own, which is run, too.")
    return "\n".join(f"* {line}" for line in lines)


def _intervals(cells: Sequence[Measured]) -> list[str]:
    found = intervals(cells)
    told = [f"95 % interval of the mean {one.low:+.4f} to {one.high:+.4f} ({one.method})." for one in found]
    return told or ["No interval: it takes six tasks, or 20 queries."]


def _table(cells: Sequence[Measured]) -> list[str]:
    rows = [
        f"| {plain(cell.task)} | {plain(cell.encoder)} | {cell.n_queries} | {cell.baseline_ndcg:.4f} | "
        f"{cell.ndcg:.4f} | {cell.delta:+.4f} | {_of_one(cell)} |"
        for cell in cells
    ]
    head = "| task | encoder | queries | cosine | program | delta | 95 % over its queries |"
    return [head, "|---|---|--:|--:|--:|--:|--:|", *rows]


def _of_one(cell: Measured) -> str:
    found = intervals([cell])
    return f"{found[0].low:+.4f} to {found[0].high:+.4f}" if found else "too few"
