"""Tables as spreadsheets and programs write them: all rows are read, and what is lost is told."""

from pathlib import Path

import pytest

from indexer.core.records import Article, Record
from indexer.corpus import Corpus
from indexer.corpus.dialects import Dialect, dialect_of

CASES = Path(__file__).parents[3] / "shared" / "cases"
BEHIND = "; a quotation mark in it is not closed, or closed too late: of the lines behind it,"


def rows(path: Path) -> list[tuple[str, str]]:
    """Id and text of every article; place and detail of all else."""
    loaded = [item.load() if isinstance(item, Record) else item for item in Corpus([path])]
    return [
        (one.id, one.text) if isinstance(one, Article) else (one.source.removeprefix(str(path)), one.detail)
        for one in loaded
    ]


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not here")
@pytest.mark.parametrize("name", ["sep.csv", "preamble.csv"])
def test_cases(name: str) -> None:
    [(identity, text)] = rows(CASES / "tables" / name)
    assert identity == "1"
    assert text.startswith("سیل در شمال کشور راه روستاها را بست\n\nباران شدید دیشب باعث شد")


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\r\nid;title;text\r\n1;یک;متن, با ویرگول\r\n",
        '"sep=|"\nid|title|text\n1|یک|متن, با ویرگول\n',
        'sep=,\nid,title,text\n1,یک,"متن, با ویرگول"\n',
        "sep=;\nگزارش;;\nid;title;text\n1;یک;متن, با ویرگول\n",
        "گزارش روز\n\nتهیه\u200cشده در تهران, ایران\nid;title;text\n1;یک;متن, با ویرگول\n",
        'Report,,\nid,title,text\n1, یک, "متن, با ویرگول"\n',
        "id|title|text\n1|یک|متن, با ویرگول\n",
        'id,title,text\n1,"یک" ,"متن, با ویرگول" \n',
        "id;title;text;\n1;یک;متن, با ویرگول;\n",
        "id;title;text\n1;یک;متن, با ویرگول;;\n",
        "id;title;text;;\n1;یک;متن, با ویرگول\n",
    ],
)
def test_one_row_however_it_is_written(content: str, tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path = written(tmp_path / "a.csv", content.encode(encoding))
        assert rows(path) == [("1", "یک\n\nمتن, با ویرگول")]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (r'"او گفت \"بس\", و رفت"', 'او گفت "بس", و رفت'),
        (r'"\"بس\""', '"بس"'),
        (r'"راه C:\\x و \"بس\""', r'راه C:\x و "بس"'),
    ],
)
def test_quotation_marks_behind_a_backslash(cell: str, text: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", f"id,text\n1,{cell}\n2,دو\n")
    assert rows(path) == [("1", text), ("2", "دو")]


def test_a_backslash_that_escapes_nothing_stays(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 'id,text\n1,"C:\\"\n2,"a ""b"" c"\n')
    assert rows(path) == [("1", "C:\\"), ("2", 'a "b" c')]


def test_a_quotation_mark_inside_a_field_is_text(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 'id,text\n1,او گفت "بس" و رفت\n2, "بس" گفت او\n')
    assert rows(path) == [("1", 'او گفت "بس" و رفت'), ("2", ' "بس" گفت او')]


def test_an_unclosed_quotation_mark_costs_its_row_alone(tmp_path: Path) -> None:
    content = 'id,text\n1,یک\n2,"دو\n' + "".join(f"{n},متن {n}\n" for n in range(3, 40))
    found = rows(written(tmp_path / "a.csv", content))
    assert found[0] == ("1", "یک")
    assert found[1] == (":3", f"unexpected end of data{BEHIND} 37 are read as rows")
    assert found[2:] == [(f"{n}", f"متن {n}") for n in range(3, 40)]


def test_an_unclosed_quotation_mark_before_quoted_rows(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 'id,text\n"1","یک\n"2","دو"\n"3","سه"\n')
    assert rows(path) == [
        (":2", f"',' expected after '\"'{BEHIND} 1 are read as rows"),
        ("2", "دو"),
        ("3", "سه"),
    ]


def test_lines_that_are_no_rows_are_lost_with_theirs_and_counted(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 'id,text\n1,"سطر\nدوم\nسوم"x\n2,دو\n')
    assert rows(path) == [(":2", f"',' expected after '\"'{BEHIND} 2 are lost with it"), ("2", "دو")]
    path = written(tmp_path / "a.csv", 'id,text\n1,"سطر\nدوم",x\n2,دو\n')
    detail = f"3 columns, where the header has 2{BEHIND} 1 are lost with it"
    assert rows(path) == [(":2", detail), ("2", "دو")]


def test_many_unclosed_quotation_marks_take_no_long_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.corpus.tables.MOST_READ_AGAIN", 1000)
    content = "id,text\n" + '1,"x\n1,y\n' * 500
    found = rows(written(tmp_path / "a.csv", content))
    assert found[0][1].endswith("are read as rows") or "expected" in found[0][1]
    assert len(found) > 10


def test_a_row_that_names_a_column_is_no_header_if_it_is_as_wide_as_those_above() -> None:
    def is_header(row: list[str]) -> bool:
        return "text" in row

    assert dialect_of(["key,type\n", "a,text\n"], None, is_header) == Dialect(",")
    assert dialect_of(["report\n", "id,text\n"], None, is_header) == Dialect(",", 1)
    assert dialect_of(["sep=;\n", "report\n", "id;text\n"], "\t", is_header) == Dialect(";", 2)
