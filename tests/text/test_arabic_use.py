"""How often Arabic words are used."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.storage.word_map import WordMap
from indexer.text import orthography, wordlists
from indexer.text.orthography import arabic_use
from indexer.text.orthography.arabic_use import use

USED = {"أمل": 2e-6, "امل": 1e-6, "مدرسة": 5e-5, "نادر": 1e-8, "كلمه١": 1e-3}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a list of a few words."""
    monkeypatch.setenv("HUDHUD_CACHE", str(tmp_path))
    monkeypatch.setattr(wordlists, "read", lambda language, size: USED)
    forget()
    return tmp_path


def forget() -> None:
    arabic_use._table.cache_clear()
    use.cache_clear()


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """What a test has made is not known to the next."""
    yield
    forget()


@pytest.mark.usefixtures("cache")
def test_spellings_of_a_fold_count_together() -> None:
    assert use("امل") == 2000 + 1000
    assert use("مدرسه") == 50_000
    assert use("نادر") == use("کلمه1") == use("امال") == 0


@pytest.mark.usefixtures("cache")
def test_the_table_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    arabic_use.prepare(said.append)
    assert said == ["counting how Arabic words are used, once per machine …"]
    assert WordMap.open(arabic_use.cache_folder() / arabic_use.FILE).get("امل".encode()) == b"3000"
    monkeypatch.setattr(wordlists, "read", lambda language, size: {})
    forget()
    arabic_use.prepare(said.append)
    assert len(said) == 1
    assert use("امل") == 3000


def test_where_nothing_can_be_written_it_is_made_for_the_process(
    cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (cache / "file").touch()
    monkeypatch.setenv("HUDHUD_CACHE", str(cache / "file"))
    with caplog.at_level(logging.WARNING):
        assert use("امل") == 3000
    assert "the use of Arabic words is made anew for this process" in caplog.text


def test_all_that_is_known_of_words_is_prepared_together(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(orthography.word_tables, "prepare", lambda progress: progress("tables"))
    monkeypatch.setattr(arabic_use, "prepare", lambda progress: progress("use"))
    orthography.prepare(asked.append)
    assert asked == ["tables", "use"]
