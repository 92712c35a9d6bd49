"""Texts that were written to be awkward, for digests of what is made of them; and the seeds."""

import gzip
from pathlib import Path

from pdfs import from_right, made

from indexer.text import wordlists

ZWNJ = "\u200c"
MARK = "\u0651"
LETTERS = "پچژگکیكيىةأإآئؤڤڵەۆێۇېټډڼښٹےہ"
AFTER_HA = ("هو", "هي", "نحن", "انا", "انت", "قد", "که", "را")

SEEDS = [
    path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
]

LINES = (
    (
        "دمای هوا به ۳.۵ درجه رسید. سال ۵۵۰ ق.م. بود؛ دکتر م. ر. احمدی گفت: «باران می\u200cبارد. "
        "سیل می\u200cآید!» و رفت."
    ),
    "آیا می\u200cدانید؟ نه! هرگز… و باز هم نه... پایان",
    "۱. نخست ۲. دوم ۳) سوم. *** بخش تازه ***",
    "رک. صص ۱۲-۱۵ و نک. بخ. نخست. Dr. Smith met Mr. Jones at 5 p.m. in St. Petersburg. They left.",
    'قال الوزير: "سنعود غدا." ثم غادر القاعة. هل سيعود؟ لا أحد يعلم!',
    "بلغت الحرارة ٣٫٥ درجات، وارتفع السعر ١٢٬٥٠٠ دينار (نحو 9.5 دولار). انتهى",
    "The U.S. said no. “Why?” he asked. ‘Because.’ It cost $3.50, i.e. nothing... Next day, it rained.",
    "WHO’s report (see Fig. 2) was late.It was wrong!Really?Yes.",
    "Он сказал: «Нет. Никогда!» и ушёл. Т.е. всё кончено. Sonra gitti. Ne oldu?",
    "خبر فوری\u200f:\u200e انفجار در كابل؛ ده\u200cها تن زخمی شدند (به گزارش رويترز). ادامه دارد »",
    (
        "می\u200cروم، می روم و میروم؛ گفت\u200cوگو، گفتوگو و گفت و گو؛ کتاب\u200cها، کتاب ها، "
        "کتابها؛ خانه\u200cای، خانه ای."
    ),
    "رئیس الوزراء على هذا؛ وبالمدرسه وللمدارس والى ايران، شيء ماء علماء جزء مسؤول مسئول",
    "مُحَمَّدٌ رَسُولُ ﷲ ﻻ ﺇﻟﻪ ﻣـــدرســة ڪتاب ۀ هٔ ي ى ئ ؤ أ إ آ ٱ ة",
    "Qur’an, qurʾān, Müller, naïve, ŁÓDŹ, straße, CO₂, m², 7amas, ½, 747,000 and ۷۴۷٬۰۰۰; 1.2.3, ３４",
    "وزیر راه گفت که پل تازه تا بهار سال آینده آماده می\u200cشود و هزینه آن را دولت می\u200cپردازد",
    "Wazir-e rah goft ke pol-e taze ta bahar amade mishavad",
)

QUOTATION = (
    "او گفت: «ما از آغاز می\u200cدانستیم که این کار آسان نیست. هیچ\u200cکس نباید فریب بخورد. ما "
    "سال\u200cها کار کرده\u200cایم و "
    "باز هم کار خواهیم کرد. دولت باید بداند که مردم خسته\u200cاند. آن\u200cها پاسخ "
    "می\u200cخواهند و حق دارند. اگر پاسخی "
    "نباشد، خیابان پاسخ خواهد داد. این را همه می\u200cدانند.» سپس تالار را ترک کرد و به "
    "پرسش\u200cها پاسخ نداد. "
)

