"""Every error that the client raises.

    ApiError                 what happened, in a sentence
    ├── NotReached           no server answered, or not in time
    ├── UnexpectedAnswer     what answered is no Hudhud, or one that this client does not understand
    └── Refused              the server told a problem (RFC 9457)
        ├── InvalidRequest   a part of the request cannot be used; `faults` names each
        ├── KeyRefused       there is no key, or the server does not know it
        ├── NotAllowed       the key has another scope, or the server does not answer under this name
        ├── NotFound         no article has this id
        ├── CursorExpired    the page before is of another generation
        ├── TooManyRequests  asked too often, still after all tries
        ├── Unavailable      too much is waiting, or no index can be used, still after all tries
        └── ServerFault      a fault of the server; its log says more under `request_id`

No message holds a key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class ApiError(Exception):
    """Base of all errors; `str(error)` is a sentence."""


class NotReached(ApiError):
    """No server answered at the address, or not in time."""


class UnexpectedAnswer(ApiError):
    """What answered is not what the API gives."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A part of a request that cannot be used."""

    field: str
    value: object
    message: str


class Refused(ApiError):
    """The server told a problem.

    Attributes:
        status: of HTTP.
        detail: what the problem is, in a sentence.
        faults: the parts of the request that cannot be used.
        retry_after: seconds after which to try again; None where the server does not say.
        request_id: under which the server's log names the request.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        faults: tuple[Fault, ...] = (),
        retry_after: float | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(f"{detail} (status {status})")
        self.status = status
        self.detail = detail
        self.faults = faults
        self.retry_after = retry_after
        self.request_id = request_id


class InvalidRequest(Refused):
    """A part of the request cannot be used."""


class KeyRefused(Refused):
    """There is no key, or the server does not know it."""


class NotAllowed(Refused):
    """The key is not good for this, or the server does not answer under this name."""


class NotFound(Refused):
    """No article has this id, or there is nothing at the address."""


class CursorExpired(Refused):
    """The page before is of a generation that no longer answers: begin again without its cursor."""


class TooManyRequests(Refused):
    """The key, or the address, asked too often."""


class Unavailable(Refused):
    """The server cannot answer now."""


class ServerFault(Refused):
    """A fault of the server."""


_KINDS: Mapping[int, type[Refused]] = {
    401: KeyRefused,
    403: NotAllowed,
    404: NotFound,
    410: CursorExpired,
    421: NotAllowed,
    429: TooManyRequests,
    503: Unavailable,
}


def refused(status: int, problem: Mapping[str, Any], headers: Mapping[str, str]) -> Refused:
    """The error for a problem: of the kind that its status says."""
    kind = _KINDS.get(status, InvalidRequest if status < 500 else ServerFault)
    told = problem.get("errors") or ()
    faults = tuple(
        Fault(str(one.get("field")), one.get("value"), str(one.get("message")))
        for one in told
        if isinstance(one, Mapping)
    )
    detail = str(problem.get("detail") or problem.get("title") or "the server says no more")
    return kind(status, detail, faults, seconds_of(headers.get("retry-after")), headers.get("x-request-id"))


def seconds_of(retry_after: str | None) -> float | None:
    """What `Retry-After` says in seconds; None where it says a date, or nothing."""
    return float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else None
