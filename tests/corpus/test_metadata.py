"""Publishers and further fields of articles, out of every format that states them."""

import json
from pathlib import Path

import pytest

from indexer.core.errors import InvalidMapping
from indexer.core.records import Article, Record, Remark
from indexer.corpus import Corpus, Fields
from indexer.corpus.field_names import Named
from indexer.corpus.metadata import MOST_VALUES, declared, host_of, stated


def _read(folder: Path, name: str, content: str, *meta: str) -> Article:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    (record,) = [item for item in Corpus([folder], fields=Fields(meta=meta)) if isinstance(item, Record)]
    article = record.load()
    assert isinstance(article, Article)
    return article


def test_values_are_texts_lists_objects_and_numbers() -> None:
    row = {
        "Author": [{"name": "Ali"}, {"name": " Sara  N "}, "Ali"],
        "tags": "war; peace | حرب\u061b سلام",
        "page": 3.0,
        "free": True,
        "empty": [" ", None],
    }
    found = stated(Named(row), ["author", "tags", "page", "free", "empty", "missing"])
    assert found.metadata == (
        ("author", ("Ali", "Sara N")),
        ("tags", ("war", "peace", "حرب", "سلام")),
        ("page", ("3",)),
        ("free", ("true",)),
    )
    assert not found.is_cut


def test_what_is_too_long_or_too_much_is_left_out_and_said() -> None:
    many = stated(Named({"tags": [str(number) for number in range(40)]}), ["tags"])
    assert many.metadata == (("tags", tuple(map(str, range(MOST_VALUES)))),)
    assert many.is_cut
    long = stated(Named({"tags": ["a" * 201, "b" * 200]}), ["tags"])
    assert (long.metadata, long.is_cut) == ((("tags", ("b" * 200,)),), True)
    vast = stated(Named({"tags": "a;" * 100_000}), ["tags"])
    assert (vast.metadata, vast.is_cut) == ((), True)


@pytest.mark.parametrize(
    ("text", "names"),
    [("author,section", ("author", "section")), (" author , بخش ", ("author", "بخش")), ("", ())],
)
def test_declared_names(text: str, names: tuple[str, ...]) -> None:
    assert declared(text) == names


@pytest.mark.parametrize(
    "text", ["a b", "a=b", "author,author", "x" * 65, ",".join(f"f{n}" for n in range(17))]
)
def test_names_that_cannot_be_declared(text: str) -> None:
    with pytest.raises(InvalidMapping, match=r"^--meta "):
        declared(text)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.bbc.com/persian/1", "bbc.com"),
        ("http://ISNA.ir:80/x", "isna.ir"),
        ("ftp://a.b/c", ""),
        ("no address", ""),
        ("http://[", ""),
    ],
)
def test_host_of(address: str, host: str) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize(
    ("row", "publisher"),
    [
        ({"publisher": "BBC Persian", "source": "x", "url": "https://a.org/1"}, "BBC Persian"),
        ({"source": {"id": None, "name": "ایسنا"}, "url": "https://a.org/1"}, "ایسنا"),
        ({"site": "https://www.isna.ir/"}, "isna.ir"),
        ({"url": "https://www.a.org/1"}, "a.org"),
        ({}, "daily"),
    ],
)
def test_a_publisher_is_what_is_stated_else_the_host_else_the_top_folder(
    tmp_path: Path, row: dict[str, object], publisher: str
) -> None:
    content = json.dumps({"id": "1", "text": "Kabul is quiet."} | row)
    assert _read(tmp_path, "daily/2025/a.jsonl", content).publisher == publisher


def test_a_file_at_the_top_has_no_publisher(tmp_path: Path) -> None:
    assert _read(tmp_path, "a.txt", "Kabul is quiet.").publisher == ""


def test_json_keeps_the_declared_fields_alone(tmp_path: Path) -> None:
    content = json.dumps({"id": "1", "text": "Kabul is quiet.", "author": "Ali", "byline": {"desk": "war"}})
    assert _read(tmp_path, "a.jsonl", content).metadata == ()
    kept = _read(tmp_path, "a.jsonl", content, "author", "byline.desk")
    assert kept.metadata == (("author", ("Ali",)), ("byline.desk", ("war",)))


def test_tables_keep_declared_columns(tmp_path: Path) -> None:
    read = _read(tmp_path, "a.csv", "id,text,Section,n\n1,Kabul is quiet.,sport;war,2\n", "section")
    assert read.metadata == (("section", ("sport", "war")),)


def test_pages_keep_what_their_meta_elements_state(tmp_path: Path) -> None:
    head = (
        '<meta property="og:site_name" content="Daily News"><meta name="author" content="Ali &amp; Sara">'
        '<meta property="article:tag" content="war"><meta property="article:tag" content="peace">'
    )
    body = "<p>Kabul is quiet today, and nobody knows for how long that will last.</p>" * 3
    page = f"<html><head>{head}</head><body><article><h1>Quiet</h1>{body}</article></body></html>"
    read = _read(tmp_path, "a.html", page, "author", "tag")
    assert (read.publisher, read.metadata) == (
        "Daily News",
        (("author", ("Ali & Sara",)), ("tag", ("war", "peace"))),
    )


def test_feeds_keep_authors_and_tags(tmp_path: Path) -> None:
    entry = (
        "<item><title>Quiet</title><description>Kabul is quiet.</description><guid>1</guid>"
        "<link>https://www.a.org/1</link><author>Ali</author><category>war</category><category>peace</category>"
        "</item>"
    )
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>A</title>{entry}</channel></rss>'
    read = _read(tmp_path, "a.rss", feed, "author", "tags")
    assert (read.publisher, read.metadata) == (
        "a.org",
        (("author", ("Ali",)), ("tags", ("war", "peace"))),
    )


@pytest.mark.parametrize(
    "block",
    [
        "---\ntitle: Quiet\nsite: Daily\ntags: [war, 'the peace']\nauthor: Ali\n---\n",
        "---\ntitle: Quiet\nsite: Daily\ntags:\n  - war\n  - the peace\nauthor: Ali\n---\n",
        '---\ntitle: Quiet\nsite: Daily\ntags:\n- war\n- "the peace"\nauthor: Ali\n---\n',
        '+++\ntitle = "Quiet"\nsite = "Daily"\ntags = ["war", "the peace"]\nauthor = "Ali"\n+++\n',
    ],
)
def test_front_matter_keeps_texts_and_lists(tmp_path: Path, block: str) -> None:
    read = _read(tmp_path, "a.md", f"{block}Kabul is quiet.", "tags", "author")
    assert (read.title, read.publisher, read.metadata) == (
        "Quiet",
        "Daily",
        (("tags", ("war", "the peace")), ("author", ("Ali",))),
    )


def test_an_article_whose_metadata_was_cut_says_so(tmp_path: Path) -> None:
    content = json.dumps({"id": "1", "text": "Kabul is quiet.", "author": "a" * 201})
    assert Remark.METADATA in _read(tmp_path, "a.jsonl", content, "author").remarks


def test_a_declaration_changes_the_digest_of_what_has_the_field_alone(tmp_path: Path) -> None:
    rows = [{"id": "1", "text": "Kabul.", "author": "Ali"}, {"id": "2", "text": "Herat."}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    before, after = (
        [item.digest for item in Corpus([tmp_path], fields=Fields(meta=meta)) if isinstance(item, Record)]
        for meta in ((), ("author",))
    )
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, True]
