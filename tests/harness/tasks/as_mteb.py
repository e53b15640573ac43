"""What mteb's own evaluation says of an encoder of ours."""

from typing import Any

from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import DOCUMENT, QUERY


def ndcg_by_mteb(task: Any, model: Any) -> float:
    """nDCG@10 of a model of mteb on a task of mteb, rounded to five digits."""
    import mteb

    result = mteb.evaluate(model, task, cache=None, show_progress_bar=False)
    ((scores,),) = result.task_results[0].scores.values()
    return float(scores["ndcg_at_10"])


def as_mteb_model(encoder: CachedEncoder) -> Any:
    """The encoder as mteb asks one."""
    import torch
    from mteb.models import ModelMeta
    from mteb.models.abs_encoder import AbsEncoder
    from mteb.types import PromptType

    class Plain(AbsEncoder):  # type: ignore[misc, unused-ignore]
        mteb_model_meta = ModelMeta.create_empty({"name": "own/plain", "revision": "1"})

        def encode(self, inputs: Any, *, prompt_type: PromptType | None = None, **kwargs: Any) -> Any:
            texts = [text for batch in inputs for text in batch["text"]]
            return encoder.embed(texts, QUERY if prompt_type is PromptType.query else DOCUMENT).vectors

        def similarity(self, queries: Any, documents: Any) -> Any:
            return torch.as_tensor(queries) @ torch.as_tensor(documents).T

    return Plain()
