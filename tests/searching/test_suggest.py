"""What somebody may go on to type: words as articles spell them, by how many have them, and by sound."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

import hudhud
from indexer.core.errors import InvalidQuery
from indexer.core.protocols import Encoder
from indexer.generation.generation import open_live
from indexer.retrieval import completion
from indexer.retrieval.retrieval import Retrieval
from indexer.text.orthography import is_function_word, tokens
from search_api.searching.suggest import MOST_SUGGESTIONS, MOST_TYPED, suggest
from search_api.serving.app import create_app
from search_api.serving.live import Live

TEXTS = {
    "a": "زلنسکی با ویتکاف در کی\u200cیف دیدار کرد و کتاب\u200cها را خواند.",
    "b": "زلنسکی گفت که کتابخانه در کی\u200cیف است. زلنسکی رفت.",
    "c": "التقى زيلينسكي بالوفد في كييف وقرأ كتابا.",
    "d": "زلنسکی و Zelda در بازار بودند.",
}


@pytest.fixture(scope="module")
def index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retrieval]:
    folder = tmp_path_factory.mktemp("suggest") / "index"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.models.encoder.load_encoder", lambda *_, **__: encoder)
        hudhud.index([hudhud.Article(name, "", text) for name, text in TEXTS.items()], folder)
    opened = Retrieval(open_live(folder))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(live: Live) -> Iterator[TestClient]:
    with TestClient(create_app(live)) as opened:
        yield opened


def told(index: Retrieval, typed: str) -> list[tuple[str, int, bool]]:
    return [(one.text, one.articles, one.by_sound) for one in suggest(index, typed)]


def test_words_are_spelled_as_in_articles_and_counted_by_articles(index: Retrieval) -> None:
    assert told(index, "زلن") == [("زلنسکی", 3, False)]
    assert told(index, "كتاب") == [("كتابا", 1, False), ("کتابخانه", 1, False), ("کتاب\u200cها", 1, False)]


def test_latin_letters_find_names_in_arabic_script_by_sound(index: Retrieval) -> None:
    assert told(index, "Zel")[0] == ("Zelda", 1, False), "what begins so, before what sounds so"
    assert ("زلنسکی", 3, True) in told(index, "Zel")
    assert ("زيلينسكي", 1, True) in told(index, "zelen")
    assert ("زلنسکی", 3, True) in told(index, "Зелен")


def test_english_words_that_begin_so_are_translated(index: Retrieval) -> None:
    found = [(one.text, one.query, one.english, one.by_sound) for one in suggest(index, "at the Mark")]
    assert found[0] == ("بازار", "at the بازار", "market", False)
    assert suggest(index, "ma") == (), "two letters may become too much"
    assert [one.english for one in suggest(index, "بازا")] == [""]


def test_only_the_last_word_is_completed(index: Retrieval) -> None:
    [one] = suggest(index, "دیدار با زلن")
    assert (one.text, one.query) == ("زلنسکی", "دیدار با زلنسکی")
    assert suggest(index, "زلن ") == suggest(index, "") == suggest(index, "زلن؟") == ()


def test_words_that_say_little_are_left_out(index: Retrieval) -> None:
    assert is_function_word("در")
    assert "در" not in [text for text, _, _ in told(index, "د")]


def test_what_only_sounds_so_is_no_form_of_a_verb(index: Retrieval) -> None:
    assert "رفت" in [text for text, _, _ in told(index, "رفت")]
    assert "رفت" not in [text for text, _, _ in told(index, "raft")]
    assert "گفت" not in [text for text, _, _ in told(index, "goft")]


def test_of_very_frequent_words_articles_are_estimated(
    index: Retrieval, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "COUNTED", 0)
    assert told(index, "زلن") == [("زلنسکی", 3, False)]


def test_it_agrees_with_looking_at_every_word(index: Retrieval) -> None:
    having = {name: {token.text for token in tokens(text)} for name, text in TEXTS.items()}
    words = sorted(set().union(*having.values()))
    for beginning in {word[:length] for word in words for length in (1, 2, 3)}:
        expected = {
            word: sum(word in folded for folded in having.values())
            for word in words
            if word.startswith(beginning) and not is_function_word(word)
        }
        found = suggest(index, beginning, limit=MOST_SUGGESTIONS)
        counts = {tokens(one.text)[0].text: one.articles for one in found if not one.by_sound}
        assert counts == expected
        written = [one.articles for one in found if not one.by_sound]
        assert written == sorted(written, reverse=True)


@pytest.mark.parametrize(
    ("typed", "limit", "field"), [("x", 0, "limit"), ("x", 21, "limit"), ("x" * 301, 1, "q")]
)
def test_what_cannot_be_completed_is_refused(index: Retrieval, typed: str, limit: int, field: str) -> None:
    with pytest.raises(InvalidQuery) as raised:
        suggest(index, typed, limit=limit)
    assert raised.value.field == field


def test_over_http(client: TestClient) -> None:
    body = client.get("/v1/suggest", params={"q": "war in Witk", "limit": 3}).json()
    first = body["suggestions"][0]
    assert (first["query"], first["by_sound"]) == (f"war in {first['text']}", True)
    assert first["text"] == "ویتکاف"
    assert 1 <= len(body["suggestions"]) <= 3
    assert client.get("/v1/suggest", params={"q": "x" * (MOST_TYPED + 1)}).status_code == 422
    assert client.get("/v1/suggest").status_code == 422
