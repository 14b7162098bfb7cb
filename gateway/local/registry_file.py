"""Invented agencies with real keys: one folder of key files per agency, and the registry that publishes them.

Decides what a development exchange consists of. Which key belongs to whom is decided again, by its reader, in
`gateway.protocol.registry`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from audit.note import NoteSigner
from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.hub.messaging.accounts_nkeys import Nkey, NkeyKind
from gateway.local.pki import (
    Authority,
    Subject,
    certificate_pem,
    new_private_key,
    private_pem,
    write_private,
)
from gateway.protocol.keys import KEY_STATEMENT, KeyStatement, OpeningKey, PublicJwk, SigningKey
from gateway.protocol.registry import SIMULATED_LOG, HubEntry, ParticipantEntry, RegistryFile
from gateway.protocol.succession import SUCCEEDED, TAKEN_ON, SuccessionEntry, SuccessionStatement

# The design gives sealing keys 30 days.
SEALING_KEY_VALID = timedelta(days=30)
# A simulation plays months in minutes, and nobody renews keys meanwhile.
SIMULATED_KEY_VALID = timedelta(days=365)
SIMULATED = " (SIMULATIE)"  # after every name in the registry of a simulation, so that whoever sees one knows

HUB_OIN = "00000099000000009000"
HUB_NAME = "Schakel (voorbeeld)"
LOG_ORIGIN = "schakel.example/log/voorbeeld"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """An invented agency. Municipalities are gemeentecodes that no real municipality has."""

    oin: str
    name: str
    kind: str
    municipalities: tuple[str, ...]


VOORBEELDSTAD = "9901"
ELDERS = "9902"

POLICE = Agency(
    oin="00000099000000001000",
    name="Politie eenheid Voorbeeld",
    kind="politie",
    municipalities=(VOORBEELDSTAD, ELDERS),
)
VEILIG_THUIS = Agency(
    oin="00000099000000002000",
    name="Veilig Thuis Voorbeeldstad",
    kind="veilig_thuis",
    municipalities=(VOORBEELDSTAD, ELDERS),
)
MUNICIPALITY = Agency(
    oin="00000099000000003000",
    name="Gemeente Voorbeeldstad",
    kind="gemeente",
    municipalities=(VOORBEELDSTAD,),
)
PROSECUTION = Agency(
    oin="00000099000000004000",
    name="OM parket Voorbeeld",
    kind="om",
    municipalities=(VOORBEELDSTAD, ELDERS),
)
PROBATION = Agency(
    oin="00000099000000005000",
    name="Reclassering Voorbeeld",
    kind="reclassering",
    municipalities=(VOORBEELDSTAD, ELDERS),
)
CHILD_PROTECTION = Agency(
    oin="00000099000000006000",
    name="Raad voor de Kinderbescherming Voorbeeld",
    kind="rvdk",
    municipalities=(VOORBEELDSTAD, ELDERS),
)
# Outside the territory of every example case: there to be refused.
OTHER_MUNICIPALITY = Agency(
    oin="00000099000000003001",
    name="Gemeente Elders",
    kind="gemeente",
    municipalities=(ELDERS,),
)

DEMO_AGENCIES = (
    VEILIG_THUIS,
    POLICE,
    MUNICIPALITY,
    PROSECUTION,
    PROBATION,
    CHILD_PROTECTION,
    OTHER_MUNICIPALITY,
)


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """The files of one party, agency or hub; every file is readable by its owner only."""

    path: Path

    @property
    def signing_key(self) -> Path:
        """ES256 key (PEM) of the signatures."""
        return self.path / "signing.key"

    @property
    def signing_certificate(self) -> Path:
        """Its certificate (PEM), with the OIN."""
        return self.path / "signing.crt"

    @property
    def sealing_key(self) -> Path:
        """P-256 key (PEM) that opens copies; agencies only."""
        return self.path / "sealing.key"

    @property
    def tls_key(self) -> Path:
        """Key (PEM) of both ends of mutual TLS."""
        return self.path / "tls.key"

    @property
    def tls_certificate(self) -> Path:
        """Its certificate (PEM), for localhost."""
        return self.path / "tls.crt"

    @property
    def nats_seed(self) -> Path:
        """Seed of the nkey that is this party's identity on NATS."""
        return self.path / "nats.seed"

    @property
    def token_key(self) -> Path:
        """ES256 key (PEM) of access tokens; hub only."""
        return self.path / "token.key"

    @property
    def log_key(self) -> Path:
        """Ed25519 key (PEM) of checkpoints; hub only."""
        return self.path / "log.key"


