"""One request to the cache, or several joined into one, while the answer is put together."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.encoders.entries import Entries, join


class Request:
    """The distinct texts of one variant, and the entries known of them so far."""

    def __init__(self, texts: Sequence[str], variant: str, fingerprint: str, dim: int) -> None:
        self.texts = list(dict.fromkeys(texts))
        self.variant = variant
        self._hash = hashlib.blake2b(f"{fingerprint}\0{variant}\0".encode("utf-8", "surrogatepass"), digest_size=16)
        n = len(self.texts)
        self._known = np.zeros(n, dtype=bool)
        self._answer = Entries(np.arange(n), np.empty((n, dim), np.float32), np.zeros(n, np.int64), np.zeros(n))

    @property
    def missing(self) -> NDArray[np.int64]:
        """Positions of the texts without an entry, int64."""
        return np.flatnonzero(~self._known)

    def put(self, entries: Entries) -> None:
        """Take the entries, whose positions count in `texts`."""
        self._answer.vectors[entries.positions] = entries.vectors
        self._answer.tokens[entries.positions] = entries.tokens
        self._answer.seconds[entries.positions] = entries.seconds
        self._known[entries.positions] = True

    def keys(self, positions: NDArray[np.int64]) -> list[bytes]:
        """The store's keys, 16 bytes each."""
        keys = []
        for position in positions:
            digest = self._hash.copy()
            digest.update(self.texts[position].encode("utf-8", "surrogatepass"))
            keys.append(digest.digest())
        return keys

    def answer(self, texts: Sequence[str]) -> Entries:
        """Copies of the entries of `texts`, in their order, repeated ones repeated."""
        position = {text: i for i, text in enumerate(self.texts)}
        return self._answer.take(np.array([position[text] for text in texts], dtype=np.int64))


class ManyRequest(Request):
    """The same for texts that have many vectors each."""

    def __init__(self, texts: Sequence[str], variant: str, fingerprint: str, dim: int) -> None:
        super().__init__(texts, variant, fingerprint, dim)
        self._dim = dim
        self._parts: list[Entries] = []

    def put(self, entries: Entries) -> None:
        """See Request."""
        super().put(entries)
        self._parts.append(entries)

    def answer(self, texts: Sequence[str]) -> Entries:
        """See Request."""
        known = join(self._parts, self._dim, many=True)
        row = {self.texts[position]: row for row, position in enumerate(known.positions.tolist())}
        return known.take(np.array([row[text] for text in texts], dtype=np.int64))
