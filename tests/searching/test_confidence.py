"""Confidence as arithmetic, and what it says to a person."""

import math

import numpy as np
import pytest

from indexer.core.records import Candidates
from search_api.search import Searcher
from search_api.searching import confidence
from search_api.searching.confidence import STRONG, WEAK, Verdict, confidences
from search_api.searching.query import parse


def candidates(dense: float, share: float, passage: float, sentence: float) -> Candidates:
    def of(value: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
        return np.array([99.0, value], np.float32)

    other = of(99.0)
    numbers = np.arange(2)
    return Candidates(
        passages=numbers,
        articles=numbers,
        days=numbers,
        sentences=numbers,
        passage_cosine=other,
        sentence_cosine=other,
        dense_z=of(dense),
        lexical=other,
        lexical_z=other,
        sentence_z=other,
        lexical_share=of(share),
        unrelated_passage=of(passage),
        unrelated_sentence=of(sentence),
        sound_z=other,
        sound_share=other,
    )


@pytest.mark.parametrize(
    "values", [(0.0, 0.0, 0.0, 0.0), (3.0, 0.8, 2.0, 1.0), (5.0, 7.0, -1.0, 4.0), (-2.0, 0.1, -3.0, -3.0)]
)
def test_confidence_is_the_logistic_of_a_weighted_sum(values: tuple[float, float, float, float]) -> None:
    dense, share, passage, sentence = values
    logit = (
        confidence.BIAS + confidence.DENSE * dense + confidence.LEXICAL * min(share, confidence.MOST_SHARE)
    )
    logit += confidence.PASSAGE_COSINE * passage + confidence.SENTENCE_COSINE * sentence
    [found] = confidences(candidates(*values).only(np.array([1]))).tolist()
    assert found == pytest.approx(1 / (1 + math.exp(-logit)), rel=1e-5)


@pytest.mark.parametrize(
    ("surely", "verdict"),
    [
        (None, Verdict.NONE),
        (0.0, Verdict.NONE),
        (WEAK - 0.01, Verdict.NONE),
        (WEAK, Verdict.WEAK),
        (STRONG - 0.01, Verdict.WEAK),
        (STRONG, Verdict.STRONG),
        (1.0, Verdict.STRONG),
    ],
)
def test_the_verdict_follows_the_first_hit(surely: float | None, verdict: Verdict) -> None:
    assert Verdict.of(surely) is verdict
    assert verdict.sentence.endswith(".")


@pytest.mark.parametrize(
    ("query", "verdict"),
    [
        ("Zaporizhzhia nuclear plant lost external power", Verdict.STRONG),
        ("Trump disappointed after phone call with Putin", Verdict.STRONG),
        ("beekeeping", Verdict.NONE),
        ("How do I remove wine stains from a carpet", Verdict.NONE),
        ("Who won the regional chess championship of 1987", Verdict.NONE),
        ("مربا", Verdict.NONE),
    ],
)
def test_what_the_seeds_answer_is_told_from_what_they_do_not(
    searcher: Searcher, query: str, verdict: Verdict
) -> None:
    result = searcher.search(parse(query))
    assert result.verdict is verdict
    assert result.hits[0].confidence == max(hit.confidence for hit in result.hits) or verdict is Verdict.NONE
