"""The columns of a program: what is recorded of it, and what it costs."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from harness.screen.column import Column, Row, count, four, in_ms, joined, milli, minute, signed, two

if TYPE_CHECKING:
    from archive import Program
    from harness.screen.frontier import Priced

COST_COLUMNS = {
    "texts": "cost_ratio",
    "tokens": "cost_tokens",
    "seconds": "cost_seconds",
    "latency": "latency",
    "vectors": "cost_vectors",
    "scoring": "scoring",
    "bytes": "kept_bytes",
}
"""The column of each axis that cost is counted on."""


def of_programs(
    get: "Callable[[Row], Program]",
    flags: "Callable[[Row], list[str]] | None" = None,
) -> tuple[Column[Row], ...]:
    """Columns of a program, wherever it stands in a row; its flags are those recorded, unless a row has its own."""

    def column(
        name: str, meaning: str, value: "Callable[[Program], Any]", shown: Callable[[Any], str] = str
    ) -> Column[Row]:
        return Column(name, meaning, lambda row: value(get(row)), shown)

    def record(name: str, meaning: str, shown: Callable[[Any], str] = str) -> Column[Row]:
        return column(name, meaning, lambda program: getattr(program.record, name), shown)

    return (
        column("id", "RUN.NUMBER, which names the program everywhere", lambda program: program.id),
        column("run", "the run's id", lambda program: program.run_id),
        column("number", "position in the run, from 1", lambda program: program.number),
        record("generation", "0 for seeds"),
        column("created", "when it was recorded, UTC", lambda program: program.created, minute),
        record("name", "its author's name for it"),
        record("status", "admitted, evaluated or rejected"),
        record("verdict", "how its execution ended: ok, or what went wrong first"),
        record("reason", "why it was or was not admitted"),
        record("mean_delta", "mean over the search tasks of the run's measure less cosine's", signed),
        record("unseen_delta", "the same on queries that nothing was selected by; null where there are none", signed),
        record("unseen_tasks_delta", "the same on tasks that nothing was selected by; null if there are none", signed),
        record("worth", "what the run maximises, by default the mean delta; null below the floor", signed),
        record("cost_ratio", "cost ratio c in texts; 1 is to encode every query and document once", two),
        record("wins", "tasks on which it beats cosine"),
        record("ties", "tasks on which it equals cosine"),
        record("losses", "tasks on which it is worse than cosine"),
        Column(
            "w/t/l",
            "wins, ties and losses",
            lambda row: get(row).record.outcomes and get(row).record,
            lambda found: f"{found.wins}/{found.ties}/{found.losses}",
            table_only=True,
        ),
        record("parents", "ids of the programs that it was made from", joined),
        record("mode", "how it was asked for"),
        record("model", "the model that wrote it; empty for seeds and recombination"),
        Column("flags", "what to be wary of", flags or (lambda row: get(row).record.flags), joined),
        column(
            "rules",
            "codes of the static rules that it breaks",
            lambda program: [str(violation["code"]) for violation in program.record.violations],
            joined,
        ),
        column("texts", "texts it asked to encode, over all tasks", lambda p: _total(p, "texts"), count),
        column("tokens", "tokens of those texts", lambda p: _total(p, "tokens"), count),
        column("cpu_s", "processor seconds, over all tasks", lambda p: _total(p, "cpu_s"), two),
        column("cost_usd", "US dollars for the calls to a model; null where a price is unknown", _dollars, four),
        record("novelty_claim", "what its author says is new"),
        record("expected_effect", "what its author expects"),
        record("lesson", "what its author learnt"),
        record("exact_hash", "fingerprint of the source"),
        record("structure_hash", "fingerprint of the source less names and constants"),
    )


def _total(program: "Program", quantity: str) -> Any:
    outcomes = program.record.outcomes
    return sum(getattr(outcome, quantity) for outcome in outcomes) if outcomes else None


def _dollars(program: "Program") -> float | None:
    costs = [call.cost_usd for call in program.record.usage]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def of_costs() -> tuple[Column[Any], ...]:
    def costs(name: str, meaning: str, shown: Callable[[Any], str]) -> "Column[Priced]":
        field = name.removeprefix("cost_")
        return Column(name, meaning, lambda row: getattr(row.costs, field), shown)

    return (
        costs("cost_tokens", "cost ratio in tokens of the same texts; null where the encoder counts none", two),
        costs("cost_seconds", "cost ratio in seconds of the encoder, each text's as it was first encoded", two),
        costs("latency", "milliseconds a query, of program, encoder and MaxSim, in batches; no index counts", in_ms),
        costs("program_seconds", "processor seconds of the program itself for each query, its index included", milli),
        costs("query_texts", "texts that a query makes the program embed, beside the query", two),
        costs("index_texts", "texts that the index embeds for each document; null without an index", two),
        costs("index_seconds", "seconds to index 1,000 documents; null without an index", milli),
        costs("index_bytes", "bytes of index for each document; null without an index", two),
        costs("alone_median", "milliseconds of the program for a query asked alone, the median", in_ms),
        costs("alone_95", "the 95th percentile of the same", in_ms),
        costs("cost_vectors", "cost ratio in vectors that texts come back with; null where a text has its one", two),
        costs("scoring", "milliseconds of MaxSim and program for a query; null where a text has its one vector", in_ms),
        Column("kept_bytes", "bytes kept of a document: the vectors read and the index", lambda r: r.costs.bytes, two),
    )
