import re
from collections.abc import Sequence
from itertools import count, islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.core.records import Article, Chunk, Span
from indexer.text.chunking import MAX_MARKS, MAX_TOKENS, chunk
from indexer.text.repeats import MIN_WORDS, repeated
from indexer.text.sentences import split

CASES = Path(__file__).parents[3] / "shared" / "cases"
SEEDS = Path(__file__).parents[2] / "seeds"
ACUTE = "\u0301"
FATHA = "\u064e"
ZWJ = "\u200d"
ZWNJ = "\u200c"
FAMILY = f"👨{ZWJ}👩{ZWJ}👧"
WORD_CHARACTER = re.compile(r"[^\W_]")

PIECES = st.sampled_from(
    [
        *(
            "باران",
            "می",
            "رفت",
            "القطار",
            "rain",
            "É",
            "۱۲",
            "ا",
            ".",
            "؟",
            "!",
            "…",
            "،",
            "؛",
            ":",
            "–",
            "«",
            "»",
        ),
        *(" ", " ", " ", "\n", "\n\n", ZWNJ, "\u200f", "\u2066", FATHA, ACUTE, FAMILY, "👍🏽", "***", "م."),
        *("درازدرازدراز" * 3, f"ب{FATHA}" * 9, "این خبر دوباره و دوباره در همین روزنامه نوشته شد."),
    ]
)
TEXTS = st.lists(PIECES, max_size=60).map("".join)


def article(text: str, language: str = "fa") -> Article:
    return Article("a", "title", text, None, language, "a.txt")


def count_words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def count_characters(texts: Sequence[str]) -> list[int]:
    """Characters but white space: the sum over parts is that of the whole."""
    return [len("".join(text.split())) for text in texts]


def passages(text: str, max_tokens: int, language: str = "fa") -> list[str]:
    return [span.of(text) for span in chunk(article(text, language), count_words, max_tokens=max_tokens)]


def kept(text: str) -> list[Span]:
    spans = split(text, "fa")
    repeats = repeated([span.of(text) for span in spans])
    return [span for number, span in enumerate(spans) if number not in repeats]


def test_a_short_text_is_one_passage() -> None:
    assert passages("خبر کوتاه", MAX_TOKENS) == ["خبر کوتاه"]
    assert passages("  \n۵\n", MAX_TOKENS) == ["۵"]


@pytest.mark.parametrize("text", ["", " \n ", "***", "«؟!»\n…", "😀 😀"])
def test_nothing_to_read_is_no_passage(text: str) -> None:
    assert passages(text, MAX_TOKENS) == []


def test_passages_are_whole_sentences_within_the_limit() -> None:
    text = "باران آمد و رفت. برف هم آمد. باد تندی وزید. هوا سرد شد."
    assert passages(text, 8) == ["باران آمد و رفت. برف هم آمد.", "باد تندی وزید. هوا سرد شد."]


def test_as_few_passages_as_the_limit_allows_and_balanced() -> None:
    text = "یک دو سه. چهار پنج شش. هفت هشت نه. ده یازده دوازده."
    assert passages(text, 9) == ["یک دو سه. چهار پنج شش.", "هفت هشت نه. ده یازده دوازده."]
    assert passages(text, 12) == [text]


def test_a_break_at_the_end_of_a_paragraph_is_preferred() -> None:
    lines = ["یک دو سه. چهار پنج.", "شش هفت. هشت نه. ده یازده."]
    assert passages("\n".join(lines), 6 + 1) == lines
    assert passages(" ".join(lines), 7) == ["یک دو سه. چهار پنج.", "شش هفت. هشت نه. ده یازده."]


def test_a_heading_stays_with_what_follows() -> None:
    text = "یک دو سه چهار پنج.\nتیتر\nشش هفت هشت نه ده."
    assert passages(text, 6) == ["یک دو سه چهار پنج.", "تیتر\nشش هفت هشت نه ده."]


def test_a_sentence_over_the_limit_is_parted_at_clauses() -> None:
    text = "باران تندی بارید و رود بالا آمد، مردم به خانه\u200cها رفتند؛ راه\u200cها بسته شد."
    assert passages(text, 8) == [
        "باران تندی بارید و رود بالا آمد،",
        "مردم به خانه\u200cها رفتند؛ راه\u200cها بسته شد.",
    ]
    arabic = "هطل المطر على المدينة ، ثم أغلقت الطرق كلها ، وبقي الناس في البيوت"
    assert passages(arabic, 6, "ar") == [
        "هطل المطر على المدينة ،",
        "ثم أغلقت الطرق كلها ،",
        "وبقي الناس في البيوت",
    ]


def test_a_clause_over_the_limit_is_parted_at_words() -> None:
    assert passages("یک دو سه چهار پنج شش هفت هشت", 4) == ["یک دو سه چهار", "پنج شش هفت هشت"]


def test_a_break_at_a_clause_is_preferred_to_one_between_words() -> None:
    assert passages("یک دو سه چهار پنج، شش هفت هشت نه ده یازده دوازده سیزده چهارده", 6) == [
        "یک دو سه چهار پنج،",
        "شش هفت هشت نه ده",
        "یازده دوازده سیزده چهارده",
    ]


