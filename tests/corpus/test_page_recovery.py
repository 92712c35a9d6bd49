"""What a page shows of its article is in the text, once and in order, in the layouts that news sites have.

The words are made up.
"""

import time
from pathlib import Path

import pytest

from indexer.core.records import Article
from indexer.corpus.html import article_of

CASES = Path(__file__).parents[3] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not here")

TITLE = "پل تازه شهر آماده شد"
LEAD = "شهردار از گشایش پل تازه پس از سه سال کار و هزینه بسیار خبر داد."
ONE = "کار ساخت این پل از سه سال پیش آغاز شده بود و چند بار به تأخیر افتاد تا اینکه شرکت دیگری آن را گرفت."
TWO = "شهردار گفت هزینه ساخت پل را دولت پرداخته است و مردم از فردا می\u200cتوانند با خودرو از آن بگذرند."
THREE = (
    "راننده\u200cها می\u200cگویند راه خانه تا کار آن\u200cها نیم ساعت کوتاه\u200cتر شده است "
    "و دیگر در ترافیک نمی\u200cمانند."
)
FOUR = "گروهی از کارشناسان اما می\u200cگویند که پایه\u200cهای پل باید پیش از زمستان دوباره بررسی شود."
HEAD_ONE, HEAD_TWO = "واکنش راننده\u200cها", "هشدار کارشناسان"
MENU = "<nav><ul><li><a href='/'>خانه</a></li><li><a href='/p'>سیاسی</a></li></ul></nav>"
RELATED = (
    "<div class='related'><h3>خبرهای دیگر</h3><ul><li><a href='/1'>باران در شمال کشور ادامه دارد</a></li>"
    "<li><a href='/2'>مدرسه\u200cها فردا بسته است</a></li></ul></div>"
)
CARDS = "".join(
    f"<article class='card'><h3><a href='/{n}'>خبر شماره {n} از شهر</a></h3>"
    f"<p>خلاصه\u200cای از خبر شماره {n} که در جای دیگری از سایت آمده است و خواننده را به آنجا "
    f"می\u200cبرد.</p></article>"
    for n in range(3)
)
COOKIES = (
    "<div class='cookie-consent'><p>این سایت برای کار بهتر از کوکی استفاده می\u200cکند و شما آن را"
    " می\u200cپذیرید.</p></div>"
)
COMMENTS = (
    "<section id='comments'><h2>نظرها</h2><article class='comment'><p>من با ساختن این پل از آغاز مخالف بودم و"
    " هنوز هم مخالفم، چون پول آن را ما داده\u200cایم.</p></article></section>"
)
FOOTER = "<footer><p>همه حقوق این سایت محفوظ است و بازنشر آن با نام منبع آزاد است.</p></footer>"


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def text_of(main: str, head: str = "") -> list[str]:
    """The lines of the article of a page, without empty ones."""
    page = (
        f"<!DOCTYPE html><html lang='fa'><head><meta charset='utf-8'><title>{TITLE} | خبرنامه</title>"
        f"{head}</head>"
        f"<body>{MENU}{main}{FOOTER}</body></html>"
    )
    found = article_of(page.encode(), id="a", source="a", path="/a")
    assert isinstance(found, Article)
    return [line for line in found.text.split("\n") if line]


@needs_cases
@pytest.mark.parametrize("name", ["irna.html", "lead2.html"])
def test_cases_of_pages(name: str) -> None:
    found = article_of((CASES / "pages" / name).read_bytes(), id="a", source="a", path="/a")
    assert isinstance(found, Article)
    title, nothing, lead, first, *_ = found.text.split("\n")
    assert (title, nothing) == ("سیل در شمال کشور راه روستاها را بست", "")
    assert lead == "لید خبر: فرماندار استان از بسته شدن هفت جاده روستایی در پی سیل شبانه خبر داد."
    assert first.startswith("باران شدید دیشب")
    assert found.text.count("لید خبر") == 1
    assert "کد خبر" not in found.text


BODY = f"<div class='item-text' itemprop='articleBody'>{paragraphs(ONE, TWO, THREE)}</div>"


