"""An article's passages: whole sentences, up to a number of model tokens.

The breaks between passages are chosen together, as TeX chooses the lines of a paragraph (Knuth and
Plass, "Breaking paragraphs into lines", Software: Practice and Experience 11, 1981): the article is
a row of atoms, every break has a price, and dynamic programming finds the cheapest row of passages.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from indexer.core.records import Article, Chunk, Span
from indexer.text.repeats import repeated
from indexer.text.sentences import split

MAX_TOKENS = 250
VERSION = 2
"""Raised whenever some article of the same sentences would be cut into other passages than before."""

PASSAGE = 1.0
"""The price of one more passage; its share of unused tokens, squared, is added."""

PARAGRAPH, SENTENCE, HEADING, CLAUSE, WORD, INSIDE_WORD = 0.0, 0.1, 0.4, 0.5, 1.0, 2.0
"""The prices of a break behind the end of a paragraph, of a sentence, …"""

PARTS = frozenset({CLAUSE, WORD, INSIDE_WORD})
"""The prices of breaks inside a sentence."""

FORCED = -math.inf
"""The price where there must be a break: a repeated sentence follows."""

STRETCH_WORDS = 8
"""Words that stay together where a text without punctuation is cut."""

USUAL_TOKENS = 40
"""Of a sentence. One over the limit is cut into sentences of about so many, behind a clause of half of it."""

HEADING_WORDS = 12
"""A line of at most so many words that ends without punctuation is a heading."""

MAX_MARKS = 30
"""More combining marks than this on one letter may be parted (stream-safe text, UAX #15 section 13)."""

CountTokens = Callable[[Sequence[str]], list[int]]
Splitter = Callable[[str], Iterable[Span]]

_CLAUSE = re.compile(r"\S.*?(?:[؛،;:,–—]+[»”\"')\]]*(?=\s)|\Z)", re.DOTALL)
_WORD = re.compile(r"\S+")
_STRETCH = re.compile(rf"\S+(?:\s+\S+){{0,{STRETCH_WORDS - 1}}}")
_HEADING_END = re.compile(r"[^.!?؟…۔»”\"')\]]\Z")
_CONTENT = re.compile(r"[^\W_]")
_EXTENDERS = "\u200c\u200d\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_ZWJ = "\u200d"


@dataclass(frozen=True, slots=True)
class _Atom:
    """A stretch of the text that goes into one passage whole, and the price of a break behind it."""

    start: int
    end: int
    price: float
    tokens: int = 0


def chunk(article: Article, count_tokens: CountTokens, *, max_tokens: int = MAX_TOKENS) -> list[Chunk]:
    """The parts of `article.text` that become its passages, in order and apart from each other.

    A passage has at most `max_tokens` tokens, counted as the sum over its sentences. Sentences that
    stand in another sentence of the article are left out (see `repeats`). Every other letter and
    digit stands in exactly one passage; a text without any has none. `count_tokens` is called once,
    and again only for sentences over the limit.
    """
    text = article.text
    sentences = _sentence_atoms(text, split(text, article.language))
    if not sentences:
        return []
    atoms = _fitted(text, sentences, count_tokens, max_tokens)
    return [span for span in _passages(atoms, max_tokens) if _CONTENT.search(text, span.start, span.end)]


def _sentence_atoms(text: str, sentences: Sequence[Span]) -> list[_Atom]:
    """The sentences that are not repeats, each with the price of the break behind it."""
    repeats = repeated([sentence.of(text) for sentence in sentences])
    atoms = []
    starts_line = True
    for number, sentence in enumerate(sentences):
        last = number + 1 == len(sentences)
        ends_line = last or _breaks_line(text[sentence.end : sentences[number + 1].start])
        if last or number + 1 in repeats:
            price = FORCED
        elif not ends_line:
            price = SENTENCE
        else:
            price = HEADING if starts_line and _is_heading(sentence.of(text)) else PARAGRAPH
        if number not in repeats:
            atoms.append(_Atom(sentence.start, sentence.end, price))
        starts_line = ends_line
    return atoms


def _breaks_line(gap: str) -> bool:
    return len(f"x{gap}x".splitlines()) > 1


def _is_heading(line: str) -> bool:
    return len(line.split(maxsplit=HEADING_WORDS)) <= HEADING_WORDS and bool(_HEADING_END.search(line))


def _fitted(text: str, atoms: list[_Atom], count_tokens: CountTokens, max_tokens: int) -> list[_Atom]:
    """The atoms with their tokens; those over the limit parted at clauses, else words, else anywhere."""
    atoms = _counted(text, atoms, count_tokens)
    for part, price in ((_clauses, CLAUSE), (_stretches, WORD), (_words, WORD)):
        atoms = _parted(text, atoms, part, price, count_tokens, max_tokens)
    while len(finer := _parted(text, atoms, _halves, INSIDE_WORD, count_tokens, max_tokens)) > len(atoms):
        atoms = finer
    return atoms


def _counted(text: str, atoms: list[_Atom], count_tokens: CountTokens) -> list[_Atom]:
    tokens = count_tokens([text[atom.start : atom.end] for atom in atoms])
    return [replace(atom, tokens=number) for atom, number in zip(atoms, tokens, strict=True)]


def _parted(
    text: str, atoms: list[_Atom], part: Splitter, price: float, count_tokens: CountTokens, max_tokens: int
) -> list[_Atom]:
    """The atoms, those over the limit replaced by their parts with `price` between them."""
    rows = [_parts(text, atom, part, price) if atom.tokens > max_tokens else [atom] for atom in atoms]
    fresh = [atom for row in rows if len(row) > 1 for atom in row]
    if not fresh:
        return atoms
    counted = iter(_counted(text, fresh, count_tokens))
    return [next(counted) if len(row) > 1 else atom for row in rows for atom in row]


def _parts(text: str, atom: _Atom, part: Splitter, price: float) -> list[_Atom]:
    spans = list(part(text[atom.start : atom.end]))
    if len(spans) == 1:
        return [atom]
    atoms = [_Atom(atom.start + span.start, atom.start + span.end, price) for span in spans]
    return [*atoms[:-1], replace(atoms[-1], price=atom.price)]


def _clauses(sentence: str) -> Iterator[Span]:
    return (Span(*match.span()) for match in _CLAUSE.finditer(sentence))


def _stretches(clause: str) -> Iterator[Span]:
    return (Span(*match.span()) for match in _STRETCH.finditer(clause))


def _words(clause: str) -> Iterator[Span]:
    return (Span(*match.span()) for match in _WORD.finditer(clause))


def _halves(word: str) -> list[Span]:
    """Two parts of a word, cut next to its middle, not inside a letter and its marks; or the whole."""
    middle = len(word) // 2
    near = sorted(
        range(max(1, middle - MAX_MARKS), min(len(word), middle + MAX_MARKS + 1)),
        key=lambda at: abs(at - middle),
    )
    cut = next((at for at in near if not _joined(word[at - 1], word[at])), 0)
    if not cut and len(word) > MAX_MARKS + 1:
        cut = middle
    return [Span(0, cut), Span(cut, len(word))] if cut else [Span(0, len(word))]


def _joined(before: str, after: str) -> bool:
    """Whether two neighbouring characters make one for the reader."""
    return before == _ZWJ or after in _EXTENDERS or unicodedata.category(after).startswith("M")


def _passages(atoms: Sequence[_Atom], max_tokens: int) -> list[Chunk]:
    """The cheapest row of passages; of equally cheap ones that with the shortest last passage."""
    tokens = [atom.tokens for atom in atoms]
    firsts = _first_of_runs(atoms)
    costs, starts = [0.0], [0]
    for end, atom in enumerate(atoms, 1):
        best, best_start = math.inf, end - 1
        used = 0
        for start in range(end - 1, firsts[end - 1] - 1, -1):
            used += tokens[start]
            if used > max_tokens and start < end - 1:
                break
            slack = 1 - used / max_tokens if used < max_tokens else 0.0
            cost = costs[start] + slack * slack
            if cost < best:
                best, best_start = cost, start
        costs.append(best + PASSAGE + max(atom.price, 0.0))
        starts.append(best_start)
    return _traced(atoms, starts)


def _first_of_runs(atoms: Sequence[_Atom]) -> list[int]:
    """For each atom, the first one that no forced break parts from it."""
    firsts: list[int] = []
    for number in range(len(atoms)):
        starts_run = number == 0 or atoms[number - 1].price == FORCED
        firsts.append(number if starts_run else firsts[-1])
    return firsts


def _traced(atoms: Sequence[_Atom], starts: Sequence[int]) -> list[Chunk]:
    """The passages, read backwards from the last: `starts[end]` is where the one before `end` starts."""
    chunks = []
    end = len(atoms)
    while end:
        start = starts[end]
        sentences = tuple(_joined_parts(atoms[start:end]))
        chunks.append(Chunk(sentences[0].start, sentences[-1].end, sentences))
        end = start
    return chunks[::-1]


def _joined_parts(atoms: Sequence[_Atom]) -> list[Span]:
    """The sentences that atoms are: parts of one sentence are joined to about `USUAL_TOKENS`."""
    sentences: list[Span] = []
    first, used, is_behind_part = 0, 0, False
    for number, atom in enumerate(atoms):
        used += atom.tokens
        is_part = atom.price in PARTS and number + 1 < len(atoms)
        if is_part and used < (USUAL_TOKENS / 2 if atom.price == CLAUSE else USUAL_TOKENS):
            continue
        start = atoms[first].start
        if is_behind_part and used < USUAL_TOKENS / 4:
            start = sentences.pop().start
        sentences.append(Span(start, atom.end))
        first, used, is_behind_part = number + 1, 0, is_part
    return sentences
