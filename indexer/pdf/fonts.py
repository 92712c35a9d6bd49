"""Codes of composite fonts where the file has a table of them (PDF 32000-1, 9.7.5): pdfminer reads none."""

import re
from collections.abc import Iterator

_BLOCK = re.compile(rb"begincid(char|range)(.*?)endcid", re.DOTALL)
_CHARACTER = re.compile(rb"<\s*([0-9A-Fa-f]+)\s*>\s*(\d+)")
_RANGE = re.compile(rb"<\s*([0-9A-Fa-f]+)\s*>\s*<\s*([0-9A-Fa-f]+)\s*>\s*(\d+)")
_CODE_LENGTH = re.compile(rb"begincodespacerange\s*<\s*([0-9A-Fa-f]+)")
MOST_CODES = 2**16


def code_length(table: bytes) -> int:
    """How many bytes a code has, as far as the first range of codes says; two if nothing is said."""
    found = _CODE_LENGTH.search(table)
    return (len(found[1]) + 1) // 2 if found else 2


def glyph_numbers(table: bytes) -> dict[int, int]:
    """The glyph, by its number in the font, of each code."""
    found: dict[int, int] = {}
    for code, number in _pairs(table):
        found[code] = number
        if len(found) >= MOST_CODES:
            break
    return found


def _pairs(table: bytes) -> Iterator[tuple[int, int]]:
    for block in _BLOCK.finditer(table):
        if block[1] == b"char":
            for code, number in _CHARACTER.findall(block[2]):
                yield int(code, 16), int(number)
            continue
        for first, last, number in _RANGE.findall(block[2]):
            start = int(first, 16)
            for place in range(min(int(last, 16) - start + 1, MOST_CODES)):
                yield start + place, int(number) + place
