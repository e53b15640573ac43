"""Representative tokens: what a masked or diffusion language model would say of a text, read in one pass.

A text is put between two pieces of a prompt that ask for K words and end in K masks. The hidden states at the masks are
its vectors; where the model has a head, the greatest of their logits are a sparse vector over its words.

Source: PromptReps (Zhuang et al., 2024) for one word at a time, DiffRetriever (arXiv:2605.07210) for all in one pass.
The prompt is worded here; `encoder.options.before` and `after` take the published ones.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from harness.encoders.many import ManyVectors
from harness.encoders.matryoshka import unit_rows
from harness.encoders.open_language_model import OpenedLanguageModel
from harness.encoders.protocol import EmbedOptions, EncodeRefused, FloatMatrix
from harness.encoders.texts import clean, length_sorted
from harness.encoders.threads import FreeCores
from harness.encoders.token_cap import TokenLimit
from harness.errors import EncoderError
from harness.settings.encoder import EncoderSettings
from primitives import minmax

MOST_MASKS = 32
"""Vectors of a text at most: the masks are read together with it."""
SPARSE_WORDS = 256
"""Words that a sparse vector keeps, as published."""

BEFORE = {"query": 'Query: "', "document": 'Passage: "'}
AFTER = '". Words in lowercase that stand for it in a search: "'


class RepresentativeEncoder(ManyVectors):
    """Vectors of the K words that a loaded language model would put for a text; several threads may use it.

    `before` by role and `after` stand around a text, `after` followed by the masks. A text's one vector is the mean of
    those that it has in a task. Raises EncoderError for a model that reads too few tokens for the prompt.
    """

    way = "representative"
    """How the words are had; part of the name and of the fingerprint."""

    def __init__(
        self,
        opened: OpenedLanguageModel,
        settings: EncoderSettings,
        *,
        before: Mapping[str, str] = BEFORE,
        after: str = AFTER,
        **counts: Any,
    ) -> None:
        self._model, self._words, self._mask = opened.model.eval(), opened.tokenizer, opened.mask
        self._threads, self._free_cores, self._lock = settings.threads, FreeCores(), threading.Lock()
        self._after = self._ids(after)
        frame = max(len(self._ids(text)) for text in before.values()) + len(self._after) + MOST_MASKS + 2
        own = getattr(opened.model.config, "max_position_embeddings", None)
        if own is not None and own <= frame:
            raise EncoderError(f"The encoder {opened.name} reads {own} tokens, which leaves no room beside the prompt.")
        super().__init__(
            name=f"{opened.name}-{self.way}",
            prompts=dict(before) | dict(settings.prompts),
            adapters=(),
            model_dim=opened.model.config.hidden_size,
            dim=settings.dim,
            limit=TokenLimit(own, frame, settings.max_tokens),
            batch_size=settings.batch_size,
            **counts,
        )
        more = {"many": f"{self._told(self.way)}, after={after!r}"}
        dtype = str(opened.model.dtype).removeprefix("torch.")
        self.identity = self._identify(opened.revision, dtype, library=opened.library, **more)

    def encode_sparse(self, texts: Sequence[str], options: EmbedOptions) -> csr_matrix:
        """The greatest of log(1 + max(0, logit)) over the masks, of each text's SPARSE_WORDS greatest: (n, words).

        Raises EncodeRefused where the model has no head.
        """
        prompt, role, cap = self._resolve(options)
        rows: list[FloatMatrix] = [np.empty(0, np.float32)] * len(texts)
        for positions in length_sorted(texts, self._batch_size, cap):
            some = [clean(texts[i]) for i in positions]
            _, logits, _ = self._read(some, prompt, cap, self._count(role, options.vectors))
            if logits is None:
                raise EncodeRefused(f"Encoder {self.name} has no head over words, so it gives no sparse vectors.")
            for position, found in zip(positions.tolist(), logits, strict=True):
                rows[position] = _greatest(found.max(axis=0), self._words.all_special_ids)
        return csr_matrix(np.stack(rows)) if rows else csr_matrix((0, self._model.config.vocab_size), dtype=np.float32)

    def _reads_task(self) -> bool:
        return True

    def _forward(
        self, texts: list[str], prompt: str, task: str, cap: int | None
    ) -> tuple[FloatMatrix, NDArray[np.int64]]:
        pooled, _, tokens = self._forward_many(texts, prompt, task, cap, self.most_vectors[task])
        return pooled, tokens

    def _forward_many(
        self, texts: list[str], prompt: str, task: str, cap: int | None, most: int
    ) -> tuple[FloatMatrix, list[FloatMatrix], NDArray[np.int64]]:
        hidden, _, tokens = self._read(texts, prompt, cap, self._count(task, most))
        parts = [unit_rows(rows) for rows in hidden]
        return np.stack([part.mean(axis=0) for part in parts]), parts, tokens

    def _count(self, role: str, most: int | None) -> int:
        """Masks: so many as are asked for, by default those of the role."""
        return min(most or self.most_vectors.get(role, MOST_MASKS), MOST_MASKS)

    def _read(
        self, texts: list[str], prompt: str, cap: int | None, count: int
    ) -> tuple[FloatMatrix, FloatMatrix | None, NDArray[np.int64]]:
        """Hidden states (b, count, width), logits (b, count, words) where there are any, and tokens read, (b,)."""
        import torch

        rows = [self._row(text, prompt, cap, count) for text in texts]
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        ids = torch.full((len(rows), int(lengths.max())), self._words.pad_token_id or 0)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = torch.tensor(row)
        attended = torch.arange(ids.shape[1])[None] < torch.from_numpy(lengths)[:, None]
        device = self._model.device
        with self._lock, torch.inference_mode():
            self._take_threads()
            output = self._model(
                input_ids=ids.to(device), attention_mask=attended.long().to(device), output_hidden_states=True
            )
        masks = torch.tensor([[place for place, one in enumerate(row) if one == self._mask][-count:] for row in rows])
        at = torch.arange(len(rows))[:, None], masks
        logits = getattr(output, "logits", None)
        found: FloatMatrix = output.hidden_states[-1].cpu()[at].float().numpy()
        return found, None if logits is None else logits.cpu()[at].float().numpy(), lengths

    def _take_threads(self) -> None:
        import torch

        if self._model.device.type == "cpu":
            torch.set_num_threads(self._threads or self._free_cores.look())

    def _row(self, text: str, prompt: str, cap: int | None, count: int) -> list[int]:
        """A text's tokens between the pieces of the prompt, and the masks; the text is cut, never the prompt."""
        before, masks = self._ids(prompt), [self._mask] * count
        first = [] if self._words.cls_token_id is None else [self._words.cls_token_id]
        last = [] if self._words.sep_token_id is None else [self._words.sep_token_id]
        frame = len(first) + len(before) + len(self._after) + count + len(last)
        own = self._ids(text)[: None if cap is None else max(0, cap - frame)]
        return [*first, *before, *own, *self._after, *masks, *last]

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._words(text, add_special_tokens=False)["input_ids"]
        return ids


def fused(dense: FloatMatrix, sparse: FloatMatrix) -> FloatMatrix:
    """The mean of both scores (Q, N), each from 0 to 1 within a query, as published: float32 (Q, N)."""
    both: FloatMatrix = ((minmax(dense) + minmax(sparse)) / 2).astype(np.float32)
    return both


def _greatest(logits: FloatMatrix, special: Sequence[int]) -> FloatMatrix:
    """log(1 + max(0, logit)) of the greatest, the others 0; (words,)."""
    weights: FloatMatrix = np.log1p(np.maximum(logits, 0)).astype(np.float32)
    weights[[one for one in special if one < len(weights)]] = 0
    if len(weights) > SPARSE_WORDS:
        weights[np.argsort(-weights, kind="stable")[SPARSE_WORDS:]] = 0
    return weights
