"""Batches of texts of unequal length, for models whose own code reads an attention mask in its own way.

Published diffusion models differ: Dream hands its mask to the attention as it is, so it must be of (b, 1, L, L);
LLaDA takes (b, L) since October 2025, ignored it before, and copies of it turn causal where there is padding. So each
way is tried on a short text beside a long one, and where none leaves the short one as it is alone, texts of unequal
length are read apart.
"""

from collections.abc import Callable, Mapping
from typing import Any

Mask = Callable[[Any], Any]
"""From which tokens are no padding, bool (b, L), to what the model takes."""


def by_token(attended: Any) -> Any:
    """As models of transformers take it: int64 (b, L)."""
    return attended.long()


def by_pair(attended: Any) -> Any:
    """Which token each one sees: bool (b, 1, L, L)."""
    return attended[:, None, None, :].expand(-1, 1, attended.shape[1], -1)


MASKS: Mapping[str, Mask] = {"token": by_token, "pair": by_pair}
_PADS = 24
"""So many beside the short text are seen in its hidden states, if they are seen at all."""


def find_mask(model: Any, tokens: list[int], pad: int) -> Mask | None:
    """The way in which padding leaves a text as it is; None where there is none. `tokens` are any five or more."""
    import torch

    long = tokens + (tokens * _PADS)[:_PADS]
    both = torch.tensor([tokens + [pad] * _PADS, long], device=model.device)
    attended = torch.ones_like(both, dtype=torch.bool)
    attended[0, len(tokens) :] = False
    with torch.inference_mode():
        alone = [hidden(model, torch.tensor([row], device=model.device), None)[0] for row in (tokens, long)]
        for mask in MASKS.values():
            try:
                found = hidden(model, both, mask(attended))
            except (RuntimeError, ValueError, TypeError, IndexError, AssertionError):
                continue  # its attention takes no such mask
            if _same(found[0, : len(tokens)], alone[0]) and _same(found[1], alone[1]):
                return mask
    return None


def hidden(model: Any, ids: Any, mask: Any) -> Any:
    """The last hidden states, (b, L, width)."""
    return model(input_ids=ids, attention_mask=mask, output_hidden_states=True, return_dict=True).hidden_states[-1]


def _same(one: Any, other: Any) -> bool:
    """Up to the rounding of their type of number, over all tokens."""
    import torch

    tolerance = 1e-3 if one.dtype == torch.float32 else 0.05
    return bool((one.float() - other.float()).norm() <= tolerance * other.float().norm())
