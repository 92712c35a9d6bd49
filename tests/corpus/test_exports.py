"""Exports of well-known programs: where their articles, texts and dates stand. The words are made up."""

import datetime
import json
from pathlib import Path

import pytest

from indexer.core.records import Article, Record, Remark, Skipped, SkipReason
from indexer.corpus import Corpus, Fields

CASES = Path(__file__).parents[3] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not here")
DAY = datetime.date(2025, 9, 18)
TITLE = "سیل در شمال کشور راه روستاها را بست"
BODY = (
    "باران شدید دیشب باعث شد رودخانه طغیان کند و پل اصلی روستا فروریزد."
    " امدادگران با قایق به خانه\u200cها رسیدند."
)
WHOLE = f"{TITLE}\n\n{BODY}"


def loaded(path: Path) -> list[Article | Skipped]:
    return [item.load() if isinstance(item, Record) else item for item in Corpus([path])]


def articles(path: Path) -> list[Article]:
    return [item for item in loaded(path) if isinstance(item, Article)]


def written(path: Path, value: object) -> Path:
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


@needs_cases
@pytest.mark.parametrize("name", ["newsapi.json", "jsonfeed.json", "newsplease.json", "caps.csv"])
def test_cases_of_fields(name: str) -> None:
    [found] = loaded(CASES / "fields" / name)
    assert isinstance(found, Article)
    assert (found.title, found.text, found.date, found.language) == (TITLE, WHOLE, DAY, "fa")
    assert found.remarks == ()


@needs_cases
def test_cases_of_telegram() -> None:
    service, runs, plain = loaded(CASES / "telegram" / "result.json")
    assert isinstance(service, Skipped)
    assert (service.reason, service.id) == (SkipReason.UNSUPPORTED, "1")
    assert isinstance(runs, Article)
    assert (runs.id, runs.text, runs.date) == ("2", f"{TITLE}\n{BODY} #سیل", DAY)
    assert isinstance(plain, Article)
    assert (plain.id, plain.text, plain.date) == ("3", BODY, DAY)


@needs_cases
def test_cases_of_markup_in_values() -> None:
    [field] = articles(CASES / "markup-in-values" / "htmlfield.jsonl")
    assert field.text == (
        "سیل در شمال\n\nباران شدید دیشب باعث شد رودخانه طغیان کند.\nپل اصلی روستا فروریخت.\n\n"
        "امدادگران می\u200cگویند «راه بسته است»."
    )
    [cell] = articles(CASES / "markup-in-values" / "htmlcell.csv")
    assert cell.text == f"{TITLE}\n\nباران شدید دیشب\n\nمی\u200cگویند راه بسته است."


@needs_cases
def test_cases_of_dates() -> None:
    found = {item.id: item for item in articles(CASES / "dates" / "excel_dates.csv")}
    undated = {"3", "23", "30", "31"}
    assert {id for id, item in found.items() if item.date is None} == undated
    assert {item.date for id, item in found.items() if id not in undated} == {DAY}
    assert {id for id, item in found.items() if item.remarks == (Remark.UNDATED,)} == undated
    assert len(found) == 31


