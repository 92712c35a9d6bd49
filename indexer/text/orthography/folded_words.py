"""What hazm's vocabulary gives to the tables, folded: as Hudhud ships it, or out of hazm; both are equal.

Writer and reader of the shipped file, which `scripts/ship_words.py` makes. Nothing in it comes from wordfreq,
whose lists have a licence of their own: `word_tables_maker` brings the two together on the user's machine.
"""

import lzma
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from importlib.resources import files

from indexer.core.errors import LibraryBroken
from indexer.text.orthography import persian
from indexer.text.orthography.common import MOST_PARTS, VERSION, ZWNJ
from indexer.text.orthography.hazm_words import HAZM, HazmWords
from indexer.text.orthography.letters import ARABIC_WORD, fold, folds
from indexer.text.orthography.word_tables import SECTION

FILE = "hazm.txt.xz"
"""Text: what it was made of, then the lines of each attribute of `FoldedWords`, `SECTION` between them."""

MADE_OF = f"hazm {HAZM}, folded by version {VERSION}"

ADJECTIVE, JOINED_TOO = "a", "j"
"""Marks of a spelling: of an adjective or adverb; hazm has not counted it without its half-spaces."""


@dataclass(frozen=True, slots=True)
class FoldedWords:
    """Lines, sorted, each once.

    Attributes:
        spellings: fold, spelling, frequency and marks, tabs between; no spelling where it is the fold.
        verbs: fold of a conjugated form, `#` and its present stem.
        joins: words with half-spaces, spaces in their places, each part folded; all `ways` of them.
        compounds: the parts of words that hazm has not counted, or that are participles: they are joined
            only where wordfreq has them as one word.
    """

    spellings: tuple[str, ...]
    verbs: tuple[str, ...]
    joins: tuple[str, ...]
    compounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spelling:
    """A way to write a fold, as hazm has it; `joined_too` if its use without half-spaces counts for it."""

    fold: str
    spelling: str
    frequency: int
    is_adjective: bool
    joined_too: bool


def shipped() -> FoldedWords:
    """What Hudhud ships.

    Raises:
        LibraryBroken: it was made of another hazm, or folded in another way than this version does.
    """
    return unpacked(files(__package__).joinpath(FILE).read_bytes())


def packed(words: FoldedWords) -> bytes:
    """The content of the file to ship."""
    sections = ["\n".join(lines).encode() for lines in astuple(words)]
    return lzma.compress(SECTION.join([MADE_OF.encode(), *sections]), preset=9)


def unpacked(content: bytes) -> FoldedWords:
    """What a file of `packed` holds.

    Raises:
        LibraryBroken: as for `shipped`.
    """
    made_of, *sections = lzma.decompress(content).decode().split(SECTION.decode())
    if made_of != MADE_OF:
        raise LibraryBroken(f"{FILE} holds {made_of}, and {MADE_OF} is needed: install Hudhud again")
    return FoldedWords(*(tuple(section.split("\n")) if section else () for section in sections))


def spelling(line: str) -> Spelling:
    """What a line of `FoldedWords.spellings` says."""
    folded, spelled, frequency, marks = line.split("\t")
    return Spelling(folded, spelled or folded, int(frequency or 0), ADJECTIVE in marks, JOINED_TOO in marks)


def folded(known: HazmWords) -> FoldedWords:
    """What hazm knows, folded."""
    joins, compounds = _joins(known)
    return FoldedWords(
        *(tuple(sorted(set(lines))) for lines in (_spellings(known), _verbs(known), joins, compounds))
    )


def _spellings(known: HazmWords) -> Iterator[str]:
    """Words in Arabic script, with Persian letters; not زبانها, which is better parted."""
    words = [*known.frequencies, *known.verbs]
    spelled = [persian.plain(word) for word in words]
    for word, plain, fold_ in zip(words, spelled, folds(spelled), strict=True):
        frequency, joined = known.frequencies.get(word, 0), plain.replace(ZWNJ, "")
        if ARABIC_WORD.fullmatch(plain) and (frequency > 0 or not _is_plural(joined, known)):
            marks = ADJECTIVE * (word in known.adjectives)
            marks += JOINED_TOO * (joined != plain and not known.frequencies.get(joined))
            yield f"{fold_}\t{'' if plain == fold_ else plain}\t{frequency or ''}\t{marks}"


def _is_plural(joined: str, known: HazmWords) -> bool:
    """Whether this is a counted word with a plural: زبانها is better parted, نامهای is not نامه‌ای."""
    stems = (joined.removesuffix(suffix) for suffix in persian.PLURAL_SUFFIXES if joined.endswith(suffix))
    return any(known.frequencies.get(stem, 0) > 0 for stem in stems)


def _verbs(known: HazmWords) -> Iterator[str]:
    """fold of a conjugated form, `#` and its present stem; of several the first one that hazm has."""
    forms = folds([verb.replace("_", "").replace(" ", "") for verb in known.present_stems])
    stems: dict[str, str] = {}
    for form, present in zip(forms, known.present_stems.values(), strict=True):
        stems.setdefault(form, present)
    for form, present in stems.items():
        yield f"{form}\t#{fold(present)}"


def _joins(known: HazmWords) -> tuple[Iterable[str], Iterable[str]]:
    """Words with half-spaces, to be joined always: verb forms, and compounds that hazm has counted.

    And those to be joined where wordfreq has them: not counted, or participles (گزارش‌شده), whose parts are
    looked for on their own.
    """
    verbs = {_parts(verb) for verb in known.verbs}
    joins, compounds = {way for verb in verbs for way in ways(verb)}, set()
    for word, frequency in known.frequencies.items():
        parts = _parts(word)
        if frequency > 0 and (parts[-1], "ام") not in verbs:
            joins.update(also_negated(parts))
        elif len(parts) > 1:
            compounds.add(" ".join(parts))
    return joins, compounds


def _parts(word: str) -> tuple[str, ...]:
    return tuple(map(fold, word.strip(ZWNJ).split(ZWNJ)))


def also_negated(parts: tuple[str, ...]) -> Iterator[str]:
    """The ways to write a word with half-spaces, and its negation where it begins with می."""
    yield from ways(parts)
    if parts[0] == "می":
        yield from ways(("نمی", *parts[1:]))


def ways(parts: tuple[str, ...]) -> Iterator[str]:
    """The ways to write a word with half-spaces, spaces in their places.

    Beside a word of three parts stand its ways to be written in two; beside one with و joined to its second
    part, it with و apart.
    """
    if not all(parts) or not 2 <= len(parts) <= MOST_PARTS:
        return
    yield " ".join(parts)
    if len(parts) == 3:
        yield from (f"{parts[0]}{parts[1]} {parts[2]}", f"{parts[0]} {parts[1]}{parts[2]}")
    elif len(parts[1]) > 2 and parts[1].startswith("و"):
        yield f"{parts[0]} و {parts[1][1:]}"
