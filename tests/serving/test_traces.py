"""Traces: a span a request with its stages, nothing of what is asked, and none without a collector."""

import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from search_api.commands.serving import counting
from search_api.searching.stages import NAMES
from search_api.serving.app import create_app
from search_api.serving.envelope import Ended, Envelope, Policy
from search_api.serving.facts import Facts
from search_api.serving.live import Live
from search_api.serving.metrics import Metrics
from search_api.serving.traces import ENDPOINTS, Traces, traced

SECRET = "zaporizhzhia"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
THERE = "http://127.0.0.1:9"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def client(live: Live, exporter: InMemorySpanExporter) -> Iterator[TestClient]:
    metrics = Metrics(Facts(live))
    traces = Traces(SimpleSpanProcessor(exporter))
    policy = Policy(count=counting(metrics, traces), stages=True)
    with TestClient(
        Envelope(create_app(live, metrics=metrics), policy), base_url="http://localhost"
    ) as opened:
        yield opened
    traces.close()


def spans(exporter: InMemorySpanExporter) -> tuple[ReadableSpan, list[ReadableSpan]]:
    """The span of the one request, and those of its stages."""
    *stages, whole = exporter.get_finished_spans()
    return whole, stages


def test_a_request_is_a_span_and_its_stages_lie_within(
    client: TestClient, exporter: InMemorySpanExporter
) -> None:
    answer = client.get("/v1/search", params={"q": f"{SECRET} drones", "facets": "language"})
    whole, stages = spans(exporter)
    assert (whole.name, whole.kind, whole.parent) == ("GET /v1/search", SpanKind.SERVER, None)
    assert whole.attributes == {
        "http.request.method": "GET",
        "http.route": "/v1/search",
        "http.response.status_code": 200,
        "hudhud.request_id": answer.headers["x-request-id"],
    }
    assert [stage.name for stage in stages] == [name for name in NAMES if name != "reranking"]
    assert whole.start_time is not None
    assert whole.end_time is not None
    for stage in stages:
        assert stage.parent == whole.get_span_context()
        assert stage.start_time is not None
        assert stage.end_time is not None
        assert whole.start_time <= stage.start_time <= stage.end_time <= whole.end_time
        assert stage.attributes == {}
    assert whole.resource.attributes["service.name"] == "hudhud"


def test_nothing_of_what_is_asked_is_told(client: TestClient, exporter: InMemorySpanExporter) -> None:
    client.get("/v1/search", params={"q": SECRET})
    client.post("/v1/search/batch", json={"searches": [{"q": SECRET}, {"q": ""}]})
    client.get(f"/v1/articles/{SECRET}")
    client.get(f"/{SECRET}?{SECRET}", headers={"user-agent": SECRET})
    client.request(SECRET.upper(), "/v1/search")
    told = exporter.get_finished_spans()
    assert [span.name for span in told if span.kind is SpanKind.SERVER] == [
        *(
            "GET /v1/search",
            "POST /v1/search/batch",
            "GET /v1/articles/{id:path}",
            "GET",
            "_OTHER /v1/search",
        ),
    ]
    assert SECRET not in "".join(span.to_json() for span in told).lower()


def test_a_trace_goes_on_that_a_request_names(client: TestClient, exporter: InMemorySpanExporter) -> None:
    client.get("/healthz", headers={"traceparent": PARENT})
    client.get("/healthz", headers={"traceparent": "nonsense"})
    client.get("/healthz", headers={"traceparent": f"{PARENT[:-1]}0"})
    inside, apart = exporter.get_finished_spans()
    assert (f"{inside.context.trace_id:032x}", apart.parent) == (PARENT[3:35], None)
    assert inside.parent is not None
    assert f"{inside.parent.span_id:016x}" == PARENT[36:52]


def test_refusals_and_faults_are_told(exporter: InMemorySpanExporter) -> None:
    traces = Traces(SimpleSpanProcessor(exporter))
    ended = Ended("GET", "/v1/search", 429, 0.5, "too often", "1", 10**18)
    traces.request(ended)
    traces.request(replace(ended, status=500, refused=""))
    refused, failed = exporter.get_finished_spans()
    assert refused.attributes is not None
    assert (refused.attributes["error.type"], refused.status.status_code) == ("too often", StatusCode.UNSET)
    assert (failed.status.status_code, failed.start_time, failed.end_time) == (
        *(StatusCode.ERROR, 10**18, 10**18 + 5 * 10**8),
    )


def test_what_the_environment_calls_the_service_stands(
    exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "archive")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    traces = Traces(SimpleSpanProcessor(exporter))
    traces.request(Ended("GET", "/v1/search", 200, 0.5, ""))
    assert exporter.get_finished_spans() == ()
    monkeypatch.delenv("OTEL_TRACES_SAMPLER")
    Traces(SimpleSpanProcessor(exporter)).request(Ended("GET", "/v1/search", 200, 0.5, ""))
    assert exporter.get_finished_spans()[0].resource.attributes["service.name"] == "archive"


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_SERVICE_NAME": "archive"},
        {ENDPOINTS[0]: ""},
        {ENDPOINTS[1]: THERE, "OTEL_SDK_DISABLED": "true"},
        {ENDPOINTS[1]: THERE, "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_without_a_collector_nothing_is_loaded(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    said: list[str] = []
    with traced(environment, said.append) as traces:
        assert (traces, said) == (None, [])


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_collector_that_nothing_can_be_sent_to_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    with traced({name: THERE, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, said.append) as traces:
        assert traces is None
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with traced({name: THERE}, said.append) as traces:
        assert traces is None
    assert said[0] == f"{name} is set, but no trace is sent: http/protobuf is spoken, and not 'grpc'"
    assert said[1].startswith(f"{name} is set, but no trace is sent: opentelemetry-exporter-otlp-proto-http")
    assert said[1].endswith("pip install 'hudhud[otel]'")
