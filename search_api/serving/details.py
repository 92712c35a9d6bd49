"""Problem details, as errors are told."""

from typing import Annotated

from pydantic import BaseModel, Field


class Fault(BaseModel):
    """One part of a request that cannot be used."""

    field: str
    value: Annotated[
        str | int | float | bool | None, Field(description="Of what was sent, at most 100 characters.")
    ]
    message: str


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Fault] = []
