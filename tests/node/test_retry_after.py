"""The outbox leaves the hub alone for as long as the hub asks, and then sends the same bytes."""

from datetime import timedelta

import pytest

from gateway.node.storage import outbox
from gateway.node.usecases.send import send_message
from gateway.protocol.exchange import Answer, retry_after
from tests.node.makers import PROCESCOORDINATOR, Exchange, kennisgeving

FULL = {"status": 503, "code": "postvak-vol", "detail": "Er wacht al te veel."}
ASKED = timedelta(seconds=300)


def refuse(exchange: Exchange) -> list[bytes]:
    """The hub has no room; what it was asked, from now on."""
    asked: list[bytes] = []

    def full(_oin: str, body: bytes) -> Answer:
        asked.append(body)
        return Answer(503, dict(FULL), int(ASKED.total_seconds()))

    exchange.hub._submit = full  # type: ignore[method-assign, assignment]
    return asked


async def test_a_message_goes_again_when_the_hub_wants_it_and_not_before(exchange: Exchange) -> None:
    asked, draft = refuse(exchange), kennisgeving()
    assert (await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)).is_waiting
    exchange.clock.now += ASKED - timedelta(milliseconds=1)
    await exchange.vt.report()
    assert len(asked) == 1
    exchange.clock.now += timedelta(milliseconds=1)
    await exchange.vt.report()
    assert asked == [asked[0]] * 2
    del exchange.hub._submit
    exchange.clock.now += ASKED
    await exchange.vt.report()
    assert list(exchange.hub.accepted) == [draft.message_id]
    assert await exchange.vt.parts.database.read(outbox.size) == 0


async def test_a_hub_that_does_not_answer_is_asked_again_at_our_own_pace(exchange: Exchange) -> None:
    asked = refuse(exchange)
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving())
    exchange.clock.now += ASKED
    exchange.hub.down = True
    await exchange.vt.report()
    exchange.hub.down = False
    exchange.clock.now += outbox.FIRST_RETRY * 2
    await exchange.vt.report()
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("30", 30),
        ("0", 0),
        ("999999999999999999", 3600),
        ("-1", None),
        ("1.5", None),
        ("", None),
        ("\u0663", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT", None),
    ],
)
def test_only_seconds_are_understood_and_an_hour_is_the_most(header: str | None, seconds: int | None) -> None:
    assert retry_after(header) == seconds
