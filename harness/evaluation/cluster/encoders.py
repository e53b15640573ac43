"""The encoder in processes of its own on a cluster: what is to be encoded is shared among them, batch by batch.

The cache stays in front of it, on this machine: it joins what programs ask for at the same time, on whichever tasks,
and what is known is not sent. Batches are those that one encoder here would have made, so the vectors are, too.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import Any

import numpy as np

from harness.encoders.load import load_encoder
from harness.encoders.matryoshka import cut
from harness.encoders.protocol import (
    DOCUMENT,
    EmbedOptions,
    EncodedBatch,
    EncodeRefused,
    EncoderIdentity,
    FloatMatrix,
)
from harness.encoders.texts import check_texts, length_sorted
from harness.errors import EncoderError, HarnessError
from harness.evaluation.cluster.work import WorkLog
from harness.machine import record as machine
from harness.settings import ExecutorSettings
from harness.settings.encoder import EncoderSettings
from primitives import MultiVectors

AHEAD = 2
"""Batches under way for each process: one that is computed and one that is on its way."""


@dataclass(frozen=True)
class Facts:
    """What a process says of its encoder."""

    identity: EncoderIdentity
    window: int | None
    """Tokens of a text that are read at most; None for all, or where that is not known."""
    instructed: tuple[str, ...]
    """Roles whose prompt asks for the task's instruction."""
    most_vectors: Mapping[str, int] | None
    """See ManyVectorEncoder; None where the encoder is none."""
    computing_class: str
    """How the machine computes; see `harness.machine`."""
    stored: str = "float32"
    """What many vectors are kept in, see `harness.encoders.stored`."""
    sparse: bool = False
    """Whether these come with weights of words, see `harness.encoders.worded`."""


class EncoderProcess:
    """An actor that holds the encoder."""

    def __init__(self, settings: EncoderSettings) -> None:
        self._settings = settings
        self._encoder = load_encoder(settings)

    def facts(self) -> Facts:
        """What it is."""
        encoder: Any = self._encoder
        instructed, most_vectors = getattr(encoder, "instructed", ()), getattr(encoder, "most_vectors", None)
        return Facts(
            encoder.identity,
            getattr(encoder, "window", None),
            tuple(instructed),
            most_vectors,
            machine.computing_class(),
            getattr(encoder, "stored", "float32"),
            getattr(encoder, "sparse", False),
        )

    def variant(self, options: EmbedOptions) -> "str | Unable":
        """See Encoder.variant."""
        try:
            return self._encoder.variant(options)
        except EncodeRefused as refusal:
            return Unable(str(refusal))

    def similarity(self, queries: MultiVectors, documents: MultiVectors) -> FloatMatrix:
        """See ManyVectorEncoder."""
        encoder: Any = self._encoder
        scores: FloatMatrix = encoder.similarity(queries, documents)
        return scores

    def encode(self, texts: Sequence[str], options: EmbedOptions) -> "Encoded":
        """Encode texts, by default one batch of them."""
        import ray

        batches = list(self._encoder.encode_batches(texts, options))
        return Encoded(ray.get_runtime_context().get_node_id(), machine.computing_class(), batches)


@dataclass(frozen=True)
class Encoded:
    """Batches, and the node where they were made."""

    node: str
    computing_class: str
    batches: list[EncodedBatch]


@dataclass(frozen=True)
class Unable:
    """What an encoder refuses, in one sentence."""

    reason: str


class SpreadEncoder:
    """An Encoder whose work is done by processes on a cluster."""

    def __init__(self, processes: Sequence[Any], facts: Facts, batch_size: int, work: WorkLog, one_class: bool) -> None:
        self._one_class = one_class
        self._processes = list(processes)
        self._work = work
        self._class = facts.computing_class
        self._batch_size = batch_size
        self._variants: dict[str, str | Unable] = {}
        self.identity = facts.identity
        self.window = facts.window
        self.instructed = facts.instructed

    @property
    def name(self) -> str:
        """See Encoder."""
        return self.identity.name

    @property
    def fingerprint(self) -> str:
        """See Encoder."""
        return self.identity.fingerprint

    @property
    def dim(self) -> int:
        """See Encoder."""
        return self.identity.dim

    def variant(self, options: EmbedOptions = DOCUMENT) -> str:
        """See Encoder. Each kind of request is asked about once."""
        asked = replace(options, dim=None)
        found = self._variants.get(repr(asked))
        if found is None:
            found = self._variants[repr(asked)] = _get(self._processes[0].variant.remote(asked))
        if isinstance(found, Unable):
            raise EncodeRefused(found.reason)
        return found

    def encode(self, texts: Sequence[str], options: EmbedOptions = DOCUMENT) -> FloatMatrix:
        """See Encoder."""
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        for batch in self.encode_batches(texts, options):
            vectors[batch.positions] = batch.vectors
        return cut(vectors, options.dim)

    def encode_batches(self, texts: Sequence[str], options: EmbedOptions = DOCUMENT) -> Iterator[EncodedBatch]:
        """See Encoder."""
        check_texts(texts)
        self.variant(options)
        return self._batches(texts, options)

    def _batches(self, texts: Sequence[str], options: EmbedOptions) -> Iterator[EncodedBatch]:
        under_way: deque[tuple[np.typing.NDArray[np.int64], Any]] = deque()
        caps = [cap for cap in (options.max_tokens, self.window) if cap is not None]
        batches = length_sorted(texts, self._batch_size, min(caps, default=None))
        for number, positions in enumerate(batches):
            process = self._processes[number % len(self._processes)]
            under_way.append((positions, process.encode.remote([texts[at] for at in positions.tolist()], options)))
            if len(under_way) >= AHEAD * len(self._processes):
                yield from self._placed(*under_way.popleft())
        while under_way:
            yield from self._placed(*under_way.popleft())

    def _placed(self, positions: "np.typing.NDArray[np.int64]", reference: Any) -> Iterator[EncodedBatch]:
        encoded: Encoded = _get(reference)
        if self._one_class and encoded.computing_class != self._class:
            raise _other_class({self._class, encoded.computing_class})
        for batch in encoded.batches:
            self._work.encoded(encoded.node, len(batch.positions), batch.seconds)
            yield replace(batch, positions=positions[batch.positions])


