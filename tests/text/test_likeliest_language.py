"""py3langid's tables, mapped: what they say is what the library says."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from indexer.text import likeliest_language
from indexer.text.likeliest_language import cache_folder, identifier

LANGUAGES = frozenset({"ar", "de", "en", "fa", "fr", "ru", "tr", "zh"})
TEXTS = (
    "inflation rate minister",
    "Der Bundeskanzler besuchte gestern die Stadt",
    "le prix du pain augmente",
    "Это новости дня",
    "ekmek fiyatları yükseldi",
    "وزیر دیروز به شهر رفت",
    "قال الوزير أمس",
    "今天的新闻",
    "ELECTION",
    "12",
    "",
)


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HUDHUD_CACHE", str(tmp_path / "cache"))
    identifier.cache_clear()
    yield
    identifier.cache_clear()


def told(known: LanguageIdentifier) -> list[dict[str, float]]:
    return [dict(known.rank(text)) for text in TEXTS]


def library() -> LanguageIdentifier:
    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    whole.set_languages(sorted(LANGUAGES))
    return whole


def test_mapped_tables_say_what_the_library_says() -> None:
    expected = told(library())
    for _ in ("made", "there already"):
        identifier.cache_clear()
        for found, wanted in zip(told(identifier(LANGUAGES)), expected, strict=True):
            assert found == pytest.approx(wanted, rel=1e-5)
    assert sorted(path.name for path in cache_folder(LANGUAGES).iterdir()) == [
        "classes.json",
        "complete.json",
        "features.npy",
        "moves.npy",
        "prior.npy",
        "rows.npy",
        "shares.npy",
    ]


def test_languages_have_a_folder_of_their_own() -> None:
    assert cache_folder(LANGUAGES) != cache_folder(LANGUAGES - {"fr"})
    assert cache_folder(sorted(LANGUAGES)) == cache_folder(LANGUAGES)


def test_tables_that_cannot_be_written_are_unpacked_for_the_process(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").touch()
    with caplog.at_level(logging.WARNING, likeliest_language.__name__):
        assert identifier(LANGUAGES).classify(TEXTS[1])[0] == "de"
    assert "the tables of languages are unpacked for this process" in caplog.text
