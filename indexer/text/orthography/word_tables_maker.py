"""Makes the file that `word_tables` reads, out of hazm's and wordfreq's lists; a process of its own.

Every word is folded, so that no table depends on a variant of a letter.
"""

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from indexer.text import wordlists
from indexer.text.orthography import arabic, folded_words, hazm_words, persian
from indexer.text.orthography.common import ZWNJ
from indexer.text.orthography.folded_words import FoldedWords, Spelling, also_negated
from indexer.text.orthography.letters import ARABIC_WORD, folds
from indexer.text.orthography.word_tables import SECTION, SHIPPED, trigrams_of

_ARABIC_SPELLING = re.compile("[\u0629\u0623\u0625\u0624]|\u0621$")
"""ة أ إ ؤ and a hamza at the end: no Persian spelling, unless somebody has counted it."""

_ARABIC_LETTERS = re.compile("[\u0621-\u063a\u0641-\u064a]+")
"""Arabic without marks; Persian letters, which the Arabic list holds too, are no Arabic spelling."""

SELDOM = 3e-8
"""Arabic words below this frequency are left: half of the list, and mostly mistyped."""

UNSEEN = 3e-7
"""Frequency assumed of a word that a list of words above 1e-6 has not got."""


def persian_lines(known: Iterable[Spelling], used: Mapping[str, float]) -> Iterator[str]:
    """fold, spelling, frequency, adjective: hazm's words; wordfreq's where letters alone do not give them.

    Of several spellings the most used one: wordfreq has everyday words, hazm's counts know more of them.
    What stands joined in wordfreq speaks for the half-space, unless hazm has counted the joined word.
    """
    spellings: defaultdict[str, list[tuple[float, int, bool, bool, str]]] = defaultdict(list)
    adjectives = set()
    for word in known:
        use = used.get(word.spelling, 0.0)
        joined = word.spelling.replace(ZWNJ, "")
        if word.joined_too:
            use += used.get(joined, 0.0)
        if use > 0 or word.frequency > 0 or not _ARABIC_SPELLING.search(word.spelling):
            rank = (use, word.frequency, joined == word.fold, joined != word.spelling, word.spelling)
            spellings[word.fold].append(rank)
            if word.is_adjective:
                adjectives.add(word.fold)
    for spelling, folded, use in _everyday(used):
        others = [rank[-1].replace(ZWNJ, "") for rank in spellings.get(folded, [])]
        if spelling not in others and (others or spelling != folded):
            spellings[folded].append((use, 0, spelling == folded, False, spelling))
    for folded, ranks in spellings.items():
        frequency = max(rank[1] for rank in ranks)
        yield f"{folded}\t{max(ranks)[-1]}\t{frequency}\t{int(folded in adjectives)}"


def _everyday(used: Mapping[str, float]) -> Iterator[tuple[str, str, float]]:
    """The words of wordfreq that are in Arabic script and hold no half-space: spelling, fold, use."""
    spelled = [(persian.plain(word), use) for word, use in used.items()]
    whole = [(word, use) for word, use in spelled if ZWNJ not in word and ARABIC_WORD.fullmatch(word)]
    for (word, use), folded in zip(whole, folds([word for word, _ in whole]), strict=True):
        yield word, folded, use


def arabic_lines(used: Mapping[str, float]) -> Iterator[str]:
    """fold, spelling; where the most frequent spelling is not what `arabic.spelled` finds without it."""
    words = [word for word, use in used.items() if use >= SELDOM and _ARABIC_LETTERS.fullmatch(word)]
    best: dict[str, tuple[float, str]] = {}
    for folded, word in zip(folds(words), words, strict=True):
        spelling, others = (used[word], word), best.get(folded)
        if others is None or spelling > others:
            best[folded] = spelling
    said: dict[str, str] = {}
    for folded in sorted(sorted(best), key=len):
        _, word = best[folded]
        if word != arabic.spelled(folded, said.get):
            said[folded] = word
            yield f"{folded}\t{word}"


def odds_lines(fa: Mapping[str, float], ar: Mapping[str, float]) -> Iterator[str]:
    """fold, ln(P in Persian / P in Arabic) in tenths."""
    for word in sorted(fa.keys() | ar.keys()):
        odds = math.log(max(fa.get(word, 0.0), UNSEEN) / max(ar.get(word, 0.0), UNSEEN))
        yield f"{word}\t{round(10 * odds)}"


def trigram_lines(fa: Iterable[str], ar: Iterable[str]) -> Iterator[str]:
    """Trigram, the logarithm of its share of the trigrams of all Persian words over that of Arabic ones."""
    persian_count, arabic_count = _trigrams(fa), _trigrams(ar)
    more = math.log(arabic_count.total() / persian_count.total())
    for trigram in sorted(persian_count | arabic_count):
        odds = math.log((persian_count[trigram] + 0.5) / (arabic_count[trigram] + 0.5)) + more
        yield f"{trigram}\t{round(10 * odds)}"


def _trigrams(words: Iterable[str]) -> Counter[str]:
    return Counter(trigram for word in words for trigram in trigrams_of(word))


def join_lines(known: FoldedWords, used: Iterable[str]) -> set[str]:
    """Words with half-spaces, each part folded, with spaces: hazm's, and those that wordfreq has as one."""
    used_folds = set(folds(list(used)))
    parted = (tuple(compound.split(" ")) for compound in known.compounds)
    counted = (parts for parts in parted if "".join(parts) in used_folds)
    return {*known.joins, *(way for parts in counted for way in also_negated(parts))}


def by_fold(used: Mapping[str, float]) -> dict[str, float]:
    """Frequencies of all spellings of a fold together, of words in Arabic script."""
    words = [word for word in used if ARABIC_WORD.fullmatch(word)]
    sums: defaultdict[str, float] = defaultdict(float)
    for word, folded in zip(words, folds(words), strict=True):
        sums[folded] += used[word]
    return dict(sums)


def main() -> None:
    """Write the tables to stdout."""
    from_hazm = SHIPPED not in sys.argv[1:] and hazm_words.is_installed()
    known = folded_words.folded(hazm_words.read()) if from_hazm else folded_words.shipped()
    everyday, arabic_words = wordlists.frequencies("fa"), wordlists.frequencies("ar")
    fa, ar = by_fold(everyday), by_fold(arabic_words)
    tables = (
        persian_lines(map(folded_words.spelling, known.spellings), everyday),
        arabic_lines(wordlists.frequencies("ar", "large")),
        odds_lines(fa, ar),
        trigram_lines(fa, ar),
        known.verbs,
        join_lines(known, everyday),
    )
    encoded = ("\n".join(sorted(lines)).encode() for lines in tables)
    sys.stdout.buffer.write(SECTION.join(encoded))


if __name__ == "__main__":
    main()