WORDPRESS = {
    "id": 7,
    "date": "2025-09-18T10:00:00",
    "guid": {"rendered": "https://e.org/?p=7"},
    "link": "https://e.org/flood/?a=1&amp;b=2",
    "title": {"rendered": "سیل در شمال کشور راه روستاها را بست"},
    "content": {"rendered": f"<p>{BODY}</p>\n", "protected": False},
    "excerpt": {"rendered": "<p>باران&hellip;</p>"},
}
EXPORTS: dict[str, object] = {
    "wordpress": [WORDPRESS],
    "without an id": {"posts": [{key: WORDPRESS[key] for key in ("guid", "date", "title", "content")}]},
    "drupal": [
        {
            "title": [{"value": TITLE}],
            "body": [{"value": f"<p>{BODY}</p>"}],
            "created": [{"value": "2025-09-18"}],
        }
    ],
    "elasticsearch": {
        "took": 1,
        "hits": {
            "total": 1,
            "hits": [
                {
                    "_index": "n",
                    "_id": "e1",
                    "_source": {"Title": TITLE, "Body": BODY, "publishDate": "2025-09-18"},
                }
            ],
        },
    },
    "json:api": {
        "data": [
            {
                "type": "news",
                "id": "1",
                "attributes": {"headline": TITLE, "fullText": BODY, "createdAt": "2025-09-18T00:00:00Z"},
            }
        ]
    },
    "graphql": {
        "data": {"articles": {"edges": [{"node": {"title": TITLE, "text": BODY, "date": "2025-09-18"}}]}}
    },
    "guardian": {
        "response": {
            "status": "ok",
            "results": [
                {
                    "id": "w/1",
                    "webTitle": TITLE,
                    "webPublicationDate": "2025-09-18T06:30:00Z",
                    "fields": {"body": BODY},
                }
            ],
        }
    },
    "new york times": {
        "response": {
            "docs": [{"headline": {"main": TITLE}, "abstract": BODY, "pub_date": "2025-09-18T06:30:00+0000"}]
        }
    },
    "json-ld": {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": TITLE,
        "articleBody": BODY,
        "datePublished": "2025-09-18",
    },
    "mongodb": [
        {
            "_id": {"$oid": "65"},
            "id": "m1",
            "title": TITLE,
            "body": BODY,
            "published_at": {"$date": "2025-09-18T06:30:00Z"},
        }
    ],
    "mongodb, numbers": [
        {"title": TITLE, "body": BODY, "created_at": {"$date": {"$numberLong": "1758187800000"}}}
    ],
    ".net": [{"Title": TITLE, "ArticleBody": BODY, "PublishDate": "/Date(1758187800000)/"}],
    "squad": {
        "version": "1",
        "data": [
            {
                "title": TITLE,
                "date": "2025-09-18",
                "paragraphs": [{"context": BODY, "qas": [{"id": "q", "question": "?", "answers": []}]}],
            }
        ],
    },
    "paragraphs": {"title": TITLE, "paragraphs": [BODY], "date": ["2025-09-18"]},
    "editor.js": [
        {
            "title": TITLE,
            "date": 1758187800,
            "content": {
                "time": 1,
                "blocks": [
                    {"type": "paragraph", "data": {"text": BODY}},
                    {"type": "image", "data": {"url": "x"}},
                ],
            },
        }
    ],
    "prosemirror": [
        {
            "title": TITLE,
            "date": "2025-09-18",
            "body": {
                "type": "doc",
                "content": [
                    {
                        "type": "paragraph",
                        "content": [{"type": "text", "text": BODY[:9]}, {"type": "text", "text": BODY[9:]}],
                    }
                ],
            },
        }
    ],
    "google data": {
        "feed": {
            "entry": [
                {"title": {"$t": TITLE}, "content": {"$t": BODY}, "published": {"$t": "2025-09-18T10:00:00"}}
            ]
        }
    },
    "persian names": [{"عنوان": TITLE, "متن خبر": BODY, "تاريخ انتشار": "۲۷ شهریور ۱۴۰۴"}],
    "prefixed names": [{"dc:title": TITLE, "content:encoded": f"<p>{BODY}</p>", "dc:date": "2025-09-18"}],
    "joomla": [
        {"title": TITLE, "introtext": f"<p>{BODY[:67]}</p>", "fulltext": "", "created": "2025-09-18 10:00:00"}
    ],
    "beside other lists": {
        "title": "کانال",
        "description": "خبرهای روز",
        "authors": [{"name": "x"}],
        "items": [{"title": TITLE, "content_text": BODY, "date_published": "2025-09-18"}],
    },
    "several lists": {
        "people": [{"name": "x"}],
        "texts": [{"title": TITLE, "text": BODY, "date": "2025-09-18"}],
    },
    "chats": {
        "about": "x",
        "contacts": {"list": [{"first_name": "x", "date": "2025-01-01"}]},
        "chats": {
            "list": [
                {
                    "name": "a",
                    "type": "public_channel",
                    "id": 1,
                    "messages": [
                        {
                            "id": 5,
                            "type": "message",
                            "date": "2025-09-18T10:00:00",
                            "text": [
                                "",
                                {"type": "bold", "text": TITLE},
                                "\n\n",
                                {"type": "plain", "text": BODY},
                            ],
                        }
                    ],
                }
            ]
        },
    },
}


@pytest.mark.parametrize("name", EXPORTS)
def test_exports(name: str, tmp_path: Path) -> None:
    [found] = loaded(written(tmp_path / "a.json", EXPORTS[name]))
    assert isinstance(found, Article)
    assert found.text == (f"{TITLE}\n\n{BODY[:67].strip()}" if name == "joomla" else WHOLE)
    assert (found.title, found.date, found.remarks) == (TITLE, DAY, ())


