"""The body of a request, as far as a server takes it."""

import asyncio
from http import HTTPStatus

from fastapi import Request

from indexer.core.limits import Limits
from search_api.serving.problems import Refused


async def read_body(request: Request, limits: Limits) -> bytes:
    """The whole body of a request.

    Raises:
        Refused: it is longer than it may be, and no more than that is read; or it does not come in time.
        ClientDisconnect: the client left.
    """
    most_bytes = limits.body_bytes
    stated = request.headers.get("content-length", "0")
    if not stated.isdecimal() or len(stated) > len(str(most_bytes)) or int(stated) > most_bytes:
        raise too_large(most_bytes)
    try:
        async with asyncio.timeout(limits.read_seconds):
            return await _read(request, most_bytes)
    except TimeoutError:
        message = f"the body did not come within {limits.read_seconds:g} seconds"
        raise Refused(HTTPStatus.REQUEST_TIMEOUT, message) from None


async def _read(request: Request, most_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            raise too_large(most_bytes)
    return bytes(body)


def too_large(most_bytes: int) -> Refused:
    """The body is longer than it may be."""
    message = f"the body is longer than {most_bytes:,} bytes"
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
