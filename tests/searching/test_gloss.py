"""Meanings of words: whoever waits for the dictionary leaves in time, and it is read on."""

import threading
from collections.abc import Iterator

import pytest

from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.errors import Cancelled, TooSlow
from indexer.core.records import Passage
from search_api.search import Searcher
from search_api.searching import gloss as glossing
from search_api.searching.gloss import GlossedWord, gloss
from search_api.searching.query import parse


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The dictionary is read until this is set."""
    goes_on = threading.Event()
    monkeypatch.setattr(glossing, "prepare", goes_on.wait)
    glossing.begin.cache_clear()
    yield goes_on
    goes_on.set()
    glossing.begin().join()
    glossing.begin.cache_clear()


def test_who_waits_for_the_dictionary_leaves_in_time(searcher: Searcher, reading: threading.Event) -> None:
    asked = parse("nuclear plant", gloss=True)
    with pytest.raises(TooSlow):
        searcher.search(asked, Deadline(0.2))
    left = Deadline()
    threading.Timer(0.1, left.cancel).start()
    with pytest.raises(Cancelled):
        searcher.search(asked, left)
    assert searcher.search(parse("nuclear plant"), Deadline(60)).hits
    assert glossing.begin().is_alive()
    reading.set()
    assert searcher.search(asked, NO_DEADLINE).hits[0].gloss


def test_words_are_explained_where_they_stand() -> None:
    passage = Passage(0, 0, 10, 22, "باران در شهر")
    assert gloss(passage, "fa") == (
        GlossedWord(10, 15, "باران", ("rain",)),
        GlossedWord(19, 22, "شهر", gloss(passage, "fa")[1].meanings),
    )
    assert "city" in gloss(passage, "fa")[1].meanings
