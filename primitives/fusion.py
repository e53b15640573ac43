"""Combine several score matrices (channels) of one shape (Q, N) into one."""

from collections.abc import Iterable, Sequence

import numpy as np

from primitives.arrays import FloatMatrix
from primitives.normalise import minmax, ranks, zscore


def reciprocal_rank_fusion(channels: Sequence[FloatMatrix], k: float = 60) -> FloatMatrix:
    """Sum 1 / (k + rank) over the channels. float32 (Q, N).

    Cormack, Clarke and Büttcher, 2009, with their k = 60. Tied documents share their mean rank.
    """
    return sum_channels(np.float32(1) / (np.float32(k) + ranks(channel)) for channel in channels)


def sum_channels(channels: Iterable[FloatMatrix]) -> FloatMatrix:
    """Add the channels as they are (CombSUM of Fox and Shaw, 1994, without a normalisation). float32 (Q, N).

    Takes them one by one, so that channels made on the way are never held together.
    """
    waiting = iter(channels)
    total = next(waiting).astype(np.float32)
    for channel in waiting:
        total += channel
    return total


def zscore_fusion(channels: Sequence[FloatMatrix], axis: int = 1) -> FloatMatrix:
    """Add the z-scored channels: CombSUM with the zero-mean, unit-variance normalisation of Montague and Aslam, 2001.

    axis=0 standardises each document over the queries of the batch instead, which a query alone has not.
    float32 (Q, N).
    """
    return sum_channels(zscore(channel, axis) for channel in channels)


def minmax_fusion(channels: Sequence[FloatMatrix]) -> FloatMatrix:
    """Add the min-max normalised channels (CombSUM of Fox and Shaw, 1994; Lee, 1997). float32 (Q, N)."""
    return sum_channels(minmax(channel) for channel in channels)


def comb_mnz(channels: Sequence[FloatMatrix]) -> FloatMatrix:
    """CombSUM times the number of channels that give the document more than their midpoint. float32 (Q, N).

    CombMNZ of Fox and Shaw, 1994, on min-max normalised scores. There a channel votes for what it retrieved; here
    every channel scores the whole corpus, so the midpoint 0.5 of the normalised scale stands for "retrieved".
    """
    normalised = [minmax(channel) for channel in channels]
    votes = sum_channels((channel > 0.5).astype(np.float32) for channel in normalised)
    return sum_channels(normalised) * (1 + votes)


def median_fusion(channels: Sequence[FloatMatrix], axis: int = 1) -> FloatMatrix:
    """Median of the z-scored channels: what most channels say, deaf to one that shouts. float32 (Q, N).

    CombMED of Fox and Shaw, 1994, with the normalisation of `zscore`; axis=0 standardises over the queries of
    the batch, which a query alone has not.
    """
    normalised = [zscore(channel, axis) for channel in channels]
    rows = zip(*normalised, strict=True)
    return np.stack([np.median(row, axis=0) for row in rows])


def borda(channels: Sequence[FloatMatrix]) -> FloatMatrix:
    """Share of documents ranked below, added over the channels. float32 (Q, N), each channel within [0, 1].

    Borda count of Aslam and Montague, 2001, divided by N - 1; tied documents share their mean rank.
    """
    below = sum_channels(channel.shape[1] - ranks(channel) for channel in channels)
    return below / np.float32(max(below.shape[1] - 1, 1))
