"""Invented agencies with real keys and certificates, for tests of the protocol.

Everything is made in memory in a few milliseconds; nothing is read from disk.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.protocol.canonical import canonical, sha256_hex
from gateway.protocol.copy import CopyContext, Sealed, SealedCopy, seal_copy
from gateway.protocol.envelope import Envelope, source
from gateway.protocol.facts import facts_for_copy, facts_of
from gateway.protocol.keys import KEY_STATEMENT, KeyStatement, OpeningKey, PublicJwk, SigningKey
from gateway.protocol.manifest import ManifestField
from gateway.protocol.registry import HubEntry, ParticipantEntry, Registry, RegistryFile
from gateway.protocol.stamp import STAMP, Stamp
from gateway.protocol.submission import SUBMISSION, CopyDigest, Staff, Submission, SubmissionBody
from gateway.protocol.wire import OinRole

NOW = datetime(2026, 11, 24, 1, 45, tzinfo=UTC)
HUB = "00000099000000009000"
VT = "00000099000000002000"
POLICE = "00000099000000001000"
OM = "00000099000000004000"
KENNISGEVING = "screening.gepland.kennisgeving"
CANARY = "KANARIE-in-de-inhoud"


def new_key() -> bytes:
    """A fresh P-256 private key as PEM."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def certificate(
    subject_oin: str, public: Any, issuer: str, issuer_key: ec.EllipticCurvePrivateKey, *, days: int = 365
) -> x509.Certificate:
    """A certificate with the OIN in subject.serialNumber, valid from a day before NOW."""
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject_oin))
        .issuer_name(_name(issuer))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW - timedelta(days=1) + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=subject_oin == issuer, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def _name(text: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, text), x509.NameAttribute(NameOID.SERIAL_NUMBER, text)]
    )


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority."""

    key: ec.EllipticCurvePrivateKey
    pem: bytes

    @classmethod
    def new(cls) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        return cls(key, certificate("Test CA", key.public_key(), "Test CA", key).public_bytes(Encoding.PEM))

    def certify(self, oin: str, key: SigningKey, *, days: int = 365) -> str:
        public = key.key.get_op_key("verify")
        return certificate(oin, public, "Test CA", self.key, days=days).public_bytes(Encoding.PEM).decode()


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency with its private keys."""

    oin: str
    signing: SigningKey
    opening: OpeningKey

    @classmethod
    def new(cls, oin: str) -> "Agency":
        return cls(oin, SigningKey.from_pem(new_key()), OpeningKey.from_pem(new_key()))

    def statement(self, *, oin: str | None = None, since: datetime = NOW - timedelta(days=1)) -> str:
        body = KeyStatement(
            oin=oin or self.oin,
            jwk=PublicJwk.parse(self.opening.public_jwk),
            geldig_van=rfc3339(since),
            geldig_tot=rfc3339(since + timedelta(days=30)),
        )
        return self.signing.sign(body, typ=KEY_STATEMENT)

    def entry(self, authority: Authority, **changes: Any) -> ParticipantEntry:
        values: dict[str, Any] = {
            "oin": self.oin,
            "naam": f"Voorbeeld {self.oin[-4:]}",
            "soort": "politie",
            "gemeentecodes": ["9901"],
            "rollen": ["politie_hovj"],
            "certificaat": authority.certify(self.oin, self.signing),
            "sleutels": [self.statement()],
        }
        return ParticipantEntry(**(values | changes))


@dataclass(frozen=True, slots=True)
class World:
    """A hub and three agencies that know each other through one registry."""

    authority: Authority
    hub: Agency
    vt: Agency
    police: Agency
    om: Agency
    registry: Registry

    @classmethod
    def new(cls) -> "World":
        authority = Authority.new()
        hub, vt, police, om = (Agency.new(oin) for oin in (HUB, VT, POLICE, OM))
        file = registry_file(authority, hub, [a.entry(authority) for a in (vt, police, om)])
        registry = Registry.load(file.canonical(), trust_anchor_pem=authority.pem, now=NOW)
        return cls(authority, hub, vt, police, om, registry)


