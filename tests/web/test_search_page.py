"""The page of results, without a script: what it shows, and what its links ask."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from reading import Browser, browsing, found, words

from search_api.search import Searcher
from search_api.searching.query import parse
from search_api.serving.live import Live
from search_api.web.answers import POLICY
from search_api.web.hits import glossed, past_title

QUERY = "/?q=Zaporizhzhia+nuclear+plant+lost+external+power"
NUCLEAR = "003_f7d4c279eac3b33f"


@pytest.fixture
def browser(live: Live) -> Iterator[Browser]:
    with browsing(live) as opened:
        yield opened


@pytest.fixture
def newsreader(newsroom: Live) -> Iterator[Browser]:
    with browsing(newsroom) as opened:
        yield opened


def asked(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query, keep_blank_values=True)


def test_the_first_page_tells_what_there_is(browser: Browser) -> None:
    page = browser.open("/")
    assert page.answer.status_code == 200
    assert [words(one) for one in found(page.one("dl.archive"), "dd")][:2] == [
        "5",
        "Persian 3 Arabic 1 Dari 1",
    ]
    assert page.one("input#q").get("value") == ""


def test_a_result_says_what_the_search_found(browser: Browser, searcher: Searcher) -> None:
    page = browser.open(QUERY)
    result = searcher.search(parse("Zaporizhzhia nuclear plant lost external power"))
    best = result.hits[0]
    assert page.text("h1.verdict") == "Clear match"
    assert best.article.id == NUCLEAR
    first = page.all("article.hit")[0]
    [title] = found(first, "a.title")
    assert words(title) == " ".join(best.article.title.split())
    sentence = found(first, "p.sentence")[0]
    assert (sentence.get("lang"), sentence.get("dir")) == ("ar", "rtl")
    assert words(sentence) == " ".join(best.sentence.of(best.article.text).split())
    [passage] = found(first, "p.text")
    assert words(passage) == " ".join(best.passage.text.split())
    answered = {words(found(one, "dt")[0]) for one in found(first, ".answer")}
    assert answered == {match.query.text for match in best.words}
    assert len(page.all("article.hit")) == len(result.hits)


def test_marks_are_whole_words_that_name_the_words_they_answer(browser: Browser) -> None:
    page = browser.open("/?q=nuclear")
    [word] = page.all("span.word")
    assert (word.text, word.get("data-word")) == ("nuclear", "0")
    marks = found(found(page.all("article.hit")[0], "p.text")[0], "mark")
    assert "النووية" in [mark.text for mark in marks]
    assert {mark.get("data-words") for mark in marks} == {"0"}
    nuclear = next(mark for mark in marks if mark.text == "النووية")
    assert nuclear.get("class") == "k-dictionary"
    assert nuclear.get("title") == "nuclear: translation, surely"


def test_where_words_alone_find_nothing_meaning_is_a_link_away(browser: Browser) -> None:
    page = browser.open("/?q=giraffe&mode=lexical")
    told = page.one("p.warnings")
    assert words(told) == "No article holds these words. Look for what says the same in other words"
    found_anyway = browser.open(found(told, "a")[0].get("href"))
    assert found_anyway.all("article.hit")
    assert found_anyway.all("p.warnings") == []


def test_a_mistyped_word_is_offered_as_it_may_have_been_meant(browser: Browser) -> None:
    page = browser.open("/?q=nuclaer+plant&languages=ar")
    told = page.one("p.corrected")
    assert words(told) == "Did you mean: nuclear plant"
    assert asked(found(told, "a")[0].get("href")) == {"q": ["nuclear plant"], "languages": ["ar"]}
    assert browser.open("/?q=nuclear+plant").all("p.corrected") == []


def test_a_country_that_is_not_named_stands_in_the_verdict(newsreader: Browser) -> None:
    page = newsreader.open("/?q=wheat+prices+rise+in+India")
    isolated = "\u2068India\u2069"
    assert page.text("h1.verdict") == f"Perhaps: near to this, but {isolated} is not named in it"
    assert words(page.all("span.sureness")[0]) == f"perhaps: {isolated} not named"
    assert page.text("p.total") == "Articles that may answer: 1, of 1 that lie near"


def test_what_lies_near_is_not_counted_as_an_answer(newsreader: Browser) -> None:
    page = newsreader.open("/?q=wheat+giraffe")
    assert page.text("h1.verdict") == "Nothing here seems to answer this"
    assert page.text("p.total") == "No article seems to answer; near this lie: 1"


def test_words_that_nothing_answers_are_named_unless_they_say_little(browser: Browser) -> None:
    page = browser.open("/?q=how+are+nuclear+doing")
    named = [words(one) for told in page.all("p.unanswered") for one in found(told, "bdi")]
    assert "doing" in named
    assert not {"how", "are"} & set(named)


def test_words_that_no_hit_answers_are_named_beside_the_verdict(browser: Browser) -> None:
    page = browser.open(QUERY)
    [told] = found(page.one("header.summary"), "p.unanswered")
    missing = {words(one) for one in found(told, "bdi")}
    assert "nuclear" in missing
    by_hit = [
        {words(one) for one in found(told, "bdi")}
        for hit in page.all("article.hit")
        for told in found(hit, "p.unanswered")
    ]
    assert by_hit
    assert missing == set.intersection(*by_hit)
    assert found(browser.open("/?q=nuclear").one("header.summary"), "p.unanswered") == []


def test_a_word_is_switched_off_and_on_by_a_link(browser: Browser) -> None:
    page = browser.open("/?q=nuclear+plant&languages=ar")
    switch = page.all("a.word")[1]
    assert asked(switch.get("href")) == {"q": ["nuclear plant"], "languages": ["ar"], "off": ["plant"]}
    without = browser.open(switch.get("href"))
    assert without.one("input#q").get("value") == "nuclear plant"
    assert [words(one) for one in without.all("s")] == ["plant"]
    assert {words(found(one, "dt")[0]) for one in without.all(".answer")} == {"nuclear"}
    off = next(one for one in without.all("a.word"))
    assert asked(off.get("href")) == {"q": ["nuclear plant"], "languages": ["ar"]}
    assert [one.text for one in without.all("span.word")] == ["nuclear"], "the last word stays"


def test_of_a_long_query_no_word_is_switched(browser: Browser) -> None:
    page = browser.open("/?q=" + "+".join(f"word{number}" for number in range(40)))
    assert page.all("a.word") == []
    assert len(page.all("span.word")) == 40


def test_each_way_to_match_is_switched_off_by_a_link(browser: Browser) -> None:
    page = browser.open("/?q=nuclear+plant")
    switches = {words(one): one for one in page.all("a.switch")}
    assert switches["Dictionary"].get("aria-checked") == "true"
    assert asked(switches["Dictionary"].get("href")) == {"q": ["nuclear plant"], "without": ["dictionary"]}
    off = browser.open(switches["Dictionary"].get("href"))
    assert not [one for one in off.all("mark") if "k-dictionary" in one.get("class")]
    back = next(one for one in off.all("a.switch") if words(one) == "Dictionary")
    assert (back.get("aria-checked"), asked(back.get("href"))) == ("false", {"q": ["nuclear plant"]})
    exact = browser.open(switches["Exact words only"].get("href"))
    assert "Nothing was found" in exact.texts("h2")
    assert [words(one) for one in exact.all("a.switch")][:1] == ["Exact words only"]


def test_nothing_found_is_told(browser: Browser) -> None:
    page = browser.open("/?q=how+do+bees+make+honey")
    assert page.text("h1.verdict") == "Nothing here seems to answer this"
    assert "probably speak of something else" in page.texts("p.note")[0]


def test_facets_count_narrow_and_leave_out(newsreader: Browser) -> None:
    page = newsreader.open("/?q=flood&min_confidence=0")
    choices = {
        words(found(one, "bdi")[0]): (words(found(one, ".count")[0]), one) for one in page.all("li.choice")
    }
    assert {name: count for name, (count, _) in choices.items() if name in ("Persian", "Dari", "Arabic")} == {
        "Persian": "2",
        "Dari": "1",
        "Arabic": "2",
    }
    persian = choices["Persian"][1]
    want, omit = found(persian, "a")
    only = newsreader.open(want.get("href"))
    assert asked(want.get("href"))["languages"] == ["pes"]
    assert [one.get("lang") for one in only.all("p.sentence")] == ["fa", "fa"]
    without = newsreader.open(omit.get("href"))
    assert sorted(one.get("lang") for one in without.all("p.sentence")) == ["ar", "ar", "fa-AF"]
    back = next(one for one in without.all("li.choice") if "left-out" in one.get("class"))
    assert asked(found(back, "a")[1].get("href")) == {"q": ["flood"], "min_confidence": ["0"]}


def test_what_tells_one_story_in_several_languages_is_one_result(newsreader: Browser) -> None:
    page = newsreader.open("/?q=flood+after+heavy+rain")
    switch = next(one for one in page.all("a.switch") if words(one) == "Join stories")
    joined = newsreader.open(switch.get("href"))
    assert asked(switch.get("href")) == {"q": ["flood after heavy rain"], "stories": ["true"]}
    assert (
        next(one for one in joined.all("a.switch") if words(one) == "Join stories").get("aria-checked")
        == "true"
    )
    twins = [found(one, "li") for one in joined.all("details.twins")]
    assert len(joined.all("article.hit")) + sum(map(len, twins)) == len(page.all("article.hit"))


def test_months_are_links_and_those_between_are_drawn(newsreader: Browser) -> None:
    page = newsreader.open("/?q=flood&min_confidence=0")
    bars = page.all("a.month")
    assert [bar.get("title") for bar in bars] == ["October 2025: 1", "November 2025: 3"]
    november = newsreader.open(bars[1].get("href"))
    assert asked(bars[1].get("href"))["to"] == ["2025-11-30"]
    assert len(november.all("article.hit")) == 3
    assert "has no date" in november.text("ul.warnings")


def test_pages_follow_each_other(browser: Browser) -> None:
    page = browser.open("/?q=war&limit=2&min_confidence=0")
    following = browser.follow(page, "a[rel=next]")
    assert [one.get("id") for one in following.all("article.hit")] == ["hit-3", "hit-4"]
    first = next(one for one in following.all("a.button") if words(one) == "First page")
    assert "cursor" not in asked(first.get("href"))


def test_a_source_is_linked_at_its_sentence(newsreader: Browser) -> None:
    page = newsreader.open("/?q=flood+in+Derna")
    link = page.all("a.source")[0]
    address, _, directive = link.get("href").partition("#:~:text=")
    assert address == "https://www.example.org/3"
    assert directive.startswith("%D9%81")
    assert link.get("rel") == "noopener noreferrer external"


def test_files_and_feeds_ask_for_the_same_search(newsreader: Browser) -> None:
    page = newsreader.open("/?q=flood+wheat&off=wheat&languages=ar&sort=newest&gloss=true&limit=3")
    links = {words(one): one.get("href") for one in page.all("a")}
    assert asked(links["Table (CSV)"]) == {"q": ["flood "], "languages": ["ar"], "sort": ["newest"]}
    assert asked(links["Follow (Atom)"]) == {"q": ["flood "], "languages": ["ar"]}
    for name in ("Table (CSV)", "Follow (Atom)"):
        assert newsreader.client.get(links[name]).status_code == 200


def test_a_gloss_is_shown_on_demand_and_called_what_it_is(browser: Browser) -> None:
    page = browser.open("/?q=nuclear+plant&languages=ar&gloss=true")
    assert "not a translation" in page.all("details.word-by-word")[0].text_content()
    pairs = {ruby.text: words(found(ruby, "rt")[0]) for ruby in page.all("ruby")}
    assert "nuclear" in pairs["النووية"]


def test_a_gloss_is_on_in_english_and_a_switch_turns_it_off(browser: Browser) -> None:
    address = "/?q=nuclear+plant&languages=ar"
    on = browser.open(address)
    assert on.one("a[data-key=switch-gloss]").get("aria-checked") == "true"
    assert on.all("ruby")
    off = browser.follow(on, "a[data-key=switch-gloss]")
    assert asked(on.one("a[data-key=switch-gloss]").get("href"))["gloss"] == ["false"]
    assert off.all("ruby") == []
    assert "gloss" not in asked(off.one("a[data-key=switch-gloss]").get("href"))


def test_without_a_gloss_no_number_is_told_either(browser: Browser) -> None:
    numbers = [one for one in browser.open("/?q=810+drones").all("ruby") if one.text == "\u06f8\u06f1\u06f0"]
    assert numbers
    assert browser.open("/?q=810+drones&gloss=false").all("ruby") == []


@pytest.mark.parametrize("language", ["fa", "ar"])
def test_a_gloss_is_off_in_other_languages_and_a_switch_turns_it_on(browser: Browser, language: str) -> None:
    page = browser.open("/?q=nuclear+plant&languages=ar", accept_language=language)
    assert page.all("ruby") == []
    other = page.one("a[data-key=switch-gloss]").get("href")
    assert asked(other)["gloss"] == ["true"]
    assert browser.open(other, accept_language=language).all("ruby")


@pytest.mark.parametrize(
    ("title", "text", "rest"),
    [
        ("one two", "one two three", " three"),
        ("one  two", "one\ntwo\nthree", "\nthree"),
        ("one tw\u2026", "one two three", "two three"),
        ("one two", "one two", ""),
        ("one four", "one two three", "one two three"),
        ("one two three four", "one two three", "one two three"),
        ("", "one", "one"),
    ],
)
def test_a_passage_goes_on_after_its_title(title: str, text: str, rest: str) -> None:
    assert text[past_title(title, text) :] == rest


@pytest.mark.parametrize(
    ("text", "number", "latin"),
    [
        ("\u06f8\u06f3\u06f2 شهر", "\u06f8\u06f3\u06f2", "832"),
        (
            "شهر \u0661\u066c\u0662\u0663\u0664\u066b\u0665.",
            "\u0661\u066c\u0662\u0663\u0664\u066b\u0665",
            "1,234.5",
        ),
        ("\u06f1\u06f4/\u06f6", "\u06f1\u06f4/\u06f6", "14/6"),
    ],
)
def test_a_number_is_told_in_latin_digits(text: str, number: str, latin: str) -> None:
    pieces = glossed(text, 0, ())
    assert [(one.text, one.meanings) for one in pieces if one.meanings] == [(number, latin)]
    assert "".join(one.text for one in pieces) == text


def test_a_number_in_latin_digits_needs_no_gloss() -> None:
    assert glossed("832", 0, ()) == ()


def test_what_a_title_says_is_not_told_again_below_it(browser: Browser) -> None:
    page = browser.open("/?q=nuclear+plant&min_confidence=0")
    hits = [one for one in page.all("article.hit") if found(one, "details.word-by-word")]
    for hit in hits:
        title, passage = ("".join(one.xpath("text()|ruby/text()")).split() for one in found(hit, "p.gloss"))
        assert passage[:3] != title[:3]
    assert hits


def test_the_changing_part_alone_is_sent_to_a_script(browser: Browser) -> None:
    page = browser.open("/?q=war", hudhud_fragment="1")
    assert page.answer.text.lstrip().startswith('<div id="results"')
    assert browser.open("/?q=!!", hudhud_fragment="1").one("#results").get("class") == "state state-invalid"


def test_every_page_has_the_policy_and_asks_nothing_of_others(browser: Browser) -> None:
    for address in (
        "/",
        QUERY,
        f"/article/{NUCLEAR}",
        "/saved",
        "/queries",
        "/?q=!!",
        "/article/none",
        "/no",
    ):
        page = browser.open(address)
        headers = page.answer.headers
        assert headers["content-security-policy"] == POLICY
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        loaded = [
            value
            for name in ("src", "href", "action", "poster")
            for element in page.root.iter("script", "link", "img", "form", "source", "iframe")
            if (value := element.get(name))
        ]
        assert all(value.startswith("/") and not value.startswith("//") for value in loaded), loaded
        inline = [element for element in page.root.iter("script", "style") if element.text]
        assert not inline
        assert not [one for one in page.root.iter() if one.get("style") or one.get("onclick")]


def test_what_is_only_nearest_stands_apart_from_what_answers(browser: Browser) -> None:
    page = browser.open(QUERY)
    verdicts = [
        [one.get("class").rpartition("-")[2] for one in found(several, "article.hit")]
        for several in page.all("ol.hits")
    ]
    assert [set(one) for one in verdicts] == [{"strong"}, {"none"}]
    assert page.all("ol.hits")[1].get("start") == str(len(verdicts[0]) + 1)
    assert "probably speak of something else" in page.text("p.beyond")
    nothing = browser.open("/?q=how+do+bees+make+honey")
    assert (len(nothing.all("ol.hits")), nothing.all("p.beyond")) == (1, [])