def test_a_word_over_the_limit_is_parted_between_letters_not_before_their_marks() -> None:
    word = f"ب{FATHA}" * 5 + f"e{ACUTE}"
    spans = chunk(article(word), count_characters, max_tokens=5)
    assert [span.of(word) for span in spans] == [
        f"ب{FATHA}",
        f"ب{FATHA}" * 2,
        f"ب{FATHA}",
        f"ب{FATHA}e{ACUTE}",
    ]


def test_a_word_over_the_limit_is_not_parted_inside_a_joined_emoji() -> None:
    word = f"ا{FAMILY}{FAMILY}{FAMILY}ا"
    spans = chunk(article(word), count_characters, max_tokens=11)
    assert [span.of(word) for span in spans] == [f"ا{FAMILY}", f"{FAMILY}{FAMILY}ا"]


def test_more_marks_than_any_language_has_are_parted() -> None:
    word = "ب" + FATHA * (3 * MAX_MARKS)
    spans = chunk(article(word), count_characters, max_tokens=MAX_MARKS + 20)
    assert [(span.start, span.end) for span in spans] == [(0, 45)]
    assert len(word) == 91


def test_a_letter_with_its_marks_is_whole_even_over_the_limit() -> None:
    word = "ب" + FATHA * 5
    assert [span.of(word) for span in chunk(article(word), count_characters, max_tokens=3)] == [word]


def test_tokens_are_counted_in_one_call() -> None:
    calls = []

    def count(texts: Sequence[str]) -> list[int]:
        calls.append(list(texts))
        return count_words(texts)

    chunk(article("باران آمد. برف آمد.\nباد وزید."), count)
    assert calls == [["باران آمد.", "برف آمد.", "باد وزید."]]


def test_a_text_without_sentences_is_not_counted() -> None:
    def count(texts: Sequence[str]) -> list[int]:
        raise AssertionError(texts)

    assert chunk(article(" \n"), count) == []


def test_the_lead_of_seed_004_stands_in_one_passage() -> None:
    text = (SEEDS / "004_964fd79116a5ca89.txt").read_text(encoding="utf-8")
    lead = next(line for line in text.split("\n") if line.startswith("وزارت خارجه آمریکا اعلام کرد"))
    assert text.count(lead) == 2
    holding = [span.of(text) for span in chunk(article(text), count_words) if lead in span.of(text)]
    assert len(holding) == 1
    assert holding[0].startswith("به گزارش ایلنا، " + lead)


def test_no_passage_covers_a_repeat() -> None:
    repeat = "این همان جمله\u200cای است که دو بار در متن آمده است."
    text = f"آغاز خبر. {repeat} میان خبر. {repeat} پایان خبر."
    assert passages(text, 100) == [f"آغاز خبر. {repeat} میان خبر.", "پایان خبر."]


LONG = "one two three four five six seven eight"


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        ([], set()),
        ([LONG, LONG], {1}),
        ([LONG, LONG + " nine"], {0}),
        ([LONG + " nine", LONG], {1}),
        ([LONG, "zero " + LONG, "minus zero " + LONG], {0, 1}),
        ([LONG, "zero " + LONG, LONG], {0, 2}),
        ([LONG, LONG.upper() + "!"], {1}),
        (["one two three", "one two three"], set()),
        (["one two three four five six seven", "one two three four five six seven"], set()),
        ([LONG, LONG.replace("five", "5")], set()),
        ([LONG, "one two three four five six seven nine eight"], set()),
        (
            [
                "او می\u200cرود و باز هم به خانهٔ خود برنمی\u200cگردد",
                "او می\u200cرود و باز هم به خانه خود برنمی گردد",
            ],
            set(),
        ),
        (["كتابي را كه او نوشت من در خانه خواندم", "کتابی را که او  نوشت، من در خانه خواندم."], {1}),
        (
            [
                "كَتَبَ الولد رسالة إلى أبيه في المدينة أمس صباحا",
                "كتب الولد رسالة إلى أبيه في المدينة أمس صباحا",
            ],
            {1},
        ),
    ],
)
def test_repeats(sentences: list[str], expected: set[int]) -> None:
    assert MIN_WORDS == 8
    assert repeated(sentences) == expected


@given(TEXTS, st.integers(45, 120))
def test_what_always_holds(text: str, max_tokens: int) -> None:
    spans = chunk(article(text), count_characters, max_tokens=max_tokens)
    assert spans == chunk(article(text), count_characters, max_tokens=max_tokens)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    assert all(span.of(text) == span.of(text).strip() for span in spans)
    assert all(WORD_CHARACTER.search(span.of(text)) for span in spans)
    assert max(count_characters([span.of(text) for span in spans]), default=0) <= max_tokens
    covered = {position for span in spans for position in range(span.start, span.end)}
    sentences = kept(text)
    wanted = {position for span in sentences for position in range(span.start, span.end)}
    assert {position for position in wanted - covered if WORD_CHARACTER.match(text[position])} == set()
    assert {position for position in covered - wanted if not text[position].isspace()} == set()


