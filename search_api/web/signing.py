"""Signing in and out: a key is shown once, and the browser gets a session in its place."""

from dataclasses import dataclass, field
from http import HTTPStatus

from fastapi import FastAPI
from starlette.responses import RedirectResponse, Response

from indexer.core.deadline import Deadline
from indexer.core.errors import KeysUnusable
from search_api.serving.answering import Answering
from search_api.serving.asked import Asked, parameters
from search_api.serving.gates import SIGN_IN, SIGN_OUT
from search_api.serving.problems import Refused
from search_api.serving.sessions import Sessions, cookie, token_in
from search_api.web.addresses import UI, Address, own_page
from search_api.web.answers import HEADERS, MEDIA_TYPE, html
from search_api.web.preferences import Preferences

_HEADERS = {**HEADERS, "Referrer-Policy": "same-origin"}
"""With no referrer a browser would not say, without https, that its own page sends the form."""


@dataclass(frozen=True, slots=True)
class Signing:
    """What a browser sends to sign in or out. The log may hold it, so the key and the session are not shown.

    Attributes:
        here: the page that signs in, in the language that its address names.
        preferences: how to show what follows.
        is_secure: whether the browser came by https.
        back: the page to go on with.
        token: of its session.
        key: that was handed in.
    """

    here: Address
    preferences: Preferences
    is_secure: bool
    back: str
    token: str = field(repr=False)
    key: str = field(default="", repr=False)

    @classmethod
    def of(cls, asked: Asked) -> "Signing":
        """Read a request: the form where it has one, else the address."""
        given = dict(parameters(asked.body or asked.query))
        origin, proto = asked.headers.get("origin", ""), asked.headers.get("x-forwarded-proto", "")
        shared = given.get(UI, "")
        return cls(
            Address(asked.prefix, SIGN_IN, ((UI, shared),) if shared else ()),
            Preferences.of(asked.headers, shared),
            origin.startswith("https://") or proto == "https",
            own_page(given.get("next", ""), asked.prefix),
            token_in(asked.headers.get("cookie", "").encode("latin-1", "replace")),
            given.get("key", ""),
        )


def add_signing(app: FastAPI, sessions: Sessions) -> None:
    """Let people sign in to `app`, which `create_app` made, and out again."""
    answering: Answering = app.state.answering

    def show(signing: Signing, deadline: Deadline) -> Response:
        del deadline  # nothing is looked up that takes time
        if _is_signed_in(sessions, signing):
            return RedirectResponse(signing.back, HTTPStatus.SEE_OTHER)
        return _page("sign_in.html", signing)

    def sign_in(signing: Signing, deadline: Deadline) -> Response:
        del deadline
        try:
            token = sessions.begin(signing.key)
        except KeysUnusable as error:
            raise _unreadable() from error
        if token is None:
            return _page("sign_in.html", signing, HTTPStatus.FORBIDDEN, is_wrong=True)
        sessions.end(signing.token)
        return _with_cookie(signing, signing.back, token)

    def leave(signing: Signing, deadline: Deadline) -> Response:
        del deadline
        return _page("sign_out.html", signing)

    def sign_out(signing: Signing, deadline: Deadline) -> Response:
        del deadline
        sessions.end(signing.token)
        return _with_cookie(signing, str(signing.here), "")

    handlers = {
        (SIGN_IN, "GET"): show,
        (SIGN_IN, "POST"): sign_in,
        (SIGN_OUT, "GET"): leave,
        (SIGN_OUT, "POST"): sign_out,
    }
    for (path, method), function in handlers.items():
        handle = answering.looking_up.handler(Signing.of, function)
        app.router.add_route(path, handle, methods=[method], include_in_schema=False)


def _is_signed_in(sessions: Sessions, signing: Signing) -> bool:
    try:
        return bool(signing.token) and sessions.key_of(signing.token) is not None
    except KeysUnusable as error:
        raise _unreadable() from error


def _unreadable() -> Refused:
    message = "the keys cannot be read: the log of the server says more"
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, message)


def _with_cookie(signing: Signing, address: str, token: str) -> Response:
    kept = cookie(token, signing.here.prefix, is_secure=signing.is_secure)
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, {"Set-Cookie": kept, "Cache-Control": "no-store"})


def _page(
    template: str, signing: Signing, status: HTTPStatus = HTTPStatus.OK, *, is_wrong: bool = False
) -> Response:
    here = signing.here.with_("next", signing.back)
    shown = html(template, here, signing.preferences, query="", back=signing.back, is_wrong=is_wrong)
    return Response(shown, status, _HEADERS, MEDIA_TYPE)
