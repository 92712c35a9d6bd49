"""Queries asked at once are encoded together, queries asked again not at all."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from indexer.core.bounded import OVERHEAD
from indexer.core.deadline import Deadline
from indexer.core.errors import Cancelled, TooSlow
from indexer.core.protocols import Encoder
from indexer.core.records import Vectors
from search_api.searching import query_encoder
from search_api.searching.query_encoder import QueryEncoder


class Counting:
    """A pure function of a text's length, which waits when told to, and a record of its passes."""

    def __init__(self) -> None:
        self.passes: list[list[str]] = []
        self.go = threading.Event()
        self.go.set()
        self.started = threading.Event()

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.passes.append(sorted(texts))
        self.started.set()
        assert self.go.wait(10)
        if any("bad" in text for text in texts):
            raise ZeroDivisionError
        return np.array([[np.cos(len(text)), np.sin(len(text))] for text in texts], np.float32)


def vector(queries: QueryEncoder, text: str) -> Vectors:
    """The vector of one text."""
    [found] = queries.vectors([text])
    return found


def test_a_query_carries_its_prompt_and_is_remembered() -> None:
    encoder = Counting()
    queries = QueryEncoder(encoder.encode, "query: ")
    first, again = vector(queries, "abc"), vector(queries, "abc")
    np.testing.assert_array_equal(first, np.array([np.cos(10), np.sin(10)], np.float32))
    assert again is first
    assert encoder.passes == [["query: abc"]]


def test_texts_asked_together_are_one_pass_in_their_order() -> None:
    encoder = Counting()
    queries = QueryEncoder(encoder.encode, "")
    vector(queries, "bb")
    found = queries.vectors(["ccc", "bb", "a", "ccc"])
    expected = [[np.cos(n), np.sin(n)] for n in (3, 2, 1, 3)]
    np.testing.assert_array_equal(found, np.array(expected, np.float32))
    assert encoder.passes == [["bb"], ["a", "ccc"]]


def test_no_text_asks_for_nothing() -> None:
    encoder = Counting()
    assert QueryEncoder(encoder.encode, "").vectors([]) == []
    assert encoder.passes == []


def test_those_who_come_during_a_pass_share_the_next() -> None:
    encoder = Counting()
    queries = QueryEncoder(encoder.encode, "")
    encoder.go.clear()
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(vector, queries, "a")
        assert encoder.started.wait(10)
        others = [threads.submit(vector, queries, text) for text in ("bb", "ccc", "dddd", "bb")]
        while len(queries._waiting) < 3:
            threading.Event().wait(0.001)
        encoder.go.set()
        found = [future.result(10) for future in [first, *others]]
    assert encoder.passes == [["a"], ["bb", "ccc", "dddd"]]
    expected = [[np.cos(n), np.sin(n)] for n in (1, 2, 3, 4, 2)]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_what_is_being_encoded_is_not_encoded_again() -> None:
    encoder = Counting()
    queries = QueryEncoder(encoder.encode, "")
    encoder.go.clear()
    first = queries.begin(["a"])
    assert encoder.started.wait(10)
    second = queries.begin(["a"])
    encoder.go.set()
    assert second()[0] is first()[0]
    assert encoder.passes == [["a"]]


def test_a_query_is_encoded_while_its_words_are_looked_up() -> None:
    encoder = Counting()
    encoder.go.clear()
    ready = QueryEncoder(encoder.encode, "").begin(["a"])
    assert encoder.started.wait(10)
    encoder.go.set()
    assert len(ready()) == 1


def test_a_failed_pass_fails_its_queries_and_no_others() -> None:
    queries = QueryEncoder(Counting().encode, "")
    with pytest.raises(ZeroDivisionError):
        vector(queries, "bad")
    assert vector(queries, "good").tolist() == np.array([np.cos(4), np.sin(4)], np.float32).tolist()


def test_the_oldest_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_encoder, "REMEMBERED", 2 * (4 + 8 + OVERHEAD))  # a letter, two numbers
    encoder = Counting()
    queries = QueryEncoder(encoder.encode, "")
    for text in ("a", "b", "a", "c", "a", "b"):
        vector(queries, text)
    assert encoder.passes == [["a"], ["b"], ["c"], ["b"]]


def test_the_real_encoder_gives_the_same_alone_and_together(encoder: Encoder) -> None:
    texts = [f"what happened in the city number {number}" for number in range(12)]
    queries = QueryEncoder(encoder.encode_queries, "query: ")
    with ThreadPoolExecutor(12) as threads:
        together = list(threads.map(lambda text: vector(queries, text), texts))
    alone = [encoder.encode_queries([f"query: {text}"])[0] for text in texts]
    assert (np.array(together) * np.array(alone)).sum(axis=1).min() >= 0.999


def test_what_nobody_waits_for_is_not_encoded() -> None:
    encoder = Counting()
    queries = QueryEncoder(encoder.encode, "")
    encoder.go.clear()
    first = queries.begin(["a"])
    assert encoder.started.wait(10)
    left = Deadline()
    second, third, shared = (
        queries.begin(["bb"], left),
        queries.begin(["ccc", "dd"], left),
        queries.begin(["dd"]),
    )
    left.cancel()
    encoder.go.set()
    assert len(first()) == len(shared()) == 1
    for gone in (second, third):
        with pytest.raises(Cancelled):
            gone()
    assert encoder.passes == [["a"], ["dd"]]


def test_a_pass_stays_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_encoder, "MOST_AT_ONCE", 4)
    encoder = Counting()
    queries = QueryEncoder(encoder.encode, "")
    encoder.go.clear()
    first = queries.begin(["a"])
    assert encoder.started.wait(10)
    others = [queries.begin([text]) for text in ("bb", "ccc", "d", "eeeeee")]
    encoder.go.set()
    assert [len(ready()) for ready in (first, *others)] == [1] * 5
    assert encoder.passes == [["a"], ["bb"], ["ccc", "d"], ["eeeeee"]]


def test_who_waits_too_long_hears_of_it() -> None:
    encoder = Counting()
    queries = QueryEncoder(encoder.encode, "")
    encoder.go.clear()
    with pytest.raises(TooSlow):
        queries.vectors(["a"], Deadline(0.01))
    encoder.go.set()
    assert len(vector(queries, "a")) == 2
