"""Traces of requests for OpenTelemetry: to the collector that the environment names, and to nobody else.

A span is a request, its children the stages of answering it; none says what was asked. The package is
optional (`pip install 'hudhud[otel]'`), and is not imported unless a collector is named.
"""

import contextlib
import importlib.metadata
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from search_api.serving.envelope import Ended
from search_api.serving.metrics import METHODS

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""Standard variables, one of which names the collector."""

PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SPOKEN = "http/protobuf"
PACKAGE = "opentelemetry-exporter-otlp-proto-http"

PATIENCE = 2.0
"""Seconds that the last spans have to be sent in when the server ends."""

_NANO = 1_000_000_000
_FAULTS = 500
_NO_ROUTE = "-"


class Traces:
    """Makes spans of requests that were answered. Safe to use from several threads."""

    def __init__(self, processor: "SpanProcessor") -> None:
        """Give the spans to `processor`; sampling and names are as the environment has them."""
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        own = {"service.name": "hudhud", "service.version": importlib.metadata.version("hudhud")}
        named = Resource(own).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=named, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("hudhud")
        self._propagator = TraceContextTextMapPropagator()

    def request(self, ended: Ended) -> None:
        """A request was answered: its span, in the trace that its `traceparent` names, and its stages."""
        from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context

        method = ended.method if ended.method in METHODS else "_OTHER"
        attributes: dict[str, str | int] = {
            "http.request.method": method,
            "http.response.status_code": ended.status,
            "hudhud.request_id": ended.number,
        }
        if ended.route != _NO_ROUTE:
            attributes["http.route"] = ended.route
        if ended.refused:
            attributes["error.type"] = ended.refused
        span = self._tracer.start_span(
            method if ended.route == _NO_ROUTE else f"{method} {ended.route}",
            self._propagator.extract({"traceparent": ended.parent}),
            SpanKind.SERVER,
            attributes,
            start_time=ended.began,
        )
        if ended.status >= _FAULTS:
            span.set_status(StatusCode.ERROR)
        within = set_span_in_context(span)
        for stage in ended.stages if span.is_recording() else ():
            part = self._tracer.start_span(stage.name, within, start_time=stage.began)
            part.end(stage.began + int(stage.seconds * _NANO))
        span.end(ended.began + int(ended.seconds * _NANO))

    def close(self) -> None:
        """Send what is left, or give up after some seconds."""
        last = threading.Thread(target=self._provider.shutdown, name="last-spans", daemon=True)
        last.start()
        last.join(PATIENCE)


@contextlib.contextmanager
def traced(environment: Mapping[str, str], say: Callable[[str], None]) -> Iterator[Traces | None]:
    """What makes spans as long as this context; None where the environment names no collector.

    Args:
        environment: its standard `OTEL_` variables say where to, how often and under which names.
        say: called with a line for the user where a collector is named and nothing can be sent.
    """
    found = _opened(environment, say)
    try:
        yield found
    finally:
        if found:
            found.close()


def _opened(environment: Mapping[str, str], say: Callable[[str], None]) -> Traces | None:
    named = next((name for name in ENDPOINTS if environment.get(name)), None)
    is_off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if not named or is_off or environment.get("OTEL_TRACES_EXPORTER", "otlp") == "none":
        return None
    spoken = next((environment[name] for name in PROTOCOLS if environment.get(name)), SPOKEN)
    if spoken != SPOKEN:
        say(f"{named} is set, but no trace is sent: {SPOKEN} is spoken, and not {spoken!r}")
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        say(
            f"{named} is set, but no trace is sent: {PACKAGE} cannot be imported ({error}):"
            " pip install 'hudhud[otel]'"
        )
        return None
    return Traces(BatchSpanProcessor(OTLPSpanExporter()))
