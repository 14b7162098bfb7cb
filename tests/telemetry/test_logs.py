"""Personal data in logs: whatever is raised or passed along, a line tells places and ids, not content."""

import json
import logging

import pytest

from gateway.web.logs import JsonLines

CANARY = "Voorbeeldpersoon-geheim-adres"


def line_of(record: logging.LogRecord) -> str:
    return JsonLines("hub").format(record)


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("t", logging.ERROR, "f.py", 1, message, None, None)
    made.__dict__.update(extra)
    return made


def _store() -> None:
    try:
        dict[str, str]()[CANARY]
    except KeyError as error:
        raise ValueError(f"could not store {CANARY}") from error


def test_the_message_of_an_exception_never_reaches_a_log() -> None:
    made = record("storing failed")
    try:
        _store()
    except ValueError as error:
        made.exc_info = (type(error), error, error.__traceback__)
    line = line_of(made)
    assert CANARY not in line
    chain = json.loads(line)["exception"]
    assert [step["type"] for step in chain] == ["ValueError", "KeyError"]
    assert chain[0]["places"][-1].startswith("test_logs.py:")


def test_only_allowed_extras_are_written() -> None:
    line = json.loads(line_of(record("accepted", message_id="m-1", inhoud=CANARY)))
    assert line["message_id"] == "m-1"
    assert "inhoud" not in line


def test_the_control_shows_that_the_search_would_notice() -> None:
    assert CANARY in line_of(record(CANARY))


@pytest.mark.parametrize("name", ["content", "persoon", "adres", "payload", "body", "naam"])
def test_no_extra_is_allowed_that_could_carry_content(name: str) -> None:
    assert name not in json.loads(line_of(record("x", **{name: CANARY})))
