"""Pages as answers: HTML with headers that let it load nothing but what this server has."""

import gzip
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from search_api.web.addresses import Address
from search_api.web.assets import assets
from search_api.web.preferences import Preferences
from search_api.web.templating import rendered

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No script, style or picture stands in a page, and none comes from elsewhere."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language, Cookie, Accept-Encoding",
}

_LEVEL = 6
"""Of gzip: beyond it, pages take longer and get hardly smaller."""

MEDIA_TYPE = "text/html; charset=utf-8"


def page(template: str, here: Address, preferences: Preferences, **values: Any) -> Response:  # noqa: ANN401
    """An answer that is a page, packed where the browser takes that."""
    content = html(template, here, preferences, **values).encode()
    if not preferences.takes_gzip:
        return Response(content, HTTPStatus.OK, HEADERS, MEDIA_TYPE)
    packed = {**HEADERS, "Content-Encoding": "gzip"}
    return Response(gzip.compress(content, _LEVEL, mtime=0), HTTPStatus.OK, packed, MEDIA_TYPE)


def html(template: str, here: Address, preferences: Preferences, **values: Any) -> str:  # noqa: ANN401
    """A page.

    Args:
        template: name of its file.
        here: its address.
        preferences: of whoever looks.
        values: what it shows.
    """

    def asset(name: str) -> str:
        return f"{here.prefix}{assets().address(name)}"

    return rendered(
        template, here=here, preferences=preferences, t=preferences.wording, asset=asset, **values
    )
