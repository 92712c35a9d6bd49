"""Signing in and out, as a browser does it: what is kept, what is refused, what the log holds."""

import logging
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from lxml import html

from search_api.serving import keys
from search_api.serving.app import create_app
from search_api.serving.envelope import Envelope, Policy
from search_api.serving.gates import KeyGate, RateGate, SignInGate
from search_api.serving.keys import KeyFile, Keys, Scope
from search_api.serving.live import Live
from search_api.serving.sessions import COOKIE, Sessions
from search_api.web.pages import add_pages
from search_api.web.problems import WithProblemPages
from search_api.web.signing import add_signing

BROWSER = {"accept": "text/html", "accept-language": "en", "sec-fetch-site": "same-origin"}
SEARCH = "/?q=Zaporizhzhia"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeyFile:
    monkeypatch.setattr(keys, "_LOOK_EVERY", 0.0)
    return KeyFile(tmp_path / "keys.json")


@pytest.fixture
def key(file: KeyFile) -> str:
    return file.create("newsroom", [Scope.SEARCH])[1]


@pytest.fixture
def client(live: Live, file: KeyFile, key: str) -> Iterator[TestClient]:
    assert file.read()[0].id in key
    sessions = Sessions(Keys(file))
    app = create_app(live)
    add_pages(app)
    add_signing(app, sessions)
    gate = RateGate(KeyGate(sessions.keys, anonymous=True, sessions=sessions), 1000, 1000)
    policy = Policy(gates=(SignInGate(), gate), log_queries=True)
    whole = WithProblemPages(Envelope(app, policy), live)
    with TestClient(whole, base_url="http://localhost", headers=BROWSER, follow_redirects=False) as opened:
        yield opened


def signed_in(client: TestClient, key: str, **more: str) -> Response:
    return client.post("/sign-in", data={"key": key, **more})


def attributes(answer: Response) -> dict[str, str]:
    [(name, morsel)] = SimpleCookie(answer.headers["set-cookie"]).items()
    assert name == COOKIE
    return {"value": morsel.value, **{name: str(value) for name, value in morsel.items() if value}}


def test_a_page_leads_to_the_form_and_the_form_back_to_the_page(client: TestClient, key: str) -> None:
    refused = client.get(SEARCH)
    assert refused.status_code == 401
    [link] = [one for one in html.fromstring(refused.text).iter("a") if "sign-in" in one.get("href")]
    form = client.get(link.get("href"))
    assert (form.status_code, form.headers["referrer-policy"]) == (200, "same-origin")
    fields = dict(html.fromstring(form.text).forms[0].fields)
    assert fields == {"next": SEARCH, "key": None}
    answer = signed_in(client, key, next=SEARCH)
    assert (answer.status_code, answer.headers["location"]) == (303, SEARCH)
    assert client.get(SEARCH).status_code == 200
    assert client.get("/v1/search?q=war").status_code == 200


def test_signing_in_and_out_keeps_the_language_of_the_address(client: TestClient, key: str) -> None:
    form = html.fromstring(client.get("/sign-in", params={"next": SEARCH, "ui": "fa"}).text)
    assert (form.get("lang"), dict(form.forms[0].fields)) == ("fa", {"ui": "fa", "next": SEARCH, "key": None})
    wrong = html.fromstring(signed_in(client, "wrong", ui="fa").text)
    assert (wrong.get("lang"), dict(wrong.forms[0].fields)["ui"]) == ("fa", "fa")
    signed_in(client, key, ui="fa")
    page = html.fromstring(client.get("/saved", params={"ui": "fa"}).text)
    [leave] = [one.get("href") for one in page.iter("a") if "sign-out" in (one.get("href") or "")]
    asked = html.fromstring(client.get(leave).text)
    assert (asked.get("lang"), dict(asked.forms[0].fields)) == ("fa", {"ui": "fa"})
    assert client.post("/sign-out", data={"ui": "fa"}).headers["location"] == "/sign-in?ui=fa"


def test_the_cookie_is_for_this_server_alone_and_is_not_the_key(client: TestClient, key: str) -> None:
    answer = signed_in(client, key)
    kept = attributes(answer)
    value = kept.pop("value")
    assert kept == {"path": "/", "max-age": "43200", "httponly": "True", "samesite": "Strict"}
    assert key not in value
    assert value not in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("headers", [{"origin": "https://localhost"}, {"x-forwarded-proto": "https"}])
