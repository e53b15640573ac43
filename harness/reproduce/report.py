"""One report in Markdown: our figures beside the published ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive import Program, Run
from harness.export.package import slug
from harness.machine.record import machine, versions
from harness.reproduce.claims import Claim, judge, rows_by_name
from harness.reproduce.published import Published, PublishedProgram
from harness.reproduce.studies import Study
from harness.screen.column import ABSENT
from harness.screen.columns import interval_text
from harness.screen.transfer import p_text
from harness.text import counted, plain
from harness.transfer.analysis import Analysis, ProgramRow
from harness.transfer.matrix import Matrix


@dataclass(frozen=True)
class Part:
    """A matrix and what it says."""

    matrix: Matrix
    analysis: Analysis


@dataclass(frozen=True)
class Findings:
    """Everything that a study brought."""

    run: Run
    frontier: Sequence[Program]
    in_domain: Part
    held_out: Part
    heads_seen: Part
    heads_in_domain: Part
    heads_held_out: Part


def write_report(study: Study, published: Published, found: Findings) -> str:
    """The report's text."""
    claims = judge(
        published,
        found.in_domain.analysis,
        found.held_out.analysis,
        (found.heads_in_domain.analysis, found.heads_held_out.analysis),
    )
    sections = [
        _head(study, published, found),
        _claims(claims),
        _frontier(published, found),
        _ladder("Compute programs", published.compute, found),
        _ladder("Transfer programs", published.transfer, found),
        programs_section("All programs in-domain", found.in_domain),
        programs_section("All programs held out", found.held_out),
        _heads(published, found),
        _environment(found),
    ]
    return "\n\n".join(sections) + "\n"


def _head(study: Study, published: Published, found: Findings) -> str:
    held_out, in_domain = found.held_out.matrix, found.in_domain.matrix
    return (
        f"# Reproduction\n\nThis is {study.description}. Search: run {found.run.id}, encoder "
        f"{found.run.record.encoder['name']}, {counted(len(in_domain.tasks), 'task')}, seed {found.run.record.seed}. "
        f"Held out: {', '.join(held_out.encoders)} on {', '.join(held_out.tasks)}.\n\n"
        "Figures are deltas of nDCG@10 against the same encoder's cosine. The reference programs are readings of "
        "published hints, not the published code. Published figures: "
        f"{published.source['paper']}; {published.source['figures']}. Held-out ones of compute programs are "
        f"{published.source['held_out']}."
    )


def _claims(claims: Sequence[Claim]) -> str:
    rows = [f"| {claim.text} | {claim.answer} | {claim.ours} |" for claim in claims]
    return "\n".join(["## Claims", "", "| published claim | here | our figures |", "|---|---|---|", *rows])


def _frontier(published: Published, found: Findings) -> str:
    ours = [
        f"| {plain(one.record.name, 40)} | {one.record.cost_ratio:.2f} | {one.record.mean_delta:+.4f} |"
        for one in found.frontier
    ]
    theirs = [f"| {one.name} | {one.cost_ratio:.2f} | {one.in_domain_mean:+.4f} |" for one in published.compute]
    header = ["| program | c | mean delta |", "|---|--:|--:|"]
    own = [f"Ours (n = {counted(len(found.in_domain.matrix.tasks), 'task')}):", "", *header, *ours]
    return "\n".join(["## Frontier of the search", "", *own, "", "Published (n = 14 tasks):", "", *header, *theirs])


