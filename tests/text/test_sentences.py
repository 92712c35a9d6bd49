from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.text.sentences import LONG_SENTENCE, WINDOW, split

RLM = "\u200f"
ZWJ = "\u200d"
LINE_SEPARATOR = "\u2028"

PIECES = st.sampled_from(
    [
        *(
            "سلام",
            "رفت",
            "قال",
            "نعم",
            "Mr",
            "م",
            "ص",
            "a",
            "É",
            "۳",
            "5",
            ".",
            "...",
            "…",
            "؟",
            "!",
            "؛",
            "،",
        ),
        *("«", "»", "“", "”", '"', "'", "(", ")", "[", " ", "  ", "\t", "\n", "\u200c", RLM, "\u0301", "😀"),
        *(LINE_SEPARATOR, "\x85", "\x1c", "\u00a0", "\ufeff"),
    ]
)


def sentences(text: str, language: str) -> list[str]:
    return [span.of(text) for span in split(text, language)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fa", "آیا باران آمد؟ بله! هوا خوب شد.", ["آیا باران آمد؟", "بله!", "هوا خوب شد."]),
        ("fa", "نرخ ۳.۵ بود. تاریخ ۱۲.۵.۱۴۰۰ است.", ["نرخ ۳.۵ بود.", "تاریخ ۱۲.۵.۱۴۰۰ است."]),
        ("fa", "در سال ۱۴۰۰. او رفت.", ["در سال ۱۴۰۰.", "او رفت."]),
        ("fa", "سال ۳۰ ق.م. بود. تمام شد.", ["سال ۳۰ ق.م. بود.", "تمام شد."]),
        ("fa", f"سال ۱۳۰۰ ه{ZWJ}.ش. بود. تمام شد.", [f"سال ۱۳۰۰ ه{ZWJ}.ش. بود.", "تمام شد."]),
        ("fa", "صص. ۵ تا ۷ را ببینید. نک. صفحهٔ بعد.", ["صص. ۵ تا ۷ را ببینید.", "نک. صفحهٔ بعد."]),
        ("fa", "شاید... فردا… نمی\u200cدانم. برو.", ["شاید... فردا… نمی\u200cدانم.", "برو."]),
        ("fa", "باران آمد؛ باد وزید، برف بارید. تمام.", ["باران آمد؛ باد وزید، برف بارید.", "تمام."]),
        ("fa", "گفت: «بیا. برو.» سپس خوابید.", ["گفت: «بیا. برو.»", "سپس خوابید."]),
        ("fa", "پایان یافت. » بعد رفت.", ["پایان یافت. »", "بعد رفت."]),
        ("fa", "۱. نخست بخوان. بعد بنویس.", ["۱. نخست بخوان.", "بعد بنویس."]),
        ("fa", "خبر تمام شد. ***", ["خبر تمام شد. ***"]),
        ("fa", "*** --- ***", ["*** --- ***"]),
        ("fa", f"تمام شد!{RLM} بعد رفت.", [f"تمام شد!{RLM}", "بعد رفت."]),
        ("fa", "باران آمد.رفتیم.", ["باران آمد.", "رفتیم."]),
        ("prs", "طیاره نشست. مسافران رفتند.", ["طیاره نشست.", "مسافران رفتند."]),
        ("ar", "هل وصل؟ نعم! انتهى الأمر.", ["هل وصل؟", "نعم!", "انتهى الأمر."]),
        ("ar", "قال د. سامي إن الدين 3.5 مليون. ثم ذهب.", ["قال د. سامي إن الدين 3.5 مليون.", "ثم ذهب."]),
        ("ar", "صندوقنا ص.ب. 15 هنا. انتهى.", ["صندوقنا ص.ب. 15 هنا.", "انتهى."]),
        ("ar", "قال: “هذا جيد ”. ثم ذهب.", ["قال: “هذا جيد ”.", "ثم ذهب."]),
        ("ar", 'قال: "نعم." ثم ذهب.', ['قال: "نعم."', "ثم ذهب."]),
        (
            "en",
            "Dr. Smith paid $3.5. Don't. He left... Then came.",
            ["Dr. Smith paid $3.5.", "Don't.", "He left...", "Then came."],
        ),
        ("ur", "وہ آیا۔ وہ گیا۔", ["وہ آیا۔", "وہ گیا۔"]),
        ("und", "One. Two.", ["One.", "Two."]),
        ("", "First one. Two.", ["First one.", "Two."]),
        ("fa", "", []),
        ("fa", " \n\t\n ", []),
    ],
)
def test_sentences(language: str, text: str, expected: list[str]) -> None:
    assert sentences(text, language) == expected


def test_no_sentence_crosses_a_line() -> None:
    text = f"تیتر بی\u200cنقطه\nمتن خبر. دنباله\n\n  پایان{LINE_SEPARATOR}امضا"
    assert sentences(text, "fa") == ["تیتر بی\u200cنقطه", "متن خبر.", "دنباله", "پایان", "امضا"]


def test_offsets_count_code_points() -> None:
    text = "😀 آمد. 👨\u200d👩\u200d👧 رفت."
    assert [(span.start, span.end) for span in split(text, "fa")] == [(0, 6), (7, 17)]


def test_a_long_quotation_is_split_and_a_short_one_is_not() -> None:
    quoted = "این جمله\u200cای است که گوینده گفت. " * 9
    text = f"او گفت: «{quoted.strip()}» سپس رفت."
    assert len(quoted) > LONG_SENTENCE
    assert sentences(text, "fa") == [
        "او گفت: «این جمله\u200cای است که گوینده گفت.",
        *["این جمله\u200cای است که گوینده گفت."] * 7,
        "این جمله\u200cای است که گوینده گفت.»",
        "سپس رفت.",
    ]
    assert sentences("او گفت: «این جمله است. آن هم.» سپس رفت.", "fa") == [
        "او گفت: «این جمله است. آن هم.»",
        "سپس رفت.",
    ]


def test_a_line_longer_than_the_window() -> None:
    sentence = "این جمله\u200cای کوتاه است."
    count = 3 * WINDOW // len(sentence)
    assert sentences(" ".join([sentence] * count), "fa") == [sentence] * count


def test_a_window_without_a_sentence_end_is_cut_at_white_space() -> None:
    text = "واژه " * 2000
    first, *_ = sentences(text, "fa")
    assert first == ("واژه " * (WINDOW // 5)).strip()
    assert "".join(sentences(text, "fa")).replace(" ", "") == "واژه" * 2000


def test_lone_surrogates_do_not_stop_it() -> None:
    assert sentences("آمد\ud800 و رفت. تمام.", "fa") == ["آمد\ud800 و رفت.", "تمام."]


@pytest.mark.parametrize("language", ["fa", "ar", "en", "und"])
@given(pieces=st.lists(PIECES, max_size=40))
def test_what_always_holds(language: str, pieces: list[str]) -> None:
    text = "".join(pieces)
    spans = split(text, language)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    assert all(span.of(text) == span.of(text).strip() for span in spans)
    assert all(len(span.of(text).splitlines()) == 1 for span in spans)
    covered = "".join(span.of(text) for span in spans)
    assert "".join(covered.split()) == "".join(text.split())


@given(st.text(max_size=200))
def test_any_text_is_covered(text: str) -> None:
    assert "".join("".join(span.of(text) for span in split(text, "fa")).split()) == "".join(text.split())