@pytest.mark.parametrize(
    "main",
    [
        f"<div class='item'><h1>{TITLE}</h1><h3 class='introtext'>{LEAD}</h3>{BODY}</div>",
        f"<div class='item'><h1>{TITLE}</h1><div class='lead'>{LEAD}</div>{BODY}</div>",
        f"<article><header><h1>{TITLE}</h1><p class='standfirst'>{LEAD}</p></header>{BODY}</article>",
        f"<article><header><hgroup><h1>{TITLE}</h1><h2>{LEAD}</h2></hgroup></header>{BODY}</article>",
        (
            f"<main><h1>{TITLE}</h1><div class='meta'><p class='date'>۱ مهر ۱۴۰۴</p></div>"
            f"<div class='entry-summary'><p>{LEAD}</p></div>"
            f"<div class='share'>هم\u200cرسانی</div>{BODY}{RELATED}</main>"
        ),
        (
            f"<div id='page'><div class='top'><h1>{TITLE}</h1></div><div class='row'>"
            f"<p itemprop='description'>{LEAD}</p></div><div class='row'>{BODY}{RELATED}</div></div>"
        ),
        (
            f"<main><article><h1>{TITLE}</h1><p class='description'><strong>{LEAD}</strong></p>"
            f"<figure><img src='x'><figcaption>نمایی از پل تازه در یک روز آفتابی پاییز.</figcaption></figure>"
            f"{BODY}</article>{CARDS}</main>"
        ),
        (
            f"<section class='news'><h1><a href='/news/1'>{TITLE}</a></h1><p class='lead'>{LEAD}</p>{BODY}"
            f"{COMMENTS}</section>{COOKIES}"
        ),
    ],
)
def test_a_lead_outside_the_body(main: str) -> None:
    assert text_of(main) == [TITLE, LEAD, ONE, TWO, THREE]


def test_a_lead_that_the_page_does_not_show_is_none() -> None:
    main = f"<article><h1>{TITLE}</h1>{BODY}</article>"
    head = f"<meta name='description' content='{LEAD}'><meta property='og:description' content='{LEAD}'>"
    assert text_of(main, head) == [TITLE, ONE, TWO, THREE]
    for attribute in ("hidden", "style='display: none'", "aria-hidden='true'", "class='lead sr-only'"):
        hidden = f"<article><h1>{TITLE}</h1><p {attribute}>{LEAD}</p>{BODY}</article>"
        assert text_of(hidden)[-3:] == [ONE, TWO, THREE]


@pytest.mark.parametrize("repeated", [ONE, f"{ONE[:60]}…", f"{ONE[:60]} ..."])
def test_a_lead_that_the_body_repeats_stands_once(repeated: str) -> None:
    main = f"<div class='item'><h1>{TITLE}</h1><div class='lead'>{repeated}</div>{BODY}</div>"
    assert text_of(main) == [TITLE, ONE, TWO, THREE]


SECTIONS = (
    f"<section><h2>{HEAD_ONE}</h2>{paragraphs(TWO, THREE)}</section>"
    f"<section><h2>{HEAD_TWO}</h2>{paragraphs(FOUR)}</section>"
)


@pytest.mark.parametrize(
    "main",
    [
        f"<article><h1>{TITLE}</h1>{paragraphs(ONE)}{SECTIONS}</article>",
        f"<main><h1>{TITLE}</h1><div>{paragraphs(ONE)}{SECTIONS}</div>{RELATED + COMMENTS}</main>",
        f"<main><h1>{TITLE}</h1>{paragraphs(ONE)}{SECTIONS.replace('h2', 'h3')}{CARDS}</main>",
        (
            f"<div class='story'><h1>{TITLE}</h1><div>{paragraphs(ONE)}</div>"
            f"<div>{SECTIONS.replace('section', 'div')}</div></div>{RELATED}"
        ),
    ],
)
def test_sub_headings_in_sections(main: str) -> None:
    assert text_of(main) == [TITLE, ONE, HEAD_ONE, TWO, THREE, HEAD_TWO, FOUR]


def post(heading: str, *texts: str, time: str = "۱۰:۳۰") -> str:
    head = f"<time>{time}</time><h2><a href='#p'>{heading}</a></h2>"
    return f"<article class='post'>{head}{paragraphs(*texts)}</article>"


