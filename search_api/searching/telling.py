"""Which sentence of a passage tells that it answers, where words alone count."""

from collections.abc import Sequence

from indexer.core.records import Sentence
from search_api.searching.evidence import WordMatch


def most_telling(sentences: Sequence[Sentence], nearest: Sentence, words: Sequence[WordMatch]) -> Sentence:
    """The sentence with the most words that answer different words of the query, by their weights.

    Args:
        sentences: of the passage, in the order of the text.
        nearest: the one of them that is nearest by its vector: it goes before equals; else the first does.
        words: of the passage.
    """
    return max(sentences, key=lambda sentence: (_worth(sentence, words), sentence == nearest))


def _worth(sentence: Sentence, words: Sequence[WordMatch]) -> float:
    surest: dict[int, float] = {}
    for match in words:
        if sentence.start <= match.passage.start < sentence.end:
            surest[match.query.start] = max(surest.get(match.query.start, 0.0), match.weight)
    return sum(surest.values())
