"""One pretend agency: what it is, where its files lie, and its identity provider and mailbox."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adapters.simulator.identity import IdentityProvider
from adapters.simulator.mailbox import Mailbox
from adapters.simulator.pager import Pager
from adapters.simulator.staff import Staff, StaffError, load_staff
from gateway.domain.identifiers import Oin

LOOPBACK = frozenset({"127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PretendAgency:
    """Settings of one pretend agency.

    `folder` is its own and keeps its key, `jwks.json` and `postbak.jsonl`. `authority` (PEM) issued the certificate of
    its node, the only one that may hand over. Port 0 lets the system choose. `issuer` and `audience` are what its
    tokens say; left out they are `https://aanmelden.<oin>.schakel.example` and `<oin>-node`. `pager_key` is the file of
    the key by which its pretend pager knows the hub's alarms; without it there is no pager.
    """

    oin: Oin
    name: str
    folder: Path
    certificate: Path
    private_key: Path
    authority: Path
    host: str = "127.0.0.1"
    port: int = 0
    issuer: str = ""
    audience: str = ""
    pager_key: Path | None = None

    def __post_init__(self) -> None:
        if self.host not in LOOPBACK:
            raise ValueError("a pretend agency signs anybody in, so it listens on loopback only")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningAgency:
    """A pretend agency with its files open."""

    settings: PretendAgency
    staff: Staff
    identity: IdentityProvider
    mailbox: Mailbox
    pager: Pager
    clock: Callable[[], datetime]

    def close(self) -> None:
        """Gives the mailbox free."""
        self.mailbox.close()


def identity_provider(
    agency: PretendAgency, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> IdentityProvider:
    """Its identity provider, with `jwks.json` in its folder from now on: a node needs it before the agency runs.

    Raises: StaffError for an OIN without staff in staff.json.
    """
    agency.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return IdentityProvider(
        oin=agency.oin,
        staff=_staff(agency.oin),
        issuer=agency.issuer or f"https://aanmelden.{agency.oin}.schakel.example",
        audience=agency.audience or f"{agency.oin}-node",
        folder=agency.folder,
        clock=clock,
    )


def open_agency(
    agency: PretendAgency, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> RunningAgency:
    """Opens its files. Raises: MailboxError when another process has them, StaffError as identity_provider, OSError."""
    identity = identity_provider(agency, clock=clock)
    staff = _staff(agency.oin)
    mailbox = Mailbox(agency.folder / "postbak.jsonl", prefix=staff.kind)
    pager = Pager(None if agency.pager_key is None else agency.pager_key.read_bytes())
    return RunningAgency(
        settings=agency, staff=staff, identity=identity, mailbox=mailbox, pager=pager, clock=clock
    )


def _staff(oin: Oin) -> Staff:
    found = load_staff().get(oin)
    if found is None:
        raise StaffError(f"no invented staff for {oin} in staff.json")
    return found