TONGUES = (
    "پولیس ولسوالی در شفاخانه گفت که طیاره در میدان هوایی فرود آمد و محصلان پوهنتون آنجا بودند.",
    "پلیس در بیمارستان گفت که هواپیما در فرودگاه نشست و دانشجویان دانشگاه آنجا بودند.",
    "شاروالی کابل از اکتوبر به اینطرف فابریکه ها را کنترول میکند.",
    "وزارت خارجه جلسه داشت، فرودگاه بسته بود و پوهنتون باز.",
    "قالت الوزارة إن المدارس ستبقى مغلقة حتى يوم الأحد بسبب الأمطار.",
    "وزيرخارجه ايران ديروز به كابل رفت و با رييس جمهور ديدار كرد",
    "افغان حکومت وویل چې په کابل کې یوه چاودنه شوې او څلور کسان ټپیان دي.",
    "پاکستان کے وزیر اعظم نے کہا ہے کہ یہ فیصلہ عوام کے مفاد میں ہے۔",
    "حکومەتی هەرێم ڕایگەیاند کە ئەو بڕیارە لە بەرژەوەندی خەڵکە.",
    "ئۇيغۇر تىلى تۈركىي تىللار تۈركۈمىگە كىرىدۇ، ئۇنىڭ تارىخى ئۇزۇن.",
    "The talks in the capital went on for a third day without any result.",
    "Die Gespräche in der Hauptstadt dauerten den dritten Tag ohne Ergebnis an.",
    "Les pourparlers dans la capitale ont duré trois jours sans résultat.",
    "Las conversaciones en la capital duraron tres días sin ningún resultado.",
    "Başkentteki görüşmeler üçüncü gün de sonuçsuz devam etti.",
    "Переговоры в столице продолжались третий день без всякого результата.",
    "Переговори в столиці тривали третій день без жодного результату.",
    "השיחות בבירה נמשכו זה היום השלישי ללא כל תוצאה.",
    "राजधानी में तीसरे दिन भी वार्ता बिना किसी नतीजे के चलती रही।",
    "首都的谈判持续了第三天，没有任何结果。",
    "Οι συνομιλίες στην πρωτεύουσα συνεχίστηκαν για τρίτη μέρα.",
    "war", "ایران", "غزة", "peace talks", "در", "من", "و", "ok",
)  # fmt: skip

WORDS = (
    *wordlists.most_frequent("fa", 2000),
    *wordlists.most_frequent("ar", 2000),
    *wordlists.most_frequent("en", 300),
    *(
        f"می{ZWNJ}روم",
        f"نمی{ZWNJ}خواهند",
        f"کتاب{ZWNJ}هایشان",
        f"خانه{ZWNJ}ای",
        f"بزرگ{ZWNJ}ترین",
        "میخواستند",
    ),
    *("وبالمدرسة", "فالكتاب", "للرئيس", "كالأسد", "سيكتبون", "مدرسون", "كاتبات", "کتابهایمان", "رفتهاند"),
    *("زلنسکی", "زيلنسكي", "پوتین", "عمروف", "بوتين", "تشاد", "چاد", "واشنطن", "واشنگتن", "ولودیمیر"),
    *("ترامب", "ترمپ"),
)

STEMS = (
    "کتاب",
    "خانه",
    "بزرگ",
    "جلسه",
    "پیشرفت",
    "رأی",
    "دانشجو",
    "دوست",
    "نوشته",
    "آفتاب",
    "زبان",
    "زلنسکی",
)
SUFFIXES = (
    *("هایمان", "هایتان", "هایشان", "هایی", "هایم", "هایت", "هایش", "های", "ها", "ترین", "تری", "تر"),
    *(
        "است",
        "ای",
        "ام",
        "ات",
        "اش",
        "اند",
        "ایم",
        "اید",
        "یی",
        "ان",
        "مان",
        "تان",
        "شان",
        "ی",
        "م",
        "ت",
        "ش",
    ),
)
"""What Persian puts behind a word: plural, comparison, possession, the verb to be."""

ARABIC_STEMS = ("مدرسه", "كتاب", "احمد", "امام", "ايران", "مسؤول", "طالبات", "مهندسون", "شيء", "رأي")
PREFIXES = (
    *("", "و", "ف", "ب", "ك", "ل", "س", "ال", "بال", "كال", "لل", "وال", "فال", "وبال", "ولل", "وس", "فل"),
)
"""What Arabic puts before a word: conjunctions, prepositions, the article."""

_PAGE = """<!doctype html><html lang="fa"><head><meta charset="utf-8"><title>پل تازه | خبرنامه</title>
<meta property="article:published_time" content="2025-09-09T10:00:00+03:30"></head><body>
<nav><a href="/">خانه</a> <a href="/news">خبرها</a></nav><article><h1>پل تازه</h1>
<p>وزیر راه گفت که پل تازه تا بهار سال آینده آماده می&zwnj;شود و هزینه آن را دولت می&zwnj;پردازد.</p>
<p>کار ساخت این پل از سه سال پیش آغاز شده بود و چند بار به تأخیر افتاد تا اینکه شرکت دیگری آن را گرفت.</p>
</article><footer>همه حقوق محفوظ است</footer></body></html>"""

_RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>خبرنامه</title>
<language>fa-AF</language><item><title>برف در کابل</title><guid>g-1</guid><link>https://e.org/1</link>
<pubDate>Tue, 09 Sep 2025 23:25:00 -0430</pubDate><description>برف بارید &amp;amp; راه&lt;br&gt;ها بسته شد.
</description></item><item><title>باران</title><description></description></item></channel></rss>"""

_ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar"><title>أخبار</title><entry><id>urn:1</id>
<title>عنوان</title><link href="https://e.org/a"/><updated>2025-09-10T10:00:00Z</updated>
<content type="text">النص الأول في المدينة</content></entry></feed>"""

_HTTP = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{_PAGE}"
_WARC = (
    "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
    "WARC-Date: 2025-11-22T10:00:00Z\r\nWARC-Target-URI: https://e.org/bridge\r\n"
    f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(_HTTP.encode())}\r\n\r\n"
    f"{_HTTP}\r\n\r\n"
)

DATES = (
    *(
        "2025-09-09",
        "20250909",
        "09/09/2025",
        "1757400000",
        "1757400000000",
        "17991231",
        "22010101",
        "٩-٩-٢٠٢٥",
    ),
    *("1404/06/18", "۱۸-۶-۱۴۰۴", "1447-03-17", "1420/1/1", "1421/1/1", "18 شهریور 1404 ه.ش", "17/3/1447 هـ"),
    *(
        "سه\u200cشنبه ۱۸ شهریور ۱۴۰۴ ساعت ۱۰:۳۰",
        "چهارشنبه، ۱۹ سنبله ۱۴۰۴",
        "۱ حمل ۱۴۰۴",
        "30 اسفند 1403",
        "12 دی 99",
    ),
    *(
        "الثلاثاء 9 سبتمبر 2025 م",
        "9 أيلول 2025",
        "٩ شتنبر ٢٠٢٥",
        "17 ربيع الأول 1447",
        "١ رمضان ١٤٤٦",
        "محرم",
    ),
    *(
        "9 September 2025",
        "Tue, 09 Sep 2025 10:00:00 GMT",
        "Sept. 9, 2025",
        "9 Sep 25 10:00",
        "9.9.2025",
        "soon",
    ),
    *(
        "۹ سپتامبر ۲۰۲۵",
        "۹ سپتمبر ۲۰۲۵ میلادی",
        "2025-09-09T23:59:59.5+04:30",
        "31 February 2025",
        "13/13/2025",
    ),
    *("10 دسمبر 2024 - 20 قوس 1403", "۲۰ آذر ۱۴۰۳ / ۱۰ دسامبر ۲۰۲۴", "۱۴۰۳", "1403/13/01", "x" * 201),
)
_DATED = "".join(
    f'{{"id": "{number}/{code}", "text": "ب", "date": "{date}", "lang": "{code}"}}\n'
    for number, date in enumerate(DATES)
    for code in ("fa", "ar", "en")
)

_OTHER_PAGES = tuple(
    _PAGE.replace(
        '<meta property="article:published_time" content="2025-09-09T10:00:00+03:30">', head
    ).replace("</h1>", f"</h1>{body}")
    for head, body in (
        ("", '<time datetime="2025-09-08">دیروز</time>'),
        ('<meta name="date" content="۱۸ شهریور ۱۴۰۴">', ""),
        (
            '<link rel="canonical" href="https://e.org/2025/09/07/bridge">',
            "<aside><time>2020-01-01</time></aside>",
        ),
        ("", "<table><tr><td>سال</td><td>شمار</td></tr><tr><td>۱۴۰۳</td><td>۷</td></tr></table>"),
        ("<script>var x = 1</script>", '<p class="update">۱ مهر ۱۴۰۴</p><p class="date">۱۸ شهریور ۱۴۰۴</p>'),
    )
)

_EXPORTS = """[{"Title": {"rendered": "پل &amp; راه"}, "content": {"rendered": "<p>یک</p><p>a < b</p>"},
"publishedAt": "20250918103000"},
{"text": ["سیل ", {"type": "bold", "text": "آمد"}], "date_unixtime": "1758187800"},
{"title": "سرتیتر", "lead": "لید", "maintext": "متن… [+20 chars]"},
{"_source": {"body": "باران <3"}, "_id": "e"},
{"type": "service", "action": "x", "title": "کانال"},
{"title": "پل", "paragraphs": [{"context": "یک"}, "دو"]}]"""
_COLUMNS = "ID;متن;Date;created\nc1;یک;9/8/2025;45918\nc2;دو;25/8/2025;45919.5\nc3;سه;;9/8/2025\n"

