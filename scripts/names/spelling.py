"""Names in Arabic script: which language a spelling is in, and how the other language spells it."""

import functools
import re
import unicodedata
from collections.abc import Iterable

from indexer.text.orthography import fold
from indexer.text.orthography.common import INVISIBLE, VOWEL_MARKS, ZWNJ
from indexer.text.orthography.letters import RAW_WORD
from indexer.text.orthography.word_tables import known_words
from indexer.text.wordlists import frequencies

SHARED = "ءآؤئابتثجحخدذرزسشصضطظعغفقلمنهو"
PERSIAN_ONLY, ARABIC_ONLY = "پچژکگی", "أإةكىي"
PERSIAN_LETTERS = frozenset(SHARED + PERSIAN_ONLY + "أ")
ARABIC_LETTERS = frozenset(SHARED + ARABIC_ONLY)

_NO_LETTERS = str.maketrans("", "", INVISIBLE + VOWEL_MARKS)
_DASHES = re.compile(r"[-\u2010-\u2015\u2212_]")
_TO_PERSIAN = str.maketrans("يىكةإ", "ییکها")
_TO_ARABIC = str.maketrans("یکپژگ", "يكبجغ") | {ord(ZWNJ): " "}
_HAMZA_ON_WAW = re.compile("ؤو")
_FIRST_ALEF = re.compile(r"(?<=\bال)[أإ]|\b[أإ]")
_LAST_HAMZA = re.compile(r"(?<=ا)ء\b")
_ARTICLE = re.compile(r"^ال(?=...)(?!له\b)")
_SERVANT = re.compile(r"\bعبد (?=ال)")
_COMPOUND = re.compile(r"(?<=[^ ]{2})(?<!عبد) ?(?=الله\b|الدین)")
_SON = re.compile(r"(?<=[^ ]ی)(?=(زاده|پور|نژاد|نیا|خواه|منش)\b)")
_SERVANT_OF = re.compile(r"\bعبد(?=ال..)")
_IN_ARABIC = (
    (_SERVANT_OF, "عبد "),
    (re.compile(r"ایی\b"), "ائی"),
    (re.compile(r"چی\b"), "جی"),
    (re.compile("چ"), "تش"),
)
_BORROWED = (
    (re.compile("ch"), "تش", "چ"),
    (re.compile("^(?!al)(?=.*g(?!h))(?!.*gh)"), "غ", "گ"),
    (re.compile("^(?=.*v)(?!.*f)"), "ف", "و"),
    (re.compile("^(?=.*p(?!h))(?!.*b)"), "ب", "پ"),
)
"""Latin names with a sound for which Arabic has no letter, what it writes for that, and what Persian has."""
_KIN = {"ابو": "أبو", "ابي": "أبي", "ام": "أم", "ال": "آل"}
"""What stands before a name as a word of its own; lists fold their hamza."""

HAMZA_WEIGHT = 8
"""How much likelier أ and إ are than lists say: who writes quickly leaves their hamza out. Not before ل."""
_INNER_HAMZA = {"مامون": "مأمون", "رافت": "رأفت", "راس": "رأس", "المامون": "المأمون"}


def cleaned(text: str) -> str:
    """`text` with letters, spaces and half-spaces alone, composed; hyphens are spaces."""
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).translate(_NO_LETTERS))
    return " ".join(_DASHES.sub(" ", composed.replace("ۀ", "ه")).split()).strip(ZWNJ)


def is_persian(text: str) -> bool:
    """Whether all letters are those of Persian; أ too, but not first (تأسیس)."""
    return _letters(text) <= PERSIAN_LETTERS and not _FIRST_ALEF.search(text)


def is_arabic(text: str) -> bool:
    """Whether all letters are those of Arabic."""
    return ZWNJ not in text and _letters(text) <= ARABIC_LETTERS


def shows_persian(text: str) -> bool:
    """Whether a letter is there that Arabic does not have."""
    return not _letters(text).isdisjoint(PERSIAN_ONLY)


def shows_arabic(text: str) -> bool:
    """Whether a letter is there that Persian does not have."""
    return not _letters(text).isdisjoint(ARABIC_ONLY)


def _letters(text: str) -> set[str]:
    return set(text) - {" ", ZWNJ}


def persian_letters(text: str) -> str:
    """`text` with Persian yeh, keheh and heh."""
    return text.translate(_TO_PERSIAN)