@pytest.mark.parametrize(
    "main",
    [
        (
            f"<main><h1>{TITLE}</h1><p class='summary'>{LEAD}</p>{post(HEAD_ONE, ONE, TWO)}"
            f"{post(HEAD_TWO, THREE, FOUR)}"
            f"</main>"
        ),
        (
            f"<main><h1>{TITLE}</h1><p>{LEAD}</p><div class='live'>{post(HEAD_ONE, ONE, TWO)}"
            f"{post(HEAD_TWO, THREE, FOUR)}</div>{RELATED}</main>"
        ),
        (
            f"<div role='main'><h1>{TITLE}</h1><div class='standfirst'>{LEAD}</div><ol><li>"
            f"{post(HEAD_ONE, ONE, TWO)}</li><li>{post(HEAD_TWO, THREE, FOUR)}</li></ol></div>{COOKIES}"
        ),
        (
            f"<article><h1>{TITLE}</h1><p class='lead'>{LEAD}</p>"
            f"<section>{post(HEAD_ONE, ONE, TWO)}</section>"
            f"<section>{post(HEAD_TWO, THREE, FOUR)}</section></article>{CARDS}"
        ),
    ],
)
def test_live_blogs(main: str) -> None:
    assert text_of(main) == [TITLE, LEAD, HEAD_ONE, ONE, TWO, HEAD_TWO, THREE, FOUR]


@pytest.mark.parametrize("beside", [RELATED, CARDS, COMMENTS, COOKIES, RELATED + CARDS + COMMENTS + COOKIES])
@pytest.mark.parametrize("place", ["before", "between", "behind"])
def test_what_stands_beside_an_article_stays_out(beside: str, place: str) -> None:
    before, between, behind = (beside if place == name else "" for name in ("before", "between", "behind"))
    main = (
        f"<main><h1>{TITLE}</h1>{before}<div class='body'>{paragraphs(ONE, TWO)}{between}"
        f"{paragraphs(THREE, FOUR)}</div>{behind}</main>"
    )
    assert text_of(main) == [TITLE, ONE, TWO, THREE, FOUR]


def test_headings_of_lists_of_links_go() -> None:
    links = "<div><h3>بیشتر بخوانید</h3><ul><li><a href='/x'>خبری دیگر درباره همین شهر</a></li></ul></div>"
    main = f"<article><h1>{TITLE}</h1>{paragraphs(ONE, TWO)}{links}{paragraphs(THREE, FOUR)}</article>"
    assert text_of(main) == [TITLE, ONE, TWO, THREE, FOUR]


@pytest.mark.parametrize("href", ["#post-1", "/live/7/post-1"])
def test_posts_under_headings_that_link_to_themselves(href: str) -> None:
    posts = [(HEAD_ONE, ONE), (HEAD_TWO, TWO), ("سخن شهردار", THREE), ("پایان", FOUR)]
    main = "".join(
        f"<article><h2><a href='{href}'>{heading}</a></h2>{paragraphs(text, f'{LEAD} {heading}')}</article>"
        for heading, text in posts
    )
    expected = [part for heading, text in posts for part in (heading, text, f"{LEAD} {heading}")]
    assert text_of(f"<main><h1>{TITLE}</h1>{main}</main>") == [TITLE, *expected]


def test_posts_of_a_list_are_read_apart() -> None:
    posts = [(HEAD_ONE, ONE), (HEAD_TWO, TWO), ("سخن شهردار", THREE)]
    items = "".join(
        f"<li><div class='time'>۱۰:۳{n}</div><h3>{heading}</h3><div>{paragraphs(text)}</div></li>"
        for n, (heading, text) in enumerate(posts)
    )
    found = text_of(f"<main><h1>{TITLE}</h1><ul class='timeline'>{items}</ul></main>")
    assert found == [TITLE, *(part for post in posts for part in post)]


def test_a_body_of_lines_and_lists_keeps_them() -> None:
    main = (
        f"<div class='news'><h1>{TITLE}</h1><ul class='summary'><li>{LEAD}</li><li>{FOUR}</li></ul>"
        f"<div>{ONE}<br><br>{TWO}<br>{THREE}</div></div>"
    )
    assert text_of(main) == [TITLE, f"- {LEAD}", f"- {FOUR}", ONE, TWO, THREE]


def test_short_paragraphs_of_the_same_kind_are_kept() -> None:
    main = (
        f"<main><article><h1>{TITLE}</h1>{paragraphs(ONE, 'چرا؟', TWO, 'او نگفت.', THREE)}</article></main>"
    )
    assert text_of(main) == [TITLE, ONE, "چرا؟", TWO, "او نگفت.", THREE]


def test_a_page_that_is_vast_or_deep_is_read_in_time() -> None:
    deep = "<div>" * 3_000 + f"<h1>{TITLE}</h1>{paragraphs(ONE, TWO, THREE)}"
    wide = f"<main><h1>{TITLE}</h1>" + "".join(
        f"<article>{paragraphs(f'{ONE} {n}')}</article>" for n in range(2_000)
    )
    for main in (deep, wide):
        started = time.perf_counter()
        text_of(main)
        assert time.perf_counter() - started < 10
