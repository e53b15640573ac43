"""What all encoders share: prompts, adapters and caps of a request, batches, and the facts of the fingerprint."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from numpy.typing import NDArray

from harness.encoders.fingerprint import SENTENCES, fingerprint
from harness.encoders.matryoshka import cut, unit_rows
from harness.encoders.protocol import DOCUMENT, EmbedOptions, EncodedBatch, EncodeRefused, EncoderIdentity, FloatMatrix
from harness.encoders.roles import INSTRUCTION, fill
from harness.encoders.texts import check_texts, clean, length_sorted
from harness.encoders.token_cap import TokenLimit
from harness.errors import EncoderError


class BaseEncoder(ABC):
    """An encoder but for its forward pass. A subclass calls `_identify` when it can encode.

    Raises EncoderError where the model, `model_dim` wide, cannot be narrowed to `dim`.
    """

    identity: EncoderIdentity
    facts: Mapping[str, object]
    """What decides a vector beside the weights, as the fingerprint covers it."""
    in_circles = True
    """Whether what it holds may hold itself, as modules of torch do, so that only a collection frees its memory."""

    def __init__(
        self,
        *,
        name: str,
        prompts: Mapping[str, str],
        adapters: Sequence[str],
        model_dim: int,
        dim: int | None,
        limit: TokenLimit,
        batch_size: int,
    ) -> None:
        if dim is not None and not 1 <= dim <= model_dim:
            raise EncoderError(f"Encoder {name} is {model_dim} wide; set encoder.dim to 1 to {model_dim}.")
        self.name = name
        self.dim = dim or model_dim
        self._prompts = {"query": "", "document": ""} | dict(prompts)
        self._adapters = tuple(adapters)
        self._limit = limit
        self._batch_size = batch_size

    @abstractmethod
    def _forward(
        self, texts: list[str], prompt: str, task: str, cap: int | None
    ) -> tuple[FloatMatrix, NDArray[np.int64]]:
        """Vectors as the model gives them, float32 (b, model_dim), and tokens read, int64 (b,)."""

    def _reads_task(self) -> bool:
        """Whether the task decides a vector."""
        return False

    @property
    def fingerprint(self) -> str:
        """See protocol.Encoder."""
        return self.identity.fingerprint

    @property
    def instructed(self) -> tuple[str, ...]:
        """Roles whose prompt asks for the task's instruction."""
        return tuple(role for role, prompt in self._prompts.items() if INSTRUCTION in prompt)

    @property
    def window(self) -> int | None:
        """Tokens of a text that are read at most; None for all."""
        return self._limit.limit

    def variant(self, options: EmbedOptions = DOCUMENT) -> str:
        """See protocol.Encoder."""
        self._refuse_many(options)
        prompt, task, cap = self._resolve(options)
        return repr((prompt, task if self._reads_task() else None, cap))

    def encode(self, texts: Sequence[str], options: EmbedOptions = DOCUMENT) -> FloatMatrix:
        """See protocol.Encoder."""
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        for batch in self.encode_batches(texts, options):
            vectors[batch.positions] = batch.vectors
        return cut(vectors, options.dim)

    def encode_batches(self, texts: Sequence[str], options: EmbedOptions = DOCUMENT) -> Iterator[EncodedBatch]:
        """See protocol.Encoder."""
        check_texts(texts)
        self._refuse_many(options)
        return self._batches(texts, *self._resolve(options))

    def _batches(self, texts: Sequence[str], prompt: str, task: str, cap: int | None) -> Iterator[EncodedBatch]:
        for positions in length_sorted(texts, self._batch_size, cap):
            start = time.perf_counter()
            raw, tokens = self._forward([clean(texts[i]) for i in positions], prompt, task, cap)
            if not np.isfinite(raw).all():
                raise EncoderError(
                    f"Encoder {self.name} answered with numbers that are not finite; set encoder.dtype=float32."
                )
            yield EncodedBatch(positions, unit_rows(raw[:, : self.dim]), tokens, time.perf_counter() - start)

    def _refuse_many(self, options: EmbedOptions) -> None:
        if options.vectors is not None:
            raise EncodeRefused(f"Encoder {self.name} gives a text one vector; leave out vectors.")

    def _resolve(self, options: EmbedOptions) -> tuple[str, str, int | None]:
        """Prompt, task and token cap that a request comes to; EncodeRefused where the model lacks one.

        A task is what sentence-transformers calls so: the adapter, or for a model with two towers the role.
        """
        role, adapter = options.role, options.adapter
        if role not in self._prompts:
            raise EncodeRefused(f"Encoder {self.name} has no role {role!r}; it has {_listed(self._prompts)}.")
        if adapter is not None and adapter not in self._adapters:
            raise EncodeRefused(f"Encoder {self.name} has no adapter {adapter!r}; it has {_listed(self._adapters)}.")
        task = adapter or next(iter(self._adapters), None) or role
        return fill(self._prompts[role], role, options.instructions), task, self._limit.effective(options.max_tokens)

    def _check_adapters(self) -> None:
        """The library ignores a keyword that a model does not know, so ask, and see whether two adapters differ."""
        if not self._adapters:
            return
        if not self._reads_task():
            raise EncoderError(f"Encoder {self.name} has no adapters; set encoder.adapters=[].")
        try:
            answers = {
                self.encode(SENTENCES[:1], EmbedOptions(adapter=adapter)).tobytes() for adapter in self._adapters
            }
        except (ValueError, KeyError) as error:
            raise EncoderError(f"Encoder {self.name} lacks an adapter ({error}); check encoder.adapters.") from None
        if len(answers) < len(set(self._adapters)):
            raise EncoderError(f"Encoder {self.name} answers alike with different adapters; check encoder.adapters.")

    def _five_rows(self) -> FloatMatrix:
        """The five sentences' unit rows, float32 (5, dim), as the fingerprint takes them."""
        return self.encode(SENTENCES)

    def _identify(self, revision: str, dtype: str, *, library: str = "", **more: str) -> EncoderIdentity:
        """Take the fingerprint; `library` is by default sentence-transformers, `more` what else decides a vector."""
        library = library or _library()
        self.facts = {
            "name": self.name,
            "revision": revision,
            "dtype": dtype,
            "library": library,
            "prompts": self._prompts,
            "adapters": self._adapters,
            "max_tokens": self._limit.limit,
            **more,
        }
        return EncoderIdentity(
            name=self.name,
            fingerprint=fingerprint(self._five_rows(), self.facts),
            revision=revision,
            dtype=dtype,
            dim=self.dim,
            library=library,
        )


def _library() -> str:
    """The library's version, read without importing it: static models do without, and may be where there is none."""
    try:
        return f"sentence-transformers {version('sentence-transformers')}"
    except PackageNotFoundError:
        return "no sentence-transformers"


def _listed(names: Mapping[str, str] | Sequence[str]) -> str:
    return ", ".join(sorted(names)) or "none"
