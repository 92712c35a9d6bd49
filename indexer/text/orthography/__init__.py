"""One form for each word, however it is typed: for comparing words, and for the model.

`tokens` and `fold` give the form that is compared. `encoder_input` is applied to passages and to queries
before they are encoded: a vector should depend on the word, not on its typist. What is shown and what
offsets point into is always the original text.
"""

import functools

from indexer.text.orthography import arabic, persian
from indexer.text.orthography.common import (
    MOST_PARTS,
    VERSION,
    has_arabic_script,
    with_ascii_digits,
    without_invisible,
)
from indexer.text.orthography.folding import (
    Token,
    is_arabic_script,
    is_function_word,
    is_joint,
    is_number,
    likelier_persian,
    says_little,
    tokens,
)
from indexer.text.orthography.letters import ARABIC_WORD, RAW_WORD, fold
from indexer.text.orthography.word_tables import known_words, prepare

__all__ = [
    "MOST_PARTS",
    "RAW_WORD",
    "VERSION",
    "Token",
    "encoder_input",
    "fold",
    "is_arabic_script",
    "is_function_word",
    "is_joint",
    "is_number",
    "likelier_persian",
    "prepare",
    "says_little",
    "tokens",
]


def encoder_input(text: str, language: str) -> str:
    """`text` as the model should read it; the same for all texts whose characters fold together.

    Marks that change nothing but looks are dropped, presentation forms and combining hamza composed,
    vowel marks removed, digits ASCII. In Arabic, Persian and Dari each word gets the most usual of the
    spellings that share its fold: the hamza and ة or ه of Arabic, the آ and the half-spaces of Persian.
    Text in other scripts is returned as it is.
    """
    if not has_arabic_script(text):
        return text
    letters = arabic.without_vowel_marks(arabic.compose(without_invisible(text)))
    plain = with_ascii_digits(letters)
    if language == "ar":
        return ARABIC_WORD.sub(lambda match: _in_arabic(match.group()), plain)
    if language in {"fa", "prs"}:
        return ARABIC_WORD.sub(lambda match: persian.spelled(match.group()), plain)
    return plain


@functools.lru_cache(maxsize=200_000)
def _in_arabic(word: str) -> str:
    return arabic.spelled(fold(word), known_words().arabic.get)
