"""The pretend pager: believes the hub that it shares a key with, keeps an alarm once, and takes nothing else."""

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.simulator.serving import running
from gateway.hub.alarms import AlarmNotDelivered, WebhookChannel
from gateway.hub.alarms.webhook import signature_of, webhook_body
from gateway.local.registry_file import ExchangeFolder
from tests.adapters.parties import person, pretend, token_of
from tests.alarms.parties import notice

KEY = b"an invented key of 32 bytes or so"


@asynccontextmanager
async def pager(exchange: ExchangeFolder, folder: Path, *, key: bytes | None = KEY) -> AsyncIterator[int]:
    """A pretend police with a pager; its port."""
    (folder / "pieper.key").write_bytes(key or b"")
    agency = replace(pretend(exchange, folder), pager_key=folder / "pieper.key" if key else None)
    async with running([agency]) as (opened,):
        yield opened.port


def hub(exchange: ExchangeFolder) -> WebhookChannel:
    return WebhookChannel(key=KEY, tls=ssl.create_default_context(cafile=exchange.trust_anchor))


def address(port: int, duty: str) -> str:
    return f"https://127.0.0.1:{port}/pieper/{duty}"


async def pages(exchange: ExchangeFolder, port: int) -> list[dict[str, object]]:
    async with person(exchange, port) as client:
        assert (await client.get("/pieper")).status_code == 401
        token = await token_of(client, "pol-wijk-1")
        seen = await client.get("/pieper", headers={"Authorization": f"Bearer {token}"})
    found: list[dict[str, object]] = seen.json()["oproepen"]
    return found


async def test_what_the_hub_calls_about_is_shown_once_per_duty(
    exchange: ExchangeFolder, tmp_path: Path
) -> None:
    async with pager(exchange, tmp_path) as port, hub(exchange) as channel:
        for duty in ("piket-hovj", "piket-hovj", "piket-achterwacht"):
            await channel.send(notice(simulation=True), to=address(port, duty))
        found = await pages(exchange, port)
    assert [page["dienst"] for page in found] == ["piket-hovj", "piket-achterwacht"]
    assert found[0]["alarm"] == json.loads(webhook_body(notice(simulation=True)))


@pytest.mark.parametrize("key", [None, b"another key of 32 bytes or so...."], ids=["no_pager", "another_key"])
async def test_attack_a_pager_goes_off_for_nobody_else(
    exchange: ExchangeFolder, tmp_path: Path, key: bytes | None
) -> None:
    async with pager(exchange, tmp_path, key=key) as port, hub(exchange) as channel:
        with pytest.raises(AlarmNotDelivered, match="403") as refused:
            await channel.send(notice(), to=address(port, "piket-hovj"))
        assert refused.value.permanent
        assert await pages(exchange, port) == []


async def test_a_pager_does_not_take_an_alarm_that_tells_more(
    exchange: ExchangeFolder, tmp_path: Path
) -> None:
    """So a hub that let something about a household slip into an alarm would be noticed here."""
    body = json.dumps(json.loads(webhook_body(notice())) | {"woonadres": "Verzonnenstraat 1"}).encode()
    async with pager(exchange, tmp_path) as port, person(exchange, port) as client:
        headers = {"Schakel-Alarm-Signature": signature_of(KEY, body)}
        answer = await client.post("/pieper/piket-hovj", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "geen-alarm")
        assert await pages(exchange, port) == []
