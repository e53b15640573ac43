"""From settings to a proposer."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from archive import ProgramRecord
from harness import plugins
from harness.encoders.load import MANY_VECTOR_KINDS
from harness.errors import UsageError
from harness.policies import bandit
from harness.policies.bandit import ModelPolicy
from harness.policies.similarity import CodeIndex, Embed, MakeIndex
from harness.programs.view import ProgramView
from harness.proposers.asking import Asker, LiveAsker, Model, ReplayAsker
from harness.proposers.command import DESK, CommandClient
from harness.proposers.ledger_text import form_of
from harness.proposers.llm import LLMProposer, Look, Novelty, Screen
from harness.proposers.models import KINDS, load_models, model_names
from harness.proposers.prompt import PromptWriter, prefix
from harness.proposers.protocol import Briefing, Proposer
from harness.proposers.published import read_published
from harness.proposers.record import ExchangeStore
from harness.proposers.replay import Replay
from harness.proposers.spending import Spending
from harness.proposers.taboos import taboos
from harness.proposers.tokens import count
from harness.settings import SearchSettings, Settings
from harness.settings.proposer import ProposerSettings
from sandbox.modules import allowed_modules

LEAST_MEMORY_TOKENS = 2000
"""A prompt must leave so much beside its fixed prefix."""


@dataclass(frozen=True)
class Surroundings:
    """What a proposer of a run needs beside its settings."""

    programs: Sequence[ProgramView]
    """The run's programs, oldest first; grows as they are recorded."""
    screen: Screen
    store: ExchangeStore
    spending: Spending
    embed: Embed
    """The run's encoder, in the role of documents."""
    embed_queries: Embed
    """The same in the role of queries."""
    look: Look | None = None
    """What a proposal gains on a part of the queries; None where nothing is looked at first."""
    desk: Path | None = None
    """The folder of files that the run keeps for an author that reads files."""
    replayed: ExchangeStore | None = None
    """The exchanges that proposer=replay gives again."""
    recorded: Mapping[int, ProgramRecord] = field(default_factory=dict)
    """The programs of the replayed run by their number."""
    models: Mapping[str, Model] = field(default_factory=dict)
    """Those of `check_proposer`."""
    stopping: Callable[[], bool] = lambda: False
    """Whether the run is to stop."""


MakeProposer = Callable[[Settings, Surroundings], Proposer]


def check_proposer(settings: Settings) -> dict[str, Model]:
    """The models of a proposer that asks any, empty for others; run this before anything slow.

    Raises UsageError for an unknown kind or policy, a missing key or model, an unknown price, or a budget too small for
    a prompt; JobError where a package cannot be imported.
    """
    if settings.proposer.kind == "given":
        raise UsageError(
            "This run's proposer is an object; give it again in Python: harness.resume(run, proposer=...)."
        )
    _find_proposer(settings.proposer)
    if settings.proposer.kind == "published":
        read_published(settings.proposer.run, settings.search.generations)
    if settings.proposer.kind not in KINDS:
        return {}
    _find_chooser(settings.proposer)
    _find_novelty(settings.search)
    prompt_writer(settings)
    return load_models(settings.proposer)


def load_proposer(settings: Settings, models: Mapping[str, Model], around: Surroundings) -> Proposer:
    """The proposer that the settings name, with the models of `check_proposer`."""
    return _find_proposer(settings.proposer)(settings, replace(around, models=models))


def _find_proposer(settings: ProposerSettings) -> MakeProposer:
    make: MakeProposer = plugins.choose(
        plugins.PROPOSERS, settings.kind, PROPOSERS, takes=("settings", "around"), options=settings.options
    )
    return make


def _recombine(settings: Settings, around: Surroundings) -> Proposer:
    from harness.proposers.recombine import Recombine
    from harness.proposers.recombine.space import make_space

    space = make_space(
        transductive=settings.program.transductive,
        as_document=around.embed,
        as_query=around.embed_queries,
        spending=settings.search.objective == "budget",
    )
    return Recombine(space)


def _published(settings: Settings, around: Surroundings) -> Proposer:
    return read_published(settings.proposer.run, settings.search.generations)


