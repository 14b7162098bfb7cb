"""The stream and the consumers of JetStream: made once by a command, and only looked at by a start.

A start that creates what it does not find would, after a start with a wrong encryption key or an empty disk,
put an empty stream in the place of the old one and lose every message in it. So `require_provisioned` creates
nothing.

Every answer is compared with what was asked: a server that does not know a field drops it silently, and a
consumer without its filter would get the mail of every agency.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from nats.aio.client import Client

from gateway.domain.errors import SchakelError
from gateway.hub.messaging.accounts import ADMIN_INBOX_PREFIX
from gateway.hub.messaging.accounts_config import MINIMAL_SERVER
from gateway.hub.messaging.accounts_connection import Connection, connect
from gateway.protocol.subjects import INBOX_STREAM, INBOX_SUBJECTS, consumer_name, inbox_filters

# The relay publishes again after a doubt, with the same Nats-Msg-Id, well within this.
DUPLICATE_WINDOW = timedelta(minutes=10)
# What a node fetched and did not acknowledge comes again after this: soon, because the node may have died. A node that
# is slow says so in time (`NatsInbox` in gateway.node.hub_link), so that nothing comes again while it works.
URGENT_ACK_WAIT = timedelta(seconds=5)
ACK_WAIT = timedelta(seconds=10)
# A node stores in batches; with more unacknowledged copies than this it is not keeping up.
MAX_ACK_PENDING = 500
MAX_MESSAGE_BYTES = 1024 * 1024
# Of a consumer, these say only how soon mail comes again and how much may be under way, never whose mail it is.
ADJUSTABLE = frozenset({"ack_wait", "max_ack_pending"})
_TIMEOUT_S = 10.0
_NOT_FOUND = 404


class NotProvisioned(SchakelError):
    """What a start needs is not there, or is not as it should be. `schakel nats provision` makes it."""

    default_code = "nats-niet-ingericht"


class ServerTooOld(SchakelError):
    """The server is older than this release can trust."""

    default_code = "nats-te-oud"


class JetStreamRefused(SchakelError):
    """JetStream answered a request of ours with an error."""

    default_code = "nats-geweigerd"


def stream_config(*, replicas: int = 1) -> dict[str, Any]:
    """INBOX: a copy is erased when its recipient acknowledged it; a full stream refuses, never forgets."""
    return {
        "name": INBOX_STREAM,
        "subjects": [INBOX_SUBJECTS],
        "retention": "workqueue",
        "storage": "file",
        "discard": "new",
        "num_replicas": replicas,
        "max_consumers": -1,
        "max_msgs": -1,
        "max_bytes": -1,
        "max_age": 0,
        "max_msg_size": MAX_MESSAGE_BYTES,
        "duplicate_window": _nanoseconds(DUPLICATE_WINDOW),
        "allow_atomic": True,
        "allow_direct": False,
        "deny_purge": False,
        "deny_delete": False,
        "sealed": False,
    }


def consumer_config(oin: str, *, urgent: bool) -> dict[str, Any]:
    """One of the two consumers of an agency: U0 apart, so that it never waits behind other mail."""
    name = consumer_name(oin, urgent=urgent)
    filters = inbox_filters(oin, urgent=urgent)
    return {
        "name": name,
        "durable_name": name,
        "deliver_policy": "all",
        "ack_policy": "explicit",
        "ack_wait": _nanoseconds(URGENT_ACK_WAIT if urgent else ACK_WAIT),
        "max_deliver": -1,
        "max_ack_pending": MAX_ACK_PENDING,
        "replay_policy": "instant",
        **({"filter_subject": filters[0]} if len(filters) == 1 else {"filter_subjects": filters}),
    }


async def provision(
    connection: Connection, oins: Iterable[str], *, replicas: int = 1, adjust: bool = False
) -> None:
    """Makes the stream and the consumers that are not there yet. What is there must be as it should be.

    With `adjust` an older release's ADJUSTABLE fields of consumers are brought to those of this one; the mail stays.
    Raises: ServerTooOld; NotProvisioned for something that exists with another configuration, which is never
    changed silently; JetStreamRefused; nats.errors.Error when the server cannot be reached.
    """
    async with _admin(connection) as client:
        wanted_stream = stream_config(replicas=replicas)
        found = await _info(client, f"STREAM.INFO.{INBOX_STREAM}")
        if found is None:
            found = await _request(client, f"STREAM.CREATE.{INBOX_STREAM}", wanted_stream)
        _require_same(INBOX_STREAM, wanted_stream, found["config"])
        for oin in oins:
            for urgent in (True, False):
                await _provision_consumer(client, consumer_config(oin, urgent=urgent), adjust=adjust)


async def require_provisioned(client: Client, oins: Iterable[str], *, replicas: int = 1) -> None:
    """Returns when server, stream and consumers are as they should be; creates nothing.

    For every start, with the connection of the hub itself. Raises: ServerTooOld, NotProvisioned.
    """
    require_server(client)
    _require_found(
        INBOX_STREAM,
        stream_config(replicas=replicas),
        await _info(client, f"STREAM.INFO.{INBOX_STREAM}"),
    )
    for oin in oins:
        for urgent in (True, False):
            wanted = consumer_config(oin, urgent=urgent)
            found = await _info(client, f"CONSUMER.INFO.{INBOX_STREAM}.{wanted['name']}")
            _require_found(wanted["name"], wanted, found)


def require_server(client: Client) -> None:
    """Raises ServerTooOld when the connected server is older than MINIMAL_SERVER."""
    version = client.connected_server_version
    if (version.major, version.minor, version.patch) < MINIMAL_SERVER:
        minimal = ".".join(map(str, MINIMAL_SERVER))
        raise ServerTooOld(
            detail_nl=f"nats-server {version} is te oud: nodig is {minimal} of nieuwer.",
            detail_en=f"nats-server {version} is too old: {minimal} or newer is needed.",
        )


@asynccontextmanager
async def _admin(connection: Connection) -> AsyncIterator[Client]:
    """A connection of whoever provisions, to a server that is new enough."""
    client = await connect(connection, inbox_prefix=ADMIN_INBOX_PREFIX)
    try:
        require_server(client)
        yield client
    finally:
        await client.close()


async def _provision_consumer(client: Client, wanted: Mapping[str, Any], *, adjust: bool) -> None:
    name = wanted["name"]
    found = await _info(client, f"CONSUMER.INFO.{INBOX_STREAM}.{name}")
    may_adjust = adjust and found is not None and set(_differing(wanted, found["config"])) <= ADJUSTABLE
    if found is None or may_adjust:
        # `create`: a server that already has it with another configuration refuses instead of changing it.
        asked = {
            "stream_name": INBOX_STREAM,
            "config": wanted,
            "action": "update" if may_adjust else "create",
        }
        subject = f"CONSUMER.CREATE.{INBOX_STREAM}.{name}"
        if "filter_subject" in wanted:
            subject += f".{wanted['filter_subject']}"
        found = await _request(client, subject, asked)
    _require_same(name, wanted, found["config"])


def _require_found(name: str, wanted: Mapping[str, Any], found: Mapping[str, Any] | None) -> None:
    if found is None:
        raise NotProvisioned(
            detail_nl=f"{name} bestaat niet in JetStream. Richt eerst in met: schakel nats provision",
            detail_en=f"{name} does not exist in JetStream. Provision it first: schakel nats provision",
        )
    _require_same(name, wanted, found["config"])


def _require_same(name: str, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Every field that we set must have come back as we set it; the server may add fields of its own."""
    other = _differing(wanted, found)
    if other:
        raise NotProvisioned(
            detail_nl=f"{name} is anders ingericht dan deze versie nodig heeft: {', '.join(other)}.",
            detail_en=f"{name} is configured differently from what this release needs: {', '.join(other)}.",
        )


