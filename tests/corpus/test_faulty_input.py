"""Files with one fault each: what can be read is, the rest is told, and no good version yields to rubbish."""

import csv
import gzip
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from making import Checksums

from indexer.build import build
from indexer.core.records import Article, Record, Skipped
from indexer.corpus import Corpus
from indexer.drafting.skips import Unread
from indexer.generation.generation import open_live
from indexer.models.model import Model
from indexer.options import Options
from indexer.storage.layout import Layout

GENERATED, GENERATED_FOR_AN_INDEX, MOST_OVERWRITTEN = 200, 10, 12
ZWNJ = "\u200c"
STORIES = {
    "n0": (
        "سیل راه روستاها را بست",
        f"باران شدید دیشب پل روستا را برد. امدادگران با قایق به خانه{ZWNJ}ها رسیدند و کودکان را بردند.",
    ),
    "n1": (
        "افتتاح محطة جديدة",
        "أعلنت السلطات افتتاح محطة لتحلية المياه تخدم نصف مليون نسمة في المدينة الساحلية.",
    ),
    "n2": (
        "طرح تازه دولت",
        f"وزیر اقتصاد می{ZWNJ}گوید این طرح از ماه آینده اجرا می{ZWNJ}شود و نان گران نخواهد شد.",
    ),
    "n3": (
        "نمایشگاه چای",
        "نمایشگاه چای در بندر برپا شد و بازرگانان از ده کشور در آن کالا فروختند و خریدند.",
    ),
}
FIRST = STORIES["n0"]
PAGE = (
    "<html lang='fa'><head><meta charset='utf-8'><title>{0}</title></head>"
    "<body><h1>{0}</h1><p>{1}</p></body></html>"
)
RUBBISH = "اد".encode().decode("cp1256"), "اد".encode().decode("latin-1"), "ŘłŰ"
"""What UTF-8 looks like in another encoding."""


def feed(prefix: str) -> bytes:
    items = "".join(
        f"<item><guid>{prefix}{name}</guid><title>{title}</title><description>{text}</description></item>\n"
        for name, (title, text) in STORIES.items()
    )
    channel = f'<rss version="2.0"><channel>{items}</channel></rss>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{channel}'.encode()


def page(_: str) -> bytes:
    return PAGE.format(*FIRST).encode()


def plain(_: str) -> bytes:
    return f"{FIRST[0]}\n\n{FIRST[1]}\n".encode()


def markdown(_: str) -> bytes:
    return f'---\ntitle: "{FIRST[0]}"\ndate: 2025-09-18\n---\n\n{FIRST[1]}\n'.encode()


def listed(prefix: str) -> list[dict[str, str]]:
    return [
        {"id": f"{prefix}{name}", "title": title, "text": text} for name, (title, text) in STORIES.items()
    ]


def document(prefix: str) -> bytes:
    return json.dumps(listed(prefix), ensure_ascii=False).encode()


def lines(prefix: str) -> bytes:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in listed(prefix)).encode()


def table(prefix: str, delimiter: str) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, ["id", "title", "text"], delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(listed(prefix))
    return file.getvalue().encode()


def web_archive(prefix: str) -> bytes:
    records = b""
    for name, (title, text) in STORIES.items():
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE.format(title, text).encode()
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://e.org/{prefix}{name}\r\n"
            f"Content-Type: application/http\r\nContent-Length: {len(answer)}\r\n\r\n"
        )
        records += head.encode() + answer + b"\r\n\r\n"
    return records


def archive(prefix: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, (title, text) in STORIES.items():
            packed.writestr(zipfile.ZipInfo(f"{prefix}{name}.txt"), f"{title}\n\n{text}")
    return stream.getvalue()


@dataclass(frozen=True, slots=True)
class Kind:
    """Files of one format: how one is made whose ids begin with a prefix, and how many articles it holds."""

    suffix: str
    made: Callable[[str], bytes]
    articles: int = 4


KINDS = (
    Kind(".xml", feed),
    Kind(".html", page, 1),
    Kind(".txt", plain, 1),
    Kind(".md", markdown, 1),
    Kind(".json", document),
    Kind(".jsonl", lines),
    Kind(".csv", partial(table, delimiter=",")),
    Kind(".tsv", partial(table, delimiter="\t")),
    Kind(".warc", web_archive),
    Kind(".zip", archive),
    Kind(".jsonl.gz", lambda prefix: gzip.compress(lines(prefix), mtime=0)),
)
Fault = Callable[[bytes, random.Random], tuple[bytes, int]]
"""Gives the content with a fault, and the bytes of it that are changed."""


def lost(content: bytes, chance: random.Random) -> tuple[bytes, int]:
    place = chance.randrange(len(content))
    return content[:place] + content[place + 1 :], 1


def flipped(content: bytes, chance: random.Random) -> tuple[bytes, int]:
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :], 1


