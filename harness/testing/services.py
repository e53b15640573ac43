"""What every embedding service keeps."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from harness.encoders.fingerprint import SENTENCES
from harness.encoders.protocol import DOCUMENT, QUERY, EmbedOptions, EncodeRefused
from harness.encoders.service import EmbedService
from harness.testing.broken import require, require_raises


def check_service(service: EmbedService) -> None:
    """Try the contract of `EmbedService` on one, from several threads. Raises ContractBroken for what it breaks."""
    texts = [f"{sentence} {n}" for n in range(4) for sentence in SENTENCES]
    requests = [(texts[n:], options) for n in range(0, 16, 2) for options in (DOCUMENT, QUERY)]
    first = service.embed(texts)
    require(first.vectors.dtype == np.float32 and len(first.vectors) == len(texts), "n texts get n float32 rows.")
    require(np.allclose(np.linalg.norm(first.vectors, axis=1), 1, atol=1e-3), "Every row has length 1.")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda asked: service.embed(*asked), requests))
    for (asked, options), answer in zip(requests, answers, strict=True):
        alone = service.embed(asked, options)
        require(
            np.allclose(alone.vectors, answer.vectors, atol=1e-4), "Each thread gets the answer to its own request."
        )
        require(alone.tokens == answer.tokens, "A request is charged its own tokens, whatever was cached.")
    twice = service.embed([texts[0], texts[0]])
    require(twice.cost.texts == 2, "Repeated texts are charged as often as they are asked for.")
    require(twice.tokens == 2 * service.embed(texts[:1]).tokens, "Repeated texts are charged their tokens again.")
    refused = "An unknown role is refused with EncodeRefused."
    require_raises(EncodeRefused, lambda: service.embed(["a"], EmbedOptions(role="no such role")), refused)
