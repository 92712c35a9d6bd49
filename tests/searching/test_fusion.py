"""Fused scores as arithmetic on made-up candidates."""

import numpy as np

from indexer.core.records import Candidates
from search_api.searching.fusion import (
    DAY_WEIGHT,
    FEW_WORDS_WEIGHT,
    KNOWN_WEIGHT,
    LEXICAL_WEIGHT,
    SENTENCE_WEIGHT,
    SOUND_WEIGHT,
    QueryTraits,
    fuse,
)

DENSE, LEXICAL, SENTENCE, SOUND = [1.5, -0.5, 0.0], [2.0, 4.0, 0.0], [-1.0, 3.0, 0.0], [0.0, 1.0, 5.0]


def candidates(count: int = 3) -> Candidates:
    """Three passages, of which `count` are there; what is not a standard score must not matter."""
    numbers = np.arange(count)
    other = np.full(count, 99, np.float32)
    dense, lexical, sentence, sound = (
        np.array(values[:count], np.float32) for values in (DENSE, LEXICAL, SENTENCE, SOUND)
    )
    return Candidates(
        passages=numbers,
        articles=numbers,
        days=np.array([0, 738_000, 738_001])[:count],
        sentences=numbers,
        passage_cosine=other,
        sentence_cosine=other,
        dense_z=dense,
        lexical_share=other,
        unrelated_passage=other,
        unrelated_sentence=other,
        lexical=other,
        lexical_z=lexical,
        sentence_z=sentence,
        sound_z=sound,
        sound_share=other,
    )


def test_words_count_a_part_of_what_meaning_counts() -> None:
    fused = fuse(candidates())
    expected = [
        1.5 + LEXICAL_WEIGHT * 2.0 + SENTENCE_WEIGHT * -1.0,
        -0.5 + LEXICAL_WEIGHT * 4.0 + SENTENCE_WEIGHT * 3.0,
        0.0,
    ]
    np.testing.assert_allclose(fused, expected, rtol=1e-6)
    assert fused.dtype == np.float32


def test_sound_counts_as_surely_as_the_query_is_romanised() -> None:
    gained = fuse(candidates(), QueryTraits(romanised=0.5)) - fuse(candidates())
    np.testing.assert_allclose(gained, [0.0, 0.5 * SOUND_WEIGHT * 1.0, 0.5 * SOUND_WEIGHT * 5.0], rtol=1e-6)


def test_words_that_the_index_has_count_more() -> None:
    gained = fuse(candidates(), QueryTraits(known=0.5)) - fuse(candidates())
    np.testing.assert_allclose(gained, [0.5 * KNOWN_WEIGHT * 2.0, 0.5 * KNOWN_WEIGHT * 4.0, 0.0], rtol=1e-6)


def test_the_words_of_short_queries_count_more() -> None:
    for words in (1, 2, 5):
        gained = fuse(candidates(), QueryTraits(words=words)) - fuse(candidates())
        share = FEW_WORDS_WEIGHT / words
        np.testing.assert_allclose(gained, [share * 2.0, share * 4.0, 0.0], rtol=1e-6)


def test_an_article_of_a_day_that_is_named_gains_one_deviation() -> None:
    gained = fuse(candidates(), QueryTraits(days=(737_999, 738_001))) - fuse(candidates())
    np.testing.assert_allclose(gained, [0.0, 0.0, DAY_WEIGHT], rtol=1e-6)
    assert DAY_WEIGHT == 1.0


def test_meaning_weighs_most() -> None:
    assert 0 < SENTENCE_WEIGHT <= LEXICAL_WEIGHT < LEXICAL_WEIGHT + KNOWN_WEIGHT < 1


def test_no_candidates_have_no_scores() -> None:
    assert fuse(candidates(0), QueryTraits(romanised=1.0)).tolist() == []
