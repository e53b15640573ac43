"""The prompts that come with a model, by the roles that programs name."""

import logging
from collections.abc import Mapping

_log = logging.getLogger(__name__)

OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "query": ("s2p_query", "retrieval.query", "Retrieval-query", "search_query", "web_search_query"),
    "document": ("passage", "corpus", "doc", "retrieval.passage", "Retrieval-document", "search_document"),
}
"""What published models call the two roles, besides `query` and `document`; the first that a model has is taken."""


def prompts_by_role(name: str, own: Mapping[str, str | None], default: str | None) -> dict[str, str]:
    """The prompts of the model `name`, with those of queries and documents under these names.

    `own` is as the model was saved; `default` names the prompt that sentence-transformers puts before every text,
    unless told otherwise: it holds where neither role has one. Where a role is left without one, a warning says which
    prompts nothing takes.
    """
    prompts = {key: prompt or "" for key, prompt in own.items()}
    roles = {role: _first(prompts, (role, *others)) for role, others in OTHER_NAMES.items()}
    if not any(roles.values()) and default is not None and prompts.get(default):
        roles = dict.fromkeys(roles, prompts[default])
    bare = [role for role, prompt in roles.items() if not prompt]
    left = sorted(key for key, prompt in prompts.items() if prompt and prompt not in roles.values())
    if bare and left:
        _log.warning(
            "No prompt of the encoder %s goes before %s (it has %s); set encoder.prompts if one should.",
            name, " or ".join({"query": "queries", "document": "documents"}[role] for role in bare), ", ".join(left),
        )  # fmt: skip
    return prompts | roles


INSTRUCTION = "{instruction}"
"""In a prompt: what the task tells a model that reads instructions."""


def fill(prompt: str, role: str, instructions: Mapping[str, str] | None) -> str:
    """A role's prompt with the task's instruction in its place; no prompt at all where the task tells nothing."""
    if INSTRUCTION not in prompt:
        return prompt
    instruction = (instructions or {}).get(role, "")
    return prompt.replace(INSTRUCTION, instruction) if instruction else ""


def _first(prompts: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((prompts[name] for name in names if prompts.get(name)), "")
