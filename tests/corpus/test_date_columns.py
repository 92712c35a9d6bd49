"""One date of a column tells how the others are meant; what nothing tells stays undated."""

import datetime
import gzip
import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from indexer.core.records import Article, Record
from indexer.corpus import Corpus


def days(path: Path | str, format: str | None = None) -> list[str]:
    loaded = [item.load() for item in Corpus([path], format=format) if isinstance(item, Record)]
    return [str(item.date) for item in loaded if isinstance(item, Article)]


def table(path: Path, dates: list[str], name: str = "date") -> Path:
    rows = "".join(f"{number};باران;{date}\n" for number, date in enumerate(dates))
    path.write_text(f"id;text;{name}\n{rows}", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["9/8/2025"], ["None"]),
        (["9/8/2025", "10/8/2025"], ["None", "None"]),
        (["9/8/2025", "25/8/2025"], ["2025-08-09", "2025-08-25"]),
        (["9/8/2025", "8/25/2025"], ["2025-09-08", "2025-08-25"]),
        (["9/8/2025 10:30", "25-08-2025 11:00"], ["2025-08-09", "2025-08-25"]),
        (["25/8/2025", "8/25/2025", "9/8/2025"], ["2025-08-25", "2025-08-25", "None"]),
        (["9/8/2025", "25.8.2025", "۲۷/۰۶/۱۴۰۴"], ["2025-08-09", "2025-08-25", "2025-09-18"]),
        (["45918", "45919.5"], ["2025-09-18", "2025-09-19"]),
        (["45918", "", "2025-09-01"], ["2025-09-18", "None", "2025-09-01"]),
        (["45918", "1999-09-01"], ["None", "1999-09-01"]),
        (["45918", "Thursday"], ["None", "None"]),
        (["20349", "45918"], ["None", "None"]),
    ],
)
def test_columns(dates: list[str], expected: list[str], tmp_path: Path) -> None:
    assert days(table(tmp_path / "a.csv", dates)) == expected


def test_each_column_speaks_for_itself(tmp_path: Path) -> None:
    values = [
        {"text": "یک", "date": "9/8/2025", "created": "8/25/2025"},
        {"text": "دو", "date": "25/8/2025"},
        {"text": "سه", "created": "9/8/2025"},
    ]
    (tmp_path / "a.json").write_text(json.dumps(values))
    assert days(tmp_path / "a.json") == ["2025-08-09", "2025-08-25", "2025-09-08"]


def test_wherever_the_rows_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dates = ["9/8/2025", "25/8/2025"]
    expected = ["2025-08-09", "2025-08-25"]
    lines = "".join(f'{{"text": "باران", "Date": "{date}"}}\n' for date in dates)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    assert days(tmp_path / "a.jsonl.gz") == expected
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("b.jsonl", lines)
    assert days(tmp_path / "b.zip") == expected
    parquet.write_table(pa.table({"Text": ["یک", "دو"], "PublishedAt": dates}), tmp_path / "c.parquet")
    assert days(tmp_path / "c.parquet") == expected
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
    assert days("-", "jsonl") == expected


def test_the_digest_changes_with_what_the_column_says(tmp_path: Path) -> None:
    def digests(dates: list[str]) -> list[bytes]:
        items = Corpus([table(tmp_path / "a.csv", dates)])
        return [item.digest for item in items if isinstance(item, Record)]

    alone, [day_first, *_] = digests(["9/8/2025"]), digests(["9/8/2025", "25/8/2025"])
    [month_first, *_], again = digests(["9/8/2025", "8/25/2025"]), digests(["9/8/2025", "26/8/2025"])
    assert len({*alone, day_first, month_first}) == 3
    assert again[0] == day_first


def test_a_date_in_parquet_is_one(tmp_path: Path) -> None:
    rows = {"text": ["یک", "دو"], "published_on": [datetime.date(2025, 9, 18), None]}
    parquet.write_table(pa.table(rows), tmp_path / "a.parquet")
    assert days(tmp_path / "a.parquet") == ["2025-09-18", "None"]
