"""MomentumProg: three more rounds, each beside the leader of the one before; documents that rise are rewarded.

A reading of the published hint, not the published code. It goes on from NegContrastive; a rise is counted on the
scale of 1 / (60 + rank). Counted pooled, a pass over all queries costs 0.833 on the published sizes: the published
9.75 is CrossRoundRRF's 3.92 and seven passes, which is what this program adds.
"""

from itertools import pairwise

import numpy as np

from primitives import (
    best_segments,
    bm25,
    centroid,
    chunk_segments,
    cosines,
    coverage,
    pair_segments,
    ranks,
    reciprocal_rank_fusion,
    rocchio,
    segment_scores,
    sentence_segments,
    sum_channels,
    top_k,
    unit_rows,
    zscore_fusion,
)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    cuts = [sentence_segments(d_texts), pair_segments(d_texts), chunk_segments(d_texts, 3)]
    vectors = [embed_fn(cut.texts) for cut in cuts]
    best = [segment_scores(q_emb, emb, cut.starts) for emb, cut in zip(vectors, cuts, strict=True)]
    covered = [segment_scores(q_emb, emb, cut.starts, coverage) for emb, cut in zip(vectors, cuts, strict=True)]
    swapped = cosines(q_emb, embed_fn(d_texts, role="query"))
    dense = zscore_fusion([sim, swapped, sum_channels(best), sum_channels(covered)])
    lexical = bm25(q_texts, d_texts)

    def rank(queries):
        return reciprocal_rank_fusion([zscore_fusion([dense, cosines(queries, d_emb)]), lexical])

    def in_context(columns):
        """One more pass over all queries, each beside its nearest sentence in one document."""
        parts = best_segments(q_emb, vectors[0], cuts[0], columns)
        return embed_fn([f"{text} {part}" for text, part in zip(q_texts, parts, strict=True)], role="query")

    rounds = [reciprocal_rank_fusion([dense, lexical])]
    moved = rocchio(q_emb, centroid(d_emb, top_k(rounds[0], 3, then=sim)))
    rounds.append(rank(moved))

    candidates = top_k(rounds[-1], 10, then=sim)
    first = candidates[:, 0]
    closeness = (d_emb[candidates] @ d_emb[first][:, :, None])[:, :, 0]
    diverse = candidates[np.arange(len(candidates)), np.argmin(closeness, axis=1)]
    moved = rocchio(moved, (in_context(first) + in_context(diverse)) / 2)
    rounds.append(rank(moved))

    votes = sum_channels([(ranks(scores) <= 10).astype(np.float32) for scores in [dense, lexical, *rounds]])
    agreed = top_k(votes, 3, then=dense)
    relevant = centroid(d_emb, agreed)
    agreed_context = in_context(agreed[:, 0])
    moved = rocchio(moved, unit_rows(relevant + agreed_context))
    rounds.append(rank(moved))

    rejected = top_k(rounds[-1], 20, then=sim)[:, -1]
    moved = rocchio(moved, relevant, in_context(rejected))
    rounds.append(rank(moved))

    for _ in range(3):
        moved = rocchio(moved, in_context(top_k(rounds[-1], 1, then=sim)[:, 0]))
        rounds.append(rank(moved))
    standing = [reciprocal_rank_fusion([scores]) for scores in rounds]
    rise = sum_channels([np.maximum(later - sooner, 0) for sooner, later in pairwise(standing)])
    return sum_channels([*standing, rise])