_LIVE = f"""<html lang="fa"><head><title>پل تازه</title></head><body><main><h1>پل تازه</h1>
<p class="standfirst">{LINES[14]}</p><article><h2>یک</h2><p>{LINES[4]}</p></article><article><h2>دو</h2>
<p>{LINES[0]}</p><p>{LINES[10]}</p></article><div class="related"><h3>دیگر</h3><p>{LINES[1]}</p></div>
<article><h3><a href="/2">خبر دیگر</a></h3><p>{LINES[11]}</p></article></main></body></html>"""

SOURCES: dict[str, bytes] = {
    "live.html": _LIVE.encode(),
    "exports.json": _EXPORTS.encode(),
    "columns.csv": _COLUMNS.encode(),
    "dated.txt": f" date 2025-09-03 {LINES[0]}\r\n{LINES[1]}\r{LINES[2]}".encode(),
    "marked.md": f"\ufeff# {LINES[4]}\n\n{LINES[5]}".encode(),
    "long.txt": (" ".join(LINES) * 2).encode(),
    "wide.txt": LINES[9].encode("utf-16"),
    "old.txt": (TONGUES[4] * 3).encode("cp1256"),
    "printed.pdf": made(
        [
            from_right(500, 740, LINES[0][:60], 16),
            *(from_right(500, 700 - 15 * number, line[:80]) for number, line in enumerate(LINES)),
        ],
        title=LINES[1][:40],
    ),
    "nothing.txt": b" \n",
    "binary.txt": bytes(range(32)) * 4,
    "rows.jsonl.gz": gzip.compress(
        '{"id": 7, "title": "یک", "text": "باران بارید.", "date": "۱۸ شهریور ۱۴۰۴", "lang": "fa-AF"}\n'
        '{"headline": "اثنان", "body": "نزل المطر.", "published": 1757400000, "url": " https://e.org/2 "}\n'
        '{"_id": "x", "content": "سه\\u0000", "date": "9 سبتمبر 2025"}\n{"id": 1}\n[1]\nno\n'.encode(),
        mtime=0,
    ),
    "list.json": '{"articles": [{"text": "خبر نخست", "date": 20250909}, {"text": ""}]}'.encode(),
    "rows.csv": 'id;title;text;date\n1;"یک; دو";"خبر ""تازه""";١٧ ربيع الأول ١٤٤٧ هـ\n2;;;\n'.encode(),
    "rows.tsv": "id\ttext\tlanguage\n3\tخبر\tDari\n".encode(),
    "dates.jsonl": _DATED.encode(),
    **{f"titled-{length}.txt": f"{'ب' * 50}. {'پ' * (length - 52)}\n".encode() for length in (119, 120, 121)},
    **{f"tall-{length}.txt": f"{'ب ' * (length // 2)}. ت".encode() for length in (296, 298, 300, 302, 304)},
    **{f"page-{number}.html": page.encode() for number, page in enumerate(_OTHER_PAGES)},
    "page.html": _PAGE.encode(),
    "feed.xml": _RSS.encode(),
    "entries.atom": _ATOM.encode(),
    "pages.warc": _WARC.encode(),
    "table.parquet": b"PAR1 is none",
    "bad.txt": LINES[0].encode().replace(b"\xd8\xa7", b"\xd8", 1),
    "bad.xml": _RSS.encode().replace(b"\xd8\xa7", b"\xd8", 1),
    "old.xml": f"<?xml version='1.0' encoding='utf-8'?>{_RSS}".encode("cp1256", "xmlcharrefreplace"),
    "damaged.jsonl": b'{"text": "%s"}\n' % b" ".join([b"\xd8\xa7\xd8"] * 9),
    "halves.txt": "کتاب\u00acها می\u001fروند و دانش\u009dآموزان می&not;آیند ¬".encode(),
    "front.md": f"---\ntitle: '{LINES[1]}'\ndate: 2025-09-03\nlang: prs\n---\n\n{LINES[2]}\n".encode(),
    "front.txt": f'+++\ntitle = "{LINES[1]}"\n+++\n{LINES[2]}\n'.encode(),
    "excel.csv": "\ufeffsep=|\nگزارش||\nid|title|text|\ne1|یک| \"متن\"|\n".encode(),
    "quoted.csv": 'id,text\ne2,"a \\"b\\" c"\ne3,"سه\ne4,چهار\ne5,پنج\n'.encode(),
}  # fmt: skip
"""Files of every format, by name."""
