"""A small archive with publishers, authors, sections and days, for tests of filters and of what matches."""

import datetime
from collections.abc import Sequence

from indexer.core.records import Article

META = ("author", "section")


def _article(
    number: int,
    text: str,
    language: str,
    day: str | None,
    publisher: str,
    authors: Sequence[str],
    section: str,
) -> Article:
    date = datetime.date.fromisoformat(day) if day else None
    return Article(
        *(f"news/{number:02}", text.split(".", maxsplit=1)[0], text, date, language, f"news/{number:02}.txt"),
        url=f"https://www.example.org/{number}",
        publisher=publisher,
        metadata=(("author", tuple(authors)), ("section", (section,))),
    )


FLOOD_FA = "باران شدید دیروز در شهر رشت سیل به راه انداخت. خیابان پر از آب شد. چند خانواده خانه را ترک کردند."
FLOOD_PRS = "سیلاب در ولایت پروان افغانستان چند خانه را ویران کرد. والی گفت سیل پس از باران شدید آمد."
FLOOD_AR = "فيضانات تجتاح مدينة درنة بعد أمطار غزيرة. انهارت السدود وغمرت المياه الشوارع. نزحت مئات العائلات."
WHEAT_AR = "ارتفعت أسعار القمح في مصر هذا الشهر. قال تجار الحبوب إن الواردات تأخرت."
MATCH_FA = "تیم ملی فوتبال ایران در بازی دیروز دو گل زد. مربی از بازیکنان تشکر کرد."

ARTICLES = (
    _article(1, FLOOD_FA, "fa", "2025-11-02", "ایسنا", ["Sara Nouri", "Ali"], "weather"),
    _article(2, FLOOD_PRS, "prs", "2025-10-30", "BBC Persian", ["Ali"], "weather"),
    _article(3, FLOOD_AR, "ar", "2025-11-10", "aljazeera.net", ["علي حسن"], "weather"),
    _article(4, WHEAT_AR, "ar", "2025-11-11", "aljazeera.net", ["علی حسن"], "economy"),
    _article(5, MATCH_FA, "fa", None, "ايسنا", [], "sport"),
)
"""The third and the fourth have one author, and the first and the fifth one publisher, in two spellings."""