class SpreadManyEncoder(SpreadEncoder):
    """The same with many vectors a text."""

    def __init__(self, processes: Sequence[Any], facts: Facts, batch_size: int, work: WorkLog, one_class: bool) -> None:
        super().__init__(processes, facts, batch_size, work, one_class)
        self.most_vectors = facts.most_vectors or {}
        self.stored, self.sparse = facts.stored, facts.sparse

    def similarity(self, queries: MultiVectors, documents: MultiVectors) -> FloatMatrix:
        """See ManyVectorEncoder. One process computes all of it, so that it has the same bits always."""
        scores: FloatMatrix = _get(self._processes[0].similarity.remote(queries, documents))
        return scores


def require_alike(facts: Sequence[Facts], *, one_class: bool) -> None:
    """Raise EncoderError where processes are other encoders, or, if need be, on machines of other classes."""
    prints = {fact.identity.fingerprint for fact in facts}
    if len(prints) > 1:
        raise EncoderError(
            f"The processes of encoder {facts[0].identity.name} encode differently (fingerprints "
            f"{', '.join(sorted(prints))}); use machines and versions of one kind, or executor.encoders=1."
        )
    classes = {fact.computing_class for fact in facts}
    if one_class and len(classes) > 1:
        raise _other_class(classes)


def _other_class(classes: set[str]) -> EncoderError:
    return EncoderError(
        f"Processes of the encoder are on machines that compute differently ({', '.join(sorted(classes))}), so last "
        "digits of vectors may differ; use machines of one kind, executor.encoders=0, or executor.classes=any."
    )


@contextmanager
def spread_encoder(
    settings: EncoderSettings, executor: ExecutorSettings, work: WorkLog | None = None
) -> Iterator[SpreadEncoder]:
    """The encoder in `executor.encoders` processes, which end with it; `work` notes what each node encodes.

    A process that dies is started again and does its work again, which nobody is charged for. Raises what
    `load_encoder` raises.
    """
    import ray

    options = {
        "num_cpus": 0,  # beside the workers, which programs keep waiting while they wait for vectors
        "num_gpus": executor.encoder_gpus,
        "max_restarts": -1,
        "max_task_retries": -1,
    }
    process = ray.remote(**options)(EncoderProcess)
    places = _places(executor)
    processes = [process.options(scheduling_strategy=place).remote(settings) for place in places]
    try:
        facts = [_get(each.facts.remote()) for each in processes]
        require_alike(facts, one_class=executor.classes == "one")
        kind = SpreadEncoder if facts[0].most_vectors is None else SpreadManyEncoder
        yield kind(processes, facts[0], settings.batch_size, work or WorkLog(), executor.classes == "one")
    finally:
        for each in processes:
            ray.kill(each)


def _places(executor: ExecutorSettings) -> list[Any]:
    """Where the processes are to be, one for each.

    Ray spreads what takes GPUs. What takes nothing it puts anywhere, perhaps all of it on one node, or on a head that
    is to run nothing: that is dealt out here, node after node.
    """
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    nodes = sorted(node["NodeID"] for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU"))
    if executor.encoder_gpus or not nodes:
        return ["SPREAD"] * executor.encoders
    dealt = islice(cycle(nodes), executor.encoders)
    return [NodeAffinitySchedulingStrategy(node, soft=True) for node in dealt]


def _get(reference: Any) -> Any:
    """What an actor answered. Raises its sentence for people, EncoderError where the cluster has no answer."""
    import ray

    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, HarnessError):
            raise error.cause from None
        raise EncoderError(f"A process of the encoder failed ({type(error.cause).__name__}: {error.cause}).") from error
    except ray.exceptions.ActorDiedError as error:
        said = _cause(error)
        raise EncoderError(
            f"A process of the encoder does not start ({said}); look at its machine's memory."
        ) from error
    except ray.exceptions.RayError as error:
        raise EncoderError(f"A process of the encoder is gone ({type(error).__name__}).") from error


def _cause(error: Exception) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:300] if lines else type(error).__name__
