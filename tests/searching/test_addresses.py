"""Only addresses of the web are passed on."""

import pytest

from search_api.searching.addresses import LONGEST, web_address


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example.org/1",
        "http://127.0.0.1:8000/a?b=c#d",
        "HTTPS://News.example.org/",
        "https://xn--mgba3a4f16a.example/%D8%AE",
    ],
)
def test_an_address_of_the_web_is_passed_on(url: str) -> None:
    assert web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "--help",
        "news.example.org",
        "//news.example.org",
        "https://",
        "https:///path",
        "https://[::1",
        "https://news.example.org/a b",
        "https://news.example.org/\n--x",
        "https://خبر.example/1",
        "https://news.example.org/\u202e1",
        "https://news.example.org/\ud800",
        "vbscript:https://news.example.org",
        "https://a.example/" + "x" * LONGEST,
    ],
)
def test_nothing_else_is(url: str | None) -> None:
    assert web_address(url) is None


def test_letters_that_are_not_ascii_are_encoded() -> None:
    assert web_address("https://fa.example/هد?q=a%20b") == "https://fa.example/%D9%87%D8%AF?q=a%20b"
