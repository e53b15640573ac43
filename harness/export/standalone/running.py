"""A program, called as the search called it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from inspect import signature
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .faults import RetrieverError

FloatMatrix = NDArray[np.float32]


@dataclass(frozen=True)
class Asked:
    """A query as a program sees it."""

    text: str
    vector: FloatMatrix
    """float32 (1, dim)."""
    vec: Any = None
    """Its many vectors, where the encoder gives them."""


@dataclass(frozen=True)
class Seen:
    """N documents as a program sees them."""

    vectors: FloatMatrix
    """float32 (N, dim)."""
    texts: list[str]
    vec: Any = None
    """Their many vectors, where the encoder gives them and the program takes them."""

    def guarded(self) -> "Seen":
        """The same in arrays that cannot be written to."""
        return Seen(_view(self.vectors), self.texts, self._with(_view))

    def owned(self) -> "Seen":
        """Copies."""
        return Seen(self.vectors.copy(), self.texts, self._with(np.copy))

    def _with(self, change: Callable[[FloatMatrix], FloatMatrix]) -> Any:
        return None if self.vec is None else replace(self.vec, vectors=change(self.vec.vectors))


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

    @property
    def takes_many(self) -> bool:
        """Whether it names the documents' many vectors."""
        functions = [self.rerank, *([] if self.index is None else [self.index])]
        return any("d_vec" in signature(function).parameters for function in functions)

    def prepare(self, documents: Seen, embed_fn: Callable[..., Any]) -> Any:
        """What `index` makes of the documents; None without one. Raises RetrieverError where it fails."""
        if self.index is None:
            return None
        index = self.index

        def run(seen: Seen) -> Any:
            more = _named(index, d_vec=seen.vec)
            return index(seen.vectors, embed_fn=embed_fn, d_texts=seen.texts, **more)

        return self._call(run, documents)

    def scores(
        self, query: Asked, documents: Seen, similarities: FloatMatrix, embed_fn: Callable[..., Any], prepared: Any
    ) -> NDArray[np.float32]:
        """Score N documents for one query, float32 (N,), from its similarities with them, float32 (1, N).

        Raises RetrieverError where the program fails, answers in another shape or with numbers that are not finite.
        """
        more = {} if self.index is None else {"index": prepared}

        def run(seen: Seen) -> Any:
            named = _named(self.rerank, q_vec=query.vec, d_vec=seen.vec)
            return self.rerank(
                query.vector.copy(),
                seen.vectors,
                similarities.copy(),
                embed_fn=embed_fn,
                q_texts=[query.text],
                d_texts=list(seen.texts),
                **more,
                **named,
            )

        with np.errstate(all="ignore"):
            scores = np.asarray(self._call(run, documents))
        if scores.shape != (1, len(documents.vectors)) or scores.dtype.kind not in "fiub":
            raise RetrieverError("The program did not answer with one number for every document; choose another.")
        found: NDArray[np.float32] = scores[0].astype(np.float32)
        if not np.isfinite(found).all():
            raise RetrieverError("The program did not answer with a finite score for every document; choose another.")
        return found

    def _call(self, run: Callable[[Seen], Any], documents: Seen) -> Any:
        """Run with vectors that cannot be written to, or with copies of its own for a program that writes to them."""
        try:
            if not self._writes:
                try:
                    return run(documents.guarded())
                except ValueError as error:
                    if "read-only" not in str(error):
                        raise
                    self._writes = True
            return run(documents.owned())
        except RetrieverError:
            raise
        except Exception as error:
            told = " ".join(str(error).split())[:200]
            raise RetrieverError(f"The program failed ({type(error).__name__}: {told}); choose another.") from error


def _view(array: FloatMatrix) -> FloatMatrix:
    guarded = array.view()
    guarded.flags.writeable = False
    return guarded


def _named(function: Callable[..., Any], **values: Any) -> dict[str, Any]:
    """Those of the values that are there and that a function names."""
    parameters = signature(function).parameters
    return {name: value for name, value in values.items() if value is not None and name in parameters}
