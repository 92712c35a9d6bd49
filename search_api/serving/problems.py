"""What goes wrong, as problem details (RFC 9457): of a bounded size, whatever was sent.

Whoever sends nonsense gets back at most a hundred characters of it for each fault, and ten faults.
"""

import difflib
import math
import re
import reprlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.responses import Response
from pydantic import ValidationError

from indexer.core.errors import (
    ArticleNotFound,
    CursorExpired,
    HudhudError,
    IndexingError,
    InvalidQuery,
    ModelError,
    NotTranslated,
    Overloaded,
    ShardMissing,
    TooSlow,
    TranslationFailed,
)
from indexer.core.shown import controlled
from indexer.generation.way_back import told
from indexer.storage.layout import Layout
from search_api.serving.details import Fault, Problem

STATUSES: tuple[tuple[type[HudhudError], HTTPStatus], ...] = (
    (InvalidQuery, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ArticleNotFound, HTTPStatus.NOT_FOUND),
    (NotTranslated, HTTPStatus.NOT_FOUND),
    (CursorExpired, HTTPStatus.GONE),
    (Overloaded, HTTPStatus.SERVICE_UNAVAILABLE),
    (TooSlow, HTTPStatus.SERVICE_UNAVAILABLE),
    (TranslationFailed, HTTPStatus.INTERNAL_SERVER_ERROR),
    (ModelError, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexingError, HTTPStatus.SERVICE_UNAVAILABLE),
)

REASONS: dict[int, str] = {
    400: "no request",
    401: "no key",
    403: "forbidden",
    408: "slow body",
    413: "long body",
    414: "long address",
    415: "no JSON",
    421: "unknown host",
    422: "invalid",
    429: "too often",
    503: "unusable",
}
"""Why requests are refused, in two words, by status; a 503 may say more (`refusal`)."""

SHARD_MISSING = "shard missing"

_UNAVAILABLE: tuple[tuple[type[HudhudError], str], ...] = (
    (Overloaded, "overloaded"),
    (TooSlow, "too slow"),
    (ShardMissing, SHARD_MISSING),
)

MOST_ECHOED = 100
"""Characters of what was sent that come back."""

MOST_FAULTS = 10

MOST_NAMED = 20
"""Fields that are all named to who names another."""

_EXACT = 2**53
"""Whole numbers up to here are the same in every reader of JSON."""

_MOST_BITS = 8 * MOST_ECHOED

_MEDIA_TYPE = "application/problem+json"
_FOLDERS = re.compile(r"(?<![\w.:/])/(?:[^\s/:;,()'\"`]+/)+")
_BRIEFLY = reprlib.Repr()
_BRIEFLY.maxlevel, _BRIEFLY.maxlist, _BRIEFLY.maxdict, _BRIEFLY.maxstring = 2, 4, 4, 40


class Refused(Exception):
    """Ends a request with a problem that is of HTTP and not of searching.

    Attributes:
        status: of the answer.
        headers: of the answer, besides the usual ones.
    """

    def __init__(self, status: HTTPStatus, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}


class Invalid(Exception):
    """What was sent does not fit a model.

    Attributes:
        fields: of the model, as callers write them.
        error: what pydantic found.
    """

    def __init__(self, fields: Sequence[str], error: ValidationError) -> None:
        super().__init__(str(error.title))
        self.fields = fields
        self.error = error


def problem(
    status: HTTPStatus, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer that tells of a problem."""
    shown = Problem(title=status.phrase, status=status, detail=controlled(detail), errors=list(faults))
    retry = {"Retry-After": "1"} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}
    return Response(shown.model_dump_json(), status, {**retry, **(headers or {})}, _MEDIA_TYPE)


def of_error(error: Exception, layout: Layout) -> Response:
    """The answer for an error that has a status.

    Raises:
        Exception: `error` itself, if it has none.
    """
    if isinstance(error, Refused):
        return problem(error.status, str(error), headers=error.headers)
    if isinstance(error, Invalid):
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, *faults_of(error))
    status = _status(error)
    if status is None:
        raise error
    faults = []
    if isinstance(error, InvalidQuery):
        faults.append(Fault(field=error.field, value=echo(error.value), message=str(error)))
    return problem(status, without_paths(told(error, layout), layout), faults)


def refusal(error: Exception) -> str:
    """Why a request ends with `error`, as one of a few words; empty where it is answered or failed."""
    for kind, reason in _UNAVAILABLE:
        if isinstance(error, kind):
            return reason
    if isinstance(error, Invalid):
        return REASONS[HTTPStatus.UNPROCESSABLE_ENTITY]
    status = error.status if isinstance(error, Refused) else _status(error)
    return REASONS.get(status, "") if status else ""


def _status(error: Exception) -> HTTPStatus | None:
    return next((status for kind, status in STATUSES if isinstance(error, kind)), None)


def without_paths(text: str, layout: Layout) -> str:
    """A message without the folders of this machine: of each path its last part stays."""
    return _FOLDERS.sub("", text.replace(f"{layout.folder.absolute()}/", "").replace(f"{layout.folder}/", ""))


def faults_of(invalid: Invalid) -> tuple[str, list[Fault]]:
    """What does not fit, in a sentence and by field."""
    found = invalid.error.errors(include_url=False)
    faults = [_fault(invalid.fields, one) for one in found[:MOST_FAULTS]]
    more = [f"and {len(found) - MOST_FAULTS:,} more"] if len(found) > MOST_FAULTS else []
    return "; ".join([*(fault.message for fault in faults), *more]), faults


def _fault(fields: Sequence[str], found: Mapping[str, Any]) -> Fault:
    """A fault that pydantic found, with the field as the caller wrote it."""
    field = brief(".".join(str(part) for part in found["loc"])) or "body"
    value = echo(found.get("input"))
    if found["type"] == "missing":
        return Fault(field=field, value=None, message=f"{field} is missing")
    if found["type"] == "extra_forbidden":
        message = f"{field} is not a field here: {_hint(field, fields)}"
        return Fault(field=field, value=value, message=message)
    if found["type"] == "too_long":
        most = found["ctx"]["max_length"]
        return Fault(
            field=field, value=value, message=f"{field} may have {most:,} items at most, not {value!r}"
        )
    return Fault(field=field, value=value, message=f"{field}: {found['msg']}, not {value!r}")


def _hint(field: str, fields: Sequence[str]) -> str:
    """What to say of fields to who names one that is none: all where they are few, else the nearest."""
    if field == "limit" and "fields" in fields:
        return "a file has all hits; search has limit"
    if len(fields) <= MOST_NAMED:
        return f"{', '.join(fields)} are"
    near = difflib.get_close_matches(field, fields, 1)
    return f"did you mean {near[0]}?" if near else "/docs lists those that are"


def echo(value: object) -> str | int | float | bool | None:
    """What was sent, for its sender: at most a hundred characters, as JSON and a log may hold them."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= _EXACT:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return "a number of too many digits"
    return brief(value if isinstance(value, str) else _BRIEFLY.repr(value))


def brief(text: str) -> str:
    """The beginning of a text that somebody sent."""
    cut = text if len(text) <= MOST_ECHOED else text[: MOST_ECHOED - 1] + "\u2026"
    return controlled(cut)
