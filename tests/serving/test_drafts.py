"""Draft translations over HTTP: of passages of the index alone, one at a time, for those who may search."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from fastapi.testclient import TestClient
from serving import served, wait_until
from standing_in import StandIn, draft_of

from indexer.core.errors import TranslationFailed
from indexer.core.limits import DEFAULTS, Limits
from search_api.client import Client, InvalidRequest, NotFound
from search_api.search import Searcher
from search_api.serving.app import create_app
from search_api.serving.envelope import Envelope, Policy
from search_api.serving.gates import KeyGate
from search_api.serving.keys import KeyFile, Keys, Scope
from search_api.serving.live import Live

NUCLEAR = "003_f7d4c279eac3b33f"
WHERE = f"/v1/articles/{NUCLEAR}/translation"


@contextmanager
def answering(
    live: Live, translator: StandIn | None, limits: Limits = DEFAULTS, policy: Policy | None = None
) -> Iterator[TestClient]:
    app = Envelope(create_app(live, limits, translator=translator), policy or Policy())
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def test_a_passage_is_drafted_and_called_a_draft(live: Live, searcher: Searcher) -> None:
    passage = searcher.index.passages_of(searcher.index.number_of(NUCLEAR))[1]
    with answering(live, StandIn()) as client:
        body = client.get(WHERE, params={"start": passage.start}).json()
        article = client.get(f"/v1/articles/{NUCLEAR}").json()
    assert body == {
        "generation": searcher.index.name,
        "article": {name: article[name] for name in article if name not in {"text", "passages"}},
        "passage": {"id": passage.number, "start": passage.start, "end": passage.end},
        "language": "en",
        "model": "aren",
        "note": "Draft by a machine. Check before you quote.",
        "text": draft_of(passage.text, "ar"),
    }


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        (f"{WHERE}?start=1", 422, "no passage begins at 1: the article tells where they begin"),
        (WHERE, 422, "start is missing"),
        (f"{WHERE}?start=-1", 422, "start"),
        (f"{WHERE}?start=0&text=hello", 422, "text is not a field here: start are"),
        ("/v1/articles/nowhere/translation?start=0", 404, "no article has the id 'nowhere' in this index"),
        (f"/v1/articles/{'x' * 5000}/translation?start=0", 404, "no article has the id"),
    ],
)
def test_what_is_no_passage_is_refused(live: Live, path: str, status: int, detail: str) -> None:
    with answering(live, StandIn()) as client:
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.json()["detail"].startswith(detail)


def test_no_text_is_taken_from_outside(live: Live) -> None:
    with answering(live, StandIn()) as client:
        answer = client.post(WHERE, json={"text": "hello"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("translator", "detail"),
    [
        (None, "this server translates nothing: it was started without --translation-models"),
        (StandIn("fa"), "no translation model reads 'ar' here"),
    ],
    ids=["none", "another language"],
)
def test_where_nothing_translates_that_is_told(live: Live, translator: StandIn | None, detail: str) -> None:
    with answering(live, translator) as client:
        answer = client.get(f"{WHERE}?start=0")
    assert (answer.status_code, answer.json()["detail"]) == (404, detail)


def test_a_draft_that_fails_is_told_and_not_asked_for_again(live: Live) -> None:
    translator = StandIn()
    translator.fails = TranslationFailed("the model gives no draft of this text")
    with answering(live, translator) as client:
        answer = client.get(f"{WHERE}?start=0")
    assert (answer.status_code, answer.json()["detail"]) == (500, "the model gives no draft of this text")
    assert "retry-after" not in answer.headers


def test_a_draft_that_takes_too_long_is_stopped(live: Live) -> None:
    translator = StandIn()
    translator.waits = True
    with answering(live, translator, replace(DEFAULTS, deadline_seconds=0.2)) as client:
        answer = client.get(f"{WHERE}?start=0")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["detail"].startswith("the answer took more than 0.2 seconds")


def test_one_draft_is_made_at_a_time_and_few_wait(live: Live) -> None:
    translator = StandIn()
    translator.waits = True
    limits = replace(DEFAULTS, drafts_waiting=1, deadline_seconds=60.0)
    app = create_app(live, limits, translator=translator)
    with served(Envelope(app, Policy()), limits) as server, ExitStack() as stack:
        statuses: list[int] = []
        first = Thread(target=lambda: statuses.append(server.get(f"{WHERE}?start=0").status))
        first.start()
        stack.callback(first.join)
        assert translator.started.wait(60)
        second = Thread(target=lambda: statuses.append(server.get(f"{WHERE}?start=0").status))
        second.start()
        stack.callback(second.join)
        stack.callback(setattr, translator, "waits", False)
        [*_, drafts] = app.state.pools
        wait_until(lambda: drafts.waiting == 1)
        refused = server.get(f"{WHERE}?start=0")
        assert refused.headers["retry-after"] == "1"
        assert refused.json["detail"] == "too many draft translations are waiting: try again in a second"
        assert server.get("/v1/articles/" + NUCLEAR).status == 200
        assert server.get("/v1/search?q=nuclear").status == 200
    assert statuses == [200, 200]


def test_a_draft_that_nobody_waits_for_is_given_up(live: Live) -> None:
    translator = StandIn()
    translator.waits = True
    limits = replace(DEFAULTS, deadline_seconds=60.0)
    app = Envelope(create_app(live, limits, translator=translator), Policy())
    with served(app, limits) as server:
        with server.send(f"GET {WHERE}?start=0 HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            assert translator.started.wait(60)
        assert translator.ended.wait(60)


def test_drafts_are_for_those_who_may_search(live: Live, tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.json")
    keys = {scope: file.create(scope.value, [scope])[1] for scope in Scope}
    gate = KeyGate(Keys(file), anonymous=False)
    with answering(live, StandIn(), policy=Policy(gates=(gate,))) as client:
        statuses = {
            scope: client.get(f"{WHERE}?start=0", headers={"X-API-Key": key}).status_code
            for scope, key in keys.items()
        }
        without = client.get(f"{WHERE}?start=0").status_code
    assert statuses == {Scope.SEARCH: 200, Scope.FEED: 403, Scope.ADMIN: 403}
    assert without == 401


def test_the_client_gives_drafts(live: Live, searcher: Searcher) -> None:
    passage = searcher.index.passages_of(searcher.index.number_of(NUCLEAR))[0]
    app = Envelope(create_app(live, translator=StandIn()), Policy())
    with served(app, DEFAULTS) as server:
        client = Client(f"http://127.0.0.1:{server.port}")
        found = client.translation(NUCLEAR, passage.start)
        assert (found.text, found.language, found.model) == (draft_of(passage.text, "ar"), "en", "aren")
        assert (found.passage.start, found.passage.end) == (passage.start, passage.end)
        assert (found.article.id, found.note) == (NUCLEAR, "Draft by a machine. Check before you quote.")
        with pytest.raises(InvalidRequest):
            client.translation(NUCLEAR, 1)
        with pytest.raises(NotFound):
            client.translation("nowhere", 0)
