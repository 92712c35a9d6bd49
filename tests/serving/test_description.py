"""The description of the API that is committed is the one that is served."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from scripts import openapi
from search_api.serving.app import create_app
from search_api.serving.live import Live


@pytest.fixture(scope="module")
def described(live: Live) -> dict[str, Any]:
    with TestClient(create_app(live)) as client:
        found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def test_the_committed_description_is_what_is_served(described: dict[str, Any]) -> None:
    committed = openapi.DOCUMENT.read_text(encoding="utf-8")
    assert json.loads(committed) == described, "run `python scripts/openapi.py --write`"
    assert committed == openapi.description()


def test_operations_have_names_and_errors_are_problems(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    operations = [one for path in described["paths"].values() for one in path.values()]
    names = [operation["operationId"] for operation in operations]
    searches, articles = (
        ["search", "search_json", "search_batch", "suggestions", "search_csv", "search_jsonl", "search_feed"],
        ["translation", "similar", "article", "articles"],
    )
    assert names == [*searches, *articles, "stats", "version", "healthz", "readyz"]
    for operation in operations:
        for status in ("4XX", "5XX"):
            content = operation["responses"][status]["content"]
            assert content == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }
        assert "422" not in operation["responses"]


def test_the_description_knows_bounds_and_keys(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    fields = schemas["SearchRequest"]["properties"]
    assert (fields["q"]["maxLength"], fields["languages"]["maxItems"], fields["limit"]["maximum"]) == (
        20_000,
        16,
        100,
    )
    assert fields["q"]["minLength"] == 1
    paths = described["paths"]
    long = {
        path for path, operations in paths.items() if "414" in operations.get("get", {}).get("responses", {})
    }
    assert long == {"/v1/search", "/v1/search.csv", "/v1/search.jsonl", "/v1/search.atom", "/v1/suggest"}
    assert paths["/v1/search"]["get"]["responses"]["414"]["content"].keys() == {"application/problem+json"}
    assert set(described["components"]["securitySchemes"]) == {"bearer", "header", "token"}
    assert described["paths"]["/v1/search"]["get"]["security"] == [{"bearer": []}, {"header": []}, {}]
    assert "security" not in described["paths"]["/healthz"]["get"]
    assert "HTTPValidationError" not in schemas
