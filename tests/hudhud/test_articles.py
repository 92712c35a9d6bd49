"""What may be given to `index`, and the records that it becomes."""

import dataclasses
import datetime
from pathlib import Path

import pytest
from nights import write

import hudhud
from hudhud.articles import Item, corpus_of
from indexer.core.records import Article, Record, Skipped, SkipReason
from indexer.corpus import Fields
from indexer.corpus.text import title_of

RAIN = "باران شدید دیروز در شهر رشت خیابان\u200cها را پر از آب کرد."
WHEAT = "ارتفعت أسعار القمح في مصر هذا الشهر."
LONG = "واژه " * 200
DAY = datetime.date(2025, 11, 2)


def read(*given: Item, fields: Fields | None = None) -> list[Article | Skipped]:
    """The articles that these become."""
    found = corpus_of(given, fields or Fields(), None, ())
    return [item.load() if isinstance(item, Record) else item for item in found]


def test_a_dict_is_read_as_a_line_of_json_lines_is() -> None:
    assert read(
        {"id": 7, "title": "باران", "text": RAIN, "date": "2025-11-02", "url": "https://example.org/7"},
        {"id": "wheat", "text": WHEAT, "language": "arb", "date": datetime.date(2025, 11, 2)},
    ) == [
        Article(
            "7",
            "باران",
            RAIN,
            DAY,
            "fa",
            "memory, record 1",
            url="https://example.org/7",
        ),
        Article("wheat", WHEAT, WHEAT, DAY, "ar", "memory, record 2"),
    ]


def test_a_title_that_the_text_lacks_goes_before_it() -> None:
    [article] = read({"id": "a", "title": "هوا", "text": RAIN})
    assert isinstance(article, Article)
    assert (article.title, article.text) == ("هوا", f"هوا\n\n{RAIN}")


def test_an_article_may_be_short() -> None:
    assert read(hudhud.Article("a", "", RAIN)) == [Article("a", RAIN, RAIN, None, "fa", "memory, record 1")]


def test_an_article_of_an_index_can_be_given_to_another() -> None:
    title = "باران"
    given = [
        Article("a", title, f"{title}\n\n{RAIN}", DAY, "prs", "news/a.txt", "۱۱ آبان", "https://example.org"),
        Article("b", title, f"# {title}\n\n{RAIN}", None, "fa", "news/b.md", "someday"),
        Article("c", title_of(LONG, "fa"), LONG, None, "fa", "news/c.md"),
    ]
    assert given[2].title.endswith("…")
    assert read(*given) == [dataclasses.replace(given[0], date_text=None), *given[1:]]


def test_a_source_may_be_named() -> None:
    articles = read({"id": "a", "text": RAIN, "source": "wire"}, Article("b", "", RAIN, source="radio"))
    assert [article.source for article in articles] == ["wire", "radio"]


def test_fields_say_what_keys_are_called() -> None:
    [first, second] = read(
        {"id": "a", "headline_fa": "هوا", "body": {"fa": RAIN}},
        Article("b", "", WHEAT),
        fields=Fields(title="headline_fa", text="body.fa"),
    )
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.title, first.text, second.text) == ("هوا", f"هوا\n\n{RAIN}", WHEAT)


def test_what_is_no_article_is_skipped_with_its_reason() -> None:
    assert read(
        {"text": RAIN}, {"id": " ", "text": RAIN}, {"id": "a", "text": "  "}, {"id": "b", "text": 1}
    ) == [
        Skipped("memory, record 1", SkipReason.MALFORMED, "it has no id"),
        Skipped("memory, record 2", SkipReason.MALFORMED, "it has no id"),
        Skipped("memory, record 3", SkipReason.EMPTY, "neither a text nor a title", "", "a"),
        Skipped("memory, record 4", SkipReason.MALFORMED, "its text is no text but a number", "", "b"),
    ]


def test_the_second_of_one_id_is_skipped() -> None:
    first, second = read({"id": "a", "text": RAIN}, {"id": "a", "text": WHEAT})
    assert isinstance(first, Article)
    assert second == Skipped(
        "memory, record 2",
        SkipReason.DUPLICATE,
        "article 'a' was read from memory, record 1 already",
        "",
        "a",
    )


def test_an_article_that_stays_the_same_has_the_same_digest() -> None:
    def digest(given: Item) -> bytes:
        [record] = corpus_of(given, Fields(), None, ())
        assert isinstance(record, Record)
        return record.digest

    article = {"id": "a", "title": "هوا", "text": RAIN, "date": "2025-11-02"}
    assert digest(article) == digest(article | {"further": "wire"})
    assert digest(article) != digest(article | {"source": "wire"})
    assert digest(article) != digest(article | {"date": "2025-11-03"})
    assert digest(Article("a", "هوا", RAIN)) == digest({"id": "a", "title": "هوا", "text": RAIN})


def test_paths_and_articles_alone_or_in_any_collection(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a": RAIN, "b": WHEAT})

    def ids(given: object) -> list[str | None]:
        return [item.id for item in corpus_of(given, Fields(), None, ())]  # type: ignore[arg-type]

    assert ids(folder) == ids(str(folder)) == ids([folder]) == ids({str(folder)}) == ["a", "b"]
    assert ids([folder / "b.txt", str(folder / "a.txt")]) == ["b", "a"]
    assert ids(f"{folder}/*.txt") == ["a", "b"]
    article = {"id": "a", "text": RAIN}
    assert ids(article) == ids(Article("a", "", RAIN)) == ids([article]) == ["a"]
    assert ids(one for one in [article, Article("b", "", RAIN)]) == ["a", "b"]
    assert ids([]) == []


def test_the_format_of_a_file_whose_name_tells_none(tmp_path: Path) -> None:
    file = tmp_path / "dump"
    file.write_text('{"id": "x", "text": "متن"}\n', encoding="utf-8")
    [found] = corpus_of(file, Fields(), "jsonl", ())
    assert found.id == "x"


def test_what_is_neither_a_path_nor_an_article(tmp_path: Path) -> None:
    with pytest.raises(hudhud.InputError) as raised:
        read(7)  # type: ignore[arg-type]
    assert str(raised.value) == (
        "7 is neither a path nor an article: give str, Path, hudhud.Article or dict with the keys"
        " id, title, text, date, language, url"
    )
    with pytest.raises(hudhud.InputError, match="paths and articles cannot be indexed in one call"):
        read(tmp_path, {"id": "a", "text": RAIN})