def _replay(settings: Settings, around: Surroundings) -> Proposer:
    return Replay(_language_model(settings, around), settings.proposer, around.recorded)


def _language_model(settings: Settings, around: Surroundings) -> LLMProposer:
    return LLMProposer(
        _asker(around),
        prompt_writer(settings),
        settings.proposer,
        choose=_chooser(settings.proposer),
        screen=around.screen,
        novelty=_novelty(settings, around),
        look=around.look,
        in_flight=settings.search.in_flight,
    )


PROPOSERS: Mapping[str, MakeProposer] = {
    "recombine": _recombine,
    **dict.fromkeys(KINDS, _language_model),
    "replay": _replay,
    "published": _published,
}


def prompt_writer(settings: Settings) -> PromptWriter:
    """The writer of a run's prompts. Raises UsageError where the budget does not hold one."""
    if settings.proposer.trials and settings.proposer.feedback == "bit":
        raise UsageError(
            "With proposer.feedback=bit an author hears no figures, and trials tell some; set proposer.trials=0."
        )
    fixed = prefix(
        settings.search,
        settings.program,
        settings.tasks,
        taboos=taboos(),
        modules=allowed_modules(settings.program.primitives),
        memory=settings.proposer.memory,
        trials=settings.proposer.trials,
        many=settings.encoder.kind in MANY_VECTOR_KINDS,
    )
    if settings.proposer.command.line and settings.proposer.desk_name:
        fixed = f"{fixed.rstrip()}\n{DESK}"
    least = count(fixed) + LEAST_MEMORY_TOKENS
    if settings.proposer.prompt_tokens < least:
        raise UsageError(
            f"proposer.prompt_tokens is {settings.proposer.prompt_tokens}; a prompt needs at least {least}."
        )
    return PromptWriter(
        fixed,
        budget=settings.proposer.prompt_tokens,
        ideas=settings.proposer.ideas,
        form=form_of(settings),
        evidence=settings.proposer.evidence != "none",
    )


def _asker(around: Surroundings) -> Asker:
    if around.replayed is not None:
        return ReplayAsker(around.replayed, around.store)
    return LiveAsker(_at_desk(around), around.store, around.spending, around.stopping)


def _at_desk(around: Surroundings) -> dict[str, Model]:
    """The models, those that read files with the folder to read."""
    return {
        name: replace(model, client=model.client.at_desk(around.desk))
        if isinstance(model.client, CommandClient)
        else model
        for name, model in around.models.items()
    }


def _chooser(settings: ProposerSettings) -> Callable[[Briefing], str]:
    if settings.kind == "replay" and not (settings.models or settings.model or settings.command.line):
        return lambda briefing: ""  # the replayed run asked none
    names, policy = model_names(settings), _find_chooser(settings)

    def choose(briefing: Briefing) -> str:
        rng = random.Random(f"{briefing.seed}:{briefing.number}:model")
        return policy(names, briefing.ledger, rng, briefing.number, cheapness=settings.cheapness)

    return choose if len(names) > 1 else lambda briefing: names[0]


def _find_chooser(settings: ProposerSettings) -> ModelPolicy:
    policy: ModelPolicy = plugins.choose(
        plugins.POLICIES,
        settings.choice,
        {"bandit": bandit.choose},
        takes=("models", "ledger", "rng", "number"),
        options={"cheapness": settings.cheapness},
        what="proposer.choice",
    )
    return policy


def _find_novelty(settings: SearchSettings) -> MakeIndex:
    make: MakeIndex = plugins.choose(
        plugins.POLICIES,
        settings.novelty,
        {"similarity": CodeIndex},
        takes=("embed", "programs"),
        what="search.novelty",
    )
    return make


def _novelty(settings: Settings, around: Surroundings) -> Novelty | None:
    threshold = settings.search.similarity
    if threshold is None:
        return None
    index = _find_novelty(settings.search)(around.embed, around.programs)

    def nearest(source: str, briefing: Briefing) -> ProgramView | None:
        found = index.nearest(source, len(briefing.ledger))
        return found[0] if found is not None and found[1] >= threshold else None

    return Novelty(nearest, settings.search.judge)
