"""What a person may set of the learned heads."""

from dataclasses import dataclass, field


@dataclass
class HeadsSettings:
    """How heads are trained. The loss and the optimiser of the published baseline are unknown; these are ours."""

    kinds: list[str] = field(default_factory=lambda: ["linear", "low-rank", "mlp"])
    """linear, low-rank and mlp, or some of them."""
    seeds: int = 3
    """Heads of each kind, trained with seeds 0, 1 and on."""
    epochs: int = 144
    """The budget: at most so many passes over the judged training queries. A search of 144 programs looks at every
    judged query once per program, so a head may look at the labels as often; early stopping may use less."""
    patience: int = 12
    """Epochs without a better validation nDCG@10 before training stops."""
    rank: int = 32
    """Of the low-rank head."""
    hidden: int = 256
    """Width of the MLP head."""
    batch_size: int = 64
    """Judged queries in one step."""
    learning_rate: float = 1e-3
    """Of Adam."""
    temperature: float = 0.05
    """Of InfoNCE."""
    hard_negatives: int = 4
    """Per query: the frozen encoder's best documents that are not relevant."""
