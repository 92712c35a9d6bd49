"""Pages in English, Persian and Arabic: all texts, direction, digits and calendars; and how one chooses."""

import datetime
import logging
import re
from collections.abc import Iterator
from string import Formatter

import pytest
from reading import Browser, browsing, words

from indexer.text.calendars import Calendar
from search_api.serving.envelope import Policy
from search_api.serving.live import Live
from search_api.web.days import shown_day
from search_api.web.preferences import COOKIE
from search_api.web.wording import LANGUAGES, preferred, wording

DAY = datetime.date(2025, 9, 9)


@pytest.fixture
def browser(newsroom: Live) -> Iterator[Browser]:
    with browsing(newsroom) as opened:
        yield opened


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_has_every_text_with_the_same_places(code: str) -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    english, there = wording("en"), wording(code)
    assert there.texts.keys() == english.texts.keys()
    assert {name: places(text) for name, text in there.texts.items()} == {
        name: places(text) for name, text in english.texts.items()
    }
    assert there.languages.keys() == english.languages.keys()
    assert {calendar: len(names) for calendar, names in there.months.items()} == dict.fromkeys(Calendar, 12)
    assert len(there.digits) == 10


@pytest.mark.parametrize(
    ("code", "direction", "title"),
    [("en", "ltr", "Hudhud"), ("fa", "rtl", "هدهد"), ("ar", "rtl", "هدهد")],
)
def test_a_page_comes_in_the_language_that_a_browser_asks_for(
    browser: Browser, code: str, direction: str, title: str
) -> None:
    page = browser.open("/?q=flood", accept_language=f"{code}-XX,de;q=0.9")
    root = page.root.getroottree().getroot()
    assert (root.get("lang"), root.get("dir")) == (code, direction)
    assert words(page.one("a.brand")) == title
    if code == "ar":
        assert re.search("[٠-٩]", page.text("p.total"))
        assert not re.search("[0-9]", page.text("p.total"))


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("", "en"),
        ("de,fr", "en"),
        ("de, fa;q=0.8, ar;q=0.9", "ar"),
        ("prs", "fa"),
        ("AR-EG", "ar"),
        ("fa;q=x, ar;q=0.1", "ar"),
    ],
)
def test_the_language_is_the_best_that_there_is(accepted: str, code: str) -> None:
    assert preferred(accepted) == code


@pytest.mark.parametrize(
    ("code", "calendar", "text", "gregorian"),
    [
        ("en", Calendar.GREGORIAN, "9 September 2025", ""),
        ("en", Calendar.JALALI, "18 Shahrivar 1404", "9 September 2025"),
        ("fa", Calendar.JALALI, "۱۸ شهریور ۱۴۰۴", "۹ سپتامبر ۲۰۲۵"),
        ("ar", Calendar.HIJRI, "١٧ ربيع الأول ١٤٤٧", "٩ سبتمبر ٢٠٢٥"),
    ],
)
def test_a_day_is_told_in_the_calendar_of_choice(
    code: str, calendar: Calendar, text: str, gregorian: str
) -> None:
    shown = shown_day(DAY, calendar, wording(code))
    assert (shown.iso, shown.text, shown.gregorian) == ("2025-09-09", text, gregorian)


def test_a_day_that_a_calendar_does_not_reach_is_gregorian() -> None:
    shown = shown_day(datetime.date(1805, 3, 4), Calendar.HIJRI, wording("en"))
    assert (shown.text, shown.gregorian) == ("4 March 1805", "")


def test_an_address_may_name_the_language_of_its_page(browser: Browser) -> None:
    page = browser.open("/?q=flood&ui=fa")
    assert (page.answer.status_code, page.root.getroottree().getroot().get("lang")) == (200, "fa")
    assert page.one("a.brand").get("href") == "/?ui=fa"
    assert {one.get("value") for one in page.all("input[name=ui]")} == {"fa"}
    assert all("ui=fa" in one.get("href") for one in page.all("a.title") + page.all("a.switch"))
    files = [one.get("href") for one in page.all("a") if one.get("href").startswith("/v1/")]
    assert len(files) == 2
    assert not any("ui=" in one for one in files)
    article = browser.open(page.all("a.title")[0].get("href"))
    assert article.root.getroottree().getroot().get("lang") == "fa"
    assert browser.open("/article/none?ui=ar").root.getroottree().getroot().get("lang") == "ar"


def test_an_address_with_a_language_that_there_is_not_is_in_that_of_the_browser(browser: Browser) -> None:
    page = browser.open("/?q=flood&ui=xx", accept_language="ar")
    assert page.root.getroottree().getroot().get("lang") == "ar"


@pytest.mark.parametrize(
    ("back", "then"),
    [("/?ui=fa&q=flood", "/?q=flood"), ("/?q=flood&ui=fa#at", "/?q=flood&#at"), ("/?q=gui=fa", "/?q=gui=fa")],
)
def test_a_choice_goes_before_the_language_of_an_address(browser: Browser, back: str, then: str) -> None:
    answer = browser.client.post("/settings", data={"language": "en", "back": back}, follow_redirects=False)
    assert answer.headers["location"] == then


def test_who_asks_for_the_settings_is_told_where_they_are(browser: Browser) -> None:
    page = browser.open("/settings")
    assert page.answer.status_code == 200
    assert "Choose language, calendar and colours at the foot of any page." in page.text("main")
    assert len(page.all("form.settings")) == 1


def test_a_choice_is_kept_in_a_cookie(browser: Browser) -> None:
    chosen = {"language": "fa", "calendar": "jalali", "colours": "dark", "back": "/?q=flood"}
    answer = browser.client.post("/settings", data=chosen, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?q=flood")
    kept = answer.headers["set-cookie"]
    assert kept.startswith(f"{COOKIE}=fa.jalali.dark; Path=/;")
    assert "HttpOnly" in kept
    page = browser.open("/?q=flood", cookie=f"{COOKIE}=fa.jalali.dark")
    root = page.root.getroottree().getroot()
    assert (root.get("lang"), root.get("data-colours")) == ("fa", "dark")
    assert "آبان ۱۴۰۴" in page.text("main")


@pytest.mark.parametrize("cookie", ["", "x", "xx.yy.zz", "fa", ".jalali", '"; a=b', "fa.jalali.dark.more"])
def test_a_cookie_that_cannot_be_is_passed_over(browser: Browser, cookie: str) -> None:
    assert browser.open("/?q=flood", cookie=f"{COOKIE}={cookie}").answer.status_code == 200


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil", "javascript:x", "", "/\r\nA: b"]
)
def test_one_is_sent_back_to_pages_of_this_server_alone(browser: Browser, back: str) -> None:
    answer = browser.client.post("/settings", data={"language": "fa", "back": back}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_a_log_of_what_is_asked_holds_no_cookie(newsroom: Live, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with browsing(newsroom, Policy(log_queries=True)) as browser:
        answer = browser.client.post(
            "/settings", data={"language": "fa", "back": "/secret"}, headers={"cookie": "session=secret"}
        )
    assert answer.status_code in (200, 404)
    own = [record.getMessage() for record in caplog.records if record.name.startswith("search_api")]
    assert [line.split()[1:4] for line in own][:1] == [["POST", "/settings", "303"]]
    assert "secret" not in own[0]
