"""The page of an article: all of its text, marks, one passage named, and what is like it."""

from collections.abc import Iterator

import pytest
from reading import Browser, browsing, found, words

from search_api.search import Searcher
from search_api.serving.live import Live

NUCLEAR = "003_f7d4c279eac3b33f"


@pytest.fixture
def browser(live: Live) -> Iterator[Browser]:
    with browsing(live) as opened:
        yield opened


def test_an_article_is_whole(browser: Browser, searcher: Searcher) -> None:
    page = browser.open(f"/article/{NUCLEAR}?gloss=false")
    article = searcher.index.article_by_id(NUCLEAR)
    [body] = page.all("div.body")
    assert (body.get("lang"), body.get("dir")) == ("ar", "rtl")
    shown = [words(one).replace("¶", "") for one in found(body, "p")]
    assert shown == [" ".join(line.split()) for line in article.text.split("\n") if line]
    assert page.all("mark") == []


def test_words_that_answer_are_marked_and_numbered(browser: Browser) -> None:
    page = browser.open(f"/article/{NUCLEAR}?q=nuclear+external")
    marks = page.all("mark")
    assert [one.get("id") for one in marks] == [f"m{number}" for number in range(1, len(marks) + 1)]
    assert "النووية" in [one.text for one in marks]
    assert f"Marked words: {len(marks)}" in page.text("nav.matches")
    assert page.one("a[data-step=1]").get("href") == "#m1"
    assert page.one("p.back").xpath("a")[0].get("href") == "/?q=nuclear+external"


def test_a_passage_is_named_by_its_address(browser: Browser, searcher: Searcher) -> None:
    article = searcher.index.article_by_id(NUCLEAR)
    passage = searcher.index.passages_of(searcher.index.number_of(NUCLEAR))[1]
    page = browser.open(f"/article/{NUCLEAR}?at={passage.start}-{passage.end}")
    named = "".join(one.text_content() for one in page.all("span.named"))
    assert named == article.text[passage.start : passage.end].replace("\n", "")
    assert len(page.all("#at")) == 1
    links = [one.get("href") for one in page.all("a.pilcrow")]
    assert f"/article/{NUCLEAR}?at={passage.start}-{passage.end}#at" in links


def test_the_link_to_a_passage_stands_where_it_begins(browser: Browser, searcher: Searcher) -> None:
    article = searcher.index.article_by_id(NUCLEAR)
    passages = searcher.index.passages_of(searcher.index.number_of(NUCLEAR))
    [body] = browser.open(f"/article/{NUCLEAR}?gloss=false").all("div.body")
    links = found(body, "a.pilcrow")
    assert len(links) == len(passages) > len(found(body, "p")) - len(article.text.split("\n"))
    for link, passage in zip(links, passages, strict=True):
        assert f"at={passage.start}-{passage.end}#at" in link.get("href")
        assert article.text[passage.start :].startswith((link.tail or "").split("\n")[0])
        assert (link.tail or "").strip()


def test_what_answers_is_marked_word_by_word_too(browser: Browser) -> None:
    for address in (f"/article/{NUCLEAR}?q=nuclear", "/?q=nuclear"):
        page = browser.open(address)
        marked = {one.text for one in page.all("ruby.answering")}
        assert "النووية" in marked
        assert marked <= {mark.text for mark in page.all("mark")}
    assert browser.open(f"/article/{NUCLEAR}?gloss=true").all("ruby.answering") == []


@pytest.mark.parametrize("at", ["5-2", "1", "-1-4", "0-99999999", "x", "1-2-3"])
def test_what_names_no_passage_is_passed_over(browser: Browser, at: str) -> None:
    page = browser.open(f"/article/{NUCLEAR}?at={at}")
    assert page.answer.status_code == 200
    assert page.all("span.named") == []


def test_an_article_says_what_its_words_mean(browser: Browser) -> None:
    plain = browser.open(f"/article/{NUCLEAR}?q=nuclear&gloss=false")
    assert plain.all("ruby") == []
    page = browser.follow(plain, "a[data-key=switch-gloss]")
    assert "This is not a translation." in page.text("p.glossing")
    [body] = page.all("div.body")
    glosses = found(body, "p.gloss")
    assert len(glosses) == len(plain.one("div.body").xpath("p"))
    assert {one.get("translate") for one in glosses} == {"no"}
    meanings = {ruby.text: words(found(ruby, "rt")[0]) for ruby in page.all("ruby")}
    assert "nuclear" in meanings["النووية"]
    assert [one.get("id") for one in page.all("mark")] == [one.get("id") for one in plain.all("mark")]
    assert browser.follow(page, "a[data-key=switch-gloss]").all("ruby") == []


def test_what_is_like_it_is_listed(browser: Browser) -> None:
    page = browser.open(f"/article/{NUCLEAR}")
    others = found(page.one("section.elsewhere"), "li")
    assert len(others) == 4
    assert all(found(one, "a")[0].get("href").startswith("/article/") for one in others)


def test_an_article_that_is_not_there_is_told(browser: Browser) -> None:
    page = browser.open("/article/none")
    assert (page.answer.status_code, page.text("h1")) == (404, "There is nothing here")