@dataclass(frozen=True, slots=True)
class ExchangeFolder:
    """Where everything of one development exchange lies."""

    path: Path

    @property
    def registry(self) -> Path:
        """The registry file (JSON)."""
        return self.path / "registry.json"

    @property
    def authority(self) -> Path:
        """Folder of the development authority."""
        return self.path / "ca"

    @property
    def trust_anchor(self) -> Path:
        """The certificate (PEM) under which everything was issued."""
        return self.authority / "ca.crt"

    @property
    def hub(self) -> KeyFolder:
        """The keys of the hub."""
        return KeyFolder(self.path / "hub")

    def agency(self, oin: str) -> KeyFolder:
        """The keys of one agency."""
        return KeyFolder(self.path / "agencies" / oin)


def create_exchange(
    path: Path, agencies: Sequence[Agency] = DEMO_AGENCIES, *, now: datetime, simulation: bool = False
) -> ExchangeFolder:
    """Makes authority, keys and registry of a fresh exchange in `path`; a simulation says so, also in every name and in
    the origin of its log.

    Raises FileExistsError when there is one already: keys are never replaced silently.
    """
    folder = ExchangeFolder(path)
    for made in (path, folder.authority, folder.agency("").path):
        made.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = Authority.create(now=now)
    authority.save(folder.authority)
    hub = _hub_entry(folder.hub, authority, now, simulation=simulation)
    entries = [
        _participant_entry(agency, folder.agency(agency.oin), authority, now, simulation=simulation)
        for agency in agencies
    ]
    registry = RegistryFile(uitgegeven_op=rfc3339(now), hub=hub, deelnemers=entries, simulatie=simulation)
    write_private(folder.registry, registry.model_dump_json(indent=2, exclude_none=True).encode() + b"\n")
    return folder


def add_agency(folder: ExchangeFolder, agency: Agency, *, now: datetime) -> None:
    """Makes the keys of one more agency and publishes it in the registry file, which is replaced in one step."""
    registry = RegistryFile.parse_bytes(folder.registry.read_bytes())
    authority = Authority.load(folder.authority)
    entry = _participant_entry(
        agency, folder.agency(agency.oin), authority, now, simulation=registry.simulatie
    )
    _publish(folder, registry, [*registry.deelnemers, entry], now)


def state_succession(
    folder: ExchangeFolder, predecessor: str, successor: str, *, since: datetime, now: datetime
) -> None:
    """Has both agencies sign that the one takes the place of the other from `since` on, and publishes it. Raises
    FileNotFoundError for an agency without keys here."""
    registry = RegistryFile.parse_bytes(folder.registry.read_bytes())
    statement = SuccessionStatement(
        aud=registry.hub.oin,
        voorganger=predecessor,
        opvolger=successor,
        ingaat_op=rfc3339(since),
        verklaard_op=rfc3339(now),
    )
    old, new = (
        SigningKey.from_pem(folder.agency(oin).signing_key.read_bytes()) for oin in (predecessor, successor)
    )
    link = SuccessionEntry(
        oin=successor,
        ingaat_op=statement.ingaat_op,
        verklaring=old.sign(statement, typ=SUCCEEDED),
        aanvaarding=new.sign(statement, typ=TAKEN_ON),
    )
    entries = [
        entry.model_copy(update={"opgevolgd_door": link}) if entry.oin == predecessor else entry
        for entry in registry.deelnemers
    ]
    _publish(folder, registry, entries, now)


