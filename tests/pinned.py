"""What the modules with a version that read, cut and spell texts give for fixed ones.

`tests/test_versions.py` holds the digests, `tests/pinned_files.py` has what is written to disk. A module is
looked at alone: what it asks of other versioned modules is answered here, so that a change of one shows in
its own digest and in no other.
"""

import hashlib
import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import pytest
from pinned_texts import (
    AFTER_HA,
    ARABIC_STEMS,
    LETTERS,
    LINES,
    MARK,
    PREFIXES,
    QUOTATION,
    SEEDS,
    SOURCES,
    STEMS,
    SUFFIXES,
    TONGUES,
    WORDS,
    ZWNJ,
)

from indexer.core.records import Article, Record, Span
from indexer.corpus import Corpus, html, pdf
from indexer.corpus import fields as field_reader
from indexer.corpus import text as text_reader
from indexer.lexicon import arabic_sounds
from indexer.lexicon import phonemes as phoneme_rules
from indexer.lexicon import sound_distance as sound_distances
from indexer.text import calendars, dates
from indexer.text import chunking as cutting
from indexer.text import language as languages
from indexer.text import orthography as spelling
from indexer.text import repeats as repetition
from indexer.text import sentences as sentence_rules
from indexer.text.orthography import fold
from indexer.text.orthography import word_tables as tables

Given = Callable[[Path], object]
"""What a module gives, as JSON can write it; the folder is empty and there to write to."""


def digest(given: object) -> str:
    """Hex SHA-256 of what a module gives."""
    return hashlib.sha256(json.dumps(given, sort_keys=True, default=str).encode()).hexdigest()


def sentences(_: Path) -> object:
    """Where the sentences of texts in several languages lie."""
    quoted = [
        QUOTATION.translate({ord("«"): first, ord("»"): last}) for first, last in ("“”", "„‟", "‹›", '""')
    ]
    ends = [f"او {word}. بعد" for word in sorted(sentence_rules.ABBREVIATIONS)]
    cut = [f"{QUOTATION[:length]}»" for length in range(230, 270)]
    endless = ["ب " * 9_000, "ب" * 9_000, " ".join(LINES) * 8]
    texts = [*LINES, *SEEDS, QUOTATION, *quoted, *ends, *cut, *endless]
    return [
        [(span.start, span.end) for span in sentence_rules.split(text, language)]
        for text in texts
        for language in ("fa", "ar", "en", "und")
    ]


def repeats(_: Path) -> object:
    """Which of some sentences stand in others: whole, as a part, typed otherwise, and once too short."""
    words = SEEDS[0].split()
    long = [" ".join(words[start : start + 30]) for start in range(0, 90, 3)]
    shorter = [" ".join(words[start : start + count]) for start in (0, 3, 31) for count in range(5, 16)]
    typed = [sentence.replace("ی", "ي").replace("ک", "ك") + " !" for sentence in long[:3]]
    alike = [" ".join([*words[:8], f"{number}"]) for number in range(20)]
    mixed = [*long, *shorter, *typed, *alike, *LINES, *LINES[:5], *(line.upper() for line in LINES)]
    everything = " ".join(alike)
    return [sorted(repetition.repeated(some)) for some in (mixed, mixed[::-1], [*alike, everything])]


def language(_: Path) -> object:
    """The languages of texts, of their beginnings, of words, and of what holds the words of one language."""
    sets = (languages.CYRILLIC_SCRIPT, languages.LATIN_SCRIPT, languages.OTHER_SCRIPTS)
    lists = (languages.ENGLISH_WORDS, *languages.FUNCTION_WORDS.values(), languages.AFGHAN_INSTITUTIONS)
    told = [languages.identify(word) for words in lists for word in sorted(words)]
    told += [languages.identify(f"{word} parola casa vento sole mare luna") for word in sorted(lists[0])]
    dari = sorted(languages.DARI_WORDS | languages.AFGHAN_INSTITUTIONS | {*languages.DARI_PHRASES})
    told += [languages.identify(f"این {one} و {other} را") for one, other in itertools.pairwise(dari)]
    iranian = sorted(languages.IRANIAN_WORDS)
    told += [
        languages.identify(f"این {one} و {other} را شفاخانه تداوی محصلان")
        for one, other in itertools.pairwise(iranian)
    ]
    told += [languages.identify(f"{TONGUES[4] * 150}{TONGUES[1] * count}") for count in range(0, 400, 20)]
    texts = [*TONGUES, *LINES, *SEEDS, *(text.replace("ی", "ي").replace("ک", "ك") for text in SEEDS)]
    pieces = [" ".join(text.split()[:count]) for text in texts for count in (1, 2, 3, 5, 8, 13)]
    told += [languages.identify(f"{prefix}مصنع پل") for prefix in PREFIXES]
    told += [languages.identify(f"ن{letter}ن المصنع{end}") for letter in LETTERS for end in ("", " پل", " و")]
    told += [languages.identify(text) for text in [*texts, *pieces, *WORDS[::5], "", "۱۲۳", "?!"]]
    return [told, [sorted(some) for some in sets]]


