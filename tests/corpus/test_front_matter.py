"""Blocks of metadata above a text: taken for what they say, and never for text."""

import datetime
from pathlib import Path

import pytest

from indexer.core.records import Article, Record
from indexer.corpus import Corpus
from indexer.corpus.front_matter import FrontMatter, split

CASES = Path(__file__).parents[3] / "shared" / "cases"
ZWNJ = "\u200c"
BODY = "باران شدید دیشب پل روستا را برد."


def article(path: Path) -> Article:
    [item] = Corpus([path])
    assert isinstance(item, Record)
    found = item.load()
    assert isinstance(found, Article)
    return found


@pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not here")
def test_the_case() -> None:
    found = article(CASES / "front-matter" / "front.md")
    assert found.title == "سیل در شمال کشور راه روستاها را بست"
    assert (found.date, found.language) == (datetime.date(2025, 9, 18), "fa")
    first, second, third = found.text.rstrip().split("\n\n")
    assert first == found.title
    assert second.startswith("باران شدید دیشب باعث شد رودخانه طغیان کند")
    assert third.endswith(f"به صورت مجازی برگزار می{ZWNJ}شود.")


@pytest.mark.parametrize(
    ("block", "title", "day", "language", "url"),
    [
        (
            '+++\ntitle = "سیل"\ndate = 2025-09-18T10:00:00Z\ntags = ["x"]\n[params]\na = 1\n+++\n',
            "سیل",
            18,
            "fa",
            None,
        ),
        (
            "---\r\nTitle: سیل: راه بسته شد # یادداشت\r\npublishDate: 18 September 2025\r\n---\r\n",
            "سیل: راه بسته شد",
            18,
            "fa",
            None,
        ),
        (
            "---\nlayout: post\ntitle: >-\n  سیل\n  آمد\ntags:\n  - x\n- y\nlang: prs\nlink: https://e.org/1\n...\n",
            "سیل آمد",
            None,
            "prs",
            "https://e.org/1",
        ),
        (
            "---\ntitle: 'او گفت ''بس'''\ndate: ۲۷ شهریور ۱۴۰۴\nurl: /2025/flood\n---\n",
            "او گفت 'بس'",
            18,
            "fa",
            None,
        ),
    ],
)
def test_blocks(
    block: str, title: str, day: int | None, language: str, url: str | None, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_bytes(f"{block}\n{BODY}\n".encode())
    found = article(tmp_path / "a.md")
    assert (found.title, found.text) == (title, f"{title}\n\n{BODY}")
    assert (found.date, found.language, found.url) == (
        datetime.date(2025, 9, day) if day else None,
        language,
        url,
    )


def test_a_title_that_the_text_begins_with_stands_once(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"---\ntitle: سیل\n---\n\n# سیل\n\n{BODY}\n", encoding="utf-8")
    assert article(tmp_path / "a.md").text == f"# سیل\n\n{BODY}\n"


@pytest.mark.parametrize(
    "content",
    [
        f"---\n{BODY}\n---\n{BODY}",
        f"---\nNote: a war ended\n---\n{BODY}",
        f"---\ntitle: a\n{BODY}",
        f"+++\ntitle = \n+++\n{BODY}",
        f"--- title: a\n---\n{BODY}",
        f"---\n---\n{BODY}",
    ],
)
def test_what_is_no_block_is_text(content: str) -> None:
    assert split(content) == (FrontMatter(), content)


def test_a_block_without_a_title_is_no_text() -> None:
    above = FrontMatter(values={"layout": "post", "tags": ["a", "b"]})
    assert split(f"---\nlayout: post\ntags: [a,\n  b]\n---\n{BODY}") == (above, BODY)
