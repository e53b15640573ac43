"""What every frozen encoder offers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # an exported package has these files and maybe no primitives
    from primitives import MultiVectors

FloatMatrix = NDArray[np.float32]


@dataclass(frozen=True)
class EmbedOptions:
    """How the texts of a request are to be encoded."""

    role: str = "document"
    adapter: str | None = None
    """None takes the model's first, where it has any."""
    dim: int | None = None
    """Leading components to keep, normalised again; None for all."""
    max_tokens: int | None = None
    """Tokens at which each text is cut; None for the model's own limit."""
    vectors: int | None = None
    """Vectors that each text is given at most, beside its one; None for that alone."""
    instructions: Mapping[str, str] | None = None
    """Role to what the task tells a model that reads instructions, for prompts that ask for it; None: no task."""


DOCUMENT = EmbedOptions()
QUERY = EmbedOptions(role="query")


class EncodeRefused(ValueError):
    """The encoder cannot do what was asked (no such adapter, role or dimension); one sentence says why.

    A program sees it as a ValueError raised by `embed_fn`; it is never a fault of the harness.
    """


@dataclass(frozen=True)
class EncoderIdentity:
    """What is recorded of an encoder with every run."""

    name: str
    fingerprint: str
    revision: str
    dtype: str
    dim: int
    library: str
    """Library name and version, for example `sentence-transformers 6.2.0`."""


@dataclass(frozen=True)
class EncodedBatch:
    """Some of the texts of one request, encoded in one forward pass."""

    positions: NDArray[np.int64]
    """Where the texts stand in the request, int64 (b,)."""
    vectors: FloatMatrix
    """Unit rows of full width, float32 (b, dim)."""
    tokens: NDArray[np.int64]
    """Tokens that the forward pass read for each text, prompt included, after the cap; int64 (b,)."""
    seconds: float
    """Wall time of the batch, tokenisation included."""
    many: "MultiVectors | None" = None
    """Where the request asks for `vectors`: those of the b texts, as wide as the one."""


class Encoder(Protocol):
    """A frozen text encoder."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str:
        """Hash of five encoded fixed sentences (rounded), name, revision, dtype and library version."""

    @property
    def dim(self) -> int:
        """Full width of a vector."""

    @property
    def identity(self) -> EncoderIdentity: ...

    def variant(self, options: EmbedOptions = DOCUMENT) -> str:
        """Name what decides a text's full vector: prompt, adapter and effective token cap.

        Two requests of equal variant and text have equal vectors, so the variant is the cache's key; `dim` only cuts
        them and is no part of it.
        Raises EncodeRefused for an unknown role or adapter or a cap below one.
        """

    def encode(self, texts: Sequence[str], options: EmbedOptions = DOCUMENT) -> FloatMatrix:
        """Encode n texts to unit rows, float32 (n, dim).

        Raises EncodeRefused where the model lacks the role, the adapter or the dimension.
        """

    def encode_batches(self, texts: Sequence[str], options: EmbedOptions = DOCUMENT) -> Iterator[EncodedBatch]:
        """Encode n texts at full width, longest first, one batch at a time; what is done may be kept if it breaks off.

        Raises EncodeRefused before the first batch, as `encode` does.
        """


class ManyVectorEncoder(Encoder, Protocol):
    """An encoder that gives a text many vectors where it is asked for `vectors`, and its one pooled vector always."""

    @property
    def most_vectors(self) -> Mapping[str, int]:
        """How many vectors a text of each role has at most in a task."""

    def similarity(self, queries: "MultiVectors", documents: "MultiVectors") -> FloatMatrix:
        """Scores of Q texts for N others, float32 (Q, N)."""
