"""What queries ask for besides words, over the five seed articles and with the real model."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from indexer.core.records import Passage
from indexer.text.orthography import tokens
from indexer.text.orthography.stems import stem
from search_api.search import Searcher
from search_api.searching import conditions
from search_api.searching.analysis import MOST_WORDS
from search_api.searching.conditions import holds
from search_api.searching.confidence import Verdict
from search_api.searching.fusion import DAY_WEIGHT
from search_api.searching.outcomes import Result
from search_api.searching.query import Query, parse

DRONES, LAVROV, RUTTE, NUCLEAR, WITKOFF = (
    "000_c1a583e564ddadc6",
    "001_958469ad56952f10",
    "002_4c47832c54e4f7d9",
    "003_f7d4c279eac3b33f",
    "004_964fd79116a5ca89",
)


def found(searcher: Searcher, text: str, **options: object) -> Result:
    """Every passage that is found."""
    return searcher.search(parse(text, limit=100, group="passage", **options))  # type: ignore[arg-type]


def passages(searcher: Searcher, admits: Callable[[Passage], bool]) -> set[int]:
    """Numbers of all passages of the index that fit."""
    everything = {hit.passage.number: hit.passage for hit in found(searcher, "war").hits}
    assert sorted(everything) == list(range(len(everything)))
    return {number for number, passage in everything.items() if admits(passage)}


def numbers(result: Result) -> set[int]:
    return {hit.passage.number for hit in result.hits}


def undated(query: Query) -> Query:
    """The query with its dates, which no day belongs to."""
    dates = tuple(replace(date, days=()) for date in query.syntax.dates)
    return replace(query, syntax=replace(query.syntax, dates=dates))


@pytest.mark.parametrize(
    ("date", "articles"),
    [
        ("۱۸ شهریور ۱۴۰۴", {DRONES}),
        ("18 Shahrivar", {DRONES}),
        ("9 Sep", {DRONES}),
        ("2025-09-09", {DRONES}),
        ("«٤ سبتمبر» ٤ سبتمبر", {RUTTE}),
        ("September 2025", {DRONES, LAVROV, RUTTE}),
        ("9 September 2018", set()),
    ],
)
def test_articles_of_a_day_gain_one_deviation(searcher: Searcher, date: str, articles: set[str]) -> None:
    query = parse(f"war {date}".replace("«٤ سبتمبر» ", ""), limit=100, group="passage")
    assert len(query.syntax.dates) == 1
    plain = {hit.passage.number: hit.score for hit in searcher.search(undated(query)).hits}
    hits = searcher.search(query).hits
    assert {hit.article.id for hit in hits} == {DRONES, LAVROV, RUTTE, NUCLEAR, WITKOFF}
    for hit in hits:
        gained = DAY_WEIGHT if hit.article.id in articles else 0.0
        assert hit.score == pytest.approx(plain[hit.passage.number] + gained, abs=1e-4)


def test_the_numbers_of_a_date_are_no_words(searcher: Searcher) -> None:
    hits = found(searcher, "پهپاد 9 سپتامبر 2025").hits
    answered = {match.query.text for hit in hits for match in hit.words}
    assert answered == {"پهپاد"}


@pytest.mark.parametrize("quoted", ["نیروی هوایی", "نيروي هوايي", "«رئیس جمهور»", "آتش بس", "اوکراین"])
def test_quoted_words_stand_next_to_each_other(searcher: Searcher, quoted: str) -> None:
    words = [token.text for token in tokens(quoted)]
    expected = passages(searcher, lambda passage: holds(passage.text, words))
    result = found(searcher, quoted if quoted.startswith("«") else f'"{quoted}" war')
    assert numbers(result) == expected != set()
    assert result.warnings == ()


def test_several_quotations_hold_all(searcher: Searcher) -> None:
    expected = passages(
        searcher, lambda passage: holds(passage.text, ["اوکراین"]) and holds(passage.text, ["روسیه"])
    )
    assert numbers(found(searcher, '"اوکراین" "روسیه"')) == expected != set()


def test_a_quotation_is_part_of_the_search_and_not_of_its_end(searcher: Searcher) -> None:
    """The hits are as many as are asked for, and ordered as they are without the marks."""
    everything = [hit.passage.number for hit in found(searcher, "مذاکرات روسیه").hits]
    for limit in (1, 2, 3):
        query = parse('مذاکرات "روسیه"', limit=limit, group="passage")
        hits = searcher.search(query).hits
        expected = passages(searcher, lambda passage: holds(passage.text, ["روسیه"]))
        assert [hit.passage.number for hit in hits] == [
            number for number in everything if number in expected
        ][:limit]
    articles = [hit.article.id for hit in searcher.search(parse('"روسیه"', limit=3)).hits]
    assert len(articles) == len(set(articles)) == 3


@pytest.mark.parametrize("text", ['"peace is close"', '"هوایی نیروی"', '"اوکراین" "Umerov"'])
def test_a_quotation_that_nothing_holds_finds_nothing_and_says_so(searcher: Searcher, text: str) -> None:
    result = found(searcher, text)
    quoted = text.strip('"').replace('" "', ", ")
    assert (result.hits, result.verdict) == ((), Verdict.NONE)
    assert result.warnings == (
        f"nothing holds these words as they stand: {quoted}; try without quotation marks",
    )


def test_no_more_texts_are_read_than_a_bound(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions, "MOST_READ", 3)
    result = found(searcher, '"اوکراین"')
    assert 0 < len(result.hits) <= 3
    assert result.warnings == ("only the likeliest 3 passages were read for the words in quotation marks",)


@pytest.mark.parametrize(
    ("text", "language", "excluded"),
    [
        ("war -پهپاد", "fa", "پهپاد"),
        ("war -پهپادهای", "fa", "پهپاد"),
        ("الحرب -النووية", "ar", "النوویه"),
        ("جنگ -Umerov", "fa", "umerov"),
    ],
)
def test_articles_with_a_word_that_is_left_out_are_not_found(
    searcher: Searcher, text: str, language: str, excluded: str
) -> None:
    root = stem(excluded, language)

    def admits(article: str) -> bool:
        whole = searcher.index.article_by_id(article).text
        return all(token.text != excluded and stem(token.text, language) != root for token in tokens(whole))

    everything = {DRONES, LAVROV, RUTTE, NUCLEAR, WITKOFF}
    assert {hit.article.id for hit in found(searcher, text).hits} == set(filter(admits, everything))


def test_what_is_left_out_leaves_the_rest_as_it_is(searcher: Searcher) -> None:
    plain = {hit.passage.number: hit for hit in found(searcher, "war in Ukraine").hits}
    hits = found(searcher, "war -پهپاد in Ukraine").hits
    assert DRONES not in {hit.article.id for hit in hits}
    for hit in hits:
        there = plain[hit.passage.number]
        assert (hit.passage, hit.sentence) == (there.passage, there.sentence)
        assert hit.scores.passage == pytest.approx(there.scores.passage, abs=1e-6)
        assert hit.scores.lexical == pytest.approx(there.scores.lexical, abs=1e-6)


@pytest.mark.parametrize("text", ["the", "و", "a", "to be or not to be"])
def test_a_query_that_says_nothing_is_answered_with_a_warning(searcher: Searcher, text: str) -> None:
    result = searcher.search(parse(text))
    assert (result.hits, result.verdict, len(result.warnings)) == ((), Verdict.NONE, 1)
    assert result.warnings[0].startswith("only words that say little (")


def test_pasted_text_is_answered_with_warnings(searcher: Searcher) -> None:
    article = searcher.index.article_by_id(NUCLEAR).text
    result = searcher.search(parse(article))
    assert len(article) > 2000
    assert "\u201c" in article[:2000]
    assert result.hits[0].article.id == NUCLEAR
    assert result.warnings[0].startswith("only the first ")
    assert result.warnings[1] == "in a text this long, quotation marks and minus signs are read as text"
    assert result.warnings[2].endswith(f" different words, the first {MOST_WORDS} are looked for")
