from indexer.text.wordlists import frequencies, most_frequent


def test_frequencies_are_shares() -> None:
    assert frequencies("en")["the"] == 10**-1.27
    assert frequencies("ar", "large")["المدرسة"] == 10**-3.7


def test_the_most_frequent_words_come_first() -> None:
    assert most_frequent("en", 5) == ["the", "to", "and", "of", "a"]