def chunking(_: Path) -> object:
    """The passages of articles: short and long sentences, headings, clauses, repeats, endless words."""

    def count_tokens(texts: Sequence[str]) -> list[int]:
        return [-(-len(text) // 3) for text in texts]

    word = f"ب{MARK}\u064e" * 400
    marked = " ".join(f"ب{MARK * 70}ب{MARK * (70 + 2 * count)}" for count in range(26, 35))
    headed = [
        "\n".join([f"{'س' * 23}.", " ".join(["ب"] * count + ["ب" * (34 - 2 * count)]), f"{'س' * 23}."])
        for count in range(8, 16)
    ]
    texts = [
        *SEEDS,
        *LINES,
        "\n".join(LINES),
        "\n\n".join([*SEEDS, *LINES, *SEEDS[:1]]),
        " ".join(SEEDS).replace(". ", "، "),
        f"{word} {'x' * 2000} {'e' + chr(0x301) * 90}",
        marked,
        *headed,
        "***\n" + "\n".join(f"خبر {number}" for number in range(400)),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "split", lambda text, _: lines_and_stops(text))
        patch.setattr(cutting, "repeated", _said_before)
        return [
            asdict(passage)
            for text in texts
            for most in (20, 250)
            for passage in cutting.chunk(_article(text), count_tokens, max_tokens=most)
        ] + [cutting.MAX_TOKENS]


def orthography(_: Path) -> object:
    """How texts and words are folded and spelled for the model."""
    texts = [*SEEDS, *LINES, *TONGUES, QUOTATION]
    typed = [text.replace(ZWNJ, "").replace("ی", "ي").replace("ک", "ك") for text in texts]
    suffixed = [f"{stem}{gap}{suffix}" for stem in STEMS for suffix in SUFFIXES for gap in ("", ZWNJ, " ")]
    prefixed = [f"{prefix}{stem}" for stem in ARABIC_STEMS for prefix in PREFIXES]
    far = [" ".join(["على", "هذا", *["الوزير"] * count, "گفت و گو", "می کند"]) for count in range(6)]
    behold = [f"{before} ها {after}" for before in ("این کتاب", "قال") for after in AFTER_HA]
    texts += [
        *behold,
        " ".join(suffixed),
        " ".join(prefixed),
        *suffixed,
        *far,
        *(" ".join(one.split()[::-1]) for one in far),
    ]
    return [
        [[(token.text, token.start, token.end) for token in spelling.tokens(text)] for text in texts + typed],
        [spelling.encoder_input(text, code) for text in texts + typed for code in ("fa", "ar", "en")],
        [
            (fold(word), *(spelling.encoder_input(word, code) for code in ("fa", "ar")))
            for word in [*WORDS, *prefixed]
        ],
    ]


def word_tables(_: Path) -> object:
    """What is known of words, made out of hazm's and wordfreq's lists as on a machine that has it not yet."""
    return hashlib.sha256(tables.made()).hexdigest()


def phonemes(_: Path) -> object:
    """The readings of words in Arabic script, and their keys."""
    folds = sorted(map(plain, {*WORDS, *(prefix + "مدرسه" for prefix in PREFIXES)}))
    spread = "".join(arabic_sounds.ARABIC_LETTERS)
    made = [spread[start : start + count] for start in range(len(spread)) for count in (2, 3, 5, 40)]
    forms = [arabic_sounds.arabic_forms(word) for word in [*folds, *made]]
    return [
        [(form.phonemes, form.penalty, phoneme_rules.keys(form.phonemes)) for form in several]
        for several in forms
    ]


def sound_distance(_: Path) -> object:
    """The codes of all phonemes."""
    return list(sound_distances.codes(phoneme_rules.SYMBOLS))


def source(folder: Path) -> object:
    """What is read from files of every text format, or why it is left out."""
    (folder / "in").mkdir()
    for name, content in SOURCES.items():
        (folder / "in" / name).write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        for module in (text_reader, field_reader, html, pdf):
            patch.setattr(module, "identify", lambda text: "ar" if "ة" in text else "fa")
        patch.setattr(text_reader, "split", lambda text, _: lines_and_stops(text))
        loaded = [
            record.load() if isinstance(record, Record) else record for record in Corpus([folder / "in"])
        ]
    named = [
        dates.parse(f"9 {name} {year}", code)
        for names in calendars._MONTHS.values()
        for several in names
        for name in several.split("|")
        for year, code in ((2025, "ar"), (1404, "fa"), (1447, "ar"))
    ]
    return named, [
        asdict(one) if isinstance(one, Article) else {name: getattr(one, name) for name in ("reason", "id")}
        for one in loaded
    ]


def lines_and_stops(text: str) -> list[Span]:
    """Sentences by the simplest rule: they end with a line, or behind a full stop and a space."""
    spans, start = [], 0
    for end in range(1, len(text) + 1):
        if end == len(text) or text[end] == "\n" or text[end - 1 : end + 1] == ". ":
            sentence = text[start:end]
            if sentence.strip():
                begin = start + len(sentence) - len(sentence.lstrip())
                spans.append(Span(begin, begin + len(sentence.strip())))
            start = end
    return spans


def plain(word: str) -> str:
    """A word in the letters of most folds, by the simplest rule."""
    return word.translate(_FOLDED)


_FOLDED = str.maketrans("يىئةأإآؤك", "یییهاااوک", ZWNJ + MARK)


def _article(text: str) -> Article:
    return Article("a", "title", text, None, "fa", "in/a")


def _said_before(sentences: Sequence[str]) -> frozenset[int]:
    return frozenset(
        number for number, one in enumerate(sentences) if len(one) > 40 and one in sentences[:number]
    )
