"""Reads the two facts that we use of a client certificate: whose it is (OIN) and which it is (thumbprint).

The chain was verified by TLS before anything here sees it.
"""

import base64
import hashlib
from functools import cached_property

from cryptography import x509
from cryptography.x509.oid import NameOID

from gateway.domain.errors import NotAuthenticated, SchakelError
from gateway.domain.identifiers import Oin, parse_oin


class ClientCertificate:
    """One DER certificate; parsed on first use and once per connection."""

    def __init__(self, der: bytes) -> None:
        self.der = der

    @cached_property
    def thumbprint(self) -> str:
        """base64url(SHA-256(DER)) without padding: the `x5t#S256` of RFC 8705 3.1."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.der).digest()).rstrip(b"=").decode()

    @cached_property
    def oin(self) -> Oin:
        """The OIN in `subject.serialNumber`, where PKIoverheid puts it.

        Raises: NotAuthenticated when there is none, more than one, or a malformed one.
        """
        try:
            subject = x509.load_der_x509_certificate(self.der).subject
            (serial,) = subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
            return parse_oin(str(serial.value))
        except (ValueError, SchakelError) as exc:
            raise NotAuthenticated(
                code="certificaat-zonder-oin",
                detail_nl="Het certificaat noemt geen geldig OIN in subject.serialNumber.",
                detail_en="The certificate names no valid OIN in subject.serialNumber.",
            ) from exc
