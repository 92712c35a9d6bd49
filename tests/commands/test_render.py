"""What a person at a terminal sees of a hit's evidence."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from indexer.core.records import MatchKind
from search_api.commands.render import show
from search_api.search import Searcher
from search_api.searching.evidence import TextSpan, WordMatch
from search_api.searching.query import parse
from search_api.serving.live import Live

FSI, PDI = "\u2068", "\u2069"


def printed(searcher: Searcher, matches: list[tuple[str, int, str, MatchKind, float]]) -> list[str]:
    """The lines of the best hit for a query whose words are made up."""
    result = searcher.search(parse("two words", limit=1))
    words = tuple(
        WordMatch(TextSpan(start, start + len(asked), asked), TextSpan(place, place + 1, found), kind, weight)
        for place, (asked, start, found, kind, weight) in enumerate(matches)
    )
    output = io.StringIO()
    show(replace(result, hits=(replace(result.hits[0], words=words),)), Console(file=output, width=100))
    return output.getvalue().splitlines()


def test_the_surest_match_of_each_word_is_told_in_the_order_of_the_query(searcher: Searcher) -> None:
    line = printed(
        searcher,
        [
            ("words", 4, "کلمات", MatchKind.TRANSLATION, 0.5),
            ("words", 4, "واژه", MatchKind.TRANSLATION, 0.9),
            ("two", 0, "تو", MatchKind.SOUND, 0.6),
        ],
    )[-2]
    assert line == f"     two → {FSI}تو{PDI} (sound), words → {FSI}واژه{PDI} (translation)"


def test_a_word_in_another_spelling_is_told_and_one_as_typed_is_not(searcher: Searcher) -> None:
    line = printed(
        searcher,
        [("12", 0, "۱۲", MatchKind.SAME, 1.0), ("words", 4, "words", MatchKind.SAME, 1.0)],
    )[-2]
    assert line == f"     12 → {FSI}۱۲{PDI} (same)"


def test_where_all_is_as_typed_the_words_are_told(searcher: Searcher) -> None:
    line = printed(searcher, [("words", 4, "words", MatchKind.SAME, 1.0)])[-2]
    assert line == f"     {FSI}words{PDI}"


@pytest.mark.parametrize("matches", [[], [("two", 0, "دو", MatchKind.STEM, 0.7)]])
def test_without_evidence_there_is_no_such_line(
    searcher: Searcher, matches: list[tuple[str, int, str, MatchKind, float]]
) -> None:
    lines = printed(searcher, matches)
    assert sum("(stem)" in line for line in lines) == len(matches)
    assert lines[-1] == ""
    assert lines[-2].endswith("(stem)" if matches else "\u2069")


def test_what_is_counted_stands_above_the_hits_and_copies_below(newsroom: Live) -> None:
    asked = parse("flood", limit=1, min_confidence=0.0, facets=["language", "meta.section"])
    with newsroom.searcher() as found:
        result = found.search(asked)
        [twin] = found.index.articles([3])
    output = io.StringIO()
    hits = (replace(result.hits[0], twins=(twin,)),)
    show(replace(result, hits=hits, is_total_exact=False), Console(file=output, width=100))
    head, total, languages, sections, *lines = output.getvalue().splitlines()
    assert (head, total) == ("1 hit for: flood", "at least 5 match, 3 of them as an answer")
    assert languages == f"language: {FSI}ar{PDI} 2, {FSI}fa{PDI} 2, {FSI}prs{PDI} 1"
    assert sections == f"meta.section: {FSI}weather{PDI} 3, {FSI}economy{PDI} 1, {FSI}sport{PDI} 1"
    assert f"     also: {FSI}aljazeera.net{PDI}" in lines
