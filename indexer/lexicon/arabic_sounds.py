"""Words of Arabic script as phonemes: Arabic, Persian and Dari alike.

Persian says s for ث, z for ذ ض ظ, v for و and one sound for ق and غ. Arabic says th, dh, d, dh and w:
`sound_distance` has each pair near, and θ, ð and ɖ have two keys.
"""

import re
from collections.abc import Iterator

from indexer.lexicon.phonemes import LONGEST, Form, distinct

ARABIC_LETTERS = (
    dict(zip("ابپتثجچحخدذرزژسش", "Abptθʤʧhxdðrzʒsʃ", strict=True))
    | dict(zip("صضطظعغفقکگلمنوهیء", "sɖtðʕγfqkglmnUhIʔ", strict=True))
    | dict(zip("ټٹډڈړڑڕږځڅښڼںڤۆۇڵڭ", "ttddrrrʒzsʃnnvUUlg", strict=True))
)
"""Folded letters. The last line: Pashto, Urdu, Kurdish and dialect letters, in names above all."""

ARABIC_PREFIXES = ("ال", "وال", "بال", "فال", "کال", "لل", "ولل", "و", "ب", "ل", "ف", "ک")
"""The article, conjunctions and prepositions that Arabic writes joined to the word."""
NAME_PREFIXES = {"عبدال": 8, "ابوال": 8, "ابو": 8, "بن": 5}
"""First parts of names that are often left out, with what that costs: Nasser is عبدالناصر."""
FEWEST_ARABIC_LETTERS = 2
"""In a word, or what the article leaves of it, one more than what other prefixes leave; shorter ones sound
like half of a vocabulary."""
FEWEST_BEHIND_A_NAME = 4
ARTICLE_PENALTY, LETTER_PENALTY = 1, 6
"""Hundredths of similarity; a single letter is more often part of the word than not."""
BOUND_PENALTY = 3
"""For ة read as t, as before another noun: kulliyat is كلية. Folded, it is ه."""
OTHER_PENALTY = 1
"""For the less usual of two readings of letters."""

HEH, YEH, WAW, ALEF = "ه", "ی", "و", "ا"

_NAME_ARTICLE = re.compile("(?<=^عبد)ال|(?<=^ابو)ال|ال(?=(?:دین|رحمن|زمان)$)")
"""The article inside names: عبدالرحمن, ابوالفضل, صلاحالدین."""
_SILENT_HEH = re.compile("(?<=.[^اویه])های$")
"""Of خامنه‌ای, folded, if it is not the plural."""
_READINGS = (
    (re.compile("əl(?=[tdθðɖszʃrn])"), "ə", 0),  # Abdurrahman
    (re.compile("tʃ"), "ʧ", 0),  # Arabic has no letter for ch: تشاد is Chad.
    (re.compile("əH$"), "at", BOUND_PENALTY),
    (re.compile("AH$"), "At", BOUND_PENALTY),
)
"""Sounds that are read in another way too, how, and what that costs."""
_NOT_ARABIC = re.compile(f"[^{''.join(ARABIC_LETTERS)}]+")
_ASCII = re.compile(r"[0-9a-z]", re.IGNORECASE)
_TABLE = str.maketrans(ARABIC_LETTERS)


def arabic(word: str) -> str:
    """Phonemes of a folded word in Arabic script; none of a word with digits or Latin letters.

    Letters that `ARABIC_LETTERS` does not have are passed over. Before a word that begins with it, the l of
    the article is not spoken twice: الله.
    """
    if _ASCII.search(word):
        return ""
    letters = _NAME_ARTICLE.sub("əل", _NOT_ARABIC.sub("", word).replace("الل", "ال").replace("وو", "و"))
    middle = letters[1:-1].translate(_TABLE)
    return (_beginning(letters) + middle + (_end(letters) if len(letters) > 1 else ""))[:LONGEST]


def arabic_forms(word: str) -> list[Form]:
    """Readings of a folded word in Arabic script, the whole first; none of single letters."""
    whole = arabic(word) if len(word) >= FEWEST_ARABIC_LETTERS else ""
    if not whole:
        return []
    forms = [Form(whole, 0), *_without_prefix(word)]
    if _SILENT_HEH.search(word):
        forms.append(Form(arabic(_SILENT_HEH.sub("یی", word)), OTHER_PENALTY))
    for pattern, sounds, penalty in _READINGS:
        forms += [
            Form(pattern.sub(sounds, form.phonemes), form.penalty + penalty)
            for form in forms
            if pattern.search(form.phonemes)
        ]
    return distinct(forms)


def _without_prefix(word: str) -> Iterator[Form]:
    """Readings without a joined article, preposition, or first part of a name."""
    if word.startswith(ARABIC_PREFIXES):
        for prefix in ARABIC_PREFIXES:
            fewest = FEWEST_ARABIC_LETTERS + (prefix != ARABIC_PREFIXES[0])
            if word.startswith(prefix) and len(word) - len(prefix) >= fewest:
                penalty = LETTER_PENALTY if len(prefix) == 1 else ARTICLE_PENALTY
                yield Form(arabic(word[len(prefix) :]), penalty)
    for prefix, penalty in NAME_PREFIXES.items():
        if word.startswith(prefix) and len(word) - len(prefix) >= FEWEST_BEHIND_A_NAME:
            yield Form(arabic(word[len(prefix) :]), penalty)


def _beginning(letters: str) -> str:
    """How the first letter is read: no word begins with a long vowel but behind an open ا."""
    first = letters[:1]
    return {ALEF: "|", WAW: "w", YEH: "y"}.get(first, first.translate(_TABLE))


def _end(letters: str) -> str:
    """How the last letter is read."""
    before, last = letters[-2:-1], letters[-1:]
    if last == HEH:
        return "H" if before == ALEF else "əH"
    return "Y" if last == YEH and before != ALEF else last.translate(_TABLE)