def registry_file(authority: Authority, hub: Agency, entries: list[ParticipantEntry]) -> RegistryFile:
    return RegistryFile(
        uitgegeven_op=rfc3339(NOW),
        hub=HubEntry(
            oin=hub.oin,
            naam="Voorbeeldhub",
            certificaat=authority.certify(hub.oin, hub.signing),
            log_oorsprong="schakel.example/logboek",
            log_sleutel="ongebruikt",
        ),
        deelnemers=entries,
    )


def envelope(case_id: str | None = None, *, oin: str = VT) -> Envelope:
    kind = catalogue().message(KENNISGEVING)
    return Envelope(
        id=str(uuid4()),
        source=source(oin, "knooppunt"),
        type=kind.event_type,
        subject=case_id or str(uuid4()),
        time=rfc3339(NOW),
        dataschema=kind.schema_uri,
        correlatieid=str(uuid4()),
        doel="screening",
        urgentie="U1",
    )


def content(**changes: Any) -> dict[str, Any]:
    """A masked copy of a kennisgeving with one fact and one canary."""
    return {"pleger_meerderjarig": True, "onderbouwing_gevaar": CANARY} | changes


def context_for(env: Envelope, sender: Agency, recipient: Agency, **changes: Any) -> CopyContext:
    kind = catalogue().message(KENNISGEVING)
    held = changes.pop("held", content())
    values: dict[str, Any] = {
        "afzender": OinRole(oin=sender.oin, rol="vt_procescoordinator"),
        "ontvanger": OinRole(oin=recipient.oin, rol="politie_hovj"),
        "afzender_kid": sender.signing.kid,
        "ontvanger_kid": recipient.opening.kid,
        "zaak_id": env.subject,
        "bericht_id": env.id,
        "kopie_id": str(uuid4()),
        "type": KENNISGEVING,
        "doel": "screening",
        "doel_afzender": "screening",
        "kant": "neutraal",
        "manifest": [
            ManifestField(veld=f.name, categorie=f.category, besluit="allow", regel="matrix")
            for f in kind.fields
        ],
        "verplichtingen": [],
        "feiten": facts_for_copy(facts_of(kind, held), held),
        "revisie": "1",
        "afzendernummer": 1,
        "ongebruikt": [],
    }
    return CopyContext(**(values | changes))


def sealed(world: World, env: Envelope | None = None, **changes: Any) -> tuple[CopyContext, Sealed]:
    """A copy of Veilig Thuis for the police. `held` sets the content, other changes go to the context."""
    env = env or envelope()
    held = changes.get("held", content())
    context = context_for(env, world.vt, world.police, **changes)
    key = world.registry.participant(context.ontvanger.oin).sealing_key(NOW)
    return context, seal_copy(held, envelope=env, context=context, to=key, by=world.vt.signing)


def stamp_for(world: World, context: CopyContext, copy: SealedCopy, **changes: Any) -> str:
    values: dict[str, Any] = {
        "kopie_id": context.kopie_id,
        "bericht_id": context.bericht_id,
        "zaak_id": context.zaak_id,
        "ontvanger": context.ontvanger,
        "urgentie": "U1",
        "volgnummer": 1,
        "jws_sha256": sha256_hex(copy.jws.encode()),
        "aangenomen_op": rfc3339(NOW),
        "doel": context.doel,
    }
    return world.hub.signing.sign(Stamp(**(values | changes)), typ=STAMP)


def submission_body(
    world: World, env: Envelope, copies: list[tuple[CopyContext, Sealed]], **changes: Any
) -> bytes:
    values: dict[str, Any] = {
        "aud": HUB,
        "jti": str(uuid4()),
        "tijdstip": rfc3339(NOW),
        "envelop": env,
        "afzender": Staff(rol="vt_procescoordinator", medewerker="vt-0001"),
        "feiten": {"pleger_meerderjarig": True},
        "plan_sha256": "0" * 64,
        "revisie": "1",
        "ontvangers": [c.ontvanger for c, _ in copies],
        "kopieen": [
            CopyDigest(
                kopie_id=c.kopie_id,
                ontvanger=c.ontvanger,
                jws_sha256=sha256_hex(s.copy.jws.encode()),
                jwe_sha256=sha256_hex(s.copy.jwe.encode()),
            )
            for c, s in copies
        ],
    }
    signed = world.vt.signing.sign(Submission(**(values | changes)), typ=SUBMISSION)
    return canonical(SubmissionBody(inzending=signed, kopieen=[s.copy for _, s in copies]).to_json())
