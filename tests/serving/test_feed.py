"""A search as an Atom feed: what it says, and the token that reads it."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from indexer.core.records import Article, MatchKind, Passage, Sentence
from search_api.searching.evidence import TextSpan, WordMatch
from search_api.searching.outcomes import Hit, HitScores
from search_api.searching.query import parse
from search_api.serving.app import create_app
from search_api.serving.envelope import Envelope, Policy
from search_api.serving.feed import feed
from search_api.serving.gates import KeyGate
from search_api.serving.keys import KeyFile, Keys, Scope
from search_api.serving.live import Live

ATOM = "{http://www.w3.org/2005/Atom}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
ADDRESS = "/v1/search.atom?q=flood&min_confidence=0"


@pytest.fixture(scope="module")
def client(newsroom: Live) -> Iterator[TestClient]:
    with TestClient(create_app(newsroom)) as opened:
        yield opened


def told(element: ElementTree.Element, name: str) -> str:
    return element.findtext(f"{ATOM}{name}") or ""


def test_a_feed_has_an_entry_for_each_article_that_matches(client: TestClient, newsroom: Live) -> None:
    answer = client.get(f"{ADDRESS}&sources=ایسنا&meta.section=weather")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)
    with newsroom.searcher() as searcher:
        [came] = searcher.index.arrivals([0]).tolist()
    time = datetime.datetime.fromtimestamp(came, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (told(root, "title"), told(root, "updated")) == ("Hudhud: flood", time)
    [entry] = root.findall(f"{ATOM}entry")
    assert entry.get(LANGUAGE) == "fa"
    assert (told(entry, "id"), told(entry, "updated")) == ("urn:hudhud:article:news%2F01", time)
    assert told(entry, "published") == "2025-11-02T00:00:00Z"
    link, author = entry.find(f"{ATOM}link"), entry.find(f"{ATOM}author")
    assert link is not None
    assert author is not None
    assert (link.get("href"), told(author, "name")) == ("https://www.example.org/1", "ایسنا")
    [hit] = client.get(f"/v1/search{ADDRESS[15:]}&sources=ایسنا&meta.section=weather").json()["hits"]
    sentence, words = hit["evidence"]["sentence"], hit["evidence"]["words"]
    start = sentence["start"] - hit["passage"]["start"]
    best = hit["passage"]["text"][start : start + sentence["end"] - sentence["start"]]
    assert words
    answered = "; ".join(f"{one['query']['text']} = {one['passage']['text']}" for one in words)
    assert told(entry, "summary") == f"{best}\n\n{answered}"


def test_readers_know_a_feed_by_all_that_it_asks_for(client: TestClient) -> None:
    def name(parameters: str) -> str:
        answer = client.get(f"/v1/search.atom?q=flood&{parameters}")
        return told(ElementTree.fromstring(answer.content), "id")

    names = [name(some) for some in ("", "languages=fa", "languages=ar", "min_confidence=0", "to=2025-01-01")]
    assert len(set(names)) == len(names)
    assert name("min_confidence=0&languages=fa") == name("languages=fa&min_confidence=0")
    assert name("token=secret") == names[0]


def test_an_entry_stays_one_whatever_its_article_says() -> None:
    hostile = '</summary><entry>\x00\x1b[31m & "quoted" \ud800'.encode("utf-8", "replace").decode()
    article = Article("in/a b", hostile, hostile, None, "und", "in/a", url="javascript:alert(1)")
    hit = Hit(
        *(1, 0.5, HitScores(0, 0, 0, 0), article),
        Passage(0, 0, 0, len(hostile), hostile),
        Sentence(0, len(hostile), 0, 0),
        (),
    )
    root = ElementTree.fromstring(feed("a", "here", parse("a \x1b query"), [hit], [0]))
    [entry] = root.findall(f"{ATOM}entry")
    clean = hostile.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")
    assert (told(entry, "title"), told(entry, "summary")) == (clean, clean)
    links = [(link.get("rel"), link.get("href")) for link in root.iter(f"{ATOM}link")]
    assert links == [("self", "here"), ("alternate", "articles/in/a%20b")]
    assert [told(author, "name") for author in root.iter(f"{ATOM}author")] == ["Hudhud"], "no path"


def test_a_feed_says_where_it_is(client: TestClient) -> None:
    asked = {
        "q": "flood & سیل",
        "meta.author": ["Ali"],
        "exact": "true",
        "languages": "fa,ar",
        "token": "secret",
    }
    first = client.get("/v1/search.atom", params=asked)
    link = ElementTree.fromstring(first.content).find(f"{ATOM}link")
    assert link is not None
    href = link.get("href", "")
    assert link.get("rel") == "self"
    assert (
        href
        == "search.atom?exact=true&languages=fa&languages=ar&meta.author=Ali&q=flood+%26+%D8%B3%DB%8C%D9%84"
    )
    assert client.get(f"/v1/{href}").content == first.content


def test_a_word_that_answers_twice_is_told_once() -> None:
    text = "flood and flood, river"
    words = [
        WordMatch(TextSpan(0, 5, "flood"), TextSpan(start, start + 5, text[start : start + 5]), kind, 1.0)
        for start, kind in ((0, MatchKind.SAME), (10, MatchKind.SAME), (17, MatchKind.TRANSLATION))
    ]
    hit = Hit(
        *(1, 0.5, HitScores(0, 0, 0, 0), Article("a", "a", text, None, "en", "a.txt")),
        Passage(0, 0, 0, len(text), text),
        Sentence(0, len(text), 0, 0),
        tuple(words),
    )
    root = ElementTree.fromstring(feed("a", "here", parse("flood"), [hit], [0]))
    [entry] = root.findall(f"{ATOM}entry")
    assert told(entry, "summary") == f"{text}\n\nflood = flood; flood = river"


def test_a_feed_is_as_long_as_is_asked_for(client: TestClient) -> None:
    for limit, expected in ((2, 2), (100, 5)):
        root = ElementTree.fromstring(client.get(f"{ADDRESS}&limit={limit}").content)
        assert len(root.findall(f"{ATOM}entry")) == expected
    refused = client.get("/v1/search.atom?q=flood&sort=newest")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "sort")


def test_a_feed_follows_words_alone(client: TestClient) -> None:
    root = ElementTree.fromstring(client.get("/v1/search.atom?q=باران&min_confidence=0&exact=true").content)
    assert {told(entry, "id") for entry in root.iter(f"{ATOM}entry")} == {
        "urn:hudhud:article:news%2F01",
        "urn:hudhud:article:news%2F02",
    }


def test_a_token_reads_feeds_and_nothing_else(newsroom: Live, tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.json")
    (_, token), (_, searching), (_, admin) = (
        file.create("a", [scope]) for scope in (Scope.FEED, Scope.SEARCH, Scope.ADMIN)
    )
    guarded = Envelope(create_app(newsroom), Policy(gates=(KeyGate(Keys(file), anonymous=False),)))
    with TestClient(guarded, base_url="http://localhost") as client:
        assert client.get(ADDRESS).status_code == 401
        assert client.get(f"{ADDRESS}&token=hudhud_x_y").status_code == 401
        assert client.get(f"{ADDRESS}&token={token}").status_code == 200
        assert client.get(ADDRESS, headers={"X-API-Key": searching}).status_code == 200
        refused = client.get(f"{ADDRESS}&token={admin}")
        assert (refused.status_code, refused.json()["detail"]) == (
            403,
            "this needs a key with the scope feed or search",
        )
        assert client.get(f"/v1/search?q=flood&token={token}").status_code == 401
        assert client.get("/v1/search?q=flood", headers={"X-API-Key": token}).status_code == 403
