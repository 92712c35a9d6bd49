"""The words of passages are read once, and are those of the text."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.core.bounded import OVERHEAD
from indexer.text.orthography import raw_words
from search_api.searching import passage_words
from search_api.searching.passage_words import MOST_LETTERS, REMEMBERED, words_of_passage

TEXT = "شاخص ام\u200cکیو در تهران: MQ و باران. باران بارید."


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The texts that are read from now on; nothing is remembered from before."""
    found: list[str] = []

    def read(text: str) -> list[tuple[int, int, str]]:
        found.append(text)
        return raw_words(text)

    passage_words._remembered.cache_clear()
    monkeypatch.setattr(passage_words, "raw_words", read)
    yield found
    passage_words._remembered.cache_clear()


@given(st.text(st.sampled_from("باران\u200c ام.کیوMQ3 \n"), max_size=60))
def test_they_are_the_raw_words(text: str) -> None:
    words = words_of_passage(text)
    assert [*zip(words.starts, words.ends, words.folds, strict=True)] == raw_words(text)
    assert words.different == set(words.folds)


def test_a_passage_is_read_once(reads: list[str]) -> None:
    assert words_of_passage(TEXT) is words_of_passage("".join(TEXT))
    assert reads == [TEXT]


def test_a_whole_article_is_not_kept(reads: list[str]) -> None:
    article = "باران " * (MOST_LETTERS // 6 + 1)
    assert words_of_passage(article).folds == words_of_passage(article).folds
    assert reads == [article, article]


def test_letters_that_a_word_spells_by_their_names_are_told() -> None:
    assert words_of_passage("امکیو و ایران").letters == {"mq": ["امکیو"]}


def test_what_is_kept_is_bounded(reads: list[str]) -> None:
    for number in range(REMEMBERED // (OVERHEAD + MOST_LETTERS) + 200):
        words_of_passage(f"{number} {'x' * (MOST_LETTERS - 10)}")
    remembered = passage_words._remembered()
    assert 0.8 * REMEMBERED < remembered.bytes <= REMEMBERED
    assert len(remembered) < len(reads)
