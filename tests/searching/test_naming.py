"""Names of a query that an article does not have make it less sure, and are told."""

import pytest

from indexer.core.records import Passage
from search_api.search import Searcher
from search_api.searching.analysis import analyse
from search_api.searching.confidence import Verdict
from search_api.searching.evidence import Evidence, WordMatch
from search_api.searching.naming import LEAST, Naming
from search_api.searching.query import parse
from search_api.serving.live import Live


@pytest.mark.parametrize(
    ("query", "verdict", "unnamed"),
    [
        ("wheat prices rise in Egypt", Verdict.STRONG, ()),
        ("wheat prices rise in India", Verdict.WEAK, ("India",)),
        ("wheat prices rise in india", Verdict.WEAK, ("india",)),
        ("India Pakistan wheat prices rise", Verdict.WEAK, ("India", "Pakistan")),
        ("wheat prices rise", Verdict.STRONG, ()),
        ("Wheat Prices Rise", Verdict.STRONG, ()),
        ("football in Brazil", Verdict.NONE, ()),
    ],
)
def test_a_country_that_is_not_named_is_told(
    newsroom: Live, query: str, verdict: Verdict, unnamed: tuple[str, ...]
) -> None:
    with newsroom.searcher() as searcher:
        result = searcher.search(parse(query))
        assert (result.verdict, result.unnamed) == (verdict, unnamed)
        newest = searcher.search(parse(query, sort="newest"))
        assert (newest.verdict, newest.unnamed) == (verdict, unnamed)


def test_the_verdict_says_so_in_words(newsroom: Live) -> None:
    with newsroom.searcher() as searcher:
        one = searcher.search(parse("wheat prices rise in India"))
        several = searcher.search(parse("India Pakistan wheat prices rise"))
    assert one.verdict_text == "Perhaps: something here is near to this, but India is not named in it."
    assert several.verdict_text.endswith("but India and Pakistan are not named in it.")
    assert one.answering == 1


def test_names_that_count_in_no_other_letters_are_not_missed(newsroom: Live) -> None:
    with newsroom.searcher() as searcher:
        result = searcher.search(parse("wheat prices rise in India", without=["name"]))
    assert result.unnamed == ()


def test_a_name_that_the_article_misspells_is_named(searcher: Searcher) -> None:
    result = searcher.search(parse("Zaporizhzhia nuclear plant lost external power", languages=["ar"]))
    assert (result.verdict, result.unnamed) == (Verdict.STRONG, ())


@pytest.mark.parametrize(("confidence", "read"), [(0.0, 0), (LEAST, 1)])
def test_only_what_may_be_told_as_an_answer_is_looked_through(
    newsroom: Live, confidence: float, read: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []

    def matches(self: Evidence, passage: Passage) -> tuple[WordMatch, ...]:
        texts.append(passage.text)
        return found(self, passage)

    found = Evidence.matches
    query = parse("wheat prices rise in India")
    with newsroom.searcher() as searcher:
        hit = searcher.search(query).hits[0]
        analysed = analyse(query, searcher.encoders.queries, searcher.encoders.words, searcher.index.lexicon)
        monkeypatch.setattr(Evidence, "matches", matches)
        lacking = Naming(analysed, searcher.index.lexicon).unnamed(hit.words, hit.article, confidence)
    assert (len(texts), [name.text for name in lacking]) == (read, ["India"] * read)
