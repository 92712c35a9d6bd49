"""Bytes to text, in feeds, pages, text files, web archives and lines of JSON: the cases that people met."""

from pathlib import Path

import pytest
from making import Checksums

from indexer.build import build
from indexer.core.records import Article, Record, Skipped, SkipReason
from indexer.corpus import Corpus
from indexer.corpus.damage import damage_of
from indexer.corpus.decoding import BinaryContent, UnknownEncoding, decode, encoding_of
from indexer.generation.generation import open_live
from indexer.models.model import Model
from indexer.storage.layout import Layout
from indexer.text.half_spaces import with_half_spaces

CASES = Path(__file__).parents[3] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not here")
ZWNJ = "\u200c"
ARABIC = "قال رئيس الحكومة إن المحادثات مستمرة، وإن اقتراحا جديدا قدم يوم الاثنين إلى الدول الأوروبية."
PERSIAN = f"رئيس دولت روز دوشنبه اعلام کرد که گفتگوهاي صلح ادامه دارد و پيشنهاد تازه{ZWNJ}اي داده شده است."
DAY, BAD_DAY = "روز".encode(), b"\xd8\xb1\xd9\xd8\xb2"
TURKISH = "Cumhurbaşkanı ışık gördü, dağın ardında güneş doğdu ve çocuklar şarkı söyledi."


def items(path: Path) -> list[Article | Skipped]:
    return [item.load() if isinstance(item, Record) else item for item in Corpus([path])]


def texts(path: Path) -> list[str]:
    """The texts of what holds nothing but articles."""
    found = items(path)
    assert [one for one in found if isinstance(one, Skipped)] == []
    return [one.text for one in found if isinstance(one, Article)]


def feed(*stories: str, declaration: str = "") -> str:
    entries = "".join(f"<item><guid>{n}</guid><title>{one}</title></item>" for n, one in enumerate(stories))
    return f'{declaration}<rss version="2.0"><channel>{entries}</channel></rss>'


def declared(encoding: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>\n'


@needs_cases
def test_cases_of_feeds() -> None:
    first, second = texts(CASES / "feeds" / "feed_decl_latin1_is_utf8.xml")
    assert first == (
        "افتتاح محطة جديدة لتحلية المياه في مدينة العقبة\n\n"
        "أعلنت السلطات افتتاح محطة لتحلية المياه تخدم نصف مليون نسمة في المدينة الساحلية."
    )
    assert second.startswith(f"دولت طرح تازه{ZWNJ}ای برای مهار تورم در دستور کار گذاشت\n\nوزیر اقتصاد")
    [article] = items(CASES / "feeds" / "feed_decl_utf8_is_1256.xml")
    assert isinstance(article, Article)
    assert article.language == "ar"
    assert article.text.startswith("افتتاح محطة جديدة لتحلية المياه في مدينة العقبة\n\nأعلنت السلطات")


@needs_cases
def test_a_feed_with_a_lost_byte_keeps_its_text(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes((CASES / "feeds" / "yesterday.xml").read_bytes())
    [yesterday] = texts(path)
    path.write_bytes((CASES / "feeds" / "today.xml").read_bytes())
    assert texts(path) == [f"{yesterday}\ufffd"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (feed(ARABIC, declaration=declared("utf-8")).encode("cp1256"), ARABIC),
        (feed(PERSIAN, declaration=declared("iso-8859-1")).encode("cp1256"), PERSIAN),
        (feed(PERSIAN).encode("cp1256"), PERSIAN),
        (feed(ARABIC, declaration=declared("windows-1256")).encode(), ARABIC),
        (feed(ARABIC, declaration=declared("windows-1256")).encode("iso8859_6"), ARABIC),
        (feed(ARABIC, declaration=declared("utf-16")).encode(), ARABIC),
        (feed(TURKISH, declaration=declared("windows-1254")).encode("cp1254"), TURKISH),
        (feed(ARABIC, declaration=declared("no such thing")).encode("utf-16"), ARABIC),
        (
            feed(PERSIAN, declaration=declared("windows-1256")).encode().replace("صلح".encode(), b"\xd8\xb5"),
            PERSIAN.replace("صلح", "ص"),
        ),
        (
            feed(PERSIAN).encode().replace(DAY, BAD_DAY),
            PERSIAN.replace("روز", "ر\ufffdز"),
        ),
        (feed(f"{ARABIC}\x0b\x02").encode(), ARABIC),
    ],
)
def test_whatever_a_feed_says_of_its_encoding(raw: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(raw)
    assert texts(path) == [expected]


@pytest.mark.parametrize("suffix", [".txt", ".html", ".jsonl", ".csv"])
def test_a_single_bad_byte_costs_only_itself(suffix: str, tmp_path: Path) -> None:
    start, end = {
        ".html": ("<html><head><title>x</title></head><body><p>", "</p></body></html>"),
        ".jsonl": ('{"text": "', '"}'),
        ".csv": ('text,n\n"', '",1'),
    }.get(suffix, ("", ""))
    whole = f"{PERSIAN} {ARABIC}"
    path = tmp_path / f"a{suffix}"
    path.write_bytes(f"{start}{whole}{end}".encode().replace(DAY, BAD_DAY))
    [text] = texts(path)
    assert text.endswith(whole.replace("روز", "ر\ufffdز"))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"caf\xe9 " + PERSIAN.encode(), f"caf\ufffd {PERSIAN}"),
        (PERSIAN.encode()[:-2], f"{PERSIAN[:-2]}\ufffd"),
        (PERSIAN.encode("utf-16")[:-1], f"{PERSIAN[:-1]}\ufffd"),
        (f"{PERSIAN}\0".encode(), f"{PERSIAN}\ufffd"),
        (f"خا{ZWNJ}نه".encode().replace(b"\xe2\x80", b"\xf8\x80"), "خا\ufffdنه"),
        (f"خانه {PERSIAN}".encode().replace(b"\xd9\x87 ", b"\xf2\x07\x87 ", 1), f"خان\ufffd {PERSIAN}"),
        (PERSIAN.encode("utf-16-le"), PERSIAN),
        (ARABIC.encode("utf-16-be"), ARABIC),
    ],
)
def test_what_cannot_be_read_is_one_replacement(raw: bytes, text: str) -> None:
    assert decode(raw) == text


