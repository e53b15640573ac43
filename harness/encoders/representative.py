"""Representative tokens: what a masked or diffusion language model would say of a text, read in one pass.

A text is put into a prompt that asks for K words and ends in K masks. The hidden states at the masks are its vectors,
up to the first at which the model would say that its answer is over. With `sparse`, the greatest of their logits weigh
the words of the text itself, and the similarity is the mean of both, each from 0 to 1 within a query.

Source: PromptReps (Zhuang et al., 2024) for one word at a time, DiffRetriever (arXiv:2605.07210) for all in one pass.
"""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from harness.encoders.many import ManyVectors, Read
from harness.encoders.matryoshka import unit_rows
from harness.encoders.open_language_model import OpenedLanguageModel, pad_of
from harness.encoders.padding import by_token
from harness.encoders.protocol import FloatMatrix
from harness.encoders.retrieval_prompt import Frame, Wording, ids_of, make_frame
from harness.encoders.threads import FreeCores
from harness.encoders.token_cap import TokenLimit
from harness.encoders.worded import UNIT, WordedVectors, fused, word_scores
from harness.errors import EncoderError
from harness.settings.encoder import EncoderSettings
from primitives import MultiVectors
from primitives.tokens import words as words_of_text

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MOST_MASKS = 32
"""Vectors of a text at most: the masks are read together with it."""
SPARSE_WORDS = 256
"""Weights that a text keeps at most, as published."""


@dataclass(frozen=True)
class Said:
    """What a model would say of b texts, in K words each."""

    hidden: FloatMatrix
    """Where each word is read, float32 (b, K, width)."""
    logits: FloatMatrix | None
    """Float32 (b, K, words); None where nobody asks for them."""
    kept: NDArray[np.int64]
    """Of these words, those before the answer is over: 1 to K, (b,)."""
    tokens: NDArray[np.int64]
    """Tokens read, (b,)."""


