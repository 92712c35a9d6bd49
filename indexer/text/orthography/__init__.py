"""One form for each word, however it is typed: for comparing words, and for the model.

`tokens` and `fold` give the form that is compared. `encoder_input` is applied to passages and to queries
before they are encoded: a vector should depend on the word, not on its typist. What is shown and what
offsets point into is always the original text.
"""

import functools
import re
from collections.abc import Callable

from indexer.text.orthography import arabic, arabic_use, persian, word_tables
from indexer.text.orthography.common import (
    MOST_PARTS,
    VERSION,
    has_arabic_script,
    is_arabic_script,
    is_joint,
    with_ascii_digits,
    without_invisible,
)
from indexer.text.orthography.folding import (
    as_one,
    is_function_word,
    is_number,
    likelier_persian,
    says_little,
    tokens,
)
from indexer.text.orthography.letters import ARABIC_WORD, Token, fold, raw_words
from indexer.text.orthography.word_tables import known_words

__all__ = [
    "MOST_PARTS",
    "VERSION",
    "Token",
    "as_one",
    "encoder_input",
    "fold",
    "is_arabic_script",
    "is_function_word",
    "is_joint",
    "is_number",
    "likelier_persian",
    "prepare",
    "raw_words",
    "says_little",
    "tokens",
]

_BEHIND = re.compile(f" (?P<word>{ARABIC_WORD.pattern})|(?P<end>\\s*(?:$|[.,،:؛!?؟»)]))")


def prepare(progress: Callable[[str], None]) -> None:
    """Make or open what is known of words now, so that no query waits; `progress` hears what takes seconds.

    Raises:
        LibraryBroken: wordfreq does not run in this environment.
    """
    word_tables.prepare(progress)
    arabic_use.prepare(progress)


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
        return ARABIC_WORD.sub(_in_arabic_text, plain)
    if language in {"fa", "prs"}:
        return ARABIC_WORD.sub(lambda match: persian.spelled(match.group()), plain)
    return plain


def _in_arabic_text(match: re.Match[str]) -> str:
    """The usual spelling of a word of an Arabic text.

    علی is على, on, unless a surname follows, or nothing.
    """
    word = _in_arabic(match.group())
    if fold(word) != arabic.ON_OR_ALI:
        return word
    behind = _BEHIND.match(match.string, match.end())
    is_name = behind is not None and (not behind["word"] or arabic.is_surname(fold(behind["word"])))
    return arabic.ALI if is_name else word


@functools.lru_cache(maxsize=200_000)
def _in_arabic(word: str) -> str:
    return arabic.spelled(fold(word), known_words().arabic.get)
