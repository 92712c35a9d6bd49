"""The description of the API, OpenAPI 3.1: as it is served, and as `docs/openapi.json` has it."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from search_api.serving.gates import FEED, TOKEN

PROBLEM = "application/problem+json"
_OF_FASTAPI = ("HTTPValidationError", "ValidationError")
_TOO_LONG = "The address is longer than 32 KiB; `POST /v1/search` takes a body."
_OPEN = frozenset({"healthz", "readyz"})
_KEYS = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key of `hudhud keys create`."},
    "token": {
        "type": "apiKey",
        "in": "query",
        "name": TOKEN,
        "description": "A key with the scope `feed`, for feeds alone.",
    },
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key."},
}


def describe(app: FastAPI) -> None:
    """Let `app` be described as it is: errors as problem details, and keys."""

    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's way to do this


def operation_id(route: APIRoute) -> str:
    """The name of an operation, as generated clients call it: that of its function."""
    return route.name


def _described(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    for path, operations in found["paths"].items():
        for operation in operations.values():
            responses = operation["responses"]
            responses.pop("422", None)
            for status, response in responses.items():
                if status.startswith(("4", "5")):
                    response["content"] = {PROBLEM: response["content"]["application/json"]}
                    response["description"] = "What is wrong."
            if any(parameter["name"] == "q" for parameter in operation.get("parameters", ())):
                responses["414"] = {**responses["4XX"], "description": _TOO_LONG}
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query" and parameter["schema"].get("type") == "object":
                    parameter |= {"style": "deepObject", "explode": True}
            if operation["operationId"] not in _OPEN:
                in_address: list[dict[str, list[str]]] = [{"token": []}] if path == FEED else []
                operation["security"] = [{"bearer": []}, {"header": []}, *in_address, {}]
    for name in _OF_FASTAPI:
        found["components"]["schemas"].pop(name, None)
    found["components"]["securitySchemes"] = _KEYS
    return found
