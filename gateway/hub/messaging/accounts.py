"""Which NATS accounts there are and what each may do: the layout that keeps agencies apart.

Every agency has an account of its own, without JetStream, whose only way out is to import exactly its own
subjects from the account HUB. Subject permissions in one shared account would not do: reply subjects are not
checked, so one agency could make the hub or JetStream write into the inbox of another. The nkey is the
identity; TLS only admits to the network.

Decides the claims; `accounts_jwt` signs, `accounts_files` keeps keys, `accounts_push` brings them to a
server.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from gateway.hub.messaging.accounts_jwt import account_jwt, user_jwt
from gateway.hub.messaging.accounts_nkeys import Nkey
from gateway.protocol.subjects import (
    INBOX_STREAM,
    INBOX_SUBJECTS,
    Verb,
    consumer_name,
    inbox_prefix,
    request_subject,
    request_wildcard,
)

HUB_ACCOUNT_NAME = "HUB"
SYSTEM_ACCOUNT_NAME = "SYS"
HUB_INBOX_PREFIX = "_INBOX_HUB"
ADMIN_INBOX_PREFIX = "_INBOX_BEHEER"

# Measured: with the default of two minutes a pull that waits longer loses the message that then arrives.
RESPONSE_THRESHOLD = timedelta(minutes=10)
# A node connects with one or two connections; the rest is room for a restart that overlaps.
_CONNECTIONS = 8
_SUBSCRIPTIONS = 64
_MAX_PAYLOAD_BYTES = 8 * 1024 * 1024
_UNLIMITED = -1
# The whole account, as a key of `revocations` (nats-io/jwt: jwt.All).
_EVERY_USER = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyAccount:
    """One agency on NATS: its account key, and which of its users are revoked since when."""

    oin: str
    account: Nkey
    revoked: Mapping[str, datetime] = field(default_factory=dict)


def agency_subjects(oin: str) -> tuple[str, ...]:
    """All that an agency may publish: its requests, its pulls, its acknowledgements."""
    consumers = [consumer_name(oin, urgent=urgent) for urgent in (True, False)]
    return (
        *(request_subject(verb, oin) for verb in Verb),
        *(f"$JS.API.CONSUMER.MSG.NEXT.{INBOX_STREAM}.{consumer}" for consumer in consumers),
        *(f"$JS.ACK.{INBOX_STREAM}.{consumer}.>" for consumer in consumers),
    )


def agency_account_jwt(agency: AgencyAccount, *, hub_account: str, operator: Nkey, now: datetime) -> str:
    """The account of an agency. It exports nothing and has no JetStream of its own."""
    nats: dict[str, object] = {
        "limits": _limits(connections=_CONNECTIONS, subscriptions=_SUBSCRIPTIONS, imports=16, exports=0),
        "imports": [
            {"name": subject, "subject": subject, "account": hub_account, "type": "service"}
            for subject in agency_subjects(agency.oin)
        ],
    }
    if agency.revoked:
        nats["revocations"] = {user: int(at.timestamp()) for user, at in agency.revoked.items()}
    return account_jwt(operator, account=agency.account.public, name=f"AG_{agency.oin}", nats=nats, now=now)


def agency_user_jwt(agency: AgencyAccount, *, user: str, now: datetime) -> str:
    """A node of an agency: publishes exactly its own subjects, listens only to its own replies."""
    nats = _user(publish=agency_subjects(agency.oin), subscribe=[f"{inbox_prefix(agency.oin)}.>"])
    return user_jwt(agency.account, user=user, name=f"node-{agency.oin}", nats=nats, now=now)


def hub_account_jwt(hub_account: str, *, operator: Nkey, now: datetime) -> str:
    """The account of the hub: it owns the stream, and offers agencies its services."""
    requests = [_service(request_wildcard(verb)) for verb in Verb]
    pull = _service("$JS.API.CONSUMER.MSG.NEXT.*.*") | {
        "response_type": "Stream",
        "response_threshold": _nanoseconds(RESPONSE_THRESHOLD),
    }
    acknowledge = _service("$JS.ACK.*.*.>")
    nats = {
        "limits": _limits(connections=_UNLIMITED, subscriptions=_UNLIMITED, imports=0, exports=16)
        | {"mem_storage": _UNLIMITED, "disk_storage": _UNLIMITED, "streams": 1, "consumer": _UNLIMITED},
        "exports": [*requests, pull, acknowledge],
    }
    return account_jwt(operator, account=hub_account, name=HUB_ACCOUNT_NAME, nats=nats, now=now)


def hub_user_jwt(hub_account: Nkey, *, user: str, now: datetime) -> str:
    """Hub and relay: answer requests, publish to inboxes, look at stream and consumers; create nothing."""
    nats = _user(
        publish=[
            INBOX_SUBJECTS,
            "$JS.API.INFO",
            f"$JS.API.STREAM.INFO.{INBOX_STREAM}",
            f"$JS.API.CONSUMER.INFO.{INBOX_STREAM}.*",
        ],
        subscribe=[*(request_wildcard(verb) for verb in Verb), f"{HUB_INBOX_PREFIX}.>"],
    )
    # An answer goes to the reply subject of the request, once, as long as the asker can be waiting.
    nats["resp"] = {"max": 1, "ttl": _nanoseconds(RESPONSE_THRESHOLD)}
    return user_jwt(hub_account, user=user, name="hub", nats=nats, now=now)


def admin_user_jwt(hub_account: Nkey, *, user: str, now: datetime) -> str:
    """Whoever provisions: the JetStream API of the hub's account, and no message."""
    nats = _user(publish=["$JS.API.>"], subscribe=[f"{ADMIN_INBOX_PREFIX}.>"])
    return user_jwt(hub_account, user=user, name="beheer", nats=nats, now=now)


