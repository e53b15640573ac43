"""Every setting of a run, group by group; `configs/` mirrors these dataclasses."""

from dataclasses import dataclass, field

from harness.settings.caps import CapSettings
from harness.settings.encoder import CacheSettings, EncoderSettings
from harness.settings.heads import HeadsSettings
from harness.settings.proposer import ProposerSettings
from harness.settings.tasks import TasksSettings


@dataclass
class ProgramSettings:
    """What programs may use."""

    primitives: bool = True
    """Whether programs may import `primitives`; false shows what an author rediscovers alone."""
    transductive: str = "refuse"
    """Programs whose scores of a query change with the other queries of its batch: refuse, flag, allow (no audit)."""


@dataclass
class SandboxSettings:
    """How programs are confined."""

    level: str = "strict"
    """Least isolation a run accepts: strict, standard, weak or none."""


@dataclass
class SearchSettings:
    """How the loop searches."""

    objective: str = "compute"
    """compute: admit what beats every earlier program; transfer: admit what holds on hidden tasks."""
    validation_share: float = 0.3
    """transfer only: share of the tasks that is hidden from the proposer and decides what is admitted."""
    generations: int = 20
    """Programs to propose beyond the seeds."""
    seed: int = 0
    """Draws everything that chance decides in a search."""
    selection: str = "sigmoid"
    """Parent selection policy: sigmoid, power_law, pareto_crowding or uniform."""
    parents: int = 2
    """Programs shown to the proposer as parents."""
    in_flight: int = 1
    """Proposals written at a time; program n is briefed on the first n - in_flight ones."""
    islands: int = 1
    """Populations that breed apart."""
    migration: int = 20
    """Programs between two migrations of the islands' best."""
    similarity: float | None = None
    """Language models only: code whose embedding has at least this cosine to an earlier program's is turned down."""
    judge: bool = False
    """Whether a model has the last word on similar code."""


@dataclass
class ExecutorSettings:
    """Where programs run, and how many at a time. It decides how long a run takes and nothing that it finds."""

    kind: str = "local"
    """local: the sandbox of this machine; or the name of one that another package brings."""
    workers: int | None = None
    """Tasks that are evaluated at a time; None follows the number of cores."""
    programs: int = 1
    """Programs that are tried at a time, as far as `search.in_flight` has proposals under way."""


@dataclass
class ArchiveSettings:
    """Where everything is recorded."""

    path: str = "ttc-archive.db"
    """The file; several runs may write to it at the same time."""


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
