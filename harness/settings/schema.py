"""Every setting of a run, group by group; `configs/` mirrors these dataclasses."""

import shlex
from dataclasses import dataclass, field
from typing import Any

from harness.settings.caps import CapSettings
from harness.settings.encoder import CacheSettings, EncoderSettings
from harness.settings.heads import HeadsSettings
from harness.settings.proposer import ProposerSettings
from harness.settings.tasks import TasksSettings
from harness.settings.tracking import TrackingSettings


@dataclass
class ProgramSettings:
    """What programs may use."""

    primitives: bool = True
    """Whether programs may import `primitives`; false shows what an author rediscovers alone."""
    transductive: str = "refuse"
    """Programs whose scores of a query change with the other queries of its batch: refuse, flag, allow (no audit)."""
    time_factor: float = 1.0
    """Times the processor and wall-clock seconds that a program may use, which follow the size of a task."""
    memory_factor: float = 1.0
    """Times the memory that a program may use, which follows the size of a task and the characters of its texts."""


@dataclass
class SandboxSettings:
    """How programs are confined."""

    level: str = "strict"
    """Least isolation a run accepts: strict, standard, weak or none."""


@dataclass
class SearchSettings:
    """How the loop searches."""

    objective: str = "compute"
    """compute: admit what beats every earlier program; transfer: what holds on hidden tasks; budget: what beats every
    earlier program at a mean cost of at most `search.budget`."""
    budget: float | None = None
    """budget only: the most that a program may cost, pooled over the tasks, in what `search.cost` counts (at least 1
    where that is a ratio); one that costs more is not admitted, breeds no others and is on no frontier."""
    admission: str = "record"
    """compute and budget only: record admits what is measured to beat every earlier program; beyond_noise what beats
    the last admitted one by more than one standard error of the paired difference (with maximise=mean)."""
    measure: str = "nDCG@10"
    """What deltas are of: nDCG@k, R@k, RR@k, AP@k or P@k, as trec_eval has them; nDCG, RR and AP also without @k."""
    measures: list[str] = field(default_factory=list)
    """Recorded as well, query by query; nDCG@10 always is."""
    maximise: str = "mean"
    """What a search makes of the deltas over its tasks: mean, median, geometric_mean (of the measure itself) or
    mean_minus_latency(weight=0.01), where a second on a task weighs as much as that delta."""
    cost: str = "texts"
    """What the frontier counts cost in: texts, tokens or seconds of the encoder, latency, the milliseconds of a query,
    or bytes, what is kept of a document; with many vectors a text also vectors, or scoring, the milliseconds of
    comparing a query. All are recorded."""
    floor: float | None = None
    """Least delta on any task; a program that falls below on one is not admitted and breeds no others."""
    validation_share: float = 0.3
    """transfer only: share of the tasks that is hidden from the proposer and decides what is admitted."""
    generations: int = 20
    """Programs to propose beyond the seeds."""
    seed: int = 0
    """Draws everything that chance decides in a search."""
    selection: str = "sigmoid"
    """Parent selection policy: sigmoid, power_law, pareto_crowding, uniform, or one that another package brings."""
    options: dict[str, Any] = field(default_factory=dict)
    """Settings of a parent selection that another package brings, by the names it gives them."""
    parents: int = 2
    """Programs shown to the proposer as parents."""
    in_flight: int = 1
    """Proposals written at a time; program n is briefed on the first n - in_flight ones."""
    islands: int = 1
    """Populations that breed apart."""
    migration: int = 20
    """Programs between two migrations of the islands' best."""
    variants: str = "refuse"
    """Language models and `ttc tell` only: refuse or allow programs that repeat an earlier one, constants aside."""
    novelty: str = "similarity"
    """Language models only: what measures how alike code is: similarity, or a policy that another package brings."""
    similarity: float | None = None
    """Language models only: code at least so like an earlier program's (by default by cosine) is turned down."""
    judge: bool = False
    """Whether a model has the last word on similar code."""


@dataclass
class ExecutorSettings:
    """Where programs run, and how many at a time. It decides how long a run takes and nothing that it finds."""

    kind: str = "local"
    """local: the sandbox of this machine; ray: those of a Ray cluster (extra 'ray'); or the name of one that another
    package brings."""
    workers: int | None = None
    """Tasks that are evaluated at a time; None follows the number of cores, of all machines with ray."""
    programs: int | str = 1
    """Programs that are tried at a time, as far as `search.in_flight` has proposals under way; auto: as many as there
    are workers."""
    address: str = "local"
    """ray only: local starts a cluster on this machine that nobody else can reach, auto takes the one that runs here or
    that RAY_ADDRESS names, HOST:PORT the one there."""
    encoders: int = 0
    """ray only: encoders in processes of their own on the cluster, which share what is to be encoded; 0: one, here."""
    encoder_gpus: float = 0.0
    """ray only: GPUs that each of them takes, which may be a fraction."""
    classes: str = "one"
    """ray only: one uses machines of one class alone, whose scores are equal to the last bit; any uses all."""
    dashboard: bool = False
    """ray only: whether a cluster started here has Ray's dashboard, on this machine alone (extra 'ray[default]')."""
    options: dict[str, Any] = field(default_factory=dict)
    """Settings of an executor that another package brings, by the names it gives them."""


@dataclass
class ArchiveSettings:
    """Where everything is recorded."""

    path: str = "ttc-archive.db"
    """The file; several runs may write to it at the same time."""
    secret: str = ""
    """Decides the order in which programs see queries and documents, and what audits ask. Empty draws one for each new
    archive and records it; name one to repeat a run elsewhere."""

    @property
    def option(self) -> str:
        """What a command needs to find the file: nothing for the usual one."""
        return "" if self.path == ArchiveSettings.path else f" --archive {shlex.quote(self.path)}"


@dataclass
class Settings:
    """All settings of a discovery run."""

    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    cache: CacheSettings = field(default_factory=CacheSettings)
    tasks: TasksSettings = field(default_factory=TasksSettings)
    proposer: ProposerSettings = field(default_factory=ProposerSettings)
    program: ProgramSettings = field(default_factory=ProgramSettings)
    sandbox: SandboxSettings = field(default_factory=SandboxSettings)
    search: SearchSettings = field(default_factory=SearchSettings)
    executor: ExecutorSettings = field(default_factory=ExecutorSettings)
    archive: ArchiveSettings = field(default_factory=ArchiveSettings)
    caps: CapSettings = field(default_factory=CapSettings)
    heads: HeadsSettings = field(default_factory=HeadsSettings)
    tracking: TrackingSettings = field(default_factory=TrackingSettings)
