"""Bytes to text: byte-order marks, UTF-8, then what charset-normalizer finds and we can believe."""

import codecs
import re
from collections.abc import Iterator

CANDIDATES = ("cp1256", "iso8859_6", "cp1251", "koi8_r", "cp1252")
"""Encodings of one byte a character that Persian, Arabic, Cyrillic or Western text comes in."""

MAX_CONTROL_SHARE = 0.02
"""With more control characters than this it is no text."""

MAX_DAMAGED_SHARE = 0.05
"""With fewer faults than this among its non-ASCII characters, text is UTF-8 that was damaged."""

MIN_FAMILIAR_SHARE = 0.9
"""With fewer letters and quotation marks than this among non-ASCII characters, the guess was wrong."""

MAX_MIXED_SHARE = 0.02
"""With more words than this in two scripts, the guess was wrong."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_UNFAMILIAR = re.compile(
    r"[^\s\x20-\x7e\u0620-\u0652\u0660-\u0669\u067e-\u06d3\u0400-\u045f"
    r"àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŒ"
    r"«»“”„‘’‹›…–—،؛؟€£°·\u200c\u200e\u200f]"
)
_LATIN, _OTHER = "A-Za-zÀ-ÿœŒ", "\u0400-\u045f\u0620-\u064a\u067e-\u06d3"
_MIXED = re.compile(f"[{_LATIN}][{_OTHER}]|[{_OTHER}][{_LATIN}]")


class BinaryContent(ValueError):
    """The bytes are not text."""


class UnknownEncoding(ValueError):
    """The bytes may be text, but in no encoding that we can believe."""


def decode(raw: bytes) -> str:
    """The text of `raw` without byte-order mark.

    Raises:
        BinaryContent: there are NUL bytes or many control characters.
        UnknownEncoding: nothing gives believable text; the message says what was found.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _strictly(raw.removeprefix(mark), encoding)
    if b"\0" in raw:
        raise BinaryContent("it holds NUL bytes")
    try:
        return _text(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        _text(raw.decode("latin-1"))
        if _is_damaged_utf8(raw):
            raise UnknownEncoding(f"UTF-8, but for byte {error.start} ({error.reason})") from None
        return _guessed(raw, error)[1]


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
    if b"\0" in beginning:
        raise BinaryContent("it holds NUL bytes")
    try:
        _text(beginning.decode("utf-8"))
    except UnicodeDecodeError as error:
        _text(beginning.decode("latin-1"))
        return "utf-8" if _is_damaged_utf8(beginning) else _guessed(beginning, error)[0]
    return "utf-8"


def _strictly(raw: bytes, encoding: str) -> str:
    try:
        return _text(raw.decode(encoding))
    except UnicodeDecodeError as error:
        message = f"marked as {encoding}, but byte {error.start} behind the mark is not ({error.reason})"
        raise UnknownEncoding(message) from None


def _text(decoded: str) -> str:
    if len(_CONTROL.findall(decoded)) > MAX_CONTROL_SHARE * len(decoded):
        raise BinaryContent("it holds control characters")
    return decoded.removeprefix("\ufeff")


def _is_damaged_utf8(raw: bytes) -> bool:
    """Whether `raw`, which is not UTF-8, has so few faults that it must have been."""
    replaced = raw.decode("utf-8", "replace")
    foreign = sum(not character.isascii() for character in replaced)
    return replaced.count("\ufffd") <= max(1, MAX_DAMAGED_SHARE * foreign) < foreign


def _guessed(raw: bytes, error: UnicodeDecodeError) -> tuple[str, str]:
    """The first believable encoding of bytes that are not UTF-8 because of `error`, and their text."""
    for encoding, text in _candidates(raw):
        if _is_believable(text):
            return encoding, text
    raise UnknownEncoding(
        f"not UTF-8 (byte {error.start}: {error.reason}), nor one of {', '.join(CANDIDATES)}"
    )


def _candidates(raw: bytes) -> Iterator[tuple[str, str]]:
    """`raw` in the encodings that charset-normalizer thinks possible, likeliest first."""
    from charset_normalizer import from_bytes

    for match in from_bytes(raw, cp_isolation=list(CANDIDATES), enable_fallback=False):
        yield match.encoding, raw.decode(match.encoding)


def _is_believable(text: str) -> bool:
    """Whether `text` looks as people write: known letters and marks, no word in two scripts."""
    foreign = sum(not character.isascii() for character in text)
    familiar = foreign - len(_UNFAMILIAR.findall(text))
    mixed = len(_MIXED.findall(text))
    return (
        familiar >= MIN_FAMILIAR_SHARE * foreign
        and mixed <= MAX_MIXED_SHARE * len(text.split())
        and not _CONTROL.search(text)
    )