def _ladder(title: str, published: Sequence[PublishedProgram], found: Findings) -> str:
    inside, outside = rows_by_name(found.in_domain.analysis), rows_by_name(found.held_out.analysis)
    lines = [
        f"## {title}: published | ours", "",
        "| program | c | in-domain mean | held-out mean | held-out median | win-rate | worst cell | n held-out |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]  # fmt: skip
    for program in published:
        name = slug(program.name)
        lines.append(_beside(program, inside.get(name), outside.get(name)))
    return "\n".join(lines)


def _beside(theirs: PublishedProgram, inside: ProgramRow | None, outside: ProgramRow | None) -> str:
    mean = "" if theirs.in_domain_mean is None else f"{theirs.in_domain_mean:+.3f}"
    cells = [
        f"{theirs.cost_ratio:.2f} \\| {inside.cost_ratio:.2f}" if inside else f"{theirs.cost_ratio:.2f} \\|",
        f"{mean} \\| {inside.summary.mean:+.3f} {interval_text(inside.interval)}" if inside else f"{mean} \\|",
    ]
    if outside is None:
        cells += [f"{value:+.3f} \\|" for value in (theirs.held_out_mean, theirs.held_out_median)] + ["", "", ""]
    else:
        ours = outside.summary
        cells += [
            f"{theirs.held_out_mean:+.3f} \\| {ours.mean:+.3f} {interval_text(outside.interval)}",
            f"{theirs.held_out_median:+.4f} \\| {ours.median:+.4f}",
            f"{theirs.win_rate:.2f} \\| {ours.win_rate:.2f}",
            f"{theirs.worst:+.3f} \\| {ours.worst.delta:+.3f} ({ours.worst.task}, {ours.worst.encoder})",
            f"{theirs.n or ''} \\| {ours.n}",
        ]
    return f"| {theirs.name} | " + " | ".join(cells) + " |"


def programs_section(title: str, part: Part) -> str:
    """Every program of a part with its figures, cheapest first, as a section of Markdown."""
    lines = [
        f"## {title}", "",
        "| program | c | tokens | n | mean | 95 % tasks | 95 % queries | median | 95 % tasks | win/tie/loss | worst | "
        "p Holm |",
        "|---|--:|--:|--:|--:|---|---|--:|---|--:|--:|--:|",
    ]  # fmt: skip
    for row in sorted(part.analysis.rows, key=lambda row: row.cost_ratio):
        summary, tokens = row.summary, row.costs.tokens
        lines.append(
            f"| {plain(row.program, 50)} | {row.cost_ratio:.2f} | {ABSENT if tokens is None else f'{tokens:.2f}'} | "
            f"{summary.n} | {summary.mean:+.4f} | {interval_text(row.mean_interval)} | "
            f"{interval_text(row.query_interval)} | {summary.median:+.4f} | {interval_text(row.median_interval)} | "
            f"{summary.wins}/{summary.ties}/{summary.losses} | {summary.worst.delta:+.4f} ({summary.worst.task}) | "
            f"{p_text(row.p_holm)} |"
        )
    lines += [
        f"\nORACLE, no program: the best of {len(oracle.programs)} for each {oracle.chosen_per}: "
        f"{oracle.mean:+.4f} (n = {len(oracle.cells)})."
        for oracle in part.analysis.oracles
    ]
    lines += [
        f"\nNo result: {plain(cell.program)}, {cell.encoder}, {cell.task}: {cell.verdict}."
        for cell in part.analysis.without
    ]
    over = "whole tasks" if part.analysis.unit == "tasks" else "the queries of these tasks"
    lines += [f"\nc in texts and in tokens; 95 % intervals over tasks and over queries of these tasks; p over {over}."]
    lines += [f"\n{reason}" for reason in part.analysis.blanks]
    return "\n".join(lines)


def _heads(published: Published, found: Findings) -> str:
    low, high = published.heads_in_domain
    theirs = ", ".join(f"{encoder} {delta:+.3f}" for encoder, delta in published.heads)
    intro = f"Published: {low:+.2f} to {high:+.2f} in-domain; held out {theirs}. Loss and optimiser there are unknown."
    return "\n\n".join(
        [
            "## Learned heads",
            intro,
            *(
                programs_section(title, part).replace("## ", "### ")
                for title, part in (
                    ("Heads on the queries they were trained on", found.heads_seen),
                    ("Heads in-domain: test queries of the training tasks", found.heads_in_domain),
                    ("Heads held out", found.heads_held_out),
                )
            ),
        ]
    )


def _environment(found: Findings) -> str:
    facts = {**versions(), **{key: str(value) for key, value in machine().items()}}
    rows = [f"- {key}: {value}" for key, value in facts.items()]
    return "\n".join(["## Environment", "", f"- run of {found.run.created}, status {found.run.status}", *rows])
