"""Who is who on NATS: the nkey decides, revocation holds at once, TLS only admits."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nats.errors import Error

from gateway.hub.messaging.accounts import AgencyAccount, agency_user_jwt, hub_user_jwt
from gateway.hub.messaging.accounts_config import NatsTls
from gateway.hub.messaging.accounts_connection import ClientTls, connect, settle
from gateway.hub.messaging.accounts_files import OperatorFolder, write_credentials
from gateway.hub.messaging.accounts_jwt import operator_jwt
from gateway.hub.messaging.accounts_nkeys import Nkey, NkeyKind
from gateway.hub.messaging.accounts_push import PushRefused, push_accounts
from gateway.hub.messaging.provisioning import provision
from gateway.local.pki import Authority
from gateway.local.registry_file import POLICE as POLICE_AGENCY
from gateway.local.registry_file import VEILIG_THUIS as VT_AGENCY
from gateway.local.registry_file import ExchangeFolder, create_exchange
from gateway.protocol.subjects import Verb, inbox_prefix, request_subject
from tests.nats.exchange import POLICE, VEILIG_THUIS, Exchange, make_exchange
from tests.nats.waiting import until

pytestmark = pytest.mark.real
REFUSED = "(?i)authorization violation"


async def test_a_revoked_key_is_disconnected_at_once_and_refused_and_its_neighbour_is_not(
    exchange: Exchange,
) -> None:
    lost, stolen = exchange.node_credentials(POLICE, "lost")
    kept, _ = exchange.node_credentials(POLICE, "kept")
    async with exchange.node(POLICE, lost) as thief, exchange.node(POLICE, kept) as node:
        now = datetime.now(UTC)
        revoked = exchange.operator.revoke(POLICE, [stolen.public], now=now)
        await push_accounts(exchange.system, [exchange.operator.agency_jwt(revoked, now=now)])
        await until(lambda: thief.is_closed, exchange.errors)
        with pytest.raises(Error, match=REFUSED):
            async with exchange.node(POLICE, lost):
                pass
        await settle(node)
        assert node.is_connected


async def test_a_revocation_holds_after_a_restart_of_the_server(exchange: Exchange) -> None:
    lost, stolen = exchange.node_credentials(POLICE)
    revoked = exchange.operator.revoke(POLICE, [stolen.public], now=datetime.now(UTC))
    await push_accounts(exchange.system, [exchange.operator.agency_jwt(revoked, now=datetime.now(UTC))])
    exchange.server.stop()
    exchange.server.start()
    with pytest.raises(Error, match=REFUSED):
        async with exchange.node(POLICE, lost):
            pass


async def test_a_later_push_does_not_forget_who_was_revoked(exchange: Exchange) -> None:
    lost, stolen = exchange.node_credentials(POLICE)
    exchange.operator.revoke(POLICE, [stolen.public], now=datetime.now(UTC))
    again = OperatorFolder(exchange.operator.path)
    await push_accounts(exchange.system, again.account_jwts([POLICE, VEILIG_THUIS], now=datetime.now(UTC)))
    with pytest.raises(Error, match=REFUSED):
        async with exchange.node(POLICE, lost):
            pass


async def test_an_agency_that_leaves_is_closed_to_every_key_that_it_ever_had(exchange: Exchange) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    first, second = (exchange.node_credentials(POLICE, name, now=past)[0] for name in ("first", "second"))
    async with exchange.node(POLICE, first) as node:
        left = exchange.operator.revoke_all(POLICE, now=datetime.now(UTC))
        await push_accounts(exchange.system, [exchange.operator.agency_jwt(left, now=datetime.now(UTC))])
        await until(lambda: node.is_closed, exchange.errors)
    with pytest.raises(Error, match=REFUSED):
        async with exchange.node(POLICE, second):
            pass


async def test_a_user_signed_by_another_account_than_it_claims_is_refused(exchange: Exchange) -> None:
    """The police sign themselves a user with the permissions of Veilig Thuis, or of the hub."""
    police = exchange.operator.agency(POLICE)
    user = Nkey.create(NkeyKind.USER)
    forged = {
        "veilig-thuis": agency_user_jwt(
            AgencyAccount(oin=VEILIG_THUIS, account=police.account), user=user.public, now=datetime.now(UTC)
        ),
        "hub": hub_user_jwt(police.account, user=user.public, now=datetime.now(UTC)),
    }
    for name, token in forged.items():
        path = exchange.folder / f"forged-{name}.creds"
        write_credentials(path, token, user.seed)
        # The key is of the account of the police, so that is where it lands: without any import of the victim.
        async with exchange.node(VEILIG_THUIS, path) as client:
            for verb in Verb:
                with pytest.raises(Error):
                    await client.request(request_subject(verb, VEILIG_THUIS), b"x", timeout=2)


async def test_an_account_that_the_operator_did_not_sign_does_not_exist(exchange: Exchange) -> None:
    own = AgencyAccount(oin=VEILIG_THUIS, account=Nkey.create(NkeyKind.ACCOUNT))
    user = Nkey.create(NkeyKind.USER)
    path = exchange.folder / "own-account.creds"
    write_credentials(path, agency_user_jwt(own, user=user.public, now=datetime.now(UTC)), user.seed)
    with pytest.raises(Error, match=REFUSED):
        async with exchange.node(VEILIG_THUIS, path):
            pass


async def test_the_seed_of_another_with_the_jwt_of_a_victim_is_refused(exchange: Exchange) -> None:
    victim, mine = Nkey.create(NkeyKind.USER), Nkey.create(NkeyKind.USER)
    token = exchange.operator.agency_user_jwt(VEILIG_THUIS, user=victim.public, now=datetime.now(UTC))
    path = exchange.folder / "mixed.creds"
    write_credentials(path, token, mine.seed)
    with pytest.raises(Error, match=REFUSED):
        async with exchange.node(VEILIG_THUIS, path):
            pass


async def test_without_credentials_nobody_connects(exchange: Exchange) -> None:
    nobody = exchange.connection(exchange.operator.admin_credentials)
    with pytest.raises(Error, match=REFUSED):
        await connect(nobody, inbox_prefix="_INBOX", user_credentials=None, error_cb=_ignore)


async def _ignore(_: Exception) -> None:
    """nats-py calls this beside raising; the test looks at what is raised."""


async def test_an_account_signed_by_another_operator_lets_nobody_in(
    exchange: Exchange, tmp_path: Path
) -> None:
    """The server stores such an account when the system user pushes it, and still trusts only its operator."""
    now, user = datetime.now(UTC), Nkey.create(NkeyKind.USER)
    other = OperatorFolder.create(tmp_path / "other", now=now)
    await push_accounts(exchange.system, [other.agency_jwt(other.agency(POLICE), now=now)])
    path = exchange.folder / "other-operator.creds"
    write_credentials(path, other.agency_user_jwt(POLICE, user=user.public, now=now), user.seed)
    with pytest.raises(Error, match=REFUSED):
        async with exchange.node(POLICE, path):
            pass


async def test_a_push_of_something_else_than_an_account_is_refused(exchange: Exchange) -> None:
    user = Nkey.create(NkeyKind.USER)
    token = exchange.operator.agency_user_jwt(POLICE, user=user.public, now=datetime.now(UTC))
    with pytest.raises(PushRefused):
        await push_accounts(exchange.system, [token])


async def test_a_server_older_than_the_operator_demands_does_not_start(tmp_path: Path) -> None:
    exchange = make_exchange(tmp_path, [])
    now = datetime.now(UTC)
    newer = operator_jwt(
        exchange.operator.operator,
        name="x",
        system_account=exchange.operator.system.public,
        minimal_server="99.0.0",
        now=now,
    )
    config = tmp_path / "nats.conf"
    config.write_text(config.read_text().replace(exchange.operator.operator_jwt(now=now), newer))
    assert newer in config.read_text()
    with pytest.raises(RuntimeError, match="expected major version 99"):
        exchange.server.start()


@pytest.fixture
def keys(tmp_path: Path) -> ExchangeFolder:
    return create_exchange(tmp_path / "keys", [POLICE_AGENCY, VT_AGENCY], now=datetime.now(UTC))


def client_tls(keys: ExchangeFolder, oin: str) -> ClientTls:
    folder = keys.agency(oin)
    return ClientTls(
        authority=keys.trust_anchor, certificate=folder.tls_certificate, private_key=folder.tls_key
    )


@pytest.fixture
def over_tls(tmp_path: Path, keys: ExchangeFolder) -> Iterator[Exchange]:
    tls = NatsTls(
        certificate=keys.hub.tls_certificate, private_key=keys.hub.tls_key, client_ca=keys.trust_anchor
    )
    folder = tmp_path / "nats"
    folder.mkdir()
    exchange = make_exchange(folder, [POLICE, VEILIG_THUIS], tls=tls, client_tls=client_tls(keys, POLICE))
    exchange.server.start()
    yield exchange
    exchange.server.stop()


async def test_over_mutual_tls_an_agency_works(over_tls: Exchange) -> None:
    await provision(over_tls.admin, [POLICE, VEILIG_THUIS])
    async with over_tls.node(POLICE) as police:
        await settle(police)
        assert over_tls.errors == []


async def test_with_another_certificate_the_nkey_still_decides_who_one_is(
    over_tls: Exchange, keys: ExchangeFolder
) -> None:
    """TLS is admission, not identity: Veilig Thuis' nkey over the police's certificate is Veilig Thuis."""
    credentials, _ = over_tls.node_credentials(VEILIG_THUIS)
    connection = over_tls.connection(credentials, client_tls(keys, POLICE))
    async with over_tls.connect(connection, inbox_prefix(VEILIG_THUIS)) as client:
        await client.publish(request_subject(Verb.SUBMIT, POLICE), b"x")
        await until(
            lambda: any("permissions violation" in error for error in over_tls.errors), over_tls.errors
        )


async def test_a_certificate_of_another_authority_is_not_admitted(
    over_tls: Exchange, keys: ExchangeFolder, tmp_path: Path
) -> None:
    other = create_exchange(tmp_path / "other-keys", [POLICE_AGENCY], now=datetime.now(UTC)).agency(POLICE)
    tls = ClientTls(authority=keys.trust_anchor, certificate=other.tls_certificate, private_key=other.tls_key)
    connection = over_tls.connection(over_tls.node_credentials(POLICE)[0], tls)
    with pytest.raises((Error, OSError)):
        await connect(connection, inbox_prefix=inbox_prefix(POLICE), error_cb=_ignore)


async def test_a_server_of_another_authority_is_not_trusted(over_tls: Exchange, keys: ExchangeFolder) -> None:
    folder, other = keys.agency(POLICE), keys.path / "other-ca"
    Authority.create(now=datetime.now(UTC)).save(other)
    tls = ClientTls(
        authority=other / "ca.crt", certificate=folder.tls_certificate, private_key=folder.tls_key
    )
    connection = over_tls.connection(over_tls.node_credentials(POLICE)[0], tls)
    with pytest.raises((Error, OSError), match=r"(?i)certificate"):
        await connect(connection, inbox_prefix=inbox_prefix(POLICE), error_cb=_ignore)
