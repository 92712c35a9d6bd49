"""What a source says of its language, to the code that Hudhud has for it."""

from indexer.text.language import CYRILLIC_SCRIPT, DECIDING_LETTERS, LATIN_SCRIPT, OTHER_SCRIPTS

_SAME = {
    "ara": "ar", "arb": "ar", "arabic": "ar",
    "fas": "fa", "per": "fa", "pes": "fa", "persian": "fa", "farsi": "fa",
    "prs": "prs", "dari": "prs",
    "eng": "en", "english": "en", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "spa": "es",
    "por": "pt", "ita": "it", "rus": "ru", "ukr": "uk", "tur": "tr", "aze": "az", "heb": "he",
    "kur": "ku", "kmr": "ku", "ckb": "ckb", "pus": "ps", "pbt": "ps", "urd": "ur", "uig": "ug",
    "hin": "hi", "ben": "bn", "zho": "zh", "chi": "zh", "jpn": "ja", "kor": "ko", "tgk": "tg",
    "uzb": "uz", "tuk": "tk", "kaz": "kk", "hye": "hy", "arm": "hy", "kat": "ka", "geo": "ka",
}  # fmt: skip
_KNOWN = {"ar", "fa", "prs", *DECIDING_LETTERS, *CYRILLIC_SCRIPT, *LATIN_SCRIPT, *OTHER_SCRIPTS}


def language_of(written: object) -> str | None:
    """The code for a language tag, ISO 639 code or name; None if it is none that is known.

    `fa-IR`, `fas` and `per` are `fa`; `fa-AF` and `prs` are `prs`.
    """
    if not isinstance(written, str):
        return None
    parts = written.strip().lower().replace("_", "-").split("-")
    code = _SAME.get(parts[0], parts[0])
    if code == "fa" and "af" in parts[1:]:
        return "prs"
    return code if code in _KNOWN else None
