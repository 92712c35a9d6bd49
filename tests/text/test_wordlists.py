import pytest
import wordfreq

from indexer.core.errors import LibraryBroken
from indexer.text import wordlists
from indexer.text.wordlists import frequencies, most_frequent

LISTS = [("ar", "large"), ("ar", "small"), ("en", "small"), ("fa", "small")]


def test_frequencies_are_shares() -> None:
    assert frequencies("en")["the"] == 10**-1.27
    assert frequencies("ar", "large")["المدرسة"] == 10**-3.7


def test_the_most_frequent_words_come_first() -> None:
    assert most_frequent("en", 5) == ["the", "to", "and", "of", "a"]


@pytest.mark.parametrize(("language", "size"), LISTS)
def test_lists_are_those_that_wordfreq_reads(language: str, size: str) -> None:
    assert list(frequencies(language, size).items()) == list(
        wordfreq.get_frequency_dict(language, size).items()
    )


@pytest.mark.parametrize("language", ["ar", "en", "fa"])
def test_the_most_frequent_words_are_those_of_wordfreq(language: str) -> None:
    assert most_frequent(language, 4000) == wordfreq.top_n_list(language, 4000, "small")


def test_a_list_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        LibraryBroken, match=r"large_fa\.msgpack\.gz cannot be read \(.*\): install Hudhud again"
    ):
        frequencies("fa", "large")
    monkeypatch.setattr(wordlists, "find_spec", lambda _: None)
    with pytest.raises(LibraryBroken, match="wordfreq is not installed: install Hudhud again"):
        frequencies("xx")
