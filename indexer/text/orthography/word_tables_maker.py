"""Makes the file that `word_tables` reads, out of hazm's and wordfreq's lists; a process of its own.

Every word is folded, so that no table depends on a variant of a letter.
"""

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from indexer.text import wordlists
from indexer.text.orthography import arabic, hazm_words, persian
from indexer.text.orthography.common import ZWNJ
from indexer.text.orthography.letters import ARABIC_WORD, fold
from indexer.text.orthography.word_tables import SECTION, trigrams_of

_ARABIC_SPELLING = re.compile("[\u0629\u0623\u0625\u0624]|\u0621$")
"""ة أ إ ؤ and a hamza at the end: no Persian spelling, unless somebody has counted it."""

_ARABIC_LETTERS = re.compile("[\u0621-\u063a\u0641-\u064a]+")
"""Arabic without marks; Persian letters, which the Arabic list holds too, are no Arabic spelling."""

SELDOM = 3e-8
"""Arabic words below this frequency are left: half of the list, and mostly mistyped."""

UNSEEN = 3e-7
"""Frequency assumed of a word that a list of words above 1e-6 has not got."""


def persian_lines(known: hazm_words.HazmWords, used: Mapping[str, float]) -> Iterator[str]:
    """fold, spelling, frequency, adjective: hazm's words; wordfreq's where letters alone do not give them.

    Of several spellings the most used one: wordfreq has everyday words, hazm's counts know more of them.
    What stands joined in wordfreq speaks for the half-space, unless hazm has counted the joined word.
    """
    spellings: defaultdict[str, list[tuple[float, int, bool, bool, str]]] = defaultdict(list)
    adjectives = set()
    for word in known.frequencies.keys() | known.verbs:
        spelling, frequency = persian.plain(word), known.frequencies.get(word, 0)
        joined = spelling.replace(ZWNJ, "")
        use = used.get(spelling, 0.0)
        if joined != spelling and not known.frequencies.get(joined):
            use += used.get(joined, 0.0)
        if use == frequency == 0 and _ARABIC_SPELLING.search(spelling):
            continue
        if ARABIC_WORD.fullmatch(spelling) and (frequency > 0 or not _is_plural(joined, known)):
            folded = fold(spelling)
            spellings[folded].append((use, frequency, joined == folded, joined != spelling, spelling))
            if word in known.adjectives:
                adjectives.add(folded)
    for word, use in used.items():
        spelling = persian.plain(word)
        if ARABIC_WORD.fullmatch(spelling) and ZWNJ not in spelling:
            folded = fold(spelling)
            others = [rank[-1].replace(ZWNJ, "") for rank in spellings.get(folded, [])]
            if spelling not in others and (others or spelling != folded):
                spellings[folded].append((use, 0, spelling == folded, False, spelling))
    for folded, ranks in spellings.items():
        frequency = max(rank[1] for rank in ranks)
        yield f"{folded}\t{max(ranks)[-1]}\t{frequency}\t{int(folded in adjectives)}"


def _is_plural(joined: str, known: hazm_words.HazmWords) -> bool:
    """Whether this is a counted word with a plural: زبانها is better parted, نامهای is not نامه‌ای."""
    stems = (joined.removesuffix(suffix) for suffix in persian.PLURAL_SUFFIXES if joined.endswith(suffix))
    return any(known.frequencies.get(stem, 0) > 0 for stem in stems)


def arabic_lines(used: Mapping[str, float]) -> Iterator[str]:
    """fold, spelling; where the most frequent spelling is not what `arabic.spelled` finds without it."""
    best: dict[str, tuple[float, str]] = {}
    for word, frequency in used.items():
        if frequency >= SELDOM and _ARABIC_LETTERS.fullmatch(word):
            folded = fold(word)
            best[folded] = max(best.get(folded, (0.0, "")), (frequency, word))
    said: dict[str, str] = {}
    for folded in sorted(best, key=lambda folded: (len(folded), folded)):
        spelling = best[folded][1]
        if spelling != arabic.spelled(folded, said.get):
            said[folded] = spelling
            yield f"{folded}\t{spelling}"


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


def verb_lines(known: hazm_words.HazmWords) -> Iterator[str]:
    """fold of a conjugated form, `#` and its present stem."""
    stems: dict[str, str] = {}
    for verb, present in known.present_stems.items():
        stems.setdefault(fold(verb.replace("_", "").replace(" ", "")), fold(present))
    for verb, present in stems.items():
        yield f"{verb}\t#{present}"


def join_lines(known: hazm_words.HazmWords, used: Mapping[str, float]) -> set[str]:
    """Words with half-spaces, each part folded, with spaces: verb forms, and compounds counted as one word.

    Not participles (گزارش‌شده), whose parts are looked for on their own. Beside a word of three parts stand
    its ways to be written in two; beside one with و joined to its second part, it with و apart.
    """
    used_folds = {fold(word) for word in used}
    verbs = {tuple(map(fold, verb.strip(ZWNJ).split(ZWNJ))) for verb in known.verbs}
    joins = set(verbs)
    for word, frequency in known.frequencies.items():
        parts = tuple(map(fold, word.strip(ZWNJ).split(ZWNJ)))
        if "".join(parts) in used_folds or (frequency > 0 and (parts[-1], "ام") not in verbs):
            joins |= {parts, ("نمی", *parts[1:])} if parts[0] == "می" else {parts}
    return {" ".join(ways) for parts in joins if all(parts) for ways in _ways(parts)}


def _ways(parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if 2 <= len(parts) <= 3:
        yield parts
    if len(parts) == 3:
        yield from ((parts[0] + parts[1], parts[2]), (parts[0], parts[1] + parts[2]))
    if len(parts) == 2 and len(parts[1]) > 2 and parts[1].startswith("و"):
        yield parts[0], "و", parts[1][1:]


def by_fold(used: Mapping[str, float]) -> dict[str, float]:
    """Frequencies of all spellings of a fold together, of words in Arabic script."""
    sums: defaultdict[str, float] = defaultdict(float)
    for word, frequency in used.items():
        if ARABIC_WORD.fullmatch(word):
            sums[fold(word)] += frequency
    return dict(sums)


def main() -> None:
    """Write the tables to stdout."""
    known = hazm_words.read()
    fa, ar = by_fold(wordlists.frequencies("fa")), by_fold(wordlists.frequencies("ar"))
    tables = (
        persian_lines(known, wordlists.frequencies("fa")),
        arabic_lines(wordlists.frequencies("ar", "large")),
        odds_lines(fa, ar),
        trigram_lines(fa, ar),
        verb_lines(known),
        join_lines(known, wordlists.frequencies("fa")),
    )
    encoded = (b"\n".join(sorted(line.encode() for line in lines if line)) for lines in tables)
    sys.stdout.buffer.write(SECTION.join(encoded))


if __name__ == "__main__":
    main()
