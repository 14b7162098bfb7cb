"""Provisioning on a real server: made once, looked at by every start, never repaired silently."""

import json
from typing import Any

import pytest
from nats.aio.client import ServerVersion

from gateway.hub.messaging.provisioning import (
    JetStreamRefused,
    NotProvisioned,
    ServerTooOld,
    consumer_config,
    provision,
    require_provisioned,
    require_server,
    stream_config,
)
from gateway.protocol.subjects import INBOX_STREAM
from tests.nats.exchange import MUNICIPALITY, POLICE, VEILIG_THUIS, Exchange, deliver, stored

pytestmark = pytest.mark.real
AGENCIES = [POLICE, VEILIG_THUIS]


async def as_admin(exchange: Exchange, subject: str, body: Any = None) -> dict[str, Any]:
    async with exchange.connect(exchange.admin, "_INBOX_BEHEER") as client:
        payload = b"" if body is None else json.dumps(body).encode()
        answer = await client.request(f"$JS.API.{subject}", payload, timeout=20)
        found: dict[str, Any] = json.loads(answer.data)
        return found


async def test_a_start_on_a_fresh_server_stops_with_what_to_do_and_creates_nothing(fresh: Exchange) -> None:
    async with fresh.hub() as hub:
        with pytest.raises(NotProvisioned, match="Provision it first: schakel nats provision"):
            await require_provisioned(hub, AGENCIES)
    assert (await as_admin(fresh, "STREAM.NAMES"))["streams"] is None


async def test_a_provisioned_server_satisfies_every_start(exchange: Exchange) -> None:
    async with exchange.hub() as hub:
        await require_provisioned(hub, AGENCIES)
    assert exchange.errors == []


async def test_a_start_misses_the_consumer_of_an_agency_that_was_not_provisioned(exchange: Exchange) -> None:
    async with exchange.hub() as hub:
        with pytest.raises(NotProvisioned, match=f"{MUNICIPALITY}-u0 does not exist"):
            await require_provisioned(hub, [*AGENCIES, MUNICIPALITY])


async def test_provisioning_again_keeps_what_is_waiting(exchange: Exchange) -> None:
    async with exchange.hub() as hub:
        await deliver(hub, POLICE, "U0", b"x")
        before = await stored(hub)
        await provision(exchange.admin, [*AGENCIES, MUNICIPALITY])
        assert await stored(hub) == before != []
        await require_provisioned(hub, [*AGENCIES, MUNICIPALITY])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("retention", "limits"),
        ("discard", "old"),
        ("allow_atomic", False),
        ("max_age", 3_600_000_000_000),
        ("storage", "memory"),
    ],
)
async def test_a_stream_with_another_configuration_is_named_and_left_alone(
    fresh: Exchange, field: str, value: object
) -> None:
    made = await as_admin(fresh, f"STREAM.CREATE.{INBOX_STREAM}", stream_config() | {field: value})
    assert "error" not in made
    with pytest.raises(NotProvisioned, match=field):
        await provision(fresh.admin, AGENCIES)
    async with fresh.hub() as hub:
        with pytest.raises(NotProvisioned, match=field):
            await require_provisioned(hub, AGENCIES)
    kept = (await as_admin(fresh, f"STREAM.INFO.{INBOX_STREAM}"))["config"]
    assert kept.get(field, False) == value


async def test_a_consumer_that_would_get_the_mail_of_every_agency_is_named_and_left_alone(
    fresh: Exchange,
) -> None:
    """What a server that drops an unknown filter field makes of a consumer."""
    await provision(fresh.admin, [])
    wanted = consumer_config(POLICE, urgent=False)
    unfiltered = {name: value for name, value in wanted.items() if name != "filter_subjects"}
    made = await as_admin(
        fresh,
        f"CONSUMER.CREATE.{INBOX_STREAM}.{wanted['name']}",
        {"stream_name": INBOX_STREAM, "config": unfiltered},
    )
    assert "error" not in made
    with pytest.raises((NotProvisioned, JetStreamRefused)):
        await provision(fresh.admin, [POLICE])
    async with fresh.hub() as hub:
        with pytest.raises(NotProvisioned):
            await require_provisioned(hub, [POLICE])


