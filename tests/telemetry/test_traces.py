"""One trace follows a message: an incoming traceparent is continued, and a span tells the route, not the path."""

import json
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from gateway.web import traces
from gateway.web.traces import JsonLinesExporter, Tracing, outgoing_headers, span

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A provider of this test alone, since the global one can be set once per process."""
    path = tmp_path / "spans.jsonl"
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(JsonLinesExporter(path)))
    monkeypatch.setattr(traces, "_tracer", provider.get_tracer("test"))
    return path


def spans(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_a_request_continues_the_trace_and_hides_the_path(lines: Path) -> None:
    app = FastAPI()

    @app.get("/zaken/{zaak_id}")
    async def show_case(zaak_id: str) -> dict[str, str]:
        return {"id": zaak_id}

    app.add_middleware(Tracing)
    async with AsyncClient(transport=ASGITransport(app), base_url="https://test") as client:
        await client.get("/zaken/geheim-nummer", headers={"traceparent": PARENT})
    (line,) = spans(lines)
    assert line["trace_id"] == TRACE
    assert line["name"] == "http GET /zaken/{zaak_id}"
    assert "geheim-nummer" not in json.dumps(line)


def test_work_inside_a_span_passes_its_trace_on(lines: Path) -> None:
    with span("outer", headers={"traceparent": PARENT}):
        passed = outgoing_headers()["traceparent"]
    assert passed.split("-")[1] == TRACE
    assert passed != PARENT
    assert spans(lines)[0]["name"] == "outer"


def test_an_exception_leaves_no_text_in_a_span(lines: Path) -> None:
    with pytest.raises(ValueError, match="geheim"), span("work"):
        raise ValueError("geheim adres")
    assert "geheim" not in lines.read_text()
    assert not trace.get_current_span().get_span_context().is_valid
