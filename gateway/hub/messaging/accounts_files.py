"""The operator's folder: the seeds from which every account is signed, and who was revoked.

Whoever can read this folder can be any agency towards NATS (not towards the hub or other nodes: every message
is signed with a key that is not here). It stays with the operator; a node gets its user JWT and keeps its own
seed.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.identifiers import parse_oin
from gateway.hub.messaging.accounts import (
    AgencyAccount,
    admin_user_jwt,
    agency_account_jwt,
    agency_user_jwt,
    hub_account_jwt,
    hub_user_jwt,
    revoke_every_user,
    revoke_users,
    system_account_jwt,
    system_user_jwt,
)
from gateway.hub.messaging.accounts_config import MINIMAL_SERVER, ServerPlace
from gateway.hub.messaging.accounts_jwt import credentials, jwt_subject, operator_jwt
from gateway.hub.messaging.accounts_nkeys import Nkey, NkeyKind

OPERATOR_NAME = "Schakel"


@dataclass(frozen=True, slots=True)
class OperatorFolder:
    """Keys of operator, system account, hub account and every agency account."""

    path: Path

    @classmethod
    def create(cls, path: Path, *, now: datetime) -> "OperatorFolder":
        """Fresh keys. Raises FileExistsError when there are some: they are never replaced silently."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        (path / "accounts").mkdir(mode=0o700)
        for name, kind in (
            ("operator", NkeyKind.OPERATOR),
            ("system", NkeyKind.ACCOUNT),
            ("hub", NkeyKind.ACCOUNT),
        ):
            _write_private(path / f"{name}.seed", Nkey.create(kind).seed)
        folder = cls(path)
        system_user, admin_user = Nkey.create(NkeyKind.USER), Nkey.create(NkeyKind.USER)
        pushes = system_user_jwt(folder.system, user=system_user.public, now=now)
        provisions = admin_user_jwt(folder.hub, user=admin_user.public, now=now)
        _write_private(folder.system_credentials, credentials(pushes, system_user.seed))
        _write_private(folder.admin_credentials, credentials(provisions, admin_user.seed))
        return folder

    @property
    def operator(self) -> Nkey:
        """Signs accounts."""
        return _read_seed(self.path / "operator.seed")

    @property
    def system(self) -> Nkey:
        """The account over which accounts are pushed."""
        return _read_seed(self.path / "system.seed")

    @property
    def hub(self) -> Nkey:
        """The account that owns the stream."""
        return _read_seed(self.path / "hub.seed")

    @property
    def system_credentials(self) -> Path:
        """`.creds` of whoever pushes accounts."""
        return self.path / "system.creds"

    @property
    def admin_credentials(self) -> Path:
        """`.creds` of whoever provisions the stream."""
        return self.path / "beheer.creds"

    def operator_jwt(self, *, now: datetime) -> str:
        """The root of trust, for the server's configuration."""
        version = ".".join(map(str, MINIMAL_SERVER))
        return operator_jwt(
            self.operator,
            name=OPERATOR_NAME,
            system_account=self.system.public,
            minimal_server=version,
            now=now,
        )

    def system_account_jwt(self, *, now: datetime) -> str:
        """The system account, for the server's configuration."""
        return system_account_jwt(self.system.public, operator=self.operator, now=now)

    def agency(self, oin: str) -> AgencyAccount:
        """The account of an agency, whose key is made on first use."""
        seed = self.path / "accounts" / f"{parse_oin(oin)}.seed"
        if not seed.exists():
            _write_private(seed, Nkey.create(NkeyKind.ACCOUNT).seed)
        return AgencyAccount(oin=oin, account=_read_seed(seed), revoked=_read_revoked(self._revoked(oin)))

    def revoke(self, oin: str, users: Iterable[str], *, now: datetime) -> AgencyAccount:
        """Records these users (public nkeys) as revoked; push the account to make it so."""
        return self._record(revoke_users(self.agency(oin), users, now=now))

    def revoke_all(self, oin: str, *, now: datetime) -> AgencyAccount:
        """Records every user of the agency as revoked; push the account to make it so."""
        return self._record(revoke_every_user(self.agency(oin), now=now))

    def account_jwts(self, oins: Iterable[str], *, now: datetime) -> list[str]:
        """The account of the hub and of each agency, as they should be now."""
        return [
            hub_account_jwt(self.hub.public, operator=self.operator, now=now),
            *(self.agency_jwt(self.agency(oin), now=now) for oin in oins),
        ]

    def agency_jwt(self, agency: AgencyAccount, *, now: datetime) -> str:
        """The account of one agency, signed."""
        return agency_account_jwt(agency, hub_account=self.hub.public, operator=self.operator, now=now)

    def agency_user_jwt(self, oin: str, *, user: str, now: datetime) -> str:
        """What the node of an agency needs beside its own seed; no secret. `user` is its public nkey."""
        return agency_user_jwt(self.agency(oin), user=user, now=now)

    def hub_user_jwt(self, *, user: str, now: datetime) -> str:
        """What the hub needs beside its own seed; no secret. `user` is its public nkey."""
        return hub_user_jwt(self.hub, user=user, now=now)

    def write_accounts(self, place: ServerPlace, oins: Iterable[str], *, now: datetime) -> None:
        """Puts the accounts where a server that was never started will find them; later ones are pushed."""
        place.resolver.mkdir(mode=0o700, parents=True, exist_ok=True)
        for token in self.account_jwts(oins, now=now):
            (place.resolver / f"{jwt_subject(token)}.jwt").write_text(token, encoding="ascii")

    def _record(self, agency: AgencyAccount) -> AgencyAccount:
        text = json.dumps({user: rfc3339(at) for user, at in agency.revoked.items()}, indent=2)
        path = self._revoked(agency.oin)
        fresh = path.with_suffix(".new")
        fresh.write_text(text + "\n", encoding="ascii")
        fresh.replace(path)
        return agency

    def _revoked(self, oin: str) -> Path:
        return self.path / "accounts" / f"{oin}.revoked.json"


def write_credentials(path: Path, token: str, seed: str) -> None:
    """Writes a `.creds` file for its owner only. Raises FileExistsError."""
    _write_private(path, credentials(token, seed))


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text.rstrip("\n") + "\n")


def _read_seed(path: Path) -> Nkey:
    return Nkey.from_seed(path.read_text(encoding="ascii"))


def _read_revoked(path: Path) -> dict[str, datetime]:
    if not path.exists():
        return {}
    return {user: parse_time(at) for user, at in json.loads(path.read_text(encoding="ascii")).items()}
