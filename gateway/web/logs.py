"""Log lines of hub and node: one JSON object a line, with ids and codes, never with content.

An exception is written as its type and the places in our code that it passed, not with its message or arguments: those
may hold what a partner or a database put into them. The cause chain keeps what an operator needs to find the place.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Final

from opentelemetry import trace

# What a line may say beside its sentence. Anything else that is passed as `extra` is left out.
ALLOWED: Final = frozenset(
    {
        "oin", "role", "case_id", "message_id", "copy_id", "delivery", "slug", "urgency", "rule", "code", "status",
        "revision", "count", "attempt", "duration_ms", "sequence", "verb", "address", "state",
    }
)  # fmt: skip


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def __init__(self, service: str, *, simulation: bool = False) -> None:
        super().__init__()
        self._service = service
        self._marks = {"simulatie": True} if simulation else {}

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "event": record.getMessage(),
            **self._marks,
        }
        line |= {name: record.__dict__[name] for name in ALLOWED if name in record.__dict__}
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            line |= {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = describe_exception(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def describe_exception(error: BaseException) -> list[dict[str, Any]]:
    """Types and places of an exception and its causes, outermost first, without any message."""
    chain: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(chain) < 5:
        frames = traceback.extract_tb(current.__traceback__)
        places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
        chain.append({"type": type(current).__qualname__, "places": places[-6:]})
        current = current.__cause__ or current.__context__
    return chain


def start_logging(service: str, level: int = logging.INFO, *, simulation: bool = False) -> None:
    """Send every log line of this process to standard error, as JSON lines; those of a simulation say so."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(service, simulation=simulation))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("nats", "httpx", "httpx2", "asyncio", "sqlalchemy", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
