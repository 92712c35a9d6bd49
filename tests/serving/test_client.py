"""The typed client against the live server, and against servers that are busy, newer or none."""

import datetime
import http.server
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from serving import Served, served

from indexer.core.limits import Limits
from search_api.client import (
    ApiError,
    Asking,
    Client,
    CursorExpired,
    Facet,
    InvalidRequest,
    KeyRefused,
    NotAllowed,
    NotFound,
    NotReached,
    Omit,
    Refused,
    Results,
    ServerFault,
    TooManyRequests,
    Unavailable,
    UnexpectedAnswer,
)
from search_api.search import Searcher
from search_api.searching.query import parse
from search_api.serving.app import create_app
from search_api.serving.callers import Callers
from search_api.serving.envelope import Envelope, Policy
from search_api.serving.gates import KeyGate, RateGate
from search_api.serving.keys import KeyFile, Keys, Scope
from search_api.serving.live import Live
from search_api.serving.schemas import SearchResponse

QUERY = "Zaporizhzhia nuclear plant lost external power"
NUCLEAR = "003_f7d4c279eac3b33f"


@pytest.fixture(scope="module")
def server(live: Live) -> Iterator[Served]:
    with served(Envelope(create_app(live), Policy()), Limits()) as opened:
        yield opened


@pytest.fixture
def client(server: Served) -> Client:
    return Client(f"http://127.0.0.1:{server.port}")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between tries, which take no time."""
    taken: list[float] = []
    monkeypatch.setattr("time.sleep", taken.append)
    return taken


def test_a_search_gives_what_the_server_found(client: Client, searcher: Searcher) -> None:
    results = client.search(QUERY, languages="ar", gloss=True)
    [found] = searcher.search(parse(QUERY, languages=["ar"], gloss=True)).hits
    [hit] = results
    assert (results.query, results.language, results.verdict) == (QUERY, "en", "strong")
    assert (results.generation, results[0], len(results)) == (searcher.index.name, hit, 1)
    assert (hit.id, hit.title, hit.language) == (NUCLEAR, found.article.title, "ar")
    assert (hit.text, hit.start, hit.end) == (found.passage.text, found.passage.start, found.passage.end)
    assert hit.sentence == found.sentence.of(found.article.text)
    assert hit.sentence_start == found.sentence.start
    assert [word.passage for word in hit.evidence] == [match.passage.text for match in found.words]
    assert [word.meanings for word in hit.gloss] == [word.meanings for word in found.gloss]
    assert hit.scores.fused == hit.score == pytest.approx(found.score, abs=1e-6)


def test_filters_are_sent(client: Client) -> None:
    first, last = datetime.date(2025, 9, 1), datetime.datetime(2025, 9, 30, 12, tzinfo=datetime.UTC)
    results = client.search("war on 8 September 2025", since=first, until=last)
    assert {hit.language for hit in client.search("war", languages=["prs", "ar"])} == {"prs", "ar"}
    assert all(hit.date and first <= hit.date <= last.date() for hit in results)
    assert [date.since for date in results.dates] == [datetime.date(2025, 9, 8)]
    assert any("no date" in warning for warning in results.warnings)
    few = client.search("war", limit=7, more={"limit": 2})
    assert (len(few), few.more, [hit.more for hit in few]) == (2, {}, [{}, {}])


def test_several_queries_have_an_answer_or_a_problem_each(client: Client) -> None:
    queries = [QUERY, "؟", *(f"war {number}" for number in range(18))]
    answers = client.searches(queries, limit=2)
    assert len(answers) == len(queries) == 20  # two requests
    first, second, *others = answers
    assert isinstance(first, Results)
    assert first.hits == client.search(QUERY, limit=2).hits
    assert isinstance(second, InvalidRequest)
    assert [fault.field for fault in second.faults] == ["q"]
    assert [one.query for one in others if isinstance(one, Results)] == queries[2:]


def test_articles_come_in_the_order_of_their_ids_each_once(client: Client) -> None:
    ids = [hit.id for hit in client.search("war", limit=3)]
    found = client.articles([*reversed(ids), "nowhere", ids[0]])
    assert [article.id for article in found] == ids[::-1]
    assert found[-1] == client.article(ids[0])
    assert client.articles([]) == []


def test_articles_that_are_left_are_asked_for_again() -> None:
    def sent(*ids: str, left: Sequence[str]) -> Told:
        of_all = {"title": "", "text": "", "date": None, "language": "fa", "source": "", "url": None}
        articles: list[dict[str, object]] = [
            {"id": id, **of_all, "publisher": "", "metadata": {}, "passages": []} for id in ids
        ]
        return 200, {}, json.dumps({"articles": articles, "missing": [], "left": left}).encode()

    with telling([sent("a", left=["b", "c"]), sent("b", "c", left=[])]) as (client, asked):
        assert [article.id for article in client.articles(["a", "b", "c"])] == ["a", "b", "c"]
        assert asked == ["/v1/articles"] * 2
    with telling([sent(left=["a"])]) as (client, _), pytest.raises(UnexpectedAnswer, match="none of the"):
        client.articles(["a"])


def test_similar_articles_and_suggestions_are_typed(client: Client) -> None:
    found = client.similar(NUCLEAR, limit=2, omit=Omit(languages="prs"))
    assert [one.rank for one in found] == [1, 2]
    for one in found:
        assert one.article.language != "prs"
        assert one.is_same_story == (one.confidence >= 0.5)
        text = client.article(one.article.id).text
        assert 0 <= one.passage.start < one.passage.end <= len(text)
    assert {one.article.language for one in client.similar(NUCLEAR, languages=["prs"])} == {"prs"}
    with pytest.raises(NotFound):
        client.similar("nowhere")
    word, *_ = client.suggest("the nucl", limit=3)
    assert word.query.startswith("the ")
    assert word.query.endswith(word.text)
    assert word.articles >= 1


@pytest.fixture(scope="module")
def archive(newsroom: Live) -> Iterator[Client]:
    """A client of a server over an archive with publishers and further fields."""
    with served(Envelope(create_app(newsroom), Policy()), Limits()) as opened:
        yield Client(f"http://127.0.0.1:{opened.port}")


@pytest.mark.parametrize(
    ("asking", "ids"),
    [
        ({"sources": "ايسنا"}, "1 5"),
        ({"sources": ["BBC Persian", "aljazeera.net"], "languages": "fa"}, "2"),
        ({"meta": {"author": "Ali", "section": ["weather"]}}, "1 2"),
        ({"omit": Omit(languages="fa,prs")}, "3 4"),
        ({"omit": Omit(sources=["aljazeera.net"], meta={"section": ["sport"]})}, "1 2"),
        ({"since": datetime.date(2025, 11, 1), "sort": "oldest"}, "1 3 4"),
        ({"sort": "newest", "limit": 2}, "4 3"),
        ({"mode": "lexical", "without": "dictionary,translation"}, ""),
        ({"exact": True}, ""),
    ],
)
def test_what_a_search_asks_for_has_a_name(archive: Client, asking: Asking, ids: str) -> None:
    whole: Asking = {"min_confidence": 0, **asking}
    results = archive.search("flood football wheat", **whole)
    found = [hit.id[-1] for hit in results]
    assert " ".join(found if "sort" in asking else sorted(found)) == ids


def test_answers_are_typed(archive: Client) -> None:
    results = archive.search(
        "flood",
        since="2025-10-01",
        without="sound",
        sources="ايسنا",
        min_confidence=0,
        facets=["language", "meta.author"],
        highlight="html,offsets",
    )
    assert (results.total, results.is_total_exact, results.next_cursor) == (1, True, None)
    assert (results.since, results.until, results.mode) == (datetime.date(2025, 10, 1), None, "hybrid")
    assert (results.without, results.reranking_ms) == (("sound",), None)
    assert results.facets == (
        Facet("language", (("fa", 1),), True),
        Facet("meta.author", (("Ali", 1), ("Sara Nouri", 1)), True),
    )
    [hit] = results
    assert (hit.publisher, hit.url, hit.twins) == ("ایسنا", "https://www.example.org/1", ())
    assert hit.metadata == (("author", ("Sara Nouri", "Ali")), ("section", ("weather",)))
    assert hit.highlight is not None
    assert hit.highlight.html is not None
    mark = hit.highlight.marks[0]
    marked = hit.text[mark.start - hit.start : mark.end - hit.start]
    assert f">{marked}</mark>" in hit.highlight.html.passage
    assert (mark.utf16_start, mark.query, mark.kind) == (mark.start, "flood", "dictionary")
    article = archive.article(hit.id)
    assert (article.publisher, article.metadata, article.more) == (hit.publisher, hit.metadata, {})
    assert [passage.id for passage in article.passages] == [hit.passage]


def test_pages_follow_each_other(archive: Client) -> None:
    pages = list(archive.pages("flood", limit=2, min_confidence=0, sort="newest"))
    assert [[hit.rank for hit in page] for page in pages] == [[1, 2], [3, 4], [5]]
    assert [hit.id[-1] for page in pages for hit in page] == ["4", "3", "1", "2", "5"]
    rest = archive.pages("flood", limit=3, min_confidence=0, sort="newest", cursor=pages[0].next_cursor)
    assert [hit.id[-1] for hit in next(rest)] == ["1", "2", "5"]
    with pytest.raises(InvalidRequest, match="cursor"):
        archive.search("flood", cursor="x")


def test_parts_of_hits_are_given_as_they_are(archive: Client) -> None:
    found = archive.select("flood", "id,meta.section", limit=1, min_confidence=0)
    [whole] = archive.search("flood", limit=1, min_confidence=0)
    section = {"section": list(dict(whole.metadata)["section"])}
    assert found["hits"] == [{"article": {"id": whole.id, "metadata": section}}]
    assert (found["total"], found["generation"]) == (5, archive.search("flood").generation)
    with pytest.raises(InvalidRequest, match="no part of a hit is called 'place'"):
        archive.select("flood", ["place"])


def test_an_article_is_read_and_its_offsets_fit(client: Client) -> None:
    hit = client.search(QUERY, languages="ar")[0]
    article = client.article(hit.id)
    assert article.text[hit.start : hit.end] == hit.text
    assert (article.id, article.title, article.language) == (hit.id, hit.title, "ar")
    with pytest.raises(NotFound, match="no article has the id 'a/b c\\?'"):
        client.article("a/b c?")
    assert client.is_ready()


def test_a_request_that_cannot_be_used_names_its_faults(client: Client) -> None:
    with pytest.raises(InvalidRequest) as caught:
        client.search("war", limit=500)
    error = caught.value
    assert (error.status, error.faults[0].field, error.faults[0].value) == (422, "limit", 500)
    assert error.detail == "limit: Input should be less than or equal to 100, not 500"
    assert error.request_id is not None
    assert len(error.request_id) == 16
    with pytest.raises(InvalidRequest, match="the query holds no letter and no digit"):
        client.search("…")
    with pytest.raises(InvalidRequest, match="the body is longer than 262,144 bytes"):
        client.search("x" * 300_000)


def test_a_key_is_sent_and_never_shown(live: Live, tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.json")
    _, search = file.create("a", [Scope.SEARCH])
    _, admin = file.create("b", [Scope.ADMIN])
    policy = Policy(Callers(), gates=(RateGate(KeyGate(Keys(file), anonymous=False), 100, 2),))
    with served(Envelope(create_app(live), policy), Limits()) as server:
        url = f"http://127.0.0.1:{server.port}"
        wrong = search[:-1] + ("a" if search[-1] != "a" else "b")
        with_key = Client(url, search, tries=1)
        assert with_key.search("war", limit=1).hits
        told = [repr(with_key), repr(with_key._transport)]
        for key, kind in ((None, KeyRefused), (wrong, KeyRefused), (admin, NotAllowed)):
            with pytest.raises(kind) as caught:
                Client(url, key).search("war")
            told.append(repr(caught.value))
        with_key.search("war", limit=1)
        with pytest.raises(TooManyRequests) as many:
            with_key.search("war", limit=1)
        assert many.value.retry_after is not None
        assert 1 <= many.value.retry_after <= 60
    assert repr(with_key) == f"<Client '{url}', with a key>"
    assert [text for text in told if any(key in text for key in (search, wrong, admin))] == []


Told = tuple[int, dict[str, str], bytes]


@contextmanager
def telling(answers: Sequence[Told]) -> Iterator[tuple[Client, list[str]]]:
    """A client of a server that gives these answers, and the paths that it asks for."""
    asked: list[str] = []
    left = list(answers)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["content-length"]))
            status, headers, body = left.pop(0)
            self.send_response(status)
            for name, value in (headers | {"content-length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Client(f"http://127.0.0.1:{server.server_port}", "hudhud_1_secret"), asked
        finally:
            server.shutdown()


@pytest.fixture(scope="module")
def document(live: Live) -> dict[str, Any]:
    """An answer of the server."""
    with live.searcher() as searcher:
        response = SearchResponse.of(searcher.search(parse(QUERY, limit=2, gloss=True)))
    found: dict[str, Any] = json.loads(response.model_dump_json())
    return found


def encoded(document: object) -> bytes:
    return json.dumps(document).encode()


def busy(status: int, **headers: str) -> Told:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, named, encoded({"title": "Busy", "status": status, "detail": "try again"})


def test_it_waits_as_long_as_it_is_told_and_tries_again(document: dict[str, Any], waits: list[float]) -> None:
    answers = [busy(503, retry_after="1"), busy(429, retry_after="7"), busy(503)]
    with telling([*answers, (200, {}, encoded(document))]) as (client, asked):
        assert client.search("war") == Results.of(document)
    assert waits == [1, 7, 0.5 * 2**2]
    assert asked == ["/v1/search"] * 4


@pytest.mark.parametrize(
    ("answers", "kind", "waited"),
    [
        ([busy(503, retry_after="1")] * 4, Unavailable, [1, 1, 1]),
        ([busy(429, retry_after="31")], TooManyRequests, []),
        ([busy(429, retry_after="20")] * 2, TooManyRequests, [20]),
        ([busy(500)], ServerFault, []),
        ([busy(413)], InvalidRequest, []),
        ([busy(410)], CursorExpired, []),
        ([(502, {}, b"<html>Bad gateway</html>")], ServerFault, []),
        ([(302, {"location": "http://evil.example/"}, b"")], Refused, []),
    ],
)
def test_it_gives_up_in_the_end(
    answers: list[Told], kind: type[Refused], waited: list[float], waits: list[float]
) -> None:
    with telling(answers) as (client, asked), pytest.raises(kind) as caught:
        client.search("war")
    assert (waits, len(asked)) == (waited, len(answers))
    assert "secret" not in str(caught.value)


def test_it_goes_on_working_when_answers_gain_fields(document: dict[str, Any]) -> None:
    newer = json.loads(json.dumps(document))
    everywhere(newer)
    newer["hits"][0]["article"]["url"] = "https://news.example.org/1"
    with telling([(200, {}, encoded(newer))]) as (client, _):
        found = client.search("war")
    assert found.hits[0].url == "https://news.example.org/1"
    assert found.more["gained"] == found.hits[1].more["gained"] == {"a": [1]}
    assert found.hits[1] == Results.of(document).hits[1]


def everywhere(value: object) -> None:
    """Give each object in a document one field more, but for those whose fields are data."""
    if isinstance(value, dict):
        for name, inner in list(value.items()):
            if name not in ("facets", "metadata"):
                everywhere(inner)
        value["gained"] = {"a": [1]}
    elif isinstance(value, list):
        for inner in value:
            everywhere(inner)


def test_a_server_behind_a_prefix_is_asked_there(document: dict[str, Any]) -> None:
    with telling([(200, {}, encoded(document))]) as (client, asked):
        address = client._transport.address
        Client(f"http://{address.host}:{address.port}/hudhud/").search("war")
    assert asked == ["/hudhud/v1/search"]


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"query": 7}', b"\xff"])
def test_what_is_no_hudhud_is_said(body: bytes) -> None:
    with telling([(200, {}, body)]) as (client, _), pytest.raises(UnexpectedAnswer, match=r"127\.0\.0\.1"):
        client.search("war")


def test_where_nobody_answers_is_said() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        client = Client(f"http://127.0.0.1:{bound.getsockname()[1]}")
        with pytest.raises(NotReached, match=r"127\.0\.0\.1:\d+: .*refused"):
            client.search("war")
        bound.listen(1)
        with pytest.raises(NotReached, match="timed out"):
            Client(f"http://127.0.0.1:{bound.getsockname()[1]}", timeout=0.1).is_ready()
    assert issubclass(NotReached, ApiError)


@pytest.mark.parametrize(
    "url", ["", "news.example.org", "ftp://a", "http://", "http://me:secret@a", "http://a?b", "http://a:x"]
)
def test_only_an_address_of_a_server_is_taken(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|[Pp]ort") as caught:
        Client(url)
    assert "secret" not in str(caught.value)


def test_it_needs_nothing_but_the_standard_library() -> None:
    program = (
        "import sys; before = set(sys.modules); import search_api.client; print(*(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded - set(sys.stdlib_module_names) == {"search_api"}