def to_persian(arabic: str) -> list[str]:
    """How Persian writes an Arabic name: زهراء is زهرا, عبد الله عبدالله, البصرة بصره or البصره."""
    text = _HAMZA_ON_WAW.sub("ئو", persian_letters(_FIRST_ALEF.sub("ا", arabic)))
    text = compounded(_LAST_HAMZA.sub("", text))
    return [_ARTICLE.sub("", text), text] if _ARTICLE.match(arabic) else [text]


def compounded(persian: str) -> str:
    """A Persian name with its parts joined as usual: عبد الله is عبدالله, محمدیزاده has a half-space."""
    return _SON.sub(ZWNJ, _COMPOUND.sub(ZWNJ, _SERVANT.sub("عبد", persian)))


def as_heard(arabic: str, latin: str) -> str:
    """An Arabic spelling with the Persian letters for what Arabic cannot write: غريس is گريس for Grace."""
    for sound, written, meant in _BORROWED:
        if sound.search(latin):
            arabic = arabic.replace(written, meant)
    return arabic


def to_arabic(persian: str) -> str:
    """How Arabic writes a Persian name, without p, ch, zh, g: پل خمری is بل خمري, رضایی رضائي."""
    for ending, written in _IN_ARABIC:
        persian = ending.sub(written, persian)
    return persian.translate(_TO_ARABIC)


def restored_persian(folded: str) -> str:
    """The usual Persian spelling of words whose hamza and madda a list has folded: ارش is آرش."""
    words = persian_letters(folded).split()
    kin = ["آل"] if words[0] == "ال" and len(words) > 1 else []
    return " ".join(kin + list(map(_persian_word, words[len(kin) :])))


@functools.cache
def _persian_word(word: str) -> str:
    known = known_words().persian_word(fold(word))
    return word if known is None or ZWNJ in known.spelling else known.spelling


def restored_arabic(folded: str, final_maksura: Iterable[str]) -> str:
    """The usual Arabic spelling of words whose hamza, ة and ى a list has folded: فاطمه is فاطمة.

    Args:
        folded: words in Arabic letters, yeh dotted, no ة, no hamza on alef.
        final_maksura: folded words that end in ى: ليلى, not ليلي.
    """
    first, *others = folded.split()
    kin = [_KIN[first]] if others and first in _KIN else [_arabic_word(first)]
    words = kin + list(map(_arabic_word, others))
    ends = set(final_maksura)
    return " ".join(
        word[:-1] + "ى" if plain.removeprefix("ال") in ends else word
        for word, plain in zip(words, folded.split(), strict=True)
    )


@functools.cache
def _arabic_word(word: str) -> str:
    """The most frequent of the words that fold to `word`: hamza on alefs, ة for ه at the end."""
    if word in _INNER_HAMZA:
        return _INNER_HAMZA[word]
    listed = frequencies("ar", "large")
    forms = {form: _weight(form, listed.get(form, 0)) for form in _unfolded(word)}
    if word.startswith("ال") and len(word) > 4:
        for form in _unfolded(word[2:]):
            forms["ال" + form] = _weight(form, max(listed.get("ال" + form, 0), listed.get(form, 0) / 10))
    return max(forms, key=lambda form: forms[form])


def _unfolded(word: str) -> list[str]:
    starts = [first + word[1:] for first in "اأإآ"] if word[:1] == "ا" else [word]
    return [form[:-1] + last for form in starts for last in ("هة" if form.endswith("ه") else form[-1:])]


def _weight(form: str, frequency: float) -> float:
    return frequency * (HAMZA_WEIGHT if form[:1] in "أإ" and form[1:2] != "ل" else 1)


def frequency(text: str, language: str) -> float:
    """The share of its least frequent word among all words of a language; 0 where one is not listed."""
    listed = frequencies(language, "small" if language == "fa" else "large")
    return min((_listed(word, listed) for word in re.split(f"[ {ZWNJ}]", text) if word), default=0.0)


def _listed(word: str, listed: dict[str, float]) -> float:
    return max(listed.get(word, 0.0), listed.get(f"ال{word}", 0.0))


def words_of(text: str) -> list[str]:
    """The folded words of a text, in whatever script."""
    return [folded for match in RAW_WORD.finditer(text) if (folded := fold(match.group()))]
