"""Sessions: what a browser keeps instead of a key, for how long, for what, and from which pages."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from search_api.serving import keys, sessions
from search_api.serving.envelope import Request
from search_api.serving.gates import MCP, SIGN_IN, SIGN_OUT, KeyGate, SignInGate
from search_api.serving.keys import KeyFile, Keys, Scope
from search_api.serving.problems import Refused
from search_api.serving.sessions import COOKIE, IDLE_SECONDS, SECONDS, Sessions, cookie, token_in

HOST = b"localhost:8000"
OWN = {b"sec-fetch-site": b"same-origin"}


@dataclass(slots=True)
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeyFile:
    monkeypatch.setattr(keys, "_LOOK_EVERY", 0.0)
    return KeyFile(tmp_path / "keys.json")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(file: KeyFile, clock: Clock) -> Sessions:
    return Sessions(Keys(file), clock)


def began(opened: Sessions, text: str) -> str:
    token = opened.begin(text)
    assert token is not None
    return token


def asked(
    token: str, path: str = "/v1/search", method: str = "GET", headers: dict[bytes, bytes] | None = None
) -> Request:
    given = {b"host": HOST, b"cookie": f"a=b; {COOKIE}={token}; c=d".encode(), **(headers or {})}
    return Request(method, path, given, "127.0.0.1")


def status_of(gate: Callable[[Request], None], request: Request) -> int:
    try:
        gate(request)
    except Refused as refused:
        return int(refused.status)
    return 200


def test_a_session_stands_for_a_key_and_is_not_the_key(file: KeyFile, opened: Sessions) -> None:
    key, text = file.create("newsroom", [Scope.SEARCH])
    token = began(opened, f" {text}\n")
    assert opened.key_of(token) == key
    assert len(token) == 43
    assert text not in token
    assert key.digest not in token
    assert token not in repr(vars(opened))
    assert began(opened, text) != token


@pytest.mark.parametrize("wrong", ["", "hudhud", "hudhud_00000000_x", "\udcff", "a" * 100_000])
def test_what_is_no_key_begins_nothing(file: KeyFile, opened: Sessions, wrong: str) -> None:
    file.create("newsroom", [Scope.SEARCH])
    assert opened.begin(wrong) is None


@pytest.mark.parametrize("scope", [Scope.FEED, Scope.ADMIN])
def test_a_key_that_may_not_search_begins_nothing(file: KeyFile, opened: Sessions, scope: Scope) -> None:
    _, text = file.create("other", [scope])
    assert opened.begin(text) is None


def test_what_a_browser_makes_up_is_no_session(file: KeyFile, opened: Sessions) -> None:
    _, text = file.create("newsroom", [Scope.SEARCH])
    token = began(opened, text)
    for wrong in ("", text, token[:-1], token + "x", token.swapcase(), "\udcff", "x" * 100_000):
        assert opened.key_of(wrong) is None


def test_it_ends_with_its_key_at_once(file: KeyFile, opened: Sessions) -> None:
    key, text = file.create("newsroom", [Scope.SEARCH])
    _, other = file.create("desk", [Scope.SEARCH])
    token, kept = began(opened, text), began(opened, other)
    file.revoke(key.id)
    assert opened.key_of(token) is None
    assert opened.key_of(kept) is not None


def test_it_does_not_come_back_with_a_key_of_the_same_id(file: KeyFile, opened: Sessions) -> None:
    key, text = file.create("newsroom", [Scope.SEARCH])
    token = began(opened, text)
    document = json.loads(file.path.read_text(encoding="utf-8"))
    document["keys"][0]["digest"] = "0" * 64
    file.path.write_text(json.dumps(document), encoding="utf-8")
    assert file.read()[0].id == key.id
    assert opened.key_of(token) is None


def test_it_loses_what_its_key_loses(file: KeyFile, opened: Sessions) -> None:
    _, text = file.create("newsroom", [Scope.SEARCH])
    token = began(opened, text)
    file.path.write_text(file.path.read_text(encoding="utf-8").replace('"search"', '"feed"'), "utf-8")
    assert opened.key_of(token) is None


def test_it_ends_after_its_time_however_it_is_used(file: KeyFile, opened: Sessions, clock: Clock) -> None:
    _, text = file.create("newsroom", [Scope.SEARCH])
    token = began(opened, text)
    while clock.now < 1000 + SECONDS - 1:
        assert opened.key_of(token) is not None
        clock.now = min(clock.now + IDLE_SECONDS - 1, 1000 + SECONDS - 1)
    assert opened.key_of(token) is not None
    clock.now += 1
    assert opened.key_of(token) is None


def test_it_ends_when_nobody_uses_it(file: KeyFile, opened: Sessions, clock: Clock) -> None:
    _, text = file.create("newsroom", [Scope.SEARCH])
    token = began(opened, text)
    clock.now += IDLE_SECONDS - 1
    assert opened.key_of(token) is not None
    clock.now += IDLE_SECONDS
    assert opened.key_of(token) is None
    clock.now -= 1
    assert opened.key_of(token) is None


def test_it_ends_when_its_person_leaves(file: KeyFile, opened: Sessions) -> None:
    _, text = file.create("newsroom", [Scope.SEARCH])
    token, other = began(opened, text), began(opened, text)
    opened.end(token)
    opened.end("no session")
    assert opened.key_of(token) is None
    assert opened.key_of(other) is not None


def test_it_ends_with_the_process(file: KeyFile, opened: Sessions) -> None:
    _, text = file.create("newsroom", [Scope.SEARCH])
    assert Sessions(Keys(file)).key_of(began(opened, text)) is None


def test_there_are_only_so_many(
    file: KeyFile, opened: Sessions, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST", 3)
    _, text = file.create("newsroom", [Scope.SEARCH])
    first, second, third = (began(opened, text) for _ in range(3))
    clock.now += 1
    assert opened.key_of(first) is not None
    fourth = began(opened, text)
    assert [opened.key_of(one) is not None for one in (first, second, third, fourth)] == [
        True, False, True, True,
    ]  # fmt: skip
    clock.now += IDLE_SECONDS - 1
    assert opened.key_of(third) is not None
    clock.now += 1
    fifth = began(opened, text)
    assert [opened.key_of(one) is not None for one in (third, fifth)] == [True, True]


@pytest.mark.parametrize(
    ("token", "prefix", "is_secure", "expected"),
    [
        ("abc", "", False, "hudhud_session=abc; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"),
        ("abc", "/h", True, "hudhud_session=abc; Path=/h; Max-Age=43200; HttpOnly; SameSite=Strict; Secure"),
        ("", "", False, "hudhud_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"),
    ],
)
def test_no_script_and_no_other_site_gets_the_cookie(
    token: str, prefix: str, is_secure: bool, expected: str
) -> None:
    assert cookie(token, prefix, is_secure=is_secure) == expected
    assert SimpleCookie(expected)[COOKIE].value == token


@pytest.mark.parametrize(
    ("cookies", "token"),
    [
        (b"", ""),
        (b"hudhud_session=abc", "abc"),
        (b"x=1;hudhud_session=abc; y", "abc"),
        (b"xhudhud_session=abc", ""),
        (b"hudhud_session", ""),
        (b"hudhud_session=" + b"a" * 1000, "a" * 101),
        (b"\xff=\xff", ""),
    ],
)
def test_the_cookie_is_read_out_of_others(cookies: bytes, token: str) -> None:
    assert token_in(cookies) == token


@pytest.fixture
def gate(file: KeyFile, opened: Sessions) -> KeyGate:
    return KeyGate(Keys(file), anonymous=True, sessions=opened)


def test_who_has_signed_in_may_search_and_is_counted_by_key(
    file: KeyFile, opened: Sessions, gate: KeyGate
) -> None:
    key, text = file.create("newsroom", [Scope.SEARCH, Scope.ADMIN])
    request = asked(began(opened, text))
    gate(request)
    assert request.key == key.id


@pytest.mark.parametrize("path", [MCP, "/metrics", "/admin"])
def test_a_session_is_good_for_pages_and_searches_alone(
    file: KeyFile, opened: Sessions, gate: KeyGate, path: str
) -> None:
    _, text = file.create("newsroom", [Scope.SEARCH, Scope.ADMIN])
    assert status_of(gate, asked(began(opened, text), path)) == 401
    assert status_of(gate, Request("GET", path, {b"x-api-key": text.encode()}, "")) == 200


def test_without_a_session_a_key_is_asked_for(file: KeyFile, gate: KeyGate) -> None:
    file.create("newsroom", [Scope.SEARCH])
    assert status_of(gate, asked("made up")) == 401


def test_a_key_that_is_sent_counts_before_a_session(file: KeyFile, opened: Sessions, gate: KeyGate) -> None:
    _, text = file.create("newsroom", [Scope.SEARCH])
    request = asked(began(opened, text), headers={b"x-api-key": b"hudhud_wrong"})
    assert status_of(gate, request) == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (OWN, 200),
        ({b"origin": b"http://localhost:8000"}, 200),
        ({b"origin": b"https://localhost:8000"}, 200),
        ({}, 403),
        ({b"origin": b"null"}, 403),
        ({b"origin": b""}, 403),
        ({b"origin": b"http://localhost:8001"}, 403),
        ({b"origin": b"http://localhost:8000.evil.example"}, 403),
        ({b"origin": b"http://evil.example"}, 403),
        ({b"sec-fetch-site": b"same-site", b"origin": b"http://localhost:8000"}, 403),
        ({b"sec-fetch-site": b"cross-site"}, 403),
        ({b"sec-fetch-site": b"none"}, 403),
        ({b"sec-fetch-site": b""}, 403),
    ],
)
def test_what_a_session_sends_comes_from_an_own_page(
    file: KeyFile, opened: Sessions, gate: KeyGate, headers: dict[bytes, bytes], status: int
) -> None:
    _, text = file.create("newsroom", [Scope.SEARCH])
    token = began(opened, text)
    assert status_of(gate, asked(token, method="POST", headers=headers)) == status
    assert status_of(SignInGate(), asked(token, SIGN_IN, "POST", headers)) == status
    assert status_of(SignInGate(), asked(token, SIGN_OUT, "POST", headers)) == status
    assert status_of(gate, asked(token, headers=headers)) == 200


def test_an_address_may_try_ten_times_a_minute() -> None:
    gate = SignInGate()

    def tried(address: str, method: str = "POST", path: str = SIGN_IN) -> int:
        return status_of(gate, Request(method, path, {b"host": HOST, **OWN}, address))

    assert [tried("10.0.0.1") for _ in range(11)] == [200] * 10 + [429]
    assert tried("10.0.0.2") == 200
    assert tried("10.0.0.1", "GET") == 200
    assert tried("10.0.0.1", "POST", SIGN_OUT) == 200


def test_who_is_refused_elsewhere_uses_no_attempt() -> None:
    gate = SignInGate()
    forged = Request("POST", SIGN_IN, {b"host": HOST, b"sec-fetch-site": b"cross-site"}, "10.0.0.1")
    assert [status_of(gate, forged) for _ in range(20)] == [403] * 20
    assert status_of(gate, Request("POST", SIGN_IN, {b"host": HOST, **OWN}, "10.0.0.1")) == 200
