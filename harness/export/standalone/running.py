"""A program, called as the search called it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import signature
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .faults import RetrieverError

FloatMatrix = NDArray[np.float32]


@dataclass
class Program:
    """What a program's module defines: `rerank`, and perhaps `index` for the side of the documents."""

    rerank: Callable[..., Any]
    """`rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts) -> scores`, with `index` too where there is one."""
    index: Callable[..., Any] | None = None
    """`index(d_emb, *, embed_fn, d_texts) -> value`."""
    package: str = ""
    """The package in which the classes of an index's value lie."""
    _writes: bool = False
    """Whether it has tried to change the documents' vectors, as it may with those that it owns."""

    @classmethod
    def of(cls, module: ModuleType) -> "Program":
        """The program in a module."""
        # A function called index that rerank does not ask for is the program's own affair.
        sided = "index" in signature(module.rerank).parameters
        return cls(module.rerank, module.index if sided else None, (module.__package__ or ""))

    def prepare(self, documents: FloatMatrix, texts: list[str], embed_fn: Callable[..., Any]) -> Any:
        """What `index` makes of the documents; None without one. Raises RetrieverError where it fails."""
        if self.index is None:
            return None
        index = self.index
        return self._call(lambda owned: index(owned, embed_fn=embed_fn, d_texts=texts), documents)

    def scores(
        self,
        query: FloatMatrix,
        documents: FloatMatrix,
        cosines: FloatMatrix,
        text: str,
        texts: Sequence[str],
        embed_fn: Callable[..., Any],
        prepared: Any,
    ) -> NDArray[np.float32]:
        """Score N documents for one query, float32 (N,).

        Raises RetrieverError where the program fails, answers in another shape or with numbers that are not finite.
        """
        more = {} if self.index is None else {"index": prepared}

        def run(owned: FloatMatrix) -> Any:
            return self.rerank(
                query.copy(), owned, cosines.copy(), embed_fn=embed_fn, q_texts=[text], d_texts=list(texts), **more
            )

        with np.errstate(all="ignore"):
            scores = np.asarray(self._call(run, documents))
        if scores.shape != (1, len(documents)) or scores.dtype.kind not in "fiub":
            raise RetrieverError("The program did not answer with one number for every document; choose another.")
        found: NDArray[np.float32] = scores[0].astype(np.float32)
        if not np.isfinite(found).all():
            raise RetrieverError("The program did not answer with a finite score for every document; choose another.")
        return found

    def _call(self, run: Callable[[FloatMatrix], Any], documents: FloatMatrix) -> Any:
        """Run with vectors that cannot be written to, or with copies of its own for a program that writes to them."""
        try:
            if not self._writes:
                guarded = documents.view()
                guarded.flags.writeable = False
                try:
                    return run(guarded)
                except ValueError as error:
                    if "read-only" not in str(error):
                        raise
                    self._writes = True
            return run(documents.copy())
        except RetrieverError:
            raise
        except Exception as error:
            told = " ".join(str(error).split())[:200]
            raise RetrieverError(f"The program failed ({type(error).__name__}: {told}); choose another.") from error
