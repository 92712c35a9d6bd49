"""The sentences of a text, with exact offsets.

The rules are sentencex's, applied line by line; what it does not know of Persian and Arabic is
mended here: it splits inside ۳.۵ and ق.م. and before a closing quotation mark that stands apart,
and it never splits inside a quotation, however long.
"""

import re
from collections.abc import Iterator

from sentencex import get_sentence_boundaries

from indexer.core.records import Span

VERSION = 1
"""Raised whenever some text would be split into other sentences than before."""

LONG_SENTENCE = 250
"""Code points from which a sentence is also split at the sentences that it quotes."""

WINDOW = 4_000
"""Code points given to sentencex at once: its time grows with the square of the quotation marks."""

CONTEXT = 40
"""Code points before a cut that decide whether a sentence ends there."""

ABBREVIATIONS = frozenset({"بخ", "رک", "صص", "نک", "Dr", "Jr", "Mr", "Mrs", "Ms", "Prof", "St"})
"""Words of more than one letter whose full stop ends no sentence, where sentencex does not know it."""

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_QUOTATION_MARKS = str.maketrans(dict.fromkeys('«»“”„‟‹›"', " "))
_BIDI_MARKS = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069"
_CLOSING = re.compile(rf"(?:\s*[»”’›)\]}}.!?؟…۔{_BIDI_MARKS}]|(?<!\s)[\"'])+\s*")
_LAST_WORD = re.compile(r"(?<![\w'’])(\w+)\u200d?\.\Z")
_LETTER = re.compile(r"[^\W\d_]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def split(text: str, language: str) -> list[Span]:
    """The sentences of `text`, in order.

    No sentence crosses a line, begins or ends with white space; together they cover every other
    character. `language` is an ISO 639 code; one that sentencex does not know is split by general rules.
    """
    spans: list[Span] = []
    for match in _LINE.finditer(text):
        line = match.group()
        start = 0
        for cut in (*_cuts(line, language), len(line)):
            sentence = line[start:cut]
            stripped = sentence.strip()
            if stripped:
                begin = match.start() + start + len(sentence) - len(sentence.lstrip())
                spans.append(Span(begin, begin + len(stripped)))
            start = cut
    return spans


def _cuts(line: str, language: str) -> Iterator[int]:
    """Where one sentence of `line` ends and the next begins, ascending, both ends of `line` excluded."""
    start = 0
    for cut in _mended(line, _raw_cuts(line, language)):
        yield from _cuts_in_quotations(line, start, cut, language)
        if cut < len(line):
            yield cut
        start = cut


def _cuts_in_quotations(line: str, start: int, end: int, language: str) -> Iterator[int]:
    if end - start < LONG_SENTENCE:
        return
    sentence = line[start:end]
    unquoted = sentence.translate(_QUOTATION_MARKS)
    if unquoted != sentence:
        yield from (
            start + cut for cut in _mended(sentence, _raw_cuts(unquoted, language)) if cut < end - start
        )


def _raw_cuts(line: str, language: str) -> Iterator[int]:
    """Ends of sentences after sentencex, `len(line)` included.

    A long line is passed in windows. The last sentence of a window may be cut short by it, so the
    next window begins where that sentence began, or at its last white space if it fills the window.
    """
    line = _SURROGATE.sub("\ufffd", line)
    start = 0
    while len(line) - start > WINDOW:
        window = line[start : start + WINDOW]
        ends = [boundary["end_index"] for boundary in get_sentence_boundaries(language, window)][:-1]
        if not ends:
            ends = [_last_white_space(window)]
        yield from (start + end for end in ends)
        start += ends[-1]
    for boundary in get_sentence_boundaries(language, line[start:]):
        yield start + boundary["end_index"]


def _last_white_space(window: str) -> int:
    """The offset after the last white space that something precedes, else the whole length."""
    return len(window) - len(re.split(r"\s", window)[-1]) or len(window)


def _mended(line: str, cuts: Iterator[int]) -> Iterator[int]:
    """The `cuts` that end a sentence, moved behind closing marks; the last is `len(line)`.

    What has no letter is no sentence: 1. belongs to the words after it, *** to those before it.
    """
    end = _content_end(line)
    start, letter = 0, _next_letter(line, 0)
    for raw_cut in cuts:
        closing = _CLOSING.match(line, raw_cut)
        cut = closing.end() if closing else raw_cut
        if letter < cut < end and _ends_sentence(line[max(start, cut - CONTEXT) : cut], line[cut]):
            yield cut
            start, letter = cut, _next_letter(line, cut)
    yield len(line)


def _content_end(line: str) -> int:
    """The offset behind the last letter or digit."""
    return next((at + 1 for at in range(len(line) - 1, -1, -1) if line[at].isalnum()), 0)


def _next_letter(line: str, start: int) -> int:
    match = _LETTER.search(line, start)
    return match.start() if match else len(line)


def _ends_sentence(before: str, after: str) -> bool:
    """Whether a sentence ends between the text `before` and the character `after`."""
    if after.isdigit() and before[-1] == "." and before[-2:-1].isdigit():
        return False
    before = before.rstrip()
    if before.endswith(("...", "…")):
        return after.isupper()
    word = _LAST_WORD.search(before)
    return not word or not ((len(word[1]) == 1 and word[1].isalpha()) or word[1] in ABBREVIATIONS)
