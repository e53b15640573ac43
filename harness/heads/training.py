"""Train a head by InfoNCE on the training queries, and keep the state with the best validation nDCG@10.

InfoNCE: van den Oord et al., 2018; in-batch negatives with hard ones: Karpukhin et al., 2020.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import QUERY, FloatMatrix
from harness.evaluation.instructions import told_of
from harness.evaluation.measures import NDCG_AT_10, Judgments
from harness.evaluation.preparing import judgments_of
from harness.evaluation.secret import NO_SECRET
from harness.heads.models import make_head
from harness.heads.split import SplitTask
from harness.settings.heads import HeadsSettings
from harness.tasks.task import RetrievalTask

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class TrainingTask:
    """A task's frozen vectors and what is relevant, as training needs them."""

    queries: FloatMatrix
    """Training queries, float32 (Q, dim)."""
    documents: FloatMatrix
    """float32 (N, dim)."""
    relevant: NDArray[np.bool_]
    """bool (Q, N)."""
    hard: NDArray[np.int64]
    """Best documents that are not relevant by the frozen cosine, int64 (Q, H)."""
    validation_queries: FloatMatrix
    validation: Judgments


@dataclass(frozen=True)
class TrainedHead:
    """A trained head and how it got there."""

    module: "torch.nn.Module"
    epochs: int
    """Passes over the training queries until training stopped."""
    best_epoch: int
    """0 where no epoch beat the untrained head on the validation queries."""

    def apply(self, vectors: FloatMatrix) -> FloatMatrix:
        """Project float32 (n, dim) to unit rows of the same shape."""
        import torch

        with torch.inference_mode():
            projected: FloatMatrix = _unit(self.module(torch.from_numpy(vectors))).numpy()
        return projected


def prepare_training(split: SplitTask, encoder: CachedEncoder, n_hard: int) -> TrainingTask:
    """Encode a split task and look up its hard negatives."""
    documents = encoder.embed(list(split.train.documents.values()), told_of(split.train)).vectors
    queries = encoder.embed(list(split.train.queries.values()), told_of(split.train, QUERY)).vectors
    relevant = _relevant(split.train)
    similarity = np.where(relevant, -np.inf, queries @ documents.T)
    hard = np.argsort(-similarity, axis=1, kind="stable")[:, : min(n_hard, documents.shape[0])]
    task = split.validation
    return TrainingTask(
        queries=queries,
        documents=documents,
        relevant=relevant,
        hard=hard,
        validation_queries=encoder.embed(list(task.queries.values()), told_of(task, QUERY)).vectors,
        validation=judgments_of(task, NO_SECRET.order(task)),
    )


def train_head(kind: str, tasks: Sequence[TrainingTask], settings: HeadsSettings, seed: int) -> TrainedHead:
    """Train one head; the same seed gives the same head on one machine."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    dim = tasks[0].documents.shape[1]
    head = TrainedHead(make_head(kind, dim, settings, generator), 0, 0)
    optimiser = torch.optim.Adam(head.module.parameters(), lr=settings.learning_rate)
    best, best_epoch, best_state = _validation(head, tasks), 0, copy.deepcopy(head.module.state_dict())
    epoch = 0
    while epoch < settings.epochs and epoch - best_epoch < settings.patience:
        epoch += 1
        for number, rows in _batches(tasks, settings.batch_size, generator):
            optimiser.zero_grad()
            loss = info_nce(head.module, tasks[number], rows, settings.temperature, generator)
            torch.autograd.backward(loss)
            optimiser.step()
        reached = _validation(head, tasks)
        if reached > best:
            best, best_epoch, best_state = reached, epoch, copy.deepcopy(head.module.state_dict())
    head.module.load_state_dict(best_state)
    return TrainedHead(head.module.eval(), epoch, best_epoch)


def _relevant(task: RetrievalTask) -> NDArray[np.bool_]:
    column = {document: place for place, document in enumerate(task.documents)}
    relevant = np.zeros((len(task.queries), len(column)), dtype=bool)
    for row, query in enumerate(task.queries):
        for document, grade in task.qrels[query].items():
            if grade > 0 and document in column:
                relevant[row, column[document]] = True
    return relevant


def _batches(
    tasks: Sequence[TrainingTask], size: int, generator: "torch.Generator"
) -> list[tuple[int, NDArray[np.int64]]]:
    """Every training query that has a relevant document once, in batches of one task, in random order."""
    import torch

    batches = []
    for number, task in enumerate(tasks):
        rows = np.flatnonzero(task.relevant.any(axis=1))
        rows = rows[torch.randperm(len(rows), generator=generator).numpy()]
        batches += [(number, rows[start : start + size]) for start in range(0, len(rows), size)]
    order = torch.randperm(len(batches), generator=generator).tolist()
    return [batches[place] for place in order]


def info_nce(
    module: "torch.nn.Module",
    task: TrainingTask,
    rows: NDArray[np.int64],
    temperature: float,
    generator: "torch.Generator",
) -> "torch.Tensor":
    """Cross-entropy of one relevant document per query among the batch's relevant and hard negative documents."""
    import torch

    drawn = torch.rand((len(rows), task.relevant.shape[1]), generator=generator).numpy()
    positives = np.where(task.relevant[rows], drawn, -1.0).argmax(axis=1)
    columns, inverse = np.unique(np.concatenate([positives, task.hard[rows].ravel()]), return_inverse=True)
    target = inverse[: len(rows)]
    queries = _unit(module(torch.from_numpy(task.queries[rows])))
    documents = _unit(module(torch.from_numpy(task.documents[columns])))
    # Other relevant documents of a query are no negatives.
    hidden = task.relevant[np.ix_(rows, columns)].copy()
    hidden[np.arange(len(rows)), target] = False
    logits = (queries @ documents.T / temperature).masked_fill(torch.from_numpy(hidden), -torch.inf)
    return torch.nn.functional.cross_entropy(logits, torch.from_numpy(target))


def _validation(head: TrainedHead, tasks: Sequence[TrainingTask]) -> float:
    """Mean over tasks of nDCG@10 on the validation queries."""
    return float(
        np.mean(
            [
                NDCG_AT_10.per_query(
                    head.apply(task.validation_queries) @ head.apply(task.documents).T, task.validation
                ).mean()
                for task in tasks
            ]
        )
    )


def _unit(vectors: "torch.Tensor") -> "torch.Tensor":
    import torch

    return torch.nn.functional.normalize(vectors, dim=1)
