"""Sketches of articles: which parts they have, worked out by hand."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from making import Passages, embedded, published

from indexer.generation.generation import Generation, open_live
from indexer.retrieval.sketches import RAREST, sketches


def _opened(folder: Path, articles: Sequence[Passages]) -> Generation:
    made = [embedded(str(number), passages, "en") for number, passages in enumerate(articles)]
    return open_live(published(folder, made).folder)


def _parts(generation: Generation, articles: Sequence[int]) -> list[dict[tuple[str, str], float]]:
    """Of each article its parts, as pairs of words, with their weights."""
    words = generation.lexicon.word
    found = sketches(generation, np.array(articles))
    parts: list[dict[tuple[str, str], float]] = [{} for _ in articles]
    for key, weight, owner in zip(
        found.keys.tolist(), found.weights.tolist(), found.owners.tolist(), strict=True
    ):
        first, second = key >> 32, key & 0xFFFFFFFF
        parts[owner][words(first), words(second) if second != 0xFFFFFFFF else ""] = weight
    return parts


def test_a_sentence_is_its_rarest_words_two_and_two(tmp_path: Path) -> None:
    generation = _opened(
        tmp_path, [[["river flood kabul", "river"]], [["river flood wheat"], ["river"]], [["river"]]]
    )
    # river is in five sentences, flood in two, kabul and wheat in one each
    assert _parts(generation, [0, 1, 2]) == [
        {("kabul", "flood"): 1.5, ("flood", "river"): 1.5, ("river", ""): 1.0},
        {("wheat", "flood"): 1.5, ("flood", "river"): 1.5, ("river", ""): 1.0},
        {("river", ""): 1.0},
    ]
    assert _parts(generation, [2, 0]) == [_parts(generation, [one])[0] for one in (2, 0)]
    generation.close()


def test_of_a_long_sentence_the_rarest_words_are_kept(tmp_path: Path) -> None:
    words = [f"word{letter}" for letter in "abcdefgh"]
    generation = _opened(tmp_path, [[[" ".join(words)]], *([[[" ".join(words[:-RAREST])]]] * 3)])
    [parts, *_] = _parts(generation, [0])
    assert Counter(word for pair in parts for word in pair) == {
        **dict.fromkeys(words[-RAREST + 1 : -1], 2),
        **dict.fromkeys([words[-RAREST], words[-1]], 1),
    }
    assert sum(parts.values()) == len(words)
    generation.close()


def test_articles_without_sentences_have_no_parts(tmp_path: Path) -> None:
    generation = _opened(tmp_path, [[["river flood"]], []])
    assert _parts(generation, [1, 0]) == [{}, {("flood", "river"): 2.0}]
    assert len(sketches(generation, np.empty(0, np.int64)).keys) == 0
    generation.close()