def _publish(
    folder: ExchangeFolder, registry: RegistryFile, entries: Sequence[ParticipantEntry], now: datetime
) -> None:
    renewed = registry.model_copy(update={"uitgegeven_op": rfc3339(now), "deelnemers": list(entries)})
    fresh = folder.registry.with_suffix(".new")
    write_private(fresh, renewed.model_dump_json(indent=2, exclude_none=True).encode() + b"\n")
    fresh.replace(folder.registry)


def _participant_entry(
    agency: Agency, keys: KeyFolder, authority: Authority, now: datetime, *, simulation: bool = False
) -> ParticipantEntry:
    keys.path.mkdir(mode=0o700, parents=True)
    subject = Subject(
        oin=agency.oin, organisation=agency.name, common_name=f"node.{agency.oin}.schakel.example"
    )
    return ParticipantEntry(
        oin=agency.oin,
        naam=agency.name + (SIMULATED if simulation else ""),
        soort=agency.kind,
        gemeentecodes=list(agency.municipalities),
        rollen=sorted(role for role, found in catalogue().roles.items() if agency.kind in found.agencies),
        certificaat=_identity(subject, keys, authority, now),
        sleutels=[
            _sealing_statement(
                agency.oin, keys, now, SIMULATED_KEY_VALID if simulation else SEALING_KEY_VALID
            )
        ],
        nats_gebruiker=_nats_user(keys),
    )


def _hub_entry(keys: KeyFolder, authority: Authority, now: datetime, *, simulation: bool) -> HubEntry:
    keys.path.mkdir(mode=0o700, parents=True)
    subject = Subject(oin=HUB_OIN, organisation=HUB_NAME, common_name="hub.schakel.example")
    origin = LOG_ORIGIN + (SIMULATED_LOG if simulation else "")
    log_key = Ed25519PrivateKey.generate()
    write_private(keys.log_key, log_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write_private(keys.token_key, private_pem(new_private_key()))
    _nats_user(keys)
    return HubEntry(
        oin=HUB_OIN,
        naam=HUB_NAME + (SIMULATED if simulation else ""),
        certificaat=_identity(subject, keys, authority, now),
        log_oorsprong=origin,
        log_sleutel=NoteSigner.from_key(origin, log_key).verifier.to_text(),
    )


def _identity(subject: Subject, keys: KeyFolder, authority: Authority, now: datetime) -> str:
    """Writes signing and TLS keys with their certificates; gives the signing certificate (PEM)."""
    signing, tls = new_private_key(), new_private_key()
    signing_certificate = certificate_pem(authority.issue_signing(subject, signing.public_key(), now=now))
    write_private(keys.signing_key, private_pem(signing))
    write_private(keys.signing_certificate, signing_certificate)
    write_private(keys.tls_key, private_pem(tls))
    write_private(
        keys.tls_certificate, certificate_pem(authority.issue_tls(subject, tls.public_key(), now=now))
    )
    return signing_certificate.decode()


def _sealing_statement(oin: str, keys: KeyFolder, now: datetime, valid: timedelta) -> str:
    """Writes a fresh sealing key; gives the agency's signed statement that it is theirs for so long."""
    pem = private_pem(new_private_key())
    write_private(keys.sealing_key, pem)
    statement = KeyStatement(
        oin=oin,
        jwk=PublicJwk.model_validate(OpeningKey.from_pem(pem).public_jwk),
        geldig_van=rfc3339(now),
        geldig_tot=rfc3339(now + valid),
    )
    return SigningKey.from_pem(keys.signing_key.read_bytes()).sign(statement, typ=KEY_STATEMENT)


def _nats_user(keys: KeyFolder) -> str:
    user = Nkey.create(NkeyKind.USER)
    write_private(keys.nats_seed, user.seed.encode() + b"\n")
    return user.public