def test_ids_and_addresses_of_exports(tmp_path: Path) -> None:
    def of(name: str) -> Article:
        [found] = articles(written(tmp_path / "a.json", EXPORTS[name]))
        return found

    assert (of("wordpress").id, of("wordpress").url) == ("7", "https://e.org/flood/?a=1&b=2")
    assert of("without an id").id == "https://e.org/?p=7"
    assert [of(name).id for name in ("elasticsearch", "guardian", "chats")] == ["e1", "w/1", "5"]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"title": TITLE, "summary": "خلاصه", "body": BODY}, WHOLE),
        ({"title": TITLE, "description": BODY, "content": None}, WHOLE),
        ({"title": TITLE, "description": BODY, "content": []}, WHOLE),
        ({"text": "باران شدید…", "full_text": BODY}, BODY),
        ({"title": TITLE, "content": f"{BODY}… [+2110 chars]"}, WHOLE),
        ({"title": TITLE, "lead": "لید خبر.", "body": BODY}, f"{TITLE}\n\nلید خبر.\n\n{BODY}"),
        ({"title": TITLE, "lead": "باران شدید  دیشب", "body": BODY}, WHOLE),
        (
            {"title": TITLE, "introtext": "<p>لید خبر.</p>", "fulltext": BODY},
            f"{TITLE}\n\nلید خبر.\n\n{BODY}",
        ),
        ({"text": ["یک.", "دو."]}, "یک.\n\nدو."),
        ({"paragraphs": ["یک.", {"context": "دو."}]}, "یک.\n\nدو."),
        ({"text": ["یک ", {"type": "new kind", "text": "دو"}, "."]}, "یک دو."),
        ({"text": ["یک", "دو", "سه", "چهار", "پنج"]}, "یک دو سه چهار پنج"),
        ({"text": ["از ", {"type": "link", "text": "اینجا"}, "."]}, "از اینجا."),
        ({"title": "<b>سیل</b> در &quot;شمال&quot;", "text": BODY}, f'سیل در "شمال"\n\n{BODY}'),
        ({"title": TITLE, "text": "<p></p>", "body": BODY}, TITLE),
    ],
)
def test_texts(values: dict[str, object], text: str, tmp_path: Path) -> None:
    [found] = articles(written(tmp_path / "a.jsonl", json.dumps(values)))
    assert found.text == text


def test_an_object_with_its_own_text_is_no_list(tmp_path: Path) -> None:
    post = {
        "title": TITLE,
        "text": BODY,
        "comments": [{"text": "نظر"}],
        "items": [{"title": "x", "text": "y"}],
    }
    assert [found.text for found in articles(written(tmp_path / "a.json", post))] == [WHOLE]
    alone = {"articles": [{"title": TITLE, "comments": [{"text": "نظر"}], "images": [{"title": "x"}]}]}
    [found] = articles(written(tmp_path / "b.json", alone))
    assert (found.text, found.remarks) == (TITLE, (Remark.TITLE_ALONE,))


def test_a_page_of_articles_under_content_is_a_list(tmp_path: Path) -> None:
    page = {
        "content": [{"title": TITLE, "text": BODY}, {"title": "دو", "text": "متن"}],
        "pageable": {"page": 1},
    }
    assert [found.text for found in articles(written(tmp_path / "a.json", page))] == [WHOLE, "دو\n\nمتن"]


def test_gdelt_has_titles_alone(tmp_path: Path) -> None:
    article = {
        "url": "https://e.org/1",
        "title": TITLE,
        "seendate": "20250918T063000Z",
        "language": "Persian",
    }
    [found] = articles(written(tmp_path / "a.json", {"articles": [article]}))
    assert (found.text, found.date, found.language) == (TITLE, DAY, "fa")
    assert found.remarks == (Remark.TITLE_ALONE,)


@pytest.mark.parametrize(
    ("values", "remarks"),
    [
        ({"title": "t", "date": "2025-09-18"}, (Remark.TITLE_ALONE,)),
        ({"title": "t", "text": "t"}, (Remark.TITLE_ALONE,)),
        ({"text": "t"}, ()),
        ({"title": "t", "text": "t x", "date": "soon"}, (Remark.UNDATED,)),
        ({"text": "t", "last_updated": "2025-09-18"}, (Remark.UNDATED,)),
        ({"text": "t", "publishing stamp": "۲۷ شهریور ۱۴۰۴"}, (Remark.UNDATED,)),
        ({"text": "t", "reading_time": "5 min", "update_count": 3}, ()),
        ({"text": "t", "date": "Thursday", "published_at": "2025-09-18"}, ()),
        ({"text": "t", "date": "", "tags": ["2025"]}, ()),
    ],
)
def test_what_is_remarked(values: dict[str, object], remarks: tuple[Remark, ...], tmp_path: Path) -> None:
    [found] = articles(written(tmp_path / "a.jsonl", json.dumps(values)))
    assert found.remarks == remarks


def test_a_mapping_is_folded_too_and_takes_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", f"Head Line;Main_Text;lead\n{TITLE};{BODY};لید\n")
    fields = Fields.parse(["title=head-line", "text=maintext"])
    [found] = [item.load() for item in Corpus([path], fields=fields) if isinstance(item, Record)]
    assert isinstance(found, Article)
    assert found.text == WHOLE
