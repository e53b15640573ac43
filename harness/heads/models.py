"""Projection heads over frozen vectors. Each starts as the identity, so an untrained head is the bare encoder."""

from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.settings.heads import HeadsSettings

if TYPE_CHECKING:
    import torch

KINDS = ("linear", "low-rank", "mlp")


def make_head(kind: str, dim: int, settings: HeadsSettings, generator: "torch.Generator") -> "torch.nn.Module":
    """A head from float32 (n, dim) to (n, dim), applied to queries and documents alike.

    linear: W x. low-rank: x + U V x. mlp: x + B relu(A x + a) + b. Raises UsageError for another kind.
    """
    import torch

    class Linear(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.eye(dim))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x @ self.weight.T

    class Residual(torch.nn.Module):
        def __init__(self, width: int, *, bent: bool) -> None:
            super().__init__()
            self.down = torch.nn.Parameter(torch.randn(width, dim, generator=generator) / dim**0.5)
            self.up = torch.nn.Parameter(torch.zeros(dim, width))
            self.down_bias = torch.nn.Parameter(torch.zeros(width), requires_grad=bent)
            self.up_bias = torch.nn.Parameter(torch.zeros(dim), requires_grad=bent)
            self.bent = bent

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            inner = x @ self.down.T + self.down_bias
            return x + (inner.relu() if self.bent else inner) @ self.up.T + self.up_bias

    match kind:
        case "linear":
            return Linear()
        case "low-rank":
            return Residual(settings.rank, bent=False)
        case "mlp":
            return Residual(settings.hidden, bent=True)
        case _:
            raise UsageError(f"There is no head '{kind}'; choose from {', '.join(KINDS)}.")