def overwritten(content: bytes, chance: random.Random) -> tuple[bytes, int]:
    length = chance.randint(1, MOST_OVERWRITTEN)
    place = chance.randrange(len(content) - length)
    return content[:place] + chance.randbytes(length) + content[place + length :], length


def added(content: bytes, chance: random.Random) -> tuple[bytes, int]:
    place = chance.randrange(len(content))
    return content[:place] + chance.randbytes(1) + content[place:], 1


def cut(content: bytes, chance: random.Random) -> tuple[bytes, int]:
    """Cut it off; not where a line or a row ends, for then nothing tells."""
    place = chance.choice([place for place in range(1, len(content)) if content[place - 1] not in b'\n\r"}'])
    return content[:place], len(content) - place


FAULTS: tuple[Fault, ...] = (lost, flipped, overwritten, added, cut)


def read(path: Path) -> list[Article | Skipped]:
    return [item.load() if isinstance(item, Record) else item for item in Corpus([path])]


def longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("\ufffd+", text)), default=0)


@pytest.mark.parametrize("kind", KINDS, ids=[kind.suffix for kind in KINDS])
def test_what_is_read_is_an_article_or_counted(kind: Kind, tmp_path: Path) -> None:
    path, whole = tmp_path / f"news{kind.suffix}", kind.made("")
    path.write_bytes(whole)
    assert [type(one) for one in read(path)] == [Article] * kind.articles
    chance, damaged = random.Random(kind.suffix), 0
    for number in range(GENERATED):
        content, length = FAULTS[number % len(FAULTS)](whole, chance)
        path.write_bytes(content)
        found = read(path)
        articles = [one for one in found if isinstance(one, Article)]
        is_not_found = content.count(b" 200 OK") < whole.count(b" 200 OK")
        assert len(articles) >= kind.articles or len(articles) < len(found) or is_not_found, content
        for article in articles:
            assert longest_run(article.text) <= length, article.text
            assert longest_run(article.title) <= length, article.title
            damaged += "\ufffd" in article.text
            assert not any(rubbish in article.text for rubbish in RUBBISH), article.text
    assert damaged >= GENERATED / 20 or kind.suffix in {".zip", ".jsonl.gz"}


def is_whole(text: str, before: str) -> bool:
    """Whether a text is the one before, but for a few characters."""
    pairs, ends = zip(text, before, strict=False), zip(text[::-1], before[::-1], strict=False)
    start = next((number for number, (one, other) in enumerate(pairs) if one != other), len(text))
    end = next((number for number, (one, other) in enumerate(ends) if one != other), 0)
    return len(before) - start - end <= MOST_OVERWRITTEN + 4


def texts_of(layout: Layout) -> dict[str, str]:
    with closing(open_live(layout.folder)) as generation:
        articles = generation.articles(range(len(generation.catalogue)))
    return {article.id: article.text for article in articles}


def test_an_index_keeps_every_article_and_takes_no_rubbish(tmp_path: Path, model: Model) -> None:
    layout, archived = Layout(tmp_path / "index"), tmp_path / "in"
    chance, tonight = random.Random(7), dict[Path, bytes]()
    for kind in KINDS:
        for number in range(GENERATED_FOR_AN_INDEX):
            path = archived / kind.suffix[1:].replace(".", "-") / f"{number}{kind.suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            whole = kind.made(f"{path.parent.name}-{number}-")
            path.write_bytes(whole)
            tonight[path] = FAULTS[number % len(FAULTS)](whole, chance)[0]
    first = build(Corpus([archived]), layout, model, Checksums())
    assert (first.changes.skips.total, first.changes.skips.unread) == (0, Unread())
    before = texts_of(layout)
    for path, content in tonight.items():
        path.write_bytes(content)
    changes = build(
        Corpus([archived]), layout, model, Checksums(), options=Options(keep_missing=True)
    ).changes
    after = texts_of(layout)
    assert after.keys() >= before.keys()
    assert changes.read == changes.new + changes.changed + changes.unchanged + changes.skips.total
    damaged = {name: text for name, text in after.items() if "\ufffd" in text}
    for name, text in damaged.items():
        assert name not in before or is_whole(text, before[name]), (text, before[name])
    unread = changes.skips.unread
    assert unread.characters == sum(text.count("\ufffd") for text in damaged.values())
    assert 20 < unread.files <= unread.characters