async def older_consumer(exchange: Exchange, **changes: Any) -> dict[str, Any]:
    """A consumer of the police as another release made it."""
    await provision(exchange.admin, [])
    config = consumer_config(POLICE, urgent=True) | changes
    subject = f"CONSUMER.CREATE.{INBOX_STREAM}.{config['name']}"
    made = await as_admin(exchange, subject, {"stream_name": INBOX_STREAM, "config": config})
    assert "error" not in made, made
    return config


async def test_times_of_an_older_release_are_named_and_adjusted_only_when_asked(fresh: Exchange) -> None:
    await older_consumer(fresh, ack_wait=30_000_000_000)
    async with fresh.hub() as hub:
        await deliver(hub, POLICE, "U0", b"x")
        with pytest.raises(NotProvisioned, match="ack_wait"):
            await provision(fresh.admin, [POLICE])
        with pytest.raises(NotProvisioned, match="ack_wait"):
            await require_provisioned(hub, [POLICE])
        await provision(fresh.admin, [POLICE], adjust=True)
        await require_provisioned(hub, [POLICE])
        assert len(await stored(hub)) == 1


async def test_whose_mail_a_consumer_gets_is_never_adjusted(fresh: Exchange) -> None:
    await older_consumer(fresh, filter_subject=f"schakel.v1.inbox.{VEILIG_THUIS}.U0.>")
    with pytest.raises((NotProvisioned, JetStreamRefused)):
        await provision(fresh.admin, [POLICE], adjust=True)


async def test_urgent_mail_of_a_node_that_died_comes_again_first() -> None:
    waits = [consumer_config(POLICE, urgent=urgent)["ack_wait"] / 1e9 for urgent in (True, False)]
    assert waits == [5, 10]


async def test_a_field_that_the_server_does_not_know_is_refused_and_not_dropped(fresh: Exchange) -> None:
    answer = await as_admin(fresh, f"STREAM.CREATE.{INBOX_STREAM}", stream_config() | {"allow_onzin": True})
    assert answer["error"]["err_code"] == 10025


async def test_a_full_stream_refuses_and_keeps_what_it_has(exchange: Exchange) -> None:
    config = stream_config()
    assert (config["discard"], config["retention"]) == ("new", "workqueue")
    await as_admin(exchange, f"STREAM.UPDATE.{INBOX_STREAM}", config | {"max_msgs": 1})
    async with exchange.hub() as hub:
        await deliver(hub, POLICE, "U0", b"first")
        refused = json.loads(
            (await hub.request(f"schakel.v1.inbox.{POLICE}.U0.x", b"second", timeout=20)).data
        )
        assert refused["error"]["err_code"] == 10077
        assert await stored(hub) == [(f"schakel.v1.inbox.{POLICE}.U0.screening-verzoek", 1)]


async def test_a_copy_published_twice_is_stored_once(exchange: Exchange) -> None:
    async with exchange.hub() as hub:
        publish = hub.jetstream().publish
        subject, headers = f"schakel.v1.inbox.{POLICE}.U0.x", {"Nats-Msg-Id": "copy-1"}
        first, second = [await publish(subject, b"x", headers=dict(headers)) for _ in range(2)]
        assert (first.seq, second.seq, second.duplicate) == (1, 1, True)


class _OldServer:
    """A connection to a server of another age; no such server can be had in a test."""

    def __init__(self, version: str) -> None:
        self.connected_server_version = ServerVersion(version)


@pytest.mark.parametrize("version", ["2.9.10", "2.10.27", "2.14.9", "2.15.0", "1.99.99"])
def test_an_old_server_is_refused(version: str) -> None:
    with pytest.raises(ServerTooOld, match=r"2\.15\.1 or newer"):
        require_server(_OldServer(version))  # type: ignore[arg-type]


@pytest.mark.parametrize("version", ["2.15.1", "2.15.2", "2.16.0", "3.0.0", "2.15.1-RC.1"])
def test_a_new_enough_server_is_taken(version: str) -> None:
    require_server(_OldServer(version))  # type: ignore[arg-type]
