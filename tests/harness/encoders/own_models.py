"""Tiny diffusion models with code of their own: what Dream and LLaDA show to whoever loads them, and nothing else.

Both are written for transformers 4. `dream` takes its rotary embedding from the table of transformers, keeps it in a
buffer that is not saved, and hands its attention mask to the attention as it is. `llada` calls its width `d_model`,
names its mask in its config alone, never calls `post_init`, and its `tie_weights` takes nothing; what it makes of a
mask is said in its config.
"""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModel
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from tests.harness.encoders.small_models import put, tokenizer

WIDTH, WORDS, HEADS = 32, 410, 2

_ATTENTION = """
class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.ask, self.key, self.value, self.out = (nn.Linear(width, width, bias=False) for _ in range(4))

    def forward(self, x, turns, mask):
        parts = [one(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for one in (self.ask, self.key, self.value)]
        q, k = (turned(one, *turns) for one in parts[:2])
        seen = nn.functional.scaled_dot_product_attention(q, k, parts[2], attn_mask=mask, is_causal=False)
        return x + self.out(seen.transpose(1, 2).flatten(2))


def turned(x, cos, sin):
    half, cos, sin = x.shape[-1] // 2, cos.to(x.dtype), sin.to(x.dtype)
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), dim=-1) * sin
"""

DREAM = (
    """
import torch
from torch import nn
from transformers import PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import MaskedLMOutput
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS


class LikeDreamConfig(PretrainedConfig):
    model_type = "LikeDream"

    def __init__(self, hidden_size=32, num_attention_heads=2, vocab_size=410, mask_token_id=None, rope_theta=10000.0,
                 max_position_embeddings=4096, **kwargs):
        self.hidden_size, self.num_attention_heads, self.vocab_size = hidden_size, num_attention_heads, vocab_size
        self.rope_theta, self.max_position_embeddings = rope_theta, max_position_embeddings
        super().__init__(tie_word_embeddings=False, **kwargs)
        self.mask_token_id = mask_token_id


class Rotary(nn.Module):
    def __init__(self, config):
        super().__init__()
        found, self.scaling = ROPE_INIT_FUNCTIONS["default"](config, None)
        self.register_buffer("inv_freq", found, persistent=False)

    def forward(self, length):
        angles = torch.outer(torch.arange(length, device=self.inv_freq.device).float(), self.inv_freq.float())
        angles = torch.cat((angles, angles), dim=-1)
        return angles.cos() * self.scaling, angles.sin() * self.scaling


class LikeDreamModel(PreTrainedModel):
    config_class = LikeDreamConfig
    base_model_prefix = "model"
    _tied_weights_keys = ["lm_head.weight"]
    _supports_sdpa = True

    def __init__(self, config):
        super().__init__(config)
        self.embed = nn.Embedding(config.vocab_size, config.hidden_size)
        self.rotary = Rotary(config)
        self.block = Block(config.hidden_size, config.num_attention_heads)
        self.norm = nn.LayerNorm(config.hidden_size)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def forward(self, input_ids=None, attention_mask=None, output_hidden_states=None, return_dict=None,
                num_logits_to_keep=0, **loss_kwargs):
        return_dict = return_dict if return_dict is not None else self.config.use_return_dict
        x = first = self.embed(input_ids)
        x = self.block(x, self.rotary(x.shape[1]), attention_mask if isinstance(attention_mask, torch.Tensor) else None)
        x = self.norm(x)
        logits = self.lm_head(x[:, -num_logits_to_keep:])
        return MaskedLMOutput(logits=logits, hidden_states=(first, x) if output_hidden_states else None)

"""
    + _ATTENTION
)

