"""Who writes the programs, and how they are asked.

Not frozen: OmegaConf turns a frozen dataclass into a read-only node, into which no YAML can be merged.
"""

from dataclasses import dataclass, field
from typing import Any

from harness.settings.command import CommandSettings


@dataclass
class ModeSettings:
    """Weights of the edit modes; a mode whose parents are missing is not drawn."""

    full: float = 0.5
    """The whole program, written anew."""
    diff: float = 0.35
    """Search-and-replace blocks against one parent."""
    crossover: float = 0.15
    """One program that unites two parents."""


@dataclass
class PriceSettings:
    """US dollars per million tokens; None is unknown, zero is free."""

    input: float | None = None
    """Prompt tokens that no cache held."""
    output: float | None = None
    """Tokens of the answer, thinking included."""
    cache_read: float | None = None
    """By default the input price."""
    cache_write: float | None = None
    """By default 1.25 times the input price."""
    date: str = ""
    """When the price was read; recorded with every call."""


@dataclass
class ProposerSettings:
    """The config group `proposer`; its YAML files mirror these fields."""

    kind: str = "recombine"
    """recombine, published (programs of a run that comes with the package), anthropic, openai (chat completions, hosted
    or at a `base_url`), openai-responses, command (a command line), replay, or one that another package brings."""
    model: str = ""
    """The model to ask, in the provider's words."""
    models: list[str] = field(default_factory=list)
    """Several models for the bandit to choose from, in place of `model`; KIND:MODEL names one of another provider."""
    choice: str = "bandit"
    """How one of several models is chosen: bandit, or the name of a policy that another package brings."""
    cheapness: float = 0.0
    """Weight of a model's price against its success in the bandit's choice, from 0 to 1."""
    base_url: str | None = None
    """A server of your own, for example http://localhost:8000/v1; None is the provider's."""
    api_key_env: str = ""
    """Environment variable that holds the key; empty takes the provider's usual one, none at a `base_url`. Where it is
    not set, it is looked up in `.env` of the working folder."""
    effort: str | None = None
    """How hard a reasoning model thinks, in the provider's words; None leaves it to the provider."""
    thinking: str | None = None
    """Anthropic only: adaptive or disabled; None sends nothing."""
    cache_ttl: str = "5m"
    """Anthropic only: how long the provider keeps the fixed prefix, 5m or 1h."""
    max_output_tokens: int = 16000
    """Thinking and answer together."""
    max_tokens_field: str = "max_completion_tokens"
    """Chat completions only: older servers want max_tokens."""
    prompt_tokens: int = 60000
    """Budget of one prompt; older programs are summarised, then left out, to stay under it."""
    system: bool = True
    """False sends the fixed part of a prompt as the user's text, to a server that refuses the role of the system."""
    timeout_s: float = 600.0
    """Seconds without a word from the server before a try counts as failed."""
    call_s: float = 3600.0
    """Seconds that one answer may take from its first byte, however busily it is sent."""
    max_retries: int = 400
    """Tries made again after a rate limit, an overload or a lost connection, before an answer or in it. Waits are as
    long as the server says, else up to 8 s each: the default sits out most of an hour."""
    longest_wait: float = 300.0
    """Seconds that one wait may last at most, whatever the server says."""
    broken_retries: int = 8
    """Of these tries, those after an answer that fell silent or broke off in its text, which may be charged."""
    give_up_after: int = 3
    """Generations in a row without an answer, because answers keep breaking off, before the run stops."""
    attempts: int = 4
    """Answers asked for one program before the generation is given up, each told what was wrong with the last."""
    trials: int = 0
    """Times that a model may look at a program on a fifth of the queries before its generation is spent. Each is
    recorded, as it is a look at the judgments."""
    repairs: int = 1
    """Times that a program which fails when it is run goes back to its model, with its lines and the error, before its
    generation is spent."""
    command: CommandSettings = field(default_factory=CommandSettings)
    """command: what is run, and how its output is read."""
    desk: str = ""
    """A folder of files for an author that reads files: every program with all that may be told of it, kept up to date.
    {run} stands for the run's id, `true` for {run}-desk; it lies beside the archive unless it is a whole path. Empty
    keeps none."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Further fields of the request body, sent as they are; a field set to null is left out. The values of fields whose
    names say that they hold keys are not recorded."""
    price: PriceSettings = field(default_factory=PriceSettings)
    """Of every model without an entry in `prices`; unset fields are looked up in genai-prices where it is installed."""
    prices: dict[str, PriceSettings] = field(default_factory=dict)
    """Model name to its price."""
    modes: ModeSettings = field(default_factory=ModeSettings)
    memory: bool = True
    """False is the best-of-N control: the same model without parents, frontier, ledger or corrections."""
    feedback: str = "figures"
    """What an author hears of earlier programs: figures (all deltas), or bit: only whether each was admitted, and no
    figure that was measured against judgments. Parents are then chosen by that bit too."""
    evidence: str = "figures"
    """What an author hears beside sources and the ledger: none; figures (errors, gains over parents, the encoder, the
    tasks' shapes, what was tried how often); or examples, some queries with texts besides, which leave the house."""
    example_share: float = 0.1
    """Share of each task's queries that is kept apart for evidence=examples, drawn with `search.seed`; it is no part of
    the task then, and counts towards nothing."""
    ideas: list[str] = field(default_factory=list)
    """Ideas of yours that the author is told of."""
    notes_every: int = 0
    """Programs between two summaries of what was learnt, written by the model; 0 writes none."""
    run: str = ""
    """replay: the run whose recorded answers are given again; published: published, the default, or
    published-control."""
    options: dict[str, Any] = field(default_factory=dict)
    """Settings of a proposer that another package brings, by the names it gives them."""

    @property
    def desk_name(self) -> str:
        """`desk` as a path with {run} in it; empty for none."""
        return {"true": "{run}-desk", "false": ""}.get(self.desk.lower(), self.desk)
