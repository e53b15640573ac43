"""Representative tokens said one after another by a causal language model: what one pass over masks is held against.

Each of the K vectors of a text is the hidden state from which the next word is said, greedily, and each word said is
read before the next one: K passes, where masks need one.

Source: PromptReps (Zhuang et al., 2024), whose first word this is where K is 1.
"""

from collections.abc import Collection
from typing import Any

import numpy as np

from harness.encoders.open_language_model import pad_of
from harness.encoders.representative import RepresentativeEncoder, Said
from harness.encoders.retrieval_prompt import QUOTE, ids_of


class SequentialEncoder(RepresentativeEncoder):
    """A RepresentativeEncoder over a causal language model. Tokens read count the words said, each but the last."""

    way = "sequential"

    def _ends_of_answer(self) -> Collection[int]:
        """As published: special tokens, and the quote that closes the answer."""
        return set(self._words.all_special_ids) | set(ids_of(self._words, QUOTE))

    def _read(self, texts: list[str], prompt: str, role: str, cap: int | None, count: int) -> Said:
        import torch
        from transformers import GenerationConfig

        rows = self._rows(texts, self._frame(prompt, role, count), cap, count)
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        pad = pad_of(self._words)
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
        logits = torch.stack(said.logits, dim=1).float().cpu().numpy()
        # The vector behind a word that ends the answer says nothing of the text; the first stands behind the prompt.
        ends = np.isin(logits[:, :-1].argmax(axis=-1), list(self._stops))
        kept = np.where(ends.any(axis=1), ends.argmax(axis=1) + 1, count) if count > 1 else np.ones(len(rows), int)
        return Said(hidden.float().cpu().numpy(), logits if self.sparse else None, kept, lengths + count - 1)
