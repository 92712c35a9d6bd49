"""Marks cover whole words and none touches another; HTML gives back its text, whatever that holds."""

import itertools
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from indexer.core.records import MatchKind
from indexer.text.orthography.common import TATWEEL, ZWNJ
from search_api.searching.evidence import TextSpan, WordMatch
from search_api.searching.highlight import (
    UNREADABLE,
    ZERO_WIDTH_JOINER,
    Mark,
    element,
    escaped,
    marked,
    marks_of,
    utf16_offsets,
)

FATHA, SHADDA = "\u064e", "\u0651"
START = 100


class Reader(HTMLParser):
    """The text of a page, what in it is marked, and which elements and attributes it has."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.marked = "", [""]
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(dict(attrs))
        self._inside = tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self.marked.append("")
        self._inside = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._inside:
            self.marked[-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    handle_pi = unknown_decl = handle_comment


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def match(text: str, word: str, query: str = "q", at: int = 0, weight: float = 1.0) -> WordMatch:
    """The first `word` of a passage that begins at `START` answers a word of the query at `at`."""
    place = text.index(word)
    there = TextSpan(START + place, START + place + len(word), word)
    return WordMatch(TextSpan(at, at + len(query), query), there, MatchKind.SAME, weight)


def shown(text: str, *matches: WordMatch) -> list[str]:
    return [text[mark.start - START : mark.end - START] for mark in marks_of(matches, text, START)]


@pytest.mark.parametrize(
    ("text", "word", "whole"),
    [
        (f"او می{ZWNJ}رود.", "رود", f"می{ZWNJ}رود"),
        (f"او می{ZWNJ}رود.", "می", f"می{ZWNJ}رود"),
        (f"كتب{FATHA} الدرس", "كتب", f"كتب{FATHA}"),
        (f"محم{SHADDA}{FATHA}د هنا", "محم", f"محم{SHADDA}{FATHA}د"),
        ("والنووية هنا", "نووية", "والنووية"),
        (f"ال{TATWEEL}{TATWEEL}سلام", "سلام", f"ال{TATWEEL}{TATWEEL}سلام"),
        (f"هـ{ZERO_WIDTH_JOINER} تنتهي", "هـ", f"هـ{ZERO_WIDTH_JOINER}"),
        ("die Stadt Köln", "Stadt", "Stadt"),
        ("in 2025 Kyiv", "2025", "2025"),
        ("عدد 810 طائرات", "810", "810"),
        ("«زاپوریژیا»، گفت", "زاپوریژیا", "زاپوریژیا"),
    ],
)
def test_a_mark_covers_what_is_written_joined(text: str, word: str, whole: str) -> None:
    assert shown(text, match(text, word)) == [whole]


def test_matches_that_overlap_or_touch_are_one_mark_with_both_words() -> None:
    text = "the F35 flew"
    [mark] = marks_of([match(text, "F", "F-35", 4), match(text, "35", "35", 6)], text, START)
    assert (mark.start, mark.end, mark.query) == (START + 4, START + 7, "F-35 35")
    [mark] = marks_of([match(text, "F35", "jet", 9, 0.7), match(text, "35", "35", 0, 0.9)], text, START)
    assert (mark.start, mark.end, mark.query) == (START + 4, START + 7, "35 jet")
    assert (mark.surest.query.text, mark.surest.weight) == ("35", 0.9)


def test_neighbours_stay_apart_unless_they_answer_the_same_word() -> None:
    text = "محطة زابوريزفيا النووية"
    station, plant = match(text, "محطة", "plant", 8), match(text, "النووية", "nuclear")
    name = match(text, "زابوريزفيا", "plant", 8)
    assert shown(text, station, name, plant) == ["محطة زابوريزفيا", "النووية"]
    assert shown(text, station, match(text, "زابوريزفيا", "Zaporizhzhia", 20)) == ["محطة", "زابوريزفيا"]
    parted = "محطة، زابوريزفيا"
    assert len(shown(parted, match(parted, "محطة"), match(parted, "زابوريزفيا"))) == 2


def test_html_is_a_span_in_the_language_and_direction_of_the_article() -> None:
    text = 'محطة <b>النووية</b> & "س"'
    marks = marks_of([match(text, "النووية", 'a"b')], text, START)
    assert element(marked(text, START, marks), "ar") == (
        '<span lang="ar" dir="rtl">محطة &lt;b&gt;<mark data-query="a&quot;b" data-kind="same">النووية</mark>'
        "&lt;/b&gt; &amp; &quot;س&quot;</span>"
    )
    assert element("x", "prs") == '<span lang="fa-AF" dir="rtl">x</span>'
    assert element("x", "und") == '<span lang="" dir="auto">x</span>'
    assert element("x", "de") == '<span lang="de" dir="ltr">x</span>'


def test_of_a_sentence_only_what_lies_in_it_is_marked() -> None:
    text = "one two three"
    marks = marks_of([match(text, "one two"), match(text, "three", "r")], text, START)
    assert marked("two", START + 4, marks, lambda mark: f' title="{mark.query}"') == (
        '<mark title="q">two</mark>'
    )
    assert marked(" three", START + 7, marks, lambda _: "") == " <mark>three</mark>"


def test_utf16_counts_two_for_what_lies_beyond_the_first_plane() -> None:
    text = "a\U0001f600ب\U00010900z"
    assert utf16_offsets(text, [5, 0, 2, 1, 3, 2]) == [7, 0, 3, 1, 4, 3]
    assert utf16_offsets("سلام", [4, 1]) == [4, 1]


HOSTILE = st.text(
    st.one_of(
        st.sampled_from(
            [*"<>&\"'/=! \n\r\0;#-", ZWNJ, ZERO_WIDTH_JOINER, TATWEEL, FATHA, "\u202e", "\U0001f600"]
        ),
        st.sampled_from([*"یکهاسلم۱2aZ"]),
        st.characters(exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=60,
)
BREAKERS = st.sampled_from(
    [
        "</mark></span><script>alert(1)</script>",
        "<!--",
        "<![CDATA[",
        '"><img src=x onerror=alert(1)>',
        "&lt;b&gt;",
        "&#",
    ]
)


@st.composite
def passages(draw: st.DrawFn) -> tuple[str, list[WordMatch]]:
    text = "".join(draw(st.lists(st.one_of(HOSTILE, BREAKERS), min_size=1, max_size=4)))
    matches = []
    for number in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, min(len(text), start + 12)))
        there = TextSpan(START + start, START + end, text[start:end])
        asked = TextSpan(number, number + 1, draw(HOSTILE))
        matches.append(WordMatch(asked, there, MatchKind.SOUND, 0.5))
    return text, matches


@given(passages())
def test_html_gives_back_its_text_and_its_marks(passage: tuple[str, list[WordMatch]]) -> None:
    text, matches = passage
    marks = marks_of(matches, text, START)
    page = element(marked(text, START, marks), "fa")
    reader = read(page)
    readable = text.replace("\0", UNREADABLE)
    assert reader.text == readable
    assert reader.marked[:-1] == [readable[mark.start - START : mark.end - START] for mark in marks]
    assert reader.tags == ["span"] + ["mark"] * len(marks)
    for mark, attributes in zip(marks, reader.attributes[1:], strict=True):
        assert attributes == {"data-query": mark.query.replace("\0", UNREADABLE), "data-kind": "sound"}


@given(passages())
def test_marks_cover_every_match_and_none_touches_another(passage: tuple[str, list[WordMatch]]) -> None:
    text, matches = passage
    marks = marks_of(matches, text, START)
    assert all(left.end < right.start for left, right in itertools.pairwise(marks))
    for one in matches:
        assert any(
            mark.start <= one.passage.start and one.passage.end <= mark.end and one in mark.words
            for mark in marks
        )
    assert sorted(map(id, matches)) == sorted(id(one) for mark in marks for one in mark.words)
    assert all(START <= mark.start < mark.end <= START + len(text) for mark in marks)


@given(HOSTILE)
def test_a_parser_of_another_kind_reads_the_same(text: str) -> None:
    """libxml2, which takes no control characters."""
    plain = "".join(character for character in text if character.isprintable() or character in "\n\r")
    [span] = lxml_html.fragments_fromstring(element(escaped(plain), "ar"))
    assert (span.text or "", len(span)) == (plain, 0)


@given(st.text(max_size=30), st.data())
def test_utf16_offsets_are_those_of_the_encoded_text(text: str, data: st.DataObject) -> None:
    offsets = data.draw(st.lists(st.integers(0, len(text)), max_size=6))
    found = utf16_offsets(text, offsets)
    encoded = text.encode("utf-16-le", "surrogatepass")
    for offset, units in zip(offsets, found, strict=True):
        assert encoded[: 2 * units] == text[:offset].encode("utf-16-le", "surrogatepass")


def test_a_mark_knows_its_words() -> None:
    text = "x y"
    first, second = match(text, "x", "b", 5, 0.5), match(text, "x", "a", 2, 0.5)
    mark = Mark(START, START + 1, (first, second))
    assert (mark.query, mark.surest) == ("a b", first)
