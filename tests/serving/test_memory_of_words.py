"""What is remembered of words and queries has a bound in bytes, whatever is asked."""

import functools
import sys

import numpy as np
import pytest

from indexer.core.bounded import OVERHEAD, USUAL, Bounded, Cache, caches, share_out
from indexer.core.limits import DEFAULTS
from indexer.core.records import Expansion
from indexer.lexicon import lexicon
from indexer.lexicon.lexicon import Lexicon
from indexer.retrieval import lexical
from indexer.text.orthography import fold
from indexer.text.orthography.letters import _folded
from search_api.search import Searcher
from search_api.searching import passage_words, query_encoder
from search_api.searching.query import parse
from search_api.serving import memory
from search_api.serving.memory import WordCaches, word_caches


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    kept: Bounded[str, int] = Bounded(3 * (OVERHEAD + 10))
    for key in "abc":
        kept.put(key, ord(key), 10)
    assert kept.get("a") == 97
    kept.put("d", 100, 10)
    assert [kept.get(key) for key in "abcd"] == [97, None, 99, 100]
    assert kept.bytes == 3 * (OVERHEAD + 10)


def test_a_value_put_again_counts_once_and_one_too_large_not_at_all() -> None:
    kept: Bounded[str, int] = Bounded(1000)
    for size in (10, 20, 30):
        kept.put("a", size, size)
    assert (len(kept), kept.bytes) == (1, OVERHEAD + 30)
    kept.put("b", 1, 10_000)
    assert (len(kept), kept.bytes, kept.get("b")) == (0, 0, None)


def test_all_caches_of_an_index_take_together_what_is_set() -> None:
    of_vectors = 2 * query_encoder.REMEMBERED
    of_words = lexicon.REMEMBERED + lexicon.LOOKED_UP + lexical.REMEMBERED
    of_words += passage_words.REMEMBERED
    assert of_vectors + of_words + memory.MOST_OF_WORDS == USUAL == DEFAULTS.cache_mb * 1_000_000
    try:
        share_out(USUAL // 4)
        assert Bounded(1000, "test").most_bytes == 250
        assert Bounded(1000).most_bytes == 1000
        assert WordCaches().told().most_bytes == memory.MOST_OF_WORDS // 4
    finally:
        share_out(USUAL)
    assert Bounded(1000, "test").most_bytes == 1000


def test_what_is_remembered_under_one_name_is_told_together() -> None:
    one: Bounded[str, int] = Bounded(10_000, "of the test")
    other: Bounded[str, int] = Bounded(20_000, "of the test")
    one.put("a", 1, 10)
    other.put("b", 2, 20)
    asked = [one.get("a"), one.get("b"), other.get("b"), other.get("c")]
    assert asked == [1, None, 2, None]
    [told] = [cache for cache in caches() if cache.name == "of the test"]
    assert told == Cache("of the test", 2 * OVERHEAD + 30, 30_000, 2, 2, 2)
    del other
    [told] = [cache for cache in caches() if cache.name == "of the test"]
    assert told == Cache("of the test", OVERHEAD + 10, 10_000, 1, 2, 2)


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="sizes of CPython's objects")
def test_entries_take_no_more_than_is_counted() -> None:
    terms = np.arange(30)
    one = Expansion("word", terms, terms.astype(np.float32), terms.astype(np.uint8))
    arrays = (one.terms, one.weights, one.kinds)
    assert sum(map(sys.getsizeof, arrays)) <= one.size
    assert (
        sys.getsizeof(one) + sys.getsizeof((None, 0)) + 200 <= OVERHEAD
    )  # a node of OrderedDict and its links


def test_hostile_queries_fill_no_cache_beyond_its_bound(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, encoders = searcher.index.lexicon, searcher.encoders
    assert isinstance(known, Lexicon)
    expansions: Bounded[object, object] = Bounded(200_000)
    vectors: Bounded[object, object] = Bounded(100_000)
    monkeypatch.setattr(known, "_remembered", expansions)
    monkeypatch.setattr(encoders.words, "_remembered", vectors)
    for number in range(30):
        words = " ".join(f"q{number}{'xyz'[place % 3]}{place}kh" for place in range(50))
        searcher.search(parse(words))
        assert expansions.bytes <= 200_000
        assert vectors.bytes <= 100_000
    assert 0 < len(expansions) < 1500
    assert 0 < len(vectors) < 1500


def test_functions_of_words_forget_when_much_was_asked() -> None:
    for cache in word_caches():
        cache.cache_clear()
    watched = WordCaches(most_bytes=1_000_000)
    for number in range(400):
        text = "\u0628\u067e\u062a" * 600 + str(number)
        fold(text)
        watched.count(text)
        assert len(text) * 4 * _folded.cache_info().currsize <= 1_000_000


def test_all_caches_of_words_are_watched() -> None:
    watched = {f"{cache.__module__}.{cache.__name__}" for cache in word_caches()}
    assert {"indexer.text.orthography.letters._folded", "indexer.text.query_language._odds"} <= watched
    for name, module in list(sys.modules.items()):
        if name.startswith(memory.PACKAGES):
            for value in vars(module).values():
                if isinstance(value, functools._lru_cache_wrapper) and value.cache_info().maxsize:
                    assert f"{value.__module__}.{value.__name__}" in watched
