from collections.abc import Sequence

import pytest
from pdfs import Drawn, from_left, from_right, made, stream, whole

from indexer.pdf import text as reading
from indexer.pdf.document import Page
from indexer.pdf.fonts import glyph_numbers
from indexer.pdf.glyph import Glyph
from indexer.pdf.outcome import Outcome, Refusal, refused
from indexer.pdf.text import text_of

ZWNJ = "\u200c"
FATHA = "\u064e"
RIGHT = 500.0
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def outcome(raw: bytes) -> Outcome:
    return text_of(raw, lambda *_: None)


def text(*pages: Sequence[Drawn]) -> str:
    found = outcome(made(*pages))
    assert found.refusal is None, found
    return found.text


def lines(*texts: str, top: float = 700.0, size: float = 10.0, right: float = RIGHT) -> list[Drawn]:
    """Lines below each other, from right to left."""
    return [from_right(right, top - 15 * number, one, size) for number, one in enumerate(texts)]


def test_words_stand_in_the_order_in_which_they_are_read() -> None:
    assert text(lines("رئیس جمهور ایران")) == "رئیس جمهور ایران"
    assert text([from_left(50, 700, "The President")]) == "The President"


def test_a_line_may_be_drawn_letter_by_letter_in_any_order() -> None:
    letters = [Drawn(RIGHT - 5 * number, 700, [letter]) for number, letter in enumerate("سلام دنیا")]
    assert text(letters) == "سلام دنیا"
    assert text(letters[::2] + letters[1::2]) == "سلام دنیا"


def test_lam_alef_is_one_glyph_and_two_letters() -> None:
    assert text([Drawn(50, 700, ["م", "لا", "س"])]) == "سلام"
    assert text([Drawn(50, 700, ["م", "\ufefb", "س"])]) == "سلام"


def test_presentation_forms_become_letters() -> None:
    assert text([Drawn(50, 700, "\ufedb\ufe98\ufe8e\ufe8f"[::-1])]) == "كتاب"


def test_gaps_part_words_where_no_space_is_drawn() -> None:
    assert text([from_right(RIGHT, 700, "رئیس"), from_right(RIGHT - 23, 700, "جمهور")]) == "رئیس جمهور"


def test_a_space_below_the_next_word_parts_nothing() -> None:
    assert text([from_right(RIGHT, 700, "جمهور"), Drawn(RIGHT - 5, 700, " ")]) == "جمهور"


def test_half_spaces_stay_between_joined_letters_alone() -> None:
    word = f"می{ZWNJ}روند"
    assert text([Drawn(50, 700, word[::-1])]) == word
    assert text([Drawn(50, 700, "ab"), Drawn(60, 700, ZWNJ), Drawn(60, 700, "c")]) == "abc"
    assert text([Drawn(50, 700, f"دعب {ZWNJ}ام")]) == "ما بعد"


def test_marks_follow_the_letter_that_they_stand_above() -> None:
    drawn = [Drawn(50, 700, "ر"), Drawn(56, 703, FATHA), Drawn(55, 700, "د")]
    assert text(drawn) == f"د{FATHA}ر"
    read_first = [Drawn(55, 700, "د"), Drawn(56, 703, FATHA), Drawn(50, 700, "ر")]
    assert text(read_first) == f"د{FATHA}ر"


def test_a_mark_belongs_to_the_letter_that_it_stands_by() -> None:
    drawn = [*lines("بعد"), Drawn(401, 703, FATHA), Drawn(400, 700, "ر")]
    assert text(drawn) == f"بعد ر{FATHA}"


def test_raised_glyphs_belong_to_the_line_below_them() -> None:
    drawn = [*lines("سال گذشته"), Drawn(RIGHT - 50, 704, "2"), *lines("و پس از آن", top=685)]
    assert text(drawn) == "سال گذشته2 و پس از آن"


