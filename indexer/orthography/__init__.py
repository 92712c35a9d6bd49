"""One spelling for each word before it is encoded: a vector should hang on the word, not on its typist.

`encoder_input` is applied to passages and to queries alike. What is shown and what offsets point into
is always the original text.
"""

from indexer.orthography import arabic, persian
from indexer.orthography.common import has_arabic_script, with_ascii_digits, without_invisible

VERSION = 1
"""Raised whenever `encoder_input` gives another result for any text."""


def encoder_input(text: str, language: str) -> str:
    """`text` as the model should read it.

    Marks that change nothing but looks are dropped, presentation forms and combining hamza composed,
    vowel marks removed, digits ASCII. Persian and Dari get Persian yeh and kaf and the half-spaces that
    were lost; Arabic gets Arabic yeh and kaf. Text in other scripts is returned as it is.
    """
    if not has_arabic_script(text):
        return text
    letters = arabic.without_vowel_marks(arabic.compose(without_invisible(text)))
    plain = with_ascii_digits(letters)
    if language == "ar":
        return arabic.with_arabic_letters(plain)
    if language in {"fa", "prs"}:
        return persian.restore_half_spaces(persian.with_persian_letters(plain))
    return plain
