"""A development certificate authority, in place of PKIoverheid: certificates for invented agencies.

Gives certificates the shape of the real ones (OIN in `subject.serialNumber`), so that nothing else needs to know.
Not for production: the authority's key lies unencrypted beside what it issues.
"""

import ipaddress
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = ec.EllipticCurvePrivateKey

AUTHORITY_VALID = timedelta(days=730)
CERTIFICATE_VALID = timedelta(days=365)
# Clocks of two machines may differ a little; a certificate is valid from just before it was made.
_CLOCK_SKEW = timedelta(minutes=5)
LOCAL_HOSTS = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a certificate names."""

    oin: str
    organisation: str
    common_name: str


@dataclass(frozen=True, slots=True)
class Authority:
    """The key and the self-signed certificate of the development authority."""

    key: PrivateKey
    certificate: x509.Certificate

    @classmethod
    def create(cls, *, now: datetime) -> "Authority":
        """A fresh authority, valid for two years."""
        key = new_private_key()
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "NL"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Schakel ontwikkelomgeving"),
                x509.NameAttribute(NameOID.COMMON_NAME, "Schakel ontwikkel-CA (niet voor productie)"),
            ]
        )
        builder = _builder(name, name, key.public_key(), now, AUTHORITY_VALID)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_key_usage(certificates=True), critical=True)
        subject_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = builder.add_extension(subject_key, critical=False)
        return cls(key, builder.sign(key, hashes.SHA256()))

    @classmethod
    def load(cls, folder: Path) -> "Authority":
        """The authority that `save` wrote. Raises OSError or ValueError when it is not there or not readable."""
        key = load_private_key(folder / "ca.key")
        return cls(key, x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes()))

    def save(self, folder: Path) -> None:
        """Writes `ca.key` and `ca.crt` (the trust anchor). Raises FileExistsError rather than replace them."""
        folder.mkdir(mode=0o700, exist_ok=True)
        write_private(folder / "ca.key", private_pem(self.key))
        write_private(folder / "ca.crt", certificate_pem(self.certificate))

    def issue_signing(
        self, subject: Subject, public: ec.EllipticCurvePublicKey, *, now: datetime
    ) -> x509.Certificate:
        """A certificate for signatures, and for nothing else."""
        builder = self._leaf(subject, public, now)
        return builder.sign(self.key, hashes.SHA256())

    def issue_tls(
        self,
        subject: Subject,
        public: ec.EllipticCurvePublicKey,
        *,
        now: datetime,
        hosts: tuple[str, ...] = LOCAL_HOSTS,
    ) -> x509.Certificate:
        """A certificate for both ends of mutual TLS, as a server for `hosts` (names or addresses)."""
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        builder = self._leaf(subject, public, now).add_extension(purposes, critical=False)
        return builder.add_extension(names, critical=False).sign(self.key, hashes.SHA256())

    def _leaf(
        self, subject: Subject, public: ec.EllipticCurvePublicKey, now: datetime
    ) -> x509.CertificateBuilder:
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "NL"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, subject.organisation),
                x509.NameAttribute(NameOID.COMMON_NAME, subject.common_name),
                x509.NameAttribute(NameOID.SERIAL_NUMBER, subject.oin),
            ]
        )
        issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = _builder(name, self.certificate.subject, public, now, CERTIFICATE_VALID)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_key_usage(certificates=False), critical=True)
        return builder.add_extension(issuer_key, critical=False)


def new_private_key() -> PrivateKey:
    """A fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def private_pem(key: PrivateKey) -> bytes:
    """PKCS#8, unencrypted: file permissions are what protects it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def certificate_pem(certificate: x509.Certificate) -> bytes:
    """The certificate as PEM."""
    return certificate.public_bytes(Encoding.PEM)


def load_private_key(path: Path) -> PrivateKey:
    """A P-256 key from PKCS#8 PEM. Raises ValueError for any other key."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError(f"{path} holds no P-256 key")  # noqa: TRY004 - the file is wrong, not a type of ours
    return key


def write_private(path: Path, data: bytes) -> None:
    """Creates a file that only its owner can read. Raises FileExistsError rather than replace a key."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    now: datetime,
    valid: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + valid)
    )


def _key_usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=not certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