def test_letters_that_are_drawn_twice_are_bold_and_stand_once() -> None:
    assert text([*lines("خبر"), *lines("خبر", right=RIGHT + 0.3)]) == "خبر"


def test_the_lines_of_a_paragraph_are_joined() -> None:
    first = "این جمله در سطر نخست آغاز می شود و"
    drawn = lines(first, "در سطر دوم به پایان می رسد و بعد از", "آن.", "بند بعدی با همین سطر آغاز شده است")
    assert text(drawn) == (
        f"{first} در سطر دوم به پایان می رسد و بعد از آن.\n\nبند بعدی با همین سطر آغاز شده است"
    )


def test_a_wider_step_and_another_size_begin_a_paragraph() -> None:
    body = ["سطر نخست از متن بلند این خبر", "سطر دوم از متن بلند این خبر.", "سطر سوم از متن بلند این خبر."]
    drawn = [
        *lines("عنوان خبر", top=730, size=20),
        *lines(*body),
        *lines("سطر دیگر از متن بلند خبر", top=630),
    ]
    assert text(drawn).split("\n\n") == ["عنوان خبر", " ".join(body), "سطر دیگر از متن بلند خبر"]


def test_an_indented_line_begins_a_paragraph() -> None:
    full = "این سطر از آغاز تا پایان پر است و"
    drawn = [
        from_right(RIGHT, 700, full),
        from_right(RIGHT - 20, 685, full[:-4]),
        from_right(RIGHT, 670, full),
    ]
    assert text(drawn) == f"{full}\n\n{full[:-4]} {full}"


def test_divided_latin_words_are_one_again() -> None:
    drawn = [
        from_left(50, 700, "This is a docu-"),
        from_left(50, 685, "ment of some F-"),
        from_left(50, 670, "16 jets"),
    ]
    assert text(drawn) == "This is a document of some F- 16 jets"


def test_columns_are_read_one_after_the_other() -> None:
    left, right = (
        ["the first column is", "going on and on and", "ends here."],
        ["the second stands", "beside it and also", "ends."],
    )
    drawn = [from_left(50, 700 - 15 * n, one) for n, one in enumerate(left)]
    drawn += [from_left(300, 700 - 15 * n, one) for n, one in enumerate(right)]
    assert text(
        [from_left(50, 740, "A heading that stands above both of the columns of this page"), *drawn]
    ).split("\n\n") == [
        "A heading that stands above both of the columns of this page",
        "the first column is going on and on and ends here.",
        "the second stands beside it and also ends.",
    ]


def test_columns_are_read_from_the_right_where_the_page_is() -> None:
    first, second = (
        ["ستون نخست اینجاست", "و ادامه آن اینجاست", "و پایان آن."],
        ["ستون دوم اینجاست و", "ادامه آن اینجاست و", "پایان."],
    )
    drawn = [*lines(*second, right=200), *lines(*first, top=696)]
    assert text(drawn).split("\n\n") == [" ".join(first), " ".join(second)]


def test_a_table_is_read_row_by_row() -> None:
    rows = [("تهران", "۱۲"), ("تبریز", "۳۴"), ("مشهد", "۵۶")]
    drawn = [
        from_right(x, 700 - 15 * number, cell)
        for number, row in enumerate(rows)
        for x, cell in zip((RIGHT, 300), (row[0], row[1][::-1]), strict=True)
    ]
    assert [line for block in text(drawn).split("\n\n") for line in block.split("\n")] == [
        "تهران ۱۲ تبریز ۳۴ مشهد ۵۶"
    ]


def test_page_numbers_go_and_lines_that_pages_share_stand_once_behind_them() -> None:
    pages = [
        [
            *lines("روزنامه آزمون", top=800),
            *lines(f"متن صفحه {word} این روزنامه."),
            *lines(f"صفحه {'۱۲۳'[n]}"[::1], top=60),
            Drawn(300, 30, "۱۲۳"[n]),
        ]
        for n, word in enumerate(("اول", "دوم", "سوم"))
    ]
    assert text(*pages).split("\n\n") == [
        "متن صفحه اول این روزنامه.",
        "متن صفحه دوم این روزنامه.",
        "متن صفحه سوم این روزنامه.",
        "روزنامه آزمون",
        "صفحه ۱",
    ]


