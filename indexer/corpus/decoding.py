"""Bytes to text, the same for every format: byte-order marks, UTF-8, then whatever reads as language.

A byte that cannot be read costs only itself: U+FFFD stands in its place. What a file or a server states of
its encoding is tried, and believed only if the text is then plausible.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from indexer.core.records import UNREAD, SkipReason
from indexer.corpus.plausibility import (
    is_believable,
    is_garbled_latin,
    known_arabic,
    seems_binary,
)
from indexer.text.half_spaces import with_half_spaces

CANDIDATES = ("cp1256", "iso8859_6", "cp1251", "koi8_r", "cp1252")
"""Encodings of one byte a character that Persian, Arabic, Cyrillic or Western text comes in."""

ARABIC_CANDIDATES = ("cp1256", "iso8859_6")
"""Those that are compared by the words that they give."""

TRUSTED = (
    *("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("koi8-r", "koi8-t", "koi8-u", "mac-arabic", "mac-farsi", "cp720", "cp864", "gb2312", "gbk", "gb18030"),
    *("big5", "big5hkscs", "euc_jp", "euc_kr", "shift_jis", "cp932", "cp949", "cp866", "cp874"),
    *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
)
"""Codecs that are tried where they are stated. Latin-1 is not: it is what servers say by default."""

MAX_ZEROS = 0.01
"""With a larger share of NUL bytes it is no text of one byte a character; with less, they are damage."""

SURE_SHARE = 4
"""With as many characters of several bytes for each byte that cannot be read, it is UTF-8."""

MIN_KNOWN = 0.5
"""With a larger share of words that Arabic or Persian knows, a reading is right."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_END = 100
"""Characters at the end that are looked at on their own: behind a lost byte of UTF-16, all is wrong."""

_JUDGED = {codecs.lookup(name).name for name in CANDIDATES} | {*CANDIDATES}
_STRETCH = re.compile(f"{UNREAD}(?:[\\x01-\\x08\\x0b-\\x1f\\x7f]*{UNREAD})+")


class NotText(ValueError):
    """The bytes are no text that can be read.

    Attributes:
        reason: why that leaves an input out.
    """

    reason: ClassVar[SkipReason]


class BinaryContent(NotText):
    """The bytes are not text."""

    reason = SkipReason.BINARY


class UnknownEncoding(NotText):
    """The bytes may be text, but in no encoding that we can believe."""

    reason = SkipReason.ENCODING