def test_over_https_the_cookie_goes_by_https_alone(
    client: TestClient, key: str, headers: dict[str, str]
) -> None:
    answer = client.post("/sign-in", data={"key": key}, headers=headers)
    assert attributes(answer)["secure"] == "True"


@pytest.mark.parametrize("wrong", ["", "hudhud_00000000_x", "<script>alert(1)</script>", "\x00", "a" * 5000])
def test_a_wrong_key_is_told_and_not_shown(client: TestClient, wrong: str) -> None:
    answer = signed_in(client, wrong, next=SEARCH)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    page = html.fromstring(answer.text)
    assert page.get_element_by_id("sign-in-wrong").text == "This key is not known, or may not search."
    assert dict(page.forms[0].fields) == {"next": SEARCH, "key": None}
    assert "script>alert" not in answer.text
    assert client.get(SEARCH).status_code == 401


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "",
        "/\r\nX-Evil: 1",
    ],
)
def test_nobody_is_sent_elsewhere(client: TestClient, key: str, elsewhere: str) -> None:
    answer = signed_in(client, key, next=elsewhere)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_who_is_signed_in_is_sent_on(client: TestClient, key: str) -> None:
    signed_in(client, key)
    answer = client.get("/sign-in", params={"next": "/saved"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/saved")


def test_signing_in_again_ends_the_session_before(client: TestClient, key: str) -> None:
    first = attributes(signed_in(client, key))["value"]
    second = attributes(signed_in(client, key))["value"]
    assert first != second
    client.cookies.clear()
    assert client.get(SEARCH, headers={"cookie": f"{COOKIE}={first}"}).status_code == 401
    assert client.get(SEARCH, headers={"cookie": f"{COOKIE}={second}"}).status_code == 200


def test_a_session_that_somebody_else_planted_is_not_taken_over(client: TestClient, key: str) -> None:
    client.cookies.set(COOKIE, "planted")
    assert attributes(signed_in(client, key))["value"] != "planted"
    client.cookies.clear()
    assert client.get(SEARCH, headers={"cookie": f"{COOKIE}=planted"}).status_code == 401


def test_signing_out_ends_the_session_and_not_only_the_cookie(client: TestClient, key: str) -> None:
    token = attributes(signed_in(client, key))["value"]
    assert "Sign out" in client.get(SEARCH).text
    assert client.get("/sign-out").status_code == 200
    assert client.get(SEARCH).status_code == 200
    answer = client.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert (attributes(answer)["value"], attributes(answer)["max-age"]) == ("", "0")
    assert client.get(SEARCH, headers={"cookie": f"{COOKIE}={token}"}).status_code == 401


def test_a_session_ends_when_its_key_is_revoked(client: TestClient, file: KeyFile, key: str) -> None:
    file.create("other", [Scope.SEARCH])
    signed_in(client, key)
    assert client.get(SEARCH).status_code == 200
    file.revoke(file.read()[0].id)
    assert client.get(SEARCH).status_code == 401


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/v1/search"])
def test_another_page_can_do_nothing_with_a_session(client: TestClient, key: str, path: str) -> None:
    signed_in(client, key)
    forged = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    answer = client.post(path, data={"key": key}, headers=forged)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert client.get(SEARCH).status_code == 200


def test_attempts_are_limited_and_the_right_key_does_not_help(client: TestClient, key: str) -> None:
    statuses = [signed_in(client, "wrong").status_code for _ in range(10)]
    assert statuses == [403] * 10
    answer = signed_in(client, key)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert "set-cookie" not in answer.headers


def test_the_log_holds_neither_key_nor_session(
    client: TestClient, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        token = attributes(signed_in(client, key))["value"]
        signed_in(client, f"{key}x")
        client.get(SEARCH)
        client.get("/sign-out")
        client.post("/sign-out")
    assert "/sign-in" in caplog.text
    assert key not in caplog.text
    assert key.rpartition("_")[2] not in caplog.text
    assert token not in caplog.text


def test_a_broken_file_of_keys_lets_nobody_in(client: TestClient, file: KeyFile, key: str) -> None:
    signed_in(client, key)
    file.path.write_text("[]", encoding="utf-8")
    assert signed_in(client, key).status_code == 503
    assert client.get(SEARCH).status_code == 503
    assert client.get("/sign-in").status_code == 503