class RepresentativeEncoder(ManyVectors):
    """Vectors of the K words that a loaded language model would put for a text; several threads may use it.

    A text's one vector is the mean of those that it has in a task. Raises EncoderError for a model that reads too few
    tokens for the prompt.
    """

    way = "representative"
    """How the words are had; part of the name and of the fingerprint."""
    floor = 0.0

    def __init__(
        self,
        opened: OpenedLanguageModel,
        settings: EncoderSettings,
        *,
        wording: Wording = Wording(),  # noqa: B008
        sparse: bool = False,
        **counts: Any,
    ) -> None:
        self._model, self._words, self._mask = opened.model, opened.tokenizer, opened.mask
        self._padding, self._wording, self.sparse = opened.padding, wording, sparse
        self._threads, self._free_cores, self._lock = settings.threads, FreeCores(), threading.Lock()
        self._frames: dict[tuple[str, str, int], Frame] = {}
        self._stops = self._ends_of_answer()
        prompts = dict(wording.before) | dict(settings.prompts)
        frame = MOST_MASKS + max(
            self._frame(prompt, role, count).size for role, prompt in prompts.items() for count in (1, 2)
        )
        own = _places(opened.model.config)
        if own is not None and own <= frame:
            raise EncoderError(f"The encoder {opened.name} reads {own} tokens, which leaves no room beside the prompt.")
        super().__init__(
            name=f"{opened.name}-{self.way}",
            prompts=prompts,
            adapters=(),
            model_dim=opened.model.config.hidden_size,
            dim=settings.dim,
            limit=TokenLimit(own, frame, settings.max_tokens),
            batch_size=settings.batch_size,
            **counts,
        )
        fused_too = ", words" if sparse else ""
        asked = [wording.of(role, count) for role in ("query", "document") for count in (1, 2)]
        more = {"many": f"{self._told(self.way)}, {asked}{fused_too}"}
        dtype = str(opened.model.dtype).removeprefix("torch.")
        self.identity = self._identify(opened.revision, dtype, library=opened.library, **more)

    def similarity(self, queries: MultiVectors, documents: MultiVectors) -> FloatMatrix:
        """MaxSim, no vector below 0, and where both have weights of words, the mean with their inner product."""
        dense = super().similarity(queries, documents)
        if not (isinstance(queries, WordedVectors) and isinstance(documents, WordedVectors)):
            return dense
        return fused(dense, word_scores(queries.words, documents.words))

    def _reads_task(self) -> bool:
        return True

    def _forward(
        self, texts: list[str], prompt: str, task: str, cap: int | None
    ) -> tuple[FloatMatrix, NDArray[np.int64]]:
        read = self._forward_many(texts, prompt, task, cap, self.most_vectors[task])
        return read.pooled, read.tokens

    def _forward_many(self, texts: list[str], prompt: str, task: str, cap: int | None, most: int) -> Read:
        said = self._read(texts, prompt, task, cap, min(most, MOST_MASKS))
        parts = [unit_rows(rows[:kept]) for rows, kept in zip(said.hidden, said.kept, strict=True)]
        words = self._weights(texts, said) if self.sparse else None
        return Read(np.stack([part.mean(axis=0) for part in parts]), parts, said.tokens, words)

    def _weights(self, texts: Sequence[str], said: Said) -> "csr_matrix":
        """Hundredths of log(1 + max(0, logit)), the greatest over the words kept, of each text's own words."""
        from scipy.sparse import csr_matrix

        if said.logits is None:
            raise EncoderError(
                f"The model of encoder {self.name} has no head over words; set encoder.options.sparse=false."
            )
        n_words = said.logits.shape[-1]
        places = [self._own_words(text, n_words) for text in texts]
        rows = [
            word_weights(logits[:kept].max(axis=0), own)
            for logits, kept, own in zip(said.logits, said.kept, places, strict=True)
        ]
        offsets = np.cumsum([0, *(len(found) for found, _ in rows)])
        found = np.concatenate([found for found, _ in rows]), np.concatenate([weights for _, weights in rows])
        return csr_matrix((found[1], found[0], offsets), shape=(len(texts), n_words))

    def _own_words(self, text: str, n_words: int) -> NDArray[np.int64]:
        """Tokens of a text's words, English function words aside, in rising order."""
        words = list(dict.fromkeys(words_of_text(text)))
        found = {one for word in words for one in ids_of(self._words, word)} - {self._mask}
        return np.array(sorted(one for one in found if one < n_words), dtype=np.int64)

    def _ends_of_answer(self) -> Collection[int]:
        """Words at which the answer is over, as published: special tokens but the mask."""
        return set(self._words.all_special_ids) - {self._mask}

    def _read(self, texts: list[str], prompt: str, role: str, cap: int | None, count: int) -> Said:
        import torch

        assert self._mask is not None
        frame = self._frame(prompt, role, count)
        rows = [[*row, *[self._mask] * count, *frame.closing] for row in self._rows(texts, frame, cap, count)]
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        hidden, words, logits = [], [], []
        with self._lock, torch.inference_mode():
            self._take_threads()
            for some in self._together(lengths):
                output = self._output([rows[place] for place in some])
                masks = torch.tensor([[len(rows[place]) - len(frame.closing) - count] for place in some])
                at = torch.arange(len(some))[:, None], masks + torch.arange(count)
                hidden.append(output.hidden_states[-1][at].float().cpu())
                if (found := getattr(output, "logits", None)) is not None:
                    words.append(found[at].argmax(dim=-1).cpu())
                    logits += [found[at].float().cpu()] if self.sparse else []
        order = np.argsort(np.concatenate(self._together(lengths)))
        kept = words_kept(torch.cat(words).numpy()[order], self._stops) if words else np.full(len(rows), count)
        return Said(
            torch.cat(hidden).numpy()[order], torch.cat(logits).numpy()[order] if logits else None, kept, lengths
        )

    def _together(self, lengths: NDArray[np.int64]) -> list[list[int]]:
        """Places of the rows that are read in one pass: all, or those of one length where padding would be seen."""
        places = list(range(len(lengths)))
        if self._padding is not None:
            return [places]
        places.sort(key=lambda place: lengths[place])
        return [list(some) for _, some in groupby(places, key=lambda place: lengths[place])]

    def _output(self, rows: list[list[int]]) -> Any:
        """The model's output for token ids of these lengths, padded on the right."""
        import torch

        ids = torch.full((len(rows), max(map(len, rows))), pad_of(self._words))
        attended = torch.zeros_like(ids, dtype=torch.bool)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = torch.tensor(row)
            attended[place, : len(row)] = True
        device = self._model.device
        mask = None if self._padding is None else self._padding(attended).to(device)
        told = {} if self._padding is by_token else {"return_dict": True}
        return self._model(input_ids=ids.to(device), attention_mask=mask, output_hidden_states=True, **told)

    def _take_threads(self) -> None:
        import torch

        if self._model.device.type == "cpu":
            torch.set_num_threads(self._threads or self._free_cores.look())

    def _frame(self, prompt: str, role: str, count: int) -> Frame:
        key = prompt, role, min(count, 2)  # from two on, all counts are asked for alike
        if key not in self._frames:
            frame = make_frame(self._words, self._wording, *key)
            # Who says words one after another is stopped behind them.
            self._frames[key] = frame if self._mask is not None else replace(frame, closing=[])
        return self._frames[key]

    def _rows(self, texts: list[str], frame: Frame, cap: int | None, count: int) -> list[list[int]]:
        """Texts' tokens in the prompt, up to the first word of the answer; a text is cut, never the prompt."""
        room = None if cap is None else max(0, cap - frame.size - count)
        return [[*frame.first, *ids_of(self._words, text)[:room], *frame.last] for text in texts]


def words_kept(words: NDArray[np.int64], stops: Collection[int]) -> NDArray[np.int64]:
    """How many of the words said, (b, K), stand before the first that ends an answer; all where none would, (b,)."""
    ends = np.isin(words, list(stops))
    first = np.where(ends.any(axis=1), ends.argmax(axis=1), words.shape[1])
    kept: NDArray[np.int64] = np.where(first == 0, words.shape[1], first)
    return kept


def word_weights(logits: FloatMatrix, own: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """Of logits (words,) at the rising places `own` those kept: places, and hundredths of log(1 + max(0, logit))."""
    weights = np.floor(UNIT * np.log1p(np.maximum(logits[own], 0, dtype=np.float64))).astype(np.uint16)
    greatest = np.sort(np.argsort(-weights.astype(np.int64), kind="stable")[:SPARSE_WORDS])
    greatest = greatest[weights[greatest] > 0]
    return own[greatest], weights[greatest]


def _places(config: Any) -> int | None:
    """Tokens that a model reads at most, as its config names them."""
    names = ("max_position_embeddings", "max_sequence_length")
    return next((value for name in names if (value := getattr(config, name, None)) is not None), None)
