"""Tables as CSV: read back as they were, and nothing in them is run."""

import csv
import datetime
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.core.shown import shown
from search_api.searching.spreadsheet import BYTE_ORDER_MARK, cell, csv_lines

STARTERS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""What begins a formula, as OWASP lists it."""


def test_a_table_begins_with_a_byte_order_mark_and_quotes_every_cell() -> None:
    rows = [(1, "هدهد", datetime.date(2025, 9, 8)), (2, 'a "b", c', None)]
    assert "".join(csv_lines(("rank", "title", "date"), rows)) == (
        '\ufeff"rank","title","date"\r\n"1","هدهد","2025-09-08"\r\n"2","a ""b"", c",""\r\n'
    )


def test_a_table_without_rows_has_its_header() -> None:
    assert list(csv_lines(("query",), [])) == ['\ufeff"query"\r\n']


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="a row has 1 cells, the header 2: a, b"):
        list(csv_lines(("a", "b"), [("x",)]))


@pytest.mark.parametrize(
    ("text", "shown_as"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", " '=1"),
        ("\r\n=1", " '=1"),
        ("  =1", "  '=1"),
        ('"=1', "\"'=1"),
        ("\u200e=1", "\u200e'=1"),
        ("\uff1d1", "'\uff1d1"),
        ("a;=1", "a;'=1"),
        ('a; "=1";-2', "a; \"'=1\";'-2"),
        ("a-b = c; d", "a-b = c; d"),
        ("1-2", "1-2"),
        ("می\u200cشود", "می\u200cشود"),
        ("", ""),
    ],
)
def test_no_text_begins_a_formula(text: str, shown_as: str) -> None:
    assert cell(text) == shown_as


def test_numbers_are_numbers() -> None:
    assert [cell(value) for value in (-0.25, -3, None, datetime.date(2025, 1, 2))] == [
        "-0.25",
        "-3",
        "",
        "2025-01-02",
    ]


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_a_row_is_read_back_as_text_that_nothing_runs(texts: list[str]) -> None:
    written = "".join(csv_lines([str(number) for number in range(len(texts))], [texts]))
    assert written.startswith(BYTE_ORDER_MARK)
    header, row = csv.reader(io.StringIO(written.removeprefix(BYTE_ORDER_MARK), newline=""))
    assert len(header) == len(row) == len(texts)
    for text, read in zip(texts, row, strict=True):
        assert read.replace("'", "") == shown(text).replace("'", "")
        first = [part.strip().lstrip('" ')[:1] for part in read.split(";")]
        assert [letter for letter in first if letter and letter in STARTERS] == []
