"""A hash that tells whether an encoder is the one that was recorded.

Remote code or a newer library can load the right weights wrongly without any error, so the fingerprint covers what the
model really answers: five fixed sentences, encoded and rounded.
"""

import hashlib
import json
from collections.abc import Mapping

import numpy as np

from harness.encoders.protocol import Encoder, FloatMatrix
from harness.errors import EncoderError

SENTENCES = (
    "The harbour was closed for three days because of the storm.",
    "def mean(values): return sum(values) / len(values)",
    "Aspirin lowers the risk of a second heart attack in most patients.",
    "Where can I renew a passport before the summer?",
    "Die Zinsen stiegen 2023 um 0,25 Prozentpunkte.",
)

_COMPONENTS = 16
"""Leading components that are hashed of each vector, beside all cosines."""


def fingerprint(vectors: FloatMatrix, facts: Mapping[str, object]) -> str:
    """Hash the five sentences' unit rows, float32 (5, dim), and what else decides a vector; 32 hex digits.

    Rounded to two decimals, and few numbers rather than all: a last bit that differs between two processors must not
    stand on the edge of a rounding step.
    """
    numbers = np.concatenate(
        [(vectors @ vectors.T)[np.triu_indices(len(vectors), 1)], vectors[:, :_COMPONENTS].ravel()]
    )
    steps = np.rint(numbers * 100).astype(int).tolist()
    content = json.dumps([steps, dict(facts)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def require_fingerprint(recorded: str, encoder: Encoder) -> None:
    """Raise EncoderError unless `encoder` is the recorded one."""
    if encoder.fingerprint != recorded:
        raise EncoderError(
            f"Encoder {encoder.name} answers differently than when the run was recorded (fingerprint "
            f"{encoder.fingerprint[:8]}, recorded {recorded[:8]}); use the recorded model, revision, prompts, dtype "
            "and library version, or start a new run."
        )