def test_what_is_stated_is_believed_only_if_it_is_plausible() -> None:
    assert decode(TURKISH.encode("cp1254"), ("windows-1254",)) == TURKISH
    assert decode(ARABIC.encode("cp1256"), ("windows-1254", "gb18030")) == ARABIC
    russian = "Глава правительства сообщил в понедельник, что переговоры о мире продолжаются."
    assert decode(russian.encode("cp1251"), ("windows-1254",)) == russian
    assert decode(russian.encode("koi8_r"), ("windows-1256", None)) == russian
    chinese = "今天下雨，记者从气象局获悉，全国大部分地区将有降雨。"
    assert decode(chinese.encode("gb18030"), ("gb2312",)) == chinese
    with pytest.raises(UnknownEncoding):
        decode(TURKISH.encode("cp1254"), ("utf-8", "latin-1"))


def test_what_is_no_text_stays_none() -> None:
    for raw in (b"text\0text", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", bytes(range(256)) * 9):
        with pytest.raises(BinaryContent):
            decode(raw)


def test_the_encoding_of_a_stream() -> None:
    assert encoding_of(PERSIAN.encode() + b"\xd9") == "utf-8"
    assert encoding_of(ARABIC.encode("cp1256")) == "cp1256"
    assert encoding_of(ARABIC.encode("utf-16-le")) == "utf-16-le"


def test_a_text_is_left_out_where_too_much_of_it_is_damaged(tmp_path: Path) -> None:
    words = PERSIAN.split()
    assert damage_of(" ".join(["\ufffd", *words[1:]])) == ""
    damaged = " ".join(["\ufffd"] * 3 + words[3:])
    assert damage_of(damaged) == "3 of its 17 words hold bytes that cannot be read"
    path, bad = tmp_path / "news.jsonl", b"\xd8 ".join([b"\xd9\x85"] * 9)
    path.write_bytes(b'{"id": "b", "text": "%s"}\n{"id": "a", "text": "%s"}' % (PERSIAN.encode(), bad))
    first, second = items(path)
    assert isinstance(first, Article)
    assert isinstance(second, Skipped)
    assert (second.reason, second.source) == (SkipReason.ENCODING, f"{path}:2")


@pytest.mark.parametrize(
    ("name", "content", "detail"),
    [
        ("a.jsonl", '{"id": "a#", "text": "%s"}', "its id holds bytes that cannot be read"),
        ("a.jsonl", '{"id": "a", "te#xt": "%s"}', "names of its fields hold bytes that cannot be read"),
        ("a.csv", "id,te#xt\na,%s\n", "names of its fields hold bytes that cannot be read"),
        ("a.csv", "id,text\na#,%s\n", "its id holds bytes that cannot be read"),
        (
            "a.xml",
            "<rss version='2.0'><channel><item><guid>a#</guid><title>%s</title></item></channel></rss>",
            "its id holds bytes that cannot be read",
        ),
    ],
)
def test_a_bad_byte_in_an_id_or_a_name_leaves_the_file_protected(
    name: str, content: str, detail: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes((content % PERSIAN).encode().replace(b"#", b"\xd9"))
    assert items(path) == [
        Skipped(items(path)[0].source, SkipReason.ENCODING, detail, str(path.resolve()), None)
    ]


def test_damaged_markup_of_a_feed_is_told(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    whole = feed(ARABIC, PERSIAN, ARABIC)
    path.write_bytes(whole.encode().replace(b"<item>", b"<it\xd9m>", 1))
    assert items(path)[-1] == Skipped(
        str(path),
        SkipReason.MALFORMED,
        "its markup is damaged: 2 of 3 entries can be read",
        str(path.resolve()),
    )


def test_what_was_cut_in_a_character_does_not_replace_what_is_whole(tmp_path: Path, model: Model) -> None:
    layout, folder = Layout(tmp_path / "index"), tmp_path / "in"
    folder.mkdir()
    whole = f"{PERSIAN}\n{ARABIC}\n"
    for name in ("cut", "bad"):
        (folder / f"{name}.txt").write_text(whole, encoding="utf-8")
    build(Corpus([folder]), layout, model, Checksums())
    (folder / "cut.txt").write_bytes(whole.encode()[:101])
    (folder / "bad.txt").write_bytes(whole.encode().replace(DAY, BAD_DAY))
    (folder / "new.txt").write_bytes(whole.encode()[:101])
    summary = build(Corpus([folder]), layout, model, Checksums())
    generation = open_live(layout.folder)
    found = {one.id: one.text for one in generation.articles(range(3))}
    generation.close()
    assert found == {
        "cut": whole,
        "bad": whole.replace("روز", "ر\ufffdز"),
        "new": f"{whole.encode()[:100].decode()}\ufffd",
    }
    skips = summary.changes.skips
    assert skips.counts == {"encoding not recognised": 1}
    assert skips.samples[0].detail == (
        "some of its bytes cannot be read, and it is shorter than the version before, which stays"
    )
    assert (skips.unread.characters, skips.unread.files, skips.unread.example) == (
        2,
        2,
        str(folder / "bad.txt"),
    )


@needs_cases
def test_half_spaces_of_another_kind_are_half_spaces() -> None:
    typed, expected = (texts(CASES / "half-spaces" / f"hs_{name}.jsonl") for name in ("not", "zwnj"))
    assert typed == expected


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "کتاب\u001fها و دانش\u001fآموزان می\u001fروند"),
        ("a.txt", "کتاب\u009dها و دانش\u009dآموزان می\u009dروند"),
        ("a.jsonl", '{"text": "کتاب\u001fها و دانش\\u00acآموزان می\\u009dروند"}'),
        ("a.csv", "text,n\nکتاب\u001fها و دانش¬آموزان می&not;روند,1\n"),
        (
            "a.xml",
            feed("کتاب\u001fها و دانش&#172;آموزان می&#157;روند"),
        ),
        ("a.html", "<html><body><p>کتاب\u001fها و دانش&not;آموزان می\u009dروند</p></body></html>"),
    ],
)
def test_half_spaces_in_every_format(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert texts(tmp_path / name) == [f"کتاب{ZWNJ}ها و دانش{ZWNJ}آموزان می{ZWNJ}روند"]


def test_elsewhere_these_characters_stay() -> None:
    for text in ("a ¬ b", "¬p", "کتاب ¬ ها", "x¬y", "کتاب¬ها و ¬"):
        assert with_half_spaces(text) == text.replace("کتاب¬ها", f"کتاب{ZWNJ}ها")
