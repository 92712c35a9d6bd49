"""Articles of somebody who would like a page to run what they hold: titles, texts, ids, links, fields."""

from collections.abc import Sequence

from indexer.core.records import Article

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"
ID = 'evil/"<b>&?#'
META = ("author",)
WORDS = "پهپادها به نیروگاه هسته\u200cای حمله کردند"
"""What a search for drones and nuclear plants finds."""

RTL_OVERRIDE = "\u202e"
WAYS_OUT = (
    EVIL,
    "</title></p></article></main><script>alert(3)</script>",
    "<svg onload=alert(4)><a href=javascript:alert(5)>",
    "<template><script>alert(6)</script></template><!--",
    '"><meta http-equiv=refresh content="0;url=https://evil.example/">',
    "</script></style></textarea></noscript><iframe srcdoc='<script>alert(7)</script>'>",
    f"{RTL_OVERRIDE}' onmouseover=alert(8) autofocus onfocus=alert(9) x='",
)
ADDRESSES = (
    *("javascript:alert(10)", "data:text/html,<script>alert(11)</script>", "//evil.example/"),
    *("vbscript:x", "\tjavascript:alert(12)", 'https://e.example/"onclick=alert(13) x="', "blob:x"),
)


def _article(number: int, way: str, url: str) -> Article:
    return Article(
        id=ID if not number else f"evil-{number}'\"<i>",
        title=way,
        text=f"{WORDS} {way} و برق قطع شد.",
        date=None,
        language="fa",
        source=f"evil-{number}.txt",
        url=url,
        publisher=way,
        metadata=(("author", (way,)),),
    )


ARTICLES: Sequence[Article] = (
    *(_article(number, *both) for number, both in enumerate(zip(WAYS_OUT, ADDRESSES, strict=True))),
    Article("plain", "هوا", "هوا امروز در تهران آفتابی است.", None, "fa", "plain.txt", publisher="ایسنا"),
)
