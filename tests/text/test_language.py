from pathlib import Path

import pytest

from indexer.text.language import admits, identify

SEEDS = Path(__file__).parents[2] / "seeds"
FATHA, KASRA, SUKUN = "\u064e", "\u0650", "\u0652"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("000_c1a583e564ddadc6", "fa"),
        ("001_958469ad56952f10", "prs"),
        ("002_4c47832c54e4f7d9", "fa"),
        ("003_f7d4c279eac3b33f", "ar"),
        ("004_964fd79116a5ca89", "fa"),
    ],
)
def test_seeds(name: str, expected: str) -> None:
    assert identify((SEEDS / f"{name}.txt").read_text(encoding="utf-8")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("دولت امروز اعلام کرد که برق شهر وصل شده است.", "fa"),
        ("دولت امروز اعلام كرد كه اين برق براي شهر وصل شده است.", "fa"),
        ("وي گفت كه مردم اين روستا آب ندارند", "fa"),
        ("أعلنت الحكومة اليوم أن الكهرباء عادت إلى المدينة.", "ar"),
        ("وقال الكاتب إن رواية «چشم\u200cهایش» للكاتب بزرگ علوی ترجمت إلى العربية في بيروت.", "ar"),
        ("او نوشت که «الحمد لله رب العالمین» را روی سنگ قبر دیده است.", "fa"),
        (f"ق{FATHA}د{SUKUN} ر{FATHA}ح{FATHA}ل", "ar"),
        (f"او د{KASRA}گر ن{FATHA}خفت", "fa"),
        ("حکومت نے آج اعلان کیا ہے کہ شہر میں بجلی بحال ہو گئی ہے۔", "ur"),
        ("حکومت نن اعلان وکړ چې د ښار برېښنا بېرته راغلې ده.", "ps"),
        ("حکومەت ئەمڕۆ ڕایگەیاند کە کارەبای شار گەڕایەوە.", "ckb"),
        ("The government said today that power had returned to the city.", "en"),
        ("Die Regierung sagte heute, dass der Strom in der Stadt wieder fließt.", "de"),
        ("Le gouvernement a déclaré que le courant était revenu dans la ville.", "fr"),
        ("Hükümet bugün şehre elektriğin geri geldiğini söyledi.", "tr"),
        ("Правительство сообщило, что электричество вернулось в город.", "ru"),
        ("Уряд повідомив, що електрика повернулася до міста.", "uk"),
        ("政府今天表示，城市已经恢复供电。", "zh"),
        ("שלום לכולם וברוכים הבאים", "he"),
    ],
)
def test_sentences(text: str, expected: str) -> None:
    assert identify(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("جنگ", "fa"),
        ("حرب", "ar"),
        ("زلنسکی", "fa"),
        ("زيلنسكي", "ar"),
        ("رئیس جمهور", "fa"),
        ("محطة زابوريجيا", "ar"),
        ("اين ولد الشاعر؟", "ar"),
        ("من خسته هستم", "fa"),
        ("hospital", "en"),
        ("Krankenhaus", "de"),
        ("Zaporizhzhia plant lost external power", "en"),
        ("تهران Tehran پایتخت", "fa"),
        ("NATO ۱۹۴۹ ۲۰۲۲ ۲۰۲۳", "en"),
    ],
)
def test_short_queries(text: str, expected: str) -> None:
    assert identify(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("اپل iPhone 17 Pro Max و MacBook Air M5 را معرفی کرد", "fa"),
        ("معرفی Samsung Galaxy S25 Ultra در تهران", "fa"),
        ("آبل تطلق iPhone 17 Pro Max و MacBook Air الجديد", "ar"),
        ("روزنامه The New York Times گزارش داد", "fa"),
        ("The word سلام و درود means hello in Persian", "en"),
        ("Der Ausdruck «الله اکبر» wird oft verwendet", "de"),
        ("Президент сказал «الله اکبر» в Москве и вернулся домой", "ru"),
    ],
)
def test_names_in_latin_letters_are_not_the_language(text: str, expected: str) -> None:
    assert identify(text) == expected


@pytest.mark.parametrize("text", ["", " \n", "۱۲۳", "2025-09-09", "!؟…", "😀", "__"])
def test_undetermined_without_letters(text: str) -> None:
    assert identify(text) == "und"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("سخنگوی پولیس گفت که این حمله در ماه اگست رخ داده است.", "prs"),
        ("داکتران شفاخانه گفتند که وضعیت زخمیان خوب است.", "prs"),
        ("گفت\u200cوگو دربارهٔ سلاح هسته یی در میدان هوایی کابل ادامه یافت.", "prs"),
        ("سخنگوی پلیس گفت که این حمله در ماه اوت رخ داده است.", "fa"),
        ("طالبان می\u200cگویند ولسوالی و شاروالی و قوماندانی در دست آن\u200cهاست.", "fa"),
        ("پلیس گفت که در ماه اوت یک کمپنی در نیویورک از شاروالی پول گرفته است و موتر خریده.", "fa"),
        ("نویسنده در کتابش از پولیس یاد می\u200cکند.", "fa"),
    ],
)
def test_dari_is_said_on_evidence_alone(text: str, expected: str) -> None:
    assert identify(text) == expected


@pytest.mark.parametrize(
    ("wanted", "language", "expected"),
    [
        ("fa", "fa", True),
        ("fa", "prs", True),
        ("prs", "prs", True),
        ("prs", "fa", False),
        ("ar", "ar", True),
        ("ar", "fa", False),
        ("fa", "ar", False),
    ],
)
def test_admits(wanted: str, language: str, expected: bool) -> None:
    assert admits(wanted, language) is expected