def test_the_sentences_of_a_passage_are_those_of_the_text() -> None:
    text = "باران بارید. راه\u200cها بسته شد؟ چنین گفتند!"
    assert chunk(article(text), count_words, max_tokens=30) == [
        Chunk(0, 40, (Span(0, 12), Span(13, 28), Span(29, 40)))
    ]


def test_a_sentence_over_the_limit_is_as_many_sentences_as_it_has_parts() -> None:
    text = "یک دو سه، چهار پنج شش."
    assert chunk(article(text), count_words, max_tokens=3) == [
        Chunk(0, 9, (Span(0, 9),)),
        Chunk(10, 22, (Span(10, 22),)),
    ]


def lengths(text: str, max_tokens: int = MAX_TOKENS) -> list[int]:
    """Words of each sentence."""
    made = chunk(article(text), count_words, max_tokens=max_tokens)
    return [len(sentence.of(text).split()) for passage in made for sentence in passage.sentences]


@pytest.mark.parametrize("words", [251, 550, 23_800])
def test_a_text_without_punctuation_has_sentences_of_usual_length(words: int) -> None:
    found = lengths(" ".join(f"واژه{number}" for number in range(words)))
    assert sum(found) == words
    assert sorted(found)[-2] <= 40 + 10
    assert 30 <= words / len(found) <= 50
    assert min(found) >= 5


def test_short_clauses_of_a_sentence_over_the_limit_are_joined() -> None:
    names = "، ".join(f"نام{number}" for number in range(300))
    found = lengths(f"{names}.")
    assert (sum(found), max(found), min(found)) == (300, 20, 10)


def test_clauses_and_words_of_one_sentence_are_joined_apart_from_other_sentences() -> None:
    long = " ".join(f"واژه{number}" for number in range(260))
    assert lengths(f"باران بارید. {long} پایان. سیل آمد.")[:1] == [2]
    assert lengths(f"باران بارید. {long} پایان. سیل آمد.")[-1:] == [2]


@pytest.mark.skipif(not CASES.exists(), reason="the cases that went wrong are not here")
@pytest.mark.parametrize("name", ["transcript.txt", "one_comma.txt"])
def test_transcripts_have_a_few_sentences(name: str) -> None:
    found = lengths((CASES / "unpunctuated" / name).read_text(encoding="utf-8"), 120)
    assert len(found) <= sum(found) / 15


@given(TEXTS, st.integers(45, 120))
def test_sentences_lie_in_order_inside_their_passage_and_cover_it(text: str, max_tokens: int) -> None:
    for passage in chunk(article(text), count_characters, max_tokens=max_tokens):
        sentences = passage.sentences
        assert (sentences[0].start, sentences[-1].end) == (passage.start, passage.end)
        assert all(sentence.start < sentence.end for sentence in sentences)
        assert all(before.end <= after.start for before, after in pairwise(sentences))
        between = [text[before.end : after.start] for before, after in pairwise(sentences)]
        assert [gap for gap in between if WORD_CHARACTER.search(gap)] == []


@given(TEXTS.filter(lambda text: WORD_CHARACTER.search(text) is not None), st.integers(1, 30))
def test_a_text_with_a_letter_or_digit_has_a_passage(text: str, max_tokens: int) -> None:
    assert chunk(article(text), count_words, max_tokens=max_tokens) != []


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_text_can_be_cut(text: str) -> None:
    spans = chunk(article(text), count_characters, max_tokens=60)
    covered = "".join(span.of(text) for span in spans)
    expected = "".join(span.of(text) for span in kept(text))
    assert re.findall(r"[^\W_]", covered) == re.findall(r"[^\W_]", expected)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=9), st.integers(9, 20))
def test_no_other_row_of_passages_is_cheaper(lengths: list[int], max_tokens: int) -> None:
    """Against every way to break a paragraph, priced by the rule in the docstring of `chunking`."""
    words = (f"واژه{number}" for number in count())
    text = " ".join(" ".join(islice(words, length)) + "." for length in lengths)
    spans = chunk(article(text), count_words, max_tokens=max_tokens)
    found = count_words([span.of(text) for span in spans])
    assert price(found, max_tokens) == pytest.approx(
        min(price(row, max_tokens) for row in rows(lengths, max_tokens))
    )


def rows(lengths: list[int], max_tokens: int) -> list[list[int]]:
    """The sizes of passages of every row of passages within the limit."""
    if not lengths:
        return [[]]
    sizes = [(number, sum(lengths[:number])) for number in range(1, len(lengths) + 1)]
    return [
        [size, *rest]
        for number, size in sizes
        if size <= max_tokens
        for rest in rows(lengths[number:], max_tokens)
    ]


def price(row: list[int], max_tokens: int) -> float:
    return sum(1 + (1 - size / max_tokens) ** 2 for size in row) + 0.1 * (len(row) - 1)
