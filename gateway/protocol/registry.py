"""The registry of participants: who they are, where they are competent, and which keys are theirs.

Decides which key belongs to which agency, by the agency's certificate (OIN in `subject.serialNumber`) under the
trust anchor, and by the agency's own signature on its sealing keys: a hub or a file that offers another key is
refused. An agency that another one succeeds stays in the registry, for its old signatures; its competence passes on
the date that both signed (`succession`). Leaves to the policy what an agency may see.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from gateway.domain.clock import parse_time
from gateway.domain.errors import InvalidInput
from gateway.protocol.canonical import malformed
from gateway.protocol.keys import KEY_STATEMENT, KeyStatement, SealingKey, VerificationKey
from gateway.protocol.succession import (
    NO_SUCCESSIONS,
    Succession,
    SuccessionEntry,
    Successions,
    proven,
)
from gateway.protocol.wire import Compact, Instant, OinText, ShortText, Signed

SIMULATED_LOG = "/simulatie"
"""The origin of the log of a simulation ends so, and with it every checkpoint and export."""


class ParticipantEntry(Signed):
    """One agency in the registry file."""

    oin: OinText
    naam: ShortText
    soort: ShortText  # agency kind of the catalogue: politie, veilig_thuis, gemeente, om, ...
    gemeentecodes: list[str]  # where it is competent
    rollen: list[str]
    certificaat: str  # PEM of the signing certificate
    sleutels: list[Compact]  # key statements, newest first
    nats_gebruiker: str | None = None  # public nkey of the node
    gehost_door: OinText | None = None  # set when an operator hosts the node
    opgevolgd_door: SuccessionEntry | None = None  # set when another agency takes its place


class HubEntry(Signed):
    """The hub in the registry file."""

    oin: OinText
    naam: ShortText
    certificaat: str
    log_oorsprong: ShortText  # origin of the audit log (C2SP tlog-checkpoint)
    log_sleutel: str  # its verifier key, as C2SP signed-note writes it


class RegistryFile(Signed):
    """The registry as it is stored: JSON, published to every participant."""

    versie: Literal[1] = 1
    uitgegeven_op: Instant
    hub: HubEntry
    deelnemers: list[ParticipantEntry]
    simulatie: bool = False  # every hub and node of it is then a simulation, and says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Inheritance:
    """Municipalities for which an agency is competent from `since` on, in the place of a predecessor."""

    since: datetime
    municipalities: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """An agency whose certificate was verified."""

    oin: str
    name: str
    kind: str
    municipalities: frozenset[str]
    roles: frozenset[str]
    verification_key: VerificationKey
    sealing_keys: tuple[SealingKey, ...]
    nats_user: str | None
    hosted_by: str | None
    succeeded: Succession | None = None
    inherited: tuple[Inheritance, ...] = ()

    def is_succeeded(self, at: datetime) -> bool:
        """Whether another agency stood in its place by then. It then has no role and no competence left."""
        return self.succeeded is not None and self.succeeded.since <= at

    def is_competent(self, municipality: str, at: datetime) -> bool:
        """Whether this agency is competent at that moment for a dwelling in that municipality (gemeentecode)."""
        if self.is_succeeded(at):
            return False
        return municipality in self.municipalities or any(
            each.since <= at and municipality in each.municipalities for each in self.inherited
        )

    def sealing_key(self, now: datetime) -> SealingKey:
        """The newest key to seal to. Raises InvalidInput when none is valid, or when another agency has taken its
        place: nothing is then sent."""
        if self.is_succeeded(now):
            raise malformed("sleutel", f"{self.oin} is opgevolgd")
        for key in self.sealing_keys:
            if key.is_valid(now):
                return key
        raise malformed("sleutel", f"geen geldige sleutel voor {self.oin}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """All participants by OIN, and the hub's own keys."""

    hub_oin: str
    hub_name: str
    hub_key: VerificationKey
    log_origin: str
    log_key: str
    participants: Mapping[str, Participant]
    successions: Successions = NO_SUCCESSIONS
    simulation: bool = False

    def participant(self, oin: str) -> Participant:
        """Raises InvalidInput when no participant has this OIN."""
        found = self.participants.get(oin)
        if found is None:
            raise malformed("deelnemer", oin)
        return found

    @classmethod
    def load(cls, data: bytes, *, trust_anchor_pem: bytes, now: datetime) -> "Registry":
        """The registry from its file. Raises InvalidInput for a certificate that the anchor did not issue, is not
        valid at `now` or names another OIN, for a key statement that its agency did not sign, and for a succession
        that is not proven. The certificate of a predecessor was valid when it stated who succeeds it and when it still
        acted: nobody renews it afterwards."""
        file = RegistryFile.parse_bytes(data)
        if file.hub.log_oorsprong.endswith(SIMULATED_LOG) is not file.simulatie:
            raise malformed("log_oorsprong", f"eindigt op {SIMULATED_LOG} in een simulatie, en alleen daar")
        anchor = x509.load_pem_x509_certificate(trust_anchor_pem)
        participants = [_participant(entry, anchor, now) for entry in file.deelnemers]
        by_oin = {participant.oin: participant for participant in participants}
        if len(by_oin) != len(participants):
            raise malformed("register", "OIN komt twee keer voor")
        successions = _successions(file, by_oin, anchor)
        return cls(
            hub_oin=file.hub.oin,
            hub_name=file.hub.naam,
            hub_key=_certified_key(file.hub.certificaat, file.hub.oin, anchor, now),
            log_origin=file.hub.log_oorsprong,
            log_key=file.hub.log_sleutel,
            participants={
                oin: _in_line(participant, by_oin, successions) for oin, participant in by_oin.items()
            },
            successions=successions,
            simulation=file.simulatie,
        )


