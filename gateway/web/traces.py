"""Spans by OpenTelemetry: over HTTP and NATS one trace follows a message from system to system (W3C Trace Context).

A span holds a name, ids and codes; never content. Logboek Dataverwerkingen lines are not made from spans, since a span
may be lost: they are a view on the audit log.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from opentelemetry import context, propagate, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from starlette.types import ASGIApp, Receive, Scope, Send

TRACEPARENT: Final = "traceparent"
_tracer = trace.get_tracer("schakel")


class JsonLinesExporter(SpanExporter):
    """Appends spans to a file, one JSON object a line, for installations without a collector."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        for span in spans:
            self._file.write(json.dumps(_line(span), ensure_ascii=False) + "\n")
        self._file.flush()
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self._file.close()


def start_tracing(service: str, path: Path) -> None:
    """Record the spans of this process in a file. Call once, after a fork."""
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(SimpleSpanProcessor(JsonLinesExporter(path)))
    trace.set_tracer_provider(provider)


@contextmanager
def span(name: str, *, headers: Mapping[str, str] | None = None, **attributes: str) -> Iterator[None]:
    """A span around a piece of work; `headers` of an incoming request continue its trace."""
    parent = propagate.extract(dict(headers)) if headers else context.get_current()
    with _tracer.start_as_current_span(
        name, context=parent, attributes=attributes, record_exception=False, set_status_on_exception=True
    ):
        yield


def outgoing_headers() -> dict[str, str]:
    """The trace headers for a request that this work makes."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier


def current_trace_id() -> str | None:
    """32 lower-case hex digits, or None outside a recorded span."""
    found = trace.get_current_span().get_span_context()
    return f"{found.trace_id:032x}" if found.is_valid else None


class Tracing:
    """ASGI middleware: one span per request, named by method and route template, without query or path values."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {
            k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"] if k == b"traceparent"
        }
        with span(f"http {scope['method']}", headers=headers):
            await self._app(scope, receive, send)
            route = getattr(scope.get("route"), "path", None)
            if route is not None:
                trace.get_current_span().update_name(f"http {scope['method']} {route}")


def _line(span: ReadableSpan) -> dict[str, object]:
    found = span.context
    return {
        "trace_id": f"{found.trace_id:032x}",
        "span_id": f"{found.span_id:016x}",
        "parent_span_id": f"{span.parent.span_id:016x}" if span.parent else None,
        "name": span.name,
        "service": span.resource.attributes.get("service.name"),
        "start_time": (span.start_time or 0) // 1_000_000,
        "end_time": (span.end_time or 0) // 1_000_000,
        "status": span.status.status_code.name,
        "attributes": dict(span.attributes or {}),
    }