def decode(raw: bytes, stated: Iterable[str | None] = ()) -> str:
    """The text of `raw` without byte-order mark, with one U+FFFD for each stretch of bytes that is none.

    Half-spaces that were typed as something else are half-spaces.

    Args:
        raw: all of it.
        stated: the encodings that are stated of it, as they are written; the likeliest first.

    Raises:
        BinaryContent: there are many NUL bytes or control characters.
        UnknownEncoding: nothing gives plausible text; the message says what was found.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            content = raw.removeprefix(mark)
            return _unmarked(content, ())[1] if encoding == "utf-8" else _marked(content, encoding)
    return _unmarked(raw, stated)[1]


def encoding_of(beginning: bytes) -> str:
    """The name of the encoding of a stream that begins with these bytes, as Python knows it.

    Single bytes that are not UTF-8 do not make another encoding of it: who reads it must expect some.

    Raises:
        BinaryContent, UnknownEncoding: as `decode` does.
    """
    for mark, encoding in _MARKS:
        if beginning.startswith(mark):
            name = encoding.removesuffix("-le").removesuffix("-be")
            return "utf-8-sig" if name == "utf-8" else name
    return _unmarked(beginning, ())[0]


def _text(decoded: str) -> str:
    text = with_half_spaces(decoded)
    if seems_binary(text):
        raise BinaryContent("it holds control characters")
    return text.replace("\0", UNREAD).removeprefix("\ufeff")


def _marked(raw: bytes, encoding: str) -> str:
    """Text of more than one byte a character, as its mark says."""
    try:
        return _text(raw.decode(encoding))
    except UnicodeDecodeError as error:
        text = _text(raw.decode(encoding, "replace"))
        if is_believable(text) and is_believable(text[-_END:]):
            return text
        message = f"marked as {encoding}, but byte {error.start} behind the mark is not ({error.reason})"
        raise UnknownEncoding(message) from None


def _unmarked(raw: bytes, stated: Iterable[str | None]) -> tuple[str, str]:
    """The encoding of bytes without a mark, and their text."""
    if b"\0" in raw and raw.count(0) > MAX_ZEROS * len(raw):
        return _wide(raw, stated)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return _damaged(raw) or _guessed(raw, _known(stated), error)
    return "utf-8", _text(text if "\0" not in text else _leniently(raw))


def _leniently(raw: bytes) -> str:
    """UTF-8, with one U+FFFD for each stretch that is none, NUL bytes and control characters in it too."""
    return _STRETCH.sub(UNREAD, raw.replace(b"\0", b"\xff").decode("utf-8", "replace"))


def _wide(raw: bytes, stated: Iterable[str | None]) -> tuple[str, str]:
    """UTF-16 without a mark."""
    is_stated = any((name or "").lower().replace("_", "-").startswith("utf-16") for name in stated)
    for encoding, text in _readings(raw, ("utf-16-le", "utf-16-be")):
        if "\0" not in text and text.strip() and (is_stated or is_believable(text)):
            return encoding, _text(text)
    raise BinaryContent("it holds NUL bytes")


def _damaged(raw: bytes) -> tuple[str, str] | None:
    """`raw`, which is not UTF-8, as UTF-8 all the same if so much of it is that it must have been.

    The fewer characters say so, the more it takes that no other reading has words.

    Raises:
        UnknownEncoding: it is, but too much of it is not.
    """
    text = _leniently(raw)
    stretches = text.count(UNREAD)
    foreign = len(text) - len(text.encode("ascii", "ignore")) - stretches
    read = len(text.encode()) - len(text.encode("ascii", "ignore")) - len(UNREAD.encode()) * stretches
    lost = len(raw) - len(text.encode("ascii", "ignore")) - read - raw.count(UNREAD.encode())
    if not foreign or read < lost or (foreign < SURE_SHARE * lost and _as_arabic(raw, ARABIC_CANDIDATES)):
        return None
    if stretches <= max(1, foreign / 2):
        return "utf-8", _text(text)
    if read < 2 * lost:
        return None
    raise UnknownEncoding(f"UTF-8, but for {lost:,} of its {len(raw):,} bytes")


def _guessed(raw: bytes, stated: list[str], error: UnicodeDecodeError) -> tuple[str, str]:
    """The most plausible encoding of bytes that are not UTF-8 because of `error`, and their text."""
    if seems_binary(raw.decode("latin-1").replace("\x1f", " ")):
        raise BinaryContent("it holds control characters")
    if arabic := _as_arabic(raw, dict.fromkeys((*stated, *ARABIC_CANDIDATES))):
        return arabic
    for encoding, text in (*_readings(raw, stated), *_candidates(raw)):
        if not is_garbled_latin(text) and (encoding not in _JUDGED or is_believable(text)):
            return encoding, _text(text)
    raise UnknownEncoding(
        f"not UTF-8 (byte {error.start}: {error.reason}), nor one of {', '.join(CANDIDATES)}"
    )


def _as_arabic(raw: bytes, encodings: Iterable[str]) -> tuple[str, str] | None:
    """The reading with the most words that Arabic or Persian knows, if they are enough."""
    readings = list(_readings(raw, encodings, errors="replace"))
    shares = [known_arabic(text) for _, text in readings]
    best = max(range(len(readings)), key=shares.__getitem__, default=0)
    if not readings or shares[best] < MIN_KNOWN:
        return None
    encoding, text = readings[best]
    return encoding, _text(text)


def _readings(raw: bytes, encodings: Iterable[str], errors: str = "strict") -> Iterator[tuple[str, str]]:
    for encoding in encodings:
        try:
            yield encoding, raw.decode(encoding, errors)
        except ValueError:
            continue


def _known(stated: Iterable[str | None]) -> list[str]:
    """The codecs among those that are stated, as far as they are trusted."""
    found: list[str] = []
    for name in stated:
        try:
            codec = codecs.lookup(name or "").name
        except (LookupError, ValueError):
            continue
        if codec in TRUSTED:
            found.append(codec)
    return found


def _candidates(raw: bytes) -> Iterator[tuple[str, str]]:
    """`raw` in the encodings that charset-normalizer thinks possible, likeliest first."""
    from charset_normalizer import from_bytes

    for match in from_bytes(raw, cp_isolation=list(CANDIDATES), enable_fallback=False):
        yield match.encoding, raw.decode(match.encoding)