def _participant(entry: ParticipantEntry, anchor: x509.Certificate, now: datetime) -> Participant:
    end = entry.opgevolgd_door
    valid_at = now if end is None else min(now, parse_time(end.ingaat_op))
    key = _certified_key(entry.certificaat, entry.oin, anchor, valid_at)
    return Participant(
        oin=entry.oin,
        name=entry.naam,
        kind=entry.soort,
        municipalities=frozenset(entry.gemeentecodes),
        roles=frozenset(entry.rollen),
        verification_key=key,
        sealing_keys=tuple(_stated_key(token, entry.oin, key) for token in entry.sleutels),
        nats_user=entry.nats_gebruiker,
        hosted_by=entry.gehost_door,
    )


def _successions(
    file: RegistryFile, participants: Mapping[str, Participant], anchor: x509.Certificate
) -> Successions:
    keys = {oin: participant.verification_key for oin, participant in participants.items()}
    links = []
    for entry in file.deelnemers:
        if entry.opgevolgd_door is None:
            continue
        link = proven(entry.opgevolgd_door, predecessor=entry.oin, hub_oin=file.hub.oin, keys=keys)
        _certified_key(entry.certificaat, entry.oin, anchor, link.stated_at)
        predecessor, successor = participants[link.predecessor], participants[link.successor]
        if successor.kind != predecessor.kind:
            raise malformed("opvolging", f"{entry.oin}: de opvolger is een ander soort organisatie")
        if successor.municipalities & predecessor.municipalities:
            raise malformed("opvolging", f"{entry.oin}: de opvolger was daar voor die dag al bevoegd")
        links.append(link)
    return Successions.of(links)


def _in_line(
    participant: Participant, participants: Mapping[str, Participant], successions: Successions
) -> Participant:
    """The participant with what it takes over, and when it is succeeded itself."""
    inherited = []
    for start in sorted({link.since for link in successions.by_predecessor.values()}):
        places = [link.predecessor for link in successions.line(participant.oin, start)]
        municipalities = frozenset(code for oin in places for code in participants[oin].municipalities)
        if municipalities:
            inherited.append(Inheritance(since=start, municipalities=municipalities))
    return replace(
        participant,
        succeeded=successions.by_predecessor.get(participant.oin),
        inherited=tuple(inherited),
    )


def _certified_key(pem: str, oin: str, anchor: x509.Certificate, now: datetime) -> VerificationKey:
    """The key of a certificate that names this OIN (Digikoppeling PKI001) and that the anchor issued."""
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        certificate.verify_directly_issued_by(anchor)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise malformed("certificaat", f"{oin}: {type(error).__name__}") from error
    serials = [str(a.value) for a in certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)]
    if serials != [oin]:
        raise malformed("certificaat", f"{oin}: ander OIN")
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise malformed("certificaat", f"{oin}: niet geldig op dit moment")
    public = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return VerificationKey.from_pem(public)


def _stated_key(token: str, oin: str, key: VerificationKey) -> SealingKey:
    statement = KeyStatement.parse_bytes(key.verify(token, typ=KEY_STATEMENT))
    if statement.oin != oin:
        raise malformed("sleutel", f"{oin}: verklaring van een ander")
    try:
        return statement.sealing_key()
    except ValueError as error:
        raise InvalidInput(causes=malformed("sleutel", oin).causes) from error
