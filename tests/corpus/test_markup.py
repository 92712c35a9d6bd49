import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.corpus.markup import plain, plain_text
from indexer.text.orthography.common import ZWNJ


@pytest.mark.parametrize(
    "text",
    [
        "a < b",
        "<3",
        "x<y>z",
        "if x<p and p>q then",
        "ali <ali@example.org> wrote",
        "<b to begin",
        "تگ <p> بند می\u200cسازد",
        "AT&T; R&D & x",
        "&unknown; &#;",
        "۵ < ۷ و ۹ > ۸",
        "<<سلام>>",
        "one\n\ntwo  three",
    ],
)
def test_what_only_looks_like_markup_stays(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("می&zwnj;گویند", f"می{ZWNJ}گویند"),
        ("&#1587;&#x644;ام", "سلام"),
        ("a &amp; b", "a & b"),
        ("&amp;amp;", "&amp;"),
        ("&laquo;راه&nbsp;بسته&raquo;", "«راه بسته»"),
        ("از &lt;p&gt; بپرس", "از <p> بپرس"),
        ("a &lt; b", "a < b"),
        ("&lt;p&gt;می&amp;zwnj;گویند&lt;/p&gt;", f"می{ZWNJ}گویند"),
        ("<p>یک</p><p>دو</p>", "یک\n\nدو"),
        ("<P DIR='rtl'>یک</P>", "یک"),
        ("یک<br>دو<br/><br />سه", "یک\nدو\n\nسه"),
        ("<p>a < b</p><p>I <3 you, <x@y.z></p>", "a < b\n\nI <3 you, <x@y.z>"),
        ("یک<script>var x = '<p>';</script><style>p {}</style> دو", "یک دو"),
        ("<script>var x = 1</script>", ""),
        ("یک <!-- نهان --> دو", "یک دو"),
        ("یک\n\n<b>دو</b> سه\nچهار", "یک\n\nدو سه\nچهار"),
        ("<p>یک\nدو</p>", "یک دو"),
        ("<p>یک<p>دو", "یک\n\nدو"),
        ("<ul><li>یک</li><li>دو</li></ul>", "یک\n\nدو"),
        ("<table><tr><td>یک</td><td>دو</td></tr><tr><td>سه</td></tr></table>", "یک دو\n\nسه"),
        ("<a href='/x' title='a > b'>یک</a>", "یک"),
        (f"<img src='data:image/png;base64,{'A' * 9000}'> یک", "یک"),
        ("<o:p></o:p>یک <amp-img src=x></amp-img>دو", "یک دو"),
        ("<![CDATA[<p>یک</p>]]>", "یک"),
        ("<p>یک <script>cut", "یک"),
        ("<i>یک</i> < <i>دو</i>", "یک < دو"),
    ],
)
def test_markup_becomes_text(value: str, expected: str) -> None:
    assert plain(value) == expected


def test_text_out_of_a_fragment() -> None:
    html = (
        "<p>خانه&zwnj;ها &amp; باغ\n ها</p>\n<div>سه<br>چهار<script>x()</script></div>"
        " پنج <b>شش</b>هفت<ul><li>هشت</ul>"
    )
    assert plain_text(html) == f"خانه{ZWNJ}ها & باغ ها\n\nسه\nچهار\n\nپنج ششهفت\n\nهشت"
    assert plain_text("") == ""
    assert plain_text("</div></body>یک") == "یک"


@given(st.text(alphabet="<>/pb a=\"'&;!-#1amltgs\n", max_size=60))
def test_any_value_is_text(value: str) -> None:
    assert "\u2028" not in plain(value)
    if "<" not in value and "&" not in value:
        assert plain(value) == value


@pytest.mark.parametrize(
    "piece", ['<a "', "<p ", "<!--", "<script>", "<a x='", '<a x="<a" ', "<p x", "&", "<p" + " " * 500]
)
def test_time_grows_with_the_length(piece: str) -> None:
    value = piece * (200_000 // len(piece))
    started = time.perf_counter()
    plain(value)
    plain_text(value)
    assert time.perf_counter() - started < 5