def _differing(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """The server leaves out what is false, zero or empty."""
    return sorted(field for field, value in wanted.items() if found.get(field, _empty(value)) != value)


def _empty(value: object) -> object:
    return type(value)() if value is not None else None


async def _info(client: Client, subject: str) -> dict[str, Any] | None:
    answer = await _ask(client, subject, None)
    if answer.get("error", {}).get("code") == _NOT_FOUND:
        return None
    return _accepted(subject, answer)


async def _request(client: Client, subject: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return _accepted(subject, await _ask(client, subject, body))


async def _ask(client: Client, subject: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
    payload = b"" if body is None else json.dumps(body).encode()
    answer = await client.request(f"$JS.API.{subject}", payload, timeout=_TIMEOUT_S)
    found: dict[str, Any] = json.loads(answer.data)
    return found


def _accepted(subject: str, answer: dict[str, Any]) -> dict[str, Any]:
    if "error" in answer:
        error = answer["error"]
        reason = f"{subject}: {error.get('description')} ({error.get('err_code')})"
        raise JetStreamRefused(
            detail_nl=f"JetStream weigert {reason}.", detail_en=f"JetStream refuses {reason}."
        )
    return answer


def _nanoseconds(duration: timedelta) -> int:
    return int(duration.total_seconds() * 1_000_000_000)