LLADA = (
    """
import torch
from torch import nn
from transformers import PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutputWithPast


class LikeLLaDAConfig(PretrainedConfig):
    model_type = "like_llada"

    def __init__(self, use_cache=False, d_model=32, n_heads=2, embedding_size=410, mask_token_id=None,
                 max_sequence_length=4096, reads_mask="always", **kwargs):
        super().__init__(d_model=d_model, n_heads=n_heads, embedding_size=embedding_size, mask_token_id=mask_token_id,
                         max_sequence_length=max_sequence_length, reads_mask=reads_mask, use_cache=use_cache, **kwargs)

    @property
    def hidden_size(self):
        return self.d_model


class LikeLLaDA(PreTrainedModel):
    config_class = LikeLLaDAConfig
    base_model_prefix = "model"

    def __init__(self, config, model=None, init_params=False):
        super().__init__(config)
        self.wte = nn.Embedding(config.embedding_size, config.d_model)
        self.block = Block(config.d_model, config.n_heads)
        self.ln_f = nn.LayerNorm(config.d_model)
        self.ff_out = nn.Linear(config.d_model, config.embedding_size, bias=False)

    def tie_weights(self):
        pass

    def forward(self, input_ids=None, inputs_embeds=None, attention_mask=None, attention_bias=None,
                past_key_values=None, labels=None, use_cache=None, output_attentions=None, output_hidden_states=None,
                return_dict=None, cache_position=None):
        if output_attentions:
            raise ValueError("output_attentions is not yet supported")
        return_dict = return_dict if return_dict is not None else self.config.use_return_dict
        x = first = self.wte(input_ids)
        bias, length = None, x.shape[1]
        if attention_mask is not None and 0.0 in attention_mask and self.config.reads_mask != "never":
            flat = attention_mask.float().view(x.shape[0], -1)[:, None, None, :]
            bias = (1.0 - flat) * torch.finfo(torch.float32).min
            if self.config.reads_mask == "causally":
                bias = bias + torch.full((length, length), -1e9).triu(1)
        x = self.ln_f(self.block(x, turns(length, x.shape[-1] // self.config.n_heads), bias))
        found = (first, x) if output_hidden_states else None
        return CausalLMOutputWithPast(logits=self.ff_out(x), past_key_values=None, hidden_states=found)


def turns(length, width):
    angles = torch.outer(torch.arange(length).float(), 10000.0 ** -(torch.arange(0, width, 2).float() / width))
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos(), angles.sin()

"""
    + _ATTENTION
)

_CHAT = (
    "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}<|im_end|>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def like_dream(folder: Path, **of_config: Any) -> Path:
    """A folder as Dream's: two classes named in `auto_map`, a mask and a chat in the tokenizer."""
    named = {"AutoConfig": "modeling_like.LikeDreamConfig", "AutoModel": "modeling_like.LikeDreamModel"}
    config = {"model_type": "LikeDream", "architectures": ["LikeDreamModel"], "auto_map": named}
    words = tokenizer(mask_token="<|mask|>", eos_token="<|end|>", extra_special_tokens={"turn": "<|im_end|>"})
    words.chat_template = _CHAT
    words.save_pretrained(folder)
    return _written(folder, DREAM, config | {"mask_token_id": words.mask_token_id} | of_config)


def like_llada(folder: Path, reads_mask: str = "always", **of_config: Any) -> Path:
    """A folder as LLaDA's: no mask in the tokenizer, classes for two more ways to open it."""
    model = "modeling_like.LikeLLaDA"
    named = {"AutoConfig": "modeling_like.LikeLLaDAConfig", "AutoModelForCausalLM": model, "AutoModel": model}
    config = {"model_type": "like_llada", "architectures": ["LikeLLaDA"], "auto_map": named, "mask_token_id": 405}
    tokenizer().save_pretrained(folder)
    return _written(folder, LLADA, config | {"reads_mask": reads_mask} | of_config)


def open_naively(folder: Path) -> Any:
    """The model made by its own code, with all of its weights; needs no loader of ours."""
    from safetensors.torch import load_model

    ROPE_INIT_FUNCTIONS["default"] = lambda config, device: (
        1.0 / config.rope_theta ** (torch.arange(0, WIDTH // HEADS, 2).float() / (WIDTH // HEADS)),
        1.0,
    )
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=True)
        model: Any = AutoModel.from_config(config, trust_remote_code=True)  # type: ignore[no-untyped-call]
    finally:
        del ROPE_INIT_FUNCTIONS["default"]
    load_model(model, str(folder / "model.safetensors"))
    return model.eval()


def _written(folder: Path, code: str, config: dict[str, Any]) -> Path:
    (folder / "modeling_like.py").write_text(code, "utf-8")
    put(folder / "config.json", config)
    torch.manual_seed(0)
    names = {"DREAM": ("embed", "lm_head", "norm"), "LLADA": ("wte", "ff_out", "ln_f")}
    words, head, norm = names["DREAM" if code is DREAM else "LLADA"]
    weights = {f"{words}.weight": torch.randn(WORDS, WIDTH), f"{head}.weight": torch.randn(WORDS, WIDTH)}
    weights |= {f"block.{name}.weight": torch.randn(WIDTH, WIDTH) / 4 for name in ("ask", "key", "value", "out")}
    weights |= {f"{norm}.weight": torch.rand(WIDTH) + 0.5, f"{norm}.bias": torch.randn(WIDTH)}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    return folder
