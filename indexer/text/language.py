"""Which language a text is written in.

The script is counted first. In Arabic script, words and letters vote: no letter decides alone, for
Persian is often typed with the Arabic ي and ك, and Arabic quotes Persian names. Where they do not
tell, and in every other script, py3langid decides among the languages of that script. Dari differs
from Iranian Persian only in vocabulary and spelling: `prs` is said on evidence alone, else `fa`.
"""

import functools
import re
from collections import Counter
from collections.abc import Sequence

from indexer.text import likeliest_language

VERSION = 2
"""Raised whenever some text would be taken for one in another language."""

UNDETERMINED = "und"

SAMPLE = 20_000
"""Code points that are looked at; more would not change the answer."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


CYRILLIC_SCRIPT = _set("be bg kk ky mk mn ru sr tg uk")
LATIN_SCRIPT = _set(
    "az bs ca cs cy da de en es et eu fi fr ga gl hr hu id is it ku la lt lv ms mt nl no pl pt ro "
    "sk sl so sq sv sw tk tl tr uz vi"
)
OTHER_SCRIPTS = _set("am bn el gu he hi hy ja ka km kn ko lo ml mr my ne pa si ta te th zh")
_KNOWN = frozenset({"ar", "fa"}) | CYRILLIC_SCRIPT | LATIN_SCRIPT | OTHER_SCRIPTS

ENGLISH_WORDS = _set("the of and with from what which who where how were have this that")
"""Where one word in eight is one of these, the text is English; spares most queries loading py3langid."""

MIXED_SHARE = 0.2
"""Share of letters in Arabic script from which a text is in that script whose other words are names."""

MOST_IN_LOWER_CASE = 0.34
"""Share of words of other scripts in lower case up to which they are names."""

PRIORS = {"en": 5.0} | dict.fromkeys(("de", "es", "fr", "it", "pt", "tr"), 3.0)
"""Log-odds of what people write queries in; decides one or two words, nothing longer."""

DECIDING_LETTERS = {
    "ckb": frozenset("ێڵڕڤ"),
    "ps": frozenset("ټډړږښځڅۍګڼ"),
    "ug": frozenset("ۇۈڭۋ"),
    "ur": frozenset("ٹڈڑںےہۓ"),
}
"""Letters of one language alone: two points a word."""

SPEAKING_LETTERS = {
    "ar": frozenset("ةىأإ"),
    "ckb": frozenset("ەۆ"),
    "fa": frozenset("پچژگکی"),
    "ug": frozenset("ەۆې"),
    "ps": frozenset("ې"),
}
"""Letters that another language has too: one point a word."""

ARABIC_KEYBOARD = frozenset("يك")
"""Arabic letters that Persian is typed with as well: half a point a word."""

FUNCTION_WORDS = {
    "ar": _set(
        "و في من على إلى الى أن ان إن عن التي الذي الذين هذا هذه ذلك تلك مع لا لم لن ما ماذا كيف "
        "متى أين هل كان كانت قد بعد قبل بين هو هي هم كما حيث ثم أو او كل غير عند منذ حتى لكن ليس أي "
        "به له لها بها فيه فيها وقد وقال قال يوم خلال حول ضد إنه أنه اين"
    ),
    "ckb": _set("لە بە و کە بۆ ئەو ئەم لەگەڵ دەکات نییە هەیە"),
    "fa": _set(
        "و از به در که را این آن با برای است بود شد شده کرد کرده می های ها تا هم نیز یک بر خود او "
        "ما آنها اما اگر باید دارد دارند هستند بودند شدند کردند چه چرا چگونه کجا چند خواهد نمی هیچ "
        "هر پس پیش بین روی زیر درباره توسط میشود میکند نیست گفت گفته سال روز اين براي مي يك يا نيز من نه"
    ),
    "ps": _set("د په او چې کې سره ته له دی دي شوي وي هم یې پر کړي کړ څخه"),
    "ur": _set("اور کے کی کا میں ہے سے کو نے پر ہیں یہ وہ کہ بھی تھا تھی نہیں گیا ایک کر"),
}
"""Three points a word, one if several of these languages have it."""

AFGHAN_INSTITUTIONS = _set(
    "ولسوالی ولسوال شاروالی شاروال پوهنتون پوهنځی پوهنحی څارنوالی سارنوالی قوماندان قومندان "
    "قوماندانی دگروال لیسه جرگه ولسی مشرانو ستره"
)
"""Iran writes these as well when it reports from Afghanistan: one piece of evidence together."""

DARI_WORDS = _set(
    "جنوری فبروری مارچ اپریل جولای اگست سپتمبر اکتوبر نومبر دسمبر شفاخانه پولیس طیاره طیارات فیر "
    "ماین دوامدار آجندا آجندای اجندا منحیث فیصد فیصدی کمپنی کنترول تلیفون تیلفون موتر فابریکه "
    "پالیسی پلان چانس گروپ کمپاین سکتور ترانسپورت انجنیر داکتر دکتور کمپیوتر انترنت فلم کانفرانس "
    "هوتل ویزه دوسیه محصلان تداوی تمویل انکشاف استند استم استیم تجارتی محکمه ساحه صحی مشوره برعلاوه "
    "علاوتا علاوتاً هژده آنعده مارکیت مصوون مصئون مصوونیت متذکره مالداری کچالو بایسکل تکسی تکت کرکت "
    "اطفال اعلان جاپان کوریا کوریای هسپانیا ناروی بلجیم پولند هالند آسترالیا سکاتلند نیویارک "
    "اندونیزیا بیجینگ ویانا جینوا ژنیو کرملن دیموکرات دیموکراسی دیموکراتیک یی"
)
"""Words and spellings of Afghanistan, with یی for the Iranian ای behind a silent he (قاره یی)."""

DARI_PHRASES = ("به شمول", "میدان هوایی", "قصر سفید", "شرق میانه", "صحت عامه", "فی صد")

IRANIAN_WORDS = _set(
    "ژانویه فوریه آوریل ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر بیمارستان پلیس هواپیما فرودگاه "
    "دادگاه شهرداری شهردار استاندار استانداری بهداشت کنترل تلفن خودرو کارخانه شانس ژاپن اسپانیا "
    "نروژ بلژیک لهستان استرالیا اسکاتلند نیویورک اندونزی پکن ژنو خاورمیانه دموکرات دموکراسی "
    "دموکراتیک فیلم هتل اینترنت کامپیوتر رایانه"
)
"""What Iranian Persian says instead."""

DARI_EVIDENCE = 2
"""Different pieces of Dari evidence that a text must hold, and as many times more than Iranian words."""

_WORD = re.compile(r"[^\W\d_]+")
_VOWEL_MARKS = re.compile("[\u0640\u064b-\u0652\u0670]")
_PLURAL = re.compile("(?:های|ها|ان)$")
_ARTICLES = ("ال", "وال", "بال", "فال", "كال", "لل")
_SCRIPTS = {
    "arabic": re.compile("[\u0620-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]+"),
    "cyrillic": re.compile("[\u0400-\u052f]+"),
    "latin": re.compile("[A-Za-z\u00aa-\u024f\u1e00-\u1eff]+"),
}
"""Runs of letters of a script."""


def identify(text: str) -> str:
    """The ISO 639 code of the language of `text`: fa, prs, ar, en, de, …; `und` if it has no letters."""
    sample = text[:SAMPLE]
    match "arabic" if _is_mixed(sample) else script_of(sample):
        case "arabic":
            return _in_arabic_script(_VOWEL_MARKS.sub("", sample))
        case "latin":
            return "en" if _is_english(sample) else _most_likely(sample, LATIN_SCRIPT)
        case "cyrillic":
            return _most_likely(sample, CYRILLIC_SCRIPT)
        case "other":
            return _most_likely(sample, OTHER_SCRIPTS)
        case _:
            return UNDETERMINED


def admits(wanted: str, language: str) -> bool:
    """Whether a text in `language` is what is asked for: `fa` admits Dari too, `pes` is Persian alone."""
    return wanted == language or (wanted, language) in {("fa", "prs"), ("pes", "fa")}


def script_of(text: str) -> str | None:
    """The script of most letters; None if there are no letters."""
    letters = "".join(_WORD.findall(text))
    if not letters:
        return None
    counts = {script: _length(pattern.findall(letters)) for script, pattern in _SCRIPTS.items()}
    counts["other"] = len(letters) - sum(counts.values())
    return max(counts, key=counts.__getitem__)


def _is_mixed(text: str) -> bool:
    """Whether a text is in Arabic script, and its other words are names, of products above all."""
    words = _WORD.findall(text)
    if _length(_SCRIPTS["arabic"].findall(text)) < MIXED_SHARE * _length(words):
        return False
    others = [word for word in words if not _SCRIPTS["arabic"].match(word)]
    return len(words) - len(others) > 1 and sum(map(str.islower, others)) <= MOST_IN_LOWER_CASE * len(others)


def _length(runs: Sequence[str]) -> int:
    return sum(map(len, runs))


def _in_arabic_script(text: str) -> str:
    words = Counter(_WORD.findall(text))
    language = _by_votes(words) or _most_likely(text, frozenset({"ar", "fa"}))
    return "prs" if language == "fa" and is_dari(text, frozenset(words)) else language


def _by_votes(words: Counter[str]) -> str | None:
    """The language in Arabic script with the most points; None if there is none or they tie."""
    points: Counter[str] = Counter()
    for word, times in words.items():
        for language, weight in _votes(word):
            points[language] += weight * times
    ranking = points.most_common(2)
    if not ranking or (len(ranking) == 2 and ranking[0][1] == ranking[1][1]):
        return None
    return ranking[0][0]


@functools.lru_cache(maxsize=50_000)
def _votes(word: str) -> tuple[tuple[str, int], ...]:
    """What one word says: languages with twice their points."""
    known = [language for language, words in FUNCTION_WORDS.items() if word in words]
    letters = frozenset(word)
    votes = [(language, 6 if len(known) == 1 else 2) for language in known]
    votes += [(language, 4) for language, own in DECIDING_LETTERS.items() if letters & own]
    votes += [(language, 2) for language, own in SPEAKING_LETTERS.items() if letters & own]
    if letters & ARABIC_KEYBOARD:
        votes.append(("ar", 1))
    if len(word) > 4 and word.startswith(_ARTICLES):
        votes.append(("ar", 2))
    return tuple(votes)


def is_dari(text: str, words: frozenset[str]) -> bool:
    """Whether a Persian `text`, of these `words`, holds enough evidence of Afghanistan."""
    singular = {_PLURAL.sub("", word) for word in words}
    evidence = len((words | singular) & DARI_WORDS) + (not words.isdisjoint(AFGHAN_INSTITUTIONS))
    evidence += sum(phrase in text for phrase in DARI_PHRASES)
    return evidence >= DARI_EVIDENCE * max(1, len((words | singular) & IRANIAN_WORDS))


def _is_english(text: str) -> bool:
    words = text.lower().split()
    return text.isascii() and 8 * sum(word in ENGLISH_WORDS for word in words) >= len(words)


def _most_likely(text: str, languages: frozenset[str]) -> str:
    """py3langid's choice among `languages`."""
    found = likeliest_language.scores(" ".join(_WORD.findall(text)), _KNOWN)
    return max(sorted(languages), key=lambda language: found[language] + PRIORS.get(language, 0.0))


def prepare() -> None:
    """Open py3langid's tables now, so that no query waits for them."""
    likeliest_language.scores("", _KNOWN)
