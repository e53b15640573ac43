"""Segments with their vectors: the same scores as by hand, and no text encoded twice."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from primitives import (
    Segments,
    best_segments,
    chunk_segments,
    coverage,
    max_over_segments,
    pair_segments,
    segment_index,
    segment_scores,
    sentence_segments,
)
from tests.primitives.run import D_TEXTS, Q_TEXTS, CountingEmbed, embed

Cut = Callable[[Sequence[str], int], Segments]


@pytest.mark.parametrize("cut", [sentence_segments, pair_segments, chunk_segments])
@pytest.mark.parametrize("pool", [max_over_segments, coverage])
def test_scores_are_those_by_hand(cut: Cut, pool: Callable[..., np.ndarray]) -> None:
    q_emb, found = embed(Q_TEXTS, role="query"), cut(D_TEXTS, 3)
    index = segment_index(D_TEXTS, embed, cut, 3)
    assert index.vectors.dtype == np.float32
    assert np.array_equal(index.starts, found.starts)
    assert np.array_equal(index.scores(q_emb, pool), segment_scores(q_emb, embed(found.texts), found.starts, pool))


def test_texts_are_kept_where_asked() -> None:
    q_emb, columns = embed(Q_TEXTS, role="query"), np.array([0, 1, 2, 3, 4])
    found = sentence_segments(D_TEXTS)
    kept = segment_index(D_TEXTS, embed, sentence_segments, texts=True)
    assert segment_index(D_TEXTS, embed, sentence_segments).texts == []
    assert kept.texts == found.texts
    expected = best_segments(q_emb, embed(found.texts), found, columns)
    assert best_segments(q_emb, kept.vectors, kept, columns) == expected


@pytest.mark.parametrize("known", [1, 5, len(D_TEXTS) - 1])
def test_added_documents_alone_are_encoded(known: int) -> None:
    counting = CountingEmbed()
    segment_index(D_TEXTS[:known], counting, sentence_segments, texts=True)
    before = counting.texts
    grown = segment_index(D_TEXTS, counting, sentence_segments, texts=True)
    assert counting.texts - before == len(sentence_segments(D_TEXTS[known:]).texts)
    whole = segment_index(D_TEXTS, CountingEmbed(), sentence_segments, texts=True)
    assert np.array_equal(grown.starts, whole.starts)
    assert np.array_equal(grown.vectors, whole.vectors)
    assert grown.texts == whole.texts
    assert segment_index(D_TEXTS, counting, sentence_segments, texts=True) is grown


def test_another_encoder_is_asked_again() -> None:
    first, second = CountingEmbed(), CountingEmbed()
    segment_index(D_TEXTS, first)
    segment_index(D_TEXTS, second)
    assert first.texts == second.texts > 0