def system_account_jwt(system_account: str, *, operator: Nkey, now: datetime) -> str:
    """The server's own account, over which account JWTs are pushed."""
    nats = {"limits": _limits(connections=_UNLIMITED, subscriptions=_UNLIMITED, imports=0, exports=0)}
    return account_jwt(operator, account=system_account, name=SYSTEM_ACCOUNT_NAME, nats=nats, now=now)


def system_user_jwt(system_account: Nkey, *, user: str, now: datetime) -> str:
    """Whoever pushes accounts: that request and its reply, nothing of the server's other events."""
    nats = _user(publish=["$SYS.REQ.CLAIMS.UPDATE"], subscribe=[f"{ADMIN_INBOX_PREFIX}.>"])
    return user_jwt(system_account, user=user, name="beheer", nats=nats, now=now)


def revoke_users(agency: AgencyAccount, users: Iterable[str], *, now: datetime) -> AgencyAccount:
    """The account with these users refused: a JWT that they got until `now` is void; a later one is not."""
    revoked = {**agency.revoked, **dict.fromkeys(users, now.astimezone(UTC))}
    return AgencyAccount(oin=agency.oin, account=agency.account, revoked=revoked)


def revoke_every_user(agency: AgencyAccount, *, now: datetime) -> AgencyAccount:
    """The account closed to every JWT made until `now`, known or not: for an agency that leaves."""
    return revoke_users(agency, [_EVERY_USER], now=now)


def _service(subject: str) -> dict[str, object]:
    return {"name": subject, "subject": subject, "type": "service"}


def _user(*, publish: Iterable[str], subscribe: Iterable[str]) -> dict[str, object]:
    return {
        "pub": {"allow": list(publish)},
        "sub": {"allow": list(subscribe)},
        "subs": _UNLIMITED,
        "data": _UNLIMITED,
        "payload": _MAX_PAYLOAD_BYTES,
        "allowed_connection_types": ["STANDARD"],
    }


def _limits(*, connections: int, subscriptions: int, imports: int, exports: int) -> dict[str, object]:
    """Everything that is not named is zero: no leaf nodes, no JetStream; wildcards are for who exports."""
    return {
        "subs": subscriptions,
        "data": _UNLIMITED,
        "payload": _MAX_PAYLOAD_BYTES,
        "imports": imports,
        "exports": exports,
        "wildcards": exports > 0,
        "conn": connections,
        "leaf": 0,
    }


def _nanoseconds(duration: timedelta) -> int:
    return int(duration.total_seconds() * 1_000_000_000)