def test_a_number_alone_that_counts_no_pages_stays() -> None:
    pages = [[*lines("گزارش سالانه"), Drawn(300, 30, "۱۴۰۳"[::1])], [*lines("پایان"), Drawn(300, 30, "9")]]
    assert text(*pages).split("\n\n") == ["گزارش سالانه", "۱۴۰۳", "پایان", "9"]


def page(content: bytes, resources: str = "") -> bytes:
    """A PDF with one page of this content, in the font of `made`."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    described = f"<< /Font << /F 5 0 R >> {resources} >>"
    leaf = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 500 500] /Contents 4 0 R /Resources {described} >>"
    return whole([CATALOG, ONE_PAGE, leaf.encode(), stream(content), font])


def test_what_the_file_says_that_glyphs_stand_for_together_counts() -> None:
    spoken = "سلام".encode("utf-16-be").hex()
    shown = f"/Span << /ActualText <feff{spoken}> >> BDC BT /F 9 Tf 9 9 Td (xyz) Tj ET EMC".encode()
    assert outcome(page(shown)).text == "سلام"


@pytest.mark.parametrize("turn", ["1 0 0 1 90 90", "0 1 -1 0 90 90", "-1 0 0 -1 90 90", "0 -1 1 0 90 90"])
def test_text_that_is_turned_is_read_upright(turn: str) -> None:
    drawn = f"BT /F 9 Tf {turn} Tm (two) Tj 0 -10 Td (lines) Tj ET".encode()
    assert outcome(page(drawn)).text == "two lines"


def test_stamps_and_what_lies_outside_the_page_are_no_text() -> None:
    drawn = b"BT /F 9 Tf 9 9 Td (seen) Tj ET BT /F 9 Tf 0.7 0.7 -0.7 0.7 90 90 Tm (DRAFT) Tj ET"
    outside = b" BT /F 9 Tf 9 900 Td (slug) Tj ET"
    assert outcome(page(drawn + outside)).text == "seen"


def test_strokes_that_stand_for_nothing_known_make_a_word_longer() -> None:
    # Programs that stretch lines in Arabic script draw them, without saying what they are.
    assert text([Drawn(50, 700, ["ر", "", "", "ب", "خ"])]) == "خبر"
    assert text([Drawn(50, 700, ["", "ر", "ب", "خ"])]) == "خبر\ufffd"
    assert text([Drawn(50, 700, ["n", "", "o"])]) == "n\ufffdo"


def test_a_sign_that_nobody_knows_is_no_unread_letter() -> None:
    assert text([Drawn(50, 700, ["\uf0b7", " ", "a", "b"])]) == "\u2022 ab"
    assert text([Drawn(50, 700, ["a", "\uf0b7", "b"])]) == "a\ufffdb"


def test_the_title_is_what_the_file_says() -> None:
    assert outcome(made(lines("متن"), title="عنوان گزارش")).title == "عنوان گزارش"
    assert outcome(made(lines("متن"))).title == ""


def test_a_page_that_cannot_be_read_is_a_character_that_could_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    read = Page.glyphs

    def glyphs(page: Page) -> list[list[Glyph]]:
        calls.append(1)
        if len(calls) == 2:
            raise KeyError("damaged")
        return read(page)

    monkeypatch.setattr(Page, "glyphs", glyphs)
    assert text(lines("صفحه اول"), lines("صفحه دوم"), lines("صفحه سوم")) == "صفحه اول\n\n\ufffd\n\nصفحه سوم"


TABLE = b"begincmap begincodespacerange <0000> <ffff> endcodespacerange "


@pytest.mark.parametrize(
    ("table", "shown"),
    [
        (TABLE + b"2 begincidchar <0041> 7 <0042> 8 endcidchar endcmap", "00410042"),
        (TABLE + b"1 begincidrange <0041> <0042> 7 endcidrange endcmap", "00410042"),
        (TABLE.replace(b"<0000> <ffff>", b"<00> <ff>") + b"1 begincidrange <41> <42> 7 endcidrange", "4142"),
        (b"nothing that is known", "00410042"),
    ],
)
def test_a_font_may_bring_a_table_of_its_codes(table: bytes, shown: str) -> None:
    inner = "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /F /DW 500 /W [7 [250 750]] >>"
    tables = "/Encoding 6 0 R /ToUnicode 7 0 R"
    font = f"<< /Type /Font /Subtype /Type0 /BaseFont /F {tables} /DescendantFonts [{inner}] >>"
    meant = b"begincmap 2 beginbfchar <0041> <0628> <0042> <0622> endbfchar endcmap"
    place = b"/MediaBox [0 0 500 500] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >>"
    leaf = b"<< /Type /Page /Parent 2 0 R " + place + b" >>"
    drawn = stream(f"BT /F 10 Tf 9 9 Td <{shown}> Tj ET".encode())
    encoding = stream(table, "/Type /CMap /CMapName /Own")
    raw = whole([CATALOG, ONE_PAGE, leaf, drawn, font.encode(), encoding, stream(meant)])
    assert outcome(raw).text == "آب"


def test_a_table_of_codes_gives_glyphs_their_numbers() -> None:
    table = b"begincidrange <10> <12> 5 <20> <ffffffff> 9 endcidrange begincidchar <01> 3 endcidchar"
    numbers = glyph_numbers(table)
    assert [numbers[code] for code in (0x10, 0x12, 0x20, 0x21)] == [5, 7, 9, 10]
    assert len(numbers) == 2**16


ENCRYPTED = (
    f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'11' * 32}> /U <{'22' * 32}> /P -4 >> /ID [<33> <33>]"
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            made(lines("متن"), extra=ENCRYPTED),
            refused(Refusal.ENCRYPTED, "encrypted: save it so that it opens without a password"),
        ),
        (
            page(b"0 0 9 9 re f"),
            refused(
                Refusal.WITHOUT_TEXT,
                "a PDF of one page without text, such as a scan: have its text recognised first",
            ),
        ),
        (
            made([], [], [Drawn(300, 30, "۳")]),
            refused(
                Refusal.WITHOUT_TEXT,
                "a PDF of 3 pages without text, such as a scan: have its text recognised first",
            ),
        ),
        (b"%PDF-1.7\n%%EOF", refused(Refusal.DAMAGED, "the PDF cannot be read (PDFSyntaxError)")),
        (
            whole([CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"]),
            refused(Refusal.DAMAGED, "the PDF has no pages that can be read"),
        ),
        (made(*[[]] * 1001), refused(Refusal.TOO_LARGE, "a PDF of more than 1,000 pages")),
    ],
)
def test_what_has_no_text_is_refused_with_its_reason(raw: bytes, expected: Outcome) -> None:
    assert outcome(raw) == expected


def test_a_text_longer_than_any_article_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_CHARACTERS", 10)
    raw = made(lines("یک دو سه"), lines("چهار پنج"))
    assert outcome(raw) == refused(Refusal.TOO_LARGE, "a PDF of more than 10 characters")


def test_progress_is_told_before_every_page_and_at_the_end() -> None:
    seen: list[tuple[int, int]] = []
    text_of(made(lines("یک"), lines("دو و سه")), lambda *told: seen.append(told))
    assert seen == [(0, 0), (1, 2), (2, 9)]


def test_an_outcome_is_read_as_it_was_written() -> None:
    for one in (Outcome("متن \ufffd", "عنوان"), refused(Refusal.DAMAGED, "why")):
        assert Outcome.read(one.written()) == one
