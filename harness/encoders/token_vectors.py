"""Many vectors a text from a model that was trained to give one: those of its tokens."""

from collections.abc import Mapping
from typing import Any

from harness.encoders.many import ManyVectors, Read, pooled_tokens
from harness.encoders.matryoshka import unit_rows
from harness.encoders.protocol import EmbedOptions, FloatMatrix
from harness.encoders.sentence_transformer import SentenceTransformerEncoder
from harness.errors import EncoderError


class TokenVectorEncoder(ManyVectors, SentenceTransformerEncoder):
    """The contextual vectors of a text's tokens, pooled to at most as many as are asked for, beside the model's one.

    Special tokens count as tokens: the model's own mean has them too. Nothing is trained. Raises EncoderError as
    SentenceTransformerEncoder does, and where tokens are not as wide as texts.
    """

    def __init__(self, *, name: str, **rest: Any) -> None:
        super().__init__(name=f"{name}-tokens", **rest)
        next(self.encode_batches(["text"], EmbedOptions(vectors=1)))  # what it lacks is told before anything slow

    def _identify(self, revision: str, dtype: str, *, library: str = "", **more: str) -> Any:
        own: Mapping[str, str] = {"many": self._told("tokens, Ward")}
        return super()._identify(revision, dtype, library=library, **more, **own)

    def _forward_many(self, texts: list[str], prompt: str, task: str, cap: int | None, most: int) -> Read:
        output, tokens = self._outputs(texts, prompt, task, cap)
        if "token_embeddings" not in output or "attention_mask" not in output:
            raise EncoderError(f"The model of encoder {self.name} gives no vectors of tokens; use a transformer.")
        found, mask = output["token_embeddings"].float().cpu().numpy(), output["attention_mask"].bool().cpu().numpy()
        pooled: FloatMatrix = output["sentence_embedding"].float().cpu().numpy()
        if found.shape[-1] != pooled.shape[-1]:
            raise EncoderError(
                f"The tokens of encoder {self.name} are {found.shape[-1]} wide and its texts {pooled.shape[-1]}; use a "
                "model without a layer behind its pooling."
            )
        # A text without tokens has its one vector for all.
        parts = [
            pooled_tokens(unit_rows(rows[kept]), most) if kept.any() else one[None]
            for rows, kept, one in zip(found, mask, pooled, strict=True)
        ]
        return Read(pooled, parts, tokens)
