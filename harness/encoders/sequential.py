"""Representative tokens said one after another by a causal language model: what one pass over masks is held against.

Each of the K vectors of a text is the hidden state from which the next word is said, greedily, and each word said is
read before the next one: K passes, where masks need one.

Source: PromptReps (Zhuang et al., 2024), whose first word this is where K is 1.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.encoders.protocol import FloatMatrix
from harness.encoders.representative import RepresentativeEncoder


class SequentialEncoder(RepresentativeEncoder):
    """A RepresentativeEncoder over a causal language model. Tokens read count the words said, each but the last."""

    way = "sequential"

    def _read(
        self, texts: list[str], prompt: str, cap: int | None, count: int
    ) -> tuple[FloatMatrix, FloatMatrix | None, NDArray[np.int64]]:
        import torch
        from transformers import GenerationConfig

        rows = [self._row(text, prompt, cap, count) for text in texts]
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        pad = self._words.pad_token_id or 0
        # Padded on the left, so that all texts end, and go on, at the same place.
        ids = torch.full((len(rows), int(lengths.max())), pad)
        attended = torch.zeros_like(ids)
        for place, row in enumerate(rows):
            ids[place, -len(row) :] = torch.tensor(row)
            attended[place, -len(row) :] = 1
        make: Any = GenerationConfig  # the library does not type it
        greedy = make(max_new_tokens=count, min_new_tokens=count, do_sample=False, num_beams=1, pad_token_id=pad)
        device = self._model.device
        with self._lock, torch.inference_mode():
            self._take_threads()
            said: Any = self._model.generate(
                input_ids=ids.to(device),
                attention_mask=attended.to(device),
                generation_config=greedy,
                output_hidden_states=True,
                output_logits=True,
                return_dict_in_generate=True,
            )
        hidden = torch.stack([step[-1][:, -1] for step in said.hidden_states], dim=1)
        logits = torch.stack(said.logits, dim=1)
        return hidden.float().cpu().numpy(), logits.float().cpu().numpy(), lengths + count - 1

    def _row(self, text: str, prompt: str, cap: int | None, count: int) -> list[int]:
        """A text's tokens between the pieces of the prompt; the text is cut, never the prompt."""
        first = [] if self._words.bos_token_id is None else [self._words.bos_token_id]
        before = [*first, *self._ids(prompt)]
        room = None if cap is None else max(0, cap - len(before) - len(self._after) - count)
        return [*before, *self._ids(text)[:room], *self._after]
