"""The README of a published run: how it was made, what it cost, and what to know before one believes it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from string import Template
from typing import Any

from archive import Archive, Calls, Program, Run, TaskRecord
from harness.proposers.published import TOLD
from harness.publication.markdown import cell, name_of, table
from harness.screen.views import basis
from harness.settings import Settings, to_mapping
from harness.text import counted, plain

CONTENT = ("encoder", "executor", "heads", "cache")
"""Groups of settings that are told elsewhere, or that change no result."""


def readme(archive: Archive, run: Run, licence: str, words: int) -> str:
    """The page in Markdown; quotations of so many `words` were looked for."""
    programs = archive.programs(run.id)
    filled = {
        "run": run.id,
        "basis": basis(run),
        "licence": licence,
        "example": str(programs[-1].number if programs else 1),
        "made": _list(_made(run, programs)),
        "settings": _settings(run.record.config),
        "tasks": _tasks(run.record.tasks),
        "spending": _spending(archive, run),
        "warnings": _list(_warnings(run, programs)),
        "words": str(words),
    }
    return Template(files(__package__).joinpath("templates/readme.md").read_text("utf-8")).substitute(filled)


def _made(run: Run, programs: Sequence[Program]) -> Iterator[str]:
    record = run.record
    written = [program for program in programs if program.record.mode != "seed"]
    authors = Counter((program.record.model, program.record.mode) for program in written)
    yield f"Begun {run.created}, ended {run.ended or 'never'} (UTC); status: {run.status}."
    seeds = len(programs) - len(written)
    yield f"{counted(len(programs), 'program')}, {seeds} of them seeds that every run begins with."
    proposer = str(record.config.get("proposer", {}).get("kind", "unknown"))
    yield f"Proposer `{_code(proposer)}`, seed {record.seed}, objective {cell(record.objective)}."
    for (model, mode), count in sorted(authors.items()):
        yield f"{counted(count, 'program')} of mode {cell(mode)}, by {cell(model) or 'no model that is recorded'}."
    encoder = record.encoder
    known = _listed(encoder, "dtype", "dim", "revision", "library")
    yield f"Encoder {cell(str(encoder['name']))}, fingerprint `{_code(str(encoder['fingerprint']))}`; {known}."
    yield f"Software: {_listed(record.versions, 'ttc-retrieval', 'python', 'numpy')}."
    yield f"Confinement of programs: {_code(str(record.isolation.get('level', 'unknown')))}."
    if published := record.versions.get(TOLD):
        yield f"It told the programs of an earlier run; hash of those: `{_code(published)}`."


def _listed(known: Mapping[str, Any], *names: str) -> str:
    return _code(", ".join(f"{name} {known[name]}" for name in names if name in known))


def _settings(config: Mapping[str, Any]) -> str:
    usual = dict(_flat(to_mapping(Settings())))
    differing = [
        f"    {_code(name)}={_code(str(value))}"
        for name, value in _flat(config)
        if name not in ("archive.path", "archive.secret")
        and name.partition(".")[0] not in CONTENT
        and usual.get(name) != value
    ]
    return "\n".join(differing) or "None does."


def _tasks(tasks: Sequence[TaskRecord]) -> str:
    rows = [
        [
            cell(task.name),
            cell(task.source),
            f"{task.n_queries:,}",
            f"{task.n_documents:,}",
            _unseen(task),
            f"{task.baseline_ndcg:.4f}",
            f"`{_code(task.fingerprint)}`",
        ]
        for task in tasks
    ]
    notes = "".join(f"\n* {cell(note, 1000)}" for task in tasks for note in task.notes)
    listed = table("| task | source | queries | documents | not searched on | cosine nDCG@10 | fingerprint |", rows)
    return f"{listed}\n{notes}" if notes else listed


def _unseen(task: TaskRecord) -> str:
    if task.split != "search":
        return "unseen"
    return counted(len(task.unseen), "query", "queries") if task.unseen else "none"


def _spending(archive: Archive, run: Run) -> str:
    """A table of calls by model and purpose, and what the caps counted."""
    with archive.reading() as connection:
        found = connection.execute(
            "SELECT model, purpose, calls, failed_calls, coalesce(input_uncached, 0) + coalesce(cache_read, 0) + "
            "coalesce(cache_write, 0), coalesce(output, 0), cost_usd, calls_of_unknown_cost FROM spending "
            "WHERE run_id = ? ORDER BY model, purpose",
            (run.id,),
        ).fetchall()
    if not found:
        return "No call to a model is recorded: nothing was paid for through the harness."
    rows = [
        [cell(model), cell(purpose), str(calls), str(failed), f"{read:,}", f"{written:,}", _dollars(cost, unknown)]
        for model, purpose, calls, failed, read, written, cost, unknown in found
    ]
    dollars, tokens = Calls(archive, run.id).charged()
    head = "| model | purpose | calls | failed | tokens in | tokens out | dollars |"
    return f"{table(head, rows)}\n\nTogether, as the caps of the run count: ${dollars:.4f} and {tokens:,} tokens."


def _dollars(cost: float | None, unknown: int) -> str:
    known = "–" if cost is None else f"{cost:.4f}"
    return f"{known}, and {counted(unknown, 'call')} of unknown cost" if unknown else known


def _warnings(run: Run, programs: Sequence[Program]) -> Iterator[str]:
    tasks = [task for task in run.record.tasks if task.split == "search"]
    queries = sum(task.n_queries - len(task.unseen) for task in tasks)
    looks = sum(program.record.mean_delta is not None for program in programs)
    yield (
        f"**{counted(looks, 'look')}** at the same {counted(queries, 'query', 'queries')}: so many programs were "
        "measured in full on them. The best of many is a selected maximum, and no interval here allows for that."
    )
    small = [cell(task.name) for task in tasks if task.n_queries - len(task.unseen) < 50]
    if small:
        yield f"Tasks of fewer than 50 searched queries, on which a delta is mostly noise: {', '.join(small)}."
    if not any(task.unseen or task.split != "search" for task in run.record.tasks):
        yield "No query and no task was left unseen, so the run cannot tell how much of a delta its choice made."
    if run.status != "finished":
        yield f"The run is {run.status}: it has not come to its end."
    flagged = {flag: [one for one in programs if flag in one.record.flags] for flag in _flags(programs)}
    for flag, some in flagged.items():
        carry = "program carries" if len(some) == 1 else "programs carry"
        yield f"{len(some)} {carry} the flag {cell(flag)}: {', '.join(map(name_of, some))}."
    if not flagged:
        yield "No program carries a flag. Only those that come to be admitted are audited, so others may deserve one."
    verdicts = Counter(one.record.verdict for one in programs if one.record.verdict != "ok")
    failed = ", ".join(f"{count} {cell(verdict)}" for verdict, count in sorted(verdicts.items()))
    yield f"Programs without a result: {failed or 'none'}."
    yield "Claims, effects and lessons are what the author of a program said of it, not what was found."


def _flags(programs: Sequence[Program]) -> list[str]:
    return sorted({flag for program in programs for flag in program.record.flags})


def _flat(mapping: Mapping[str, Any], head: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in mapping.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{head}{name}.")
        else:
            yield f"{head}{name}", value


def _list(sentences: Iterator[str]) -> str:
    return "\n".join(f"* {sentence}" for sentence in sentences)


def _code(text: str) -> str:
    """Text that cannot end the code or the line that it stands in."""
    return plain(text, 200).replace("`", "'").replace("\n", " ")
