"""Which organisation is at the other end of a TLS connection: the OIN in its verified client certificate.

uvicorn does not expose the certificate, so the protocol puts it into each scope. Never read from a header: a client
could send one.
"""

import asyncio
from typing import cast

from cryptography import x509
from cryptography.x509.oid import NameOID
from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.domain.errors import InvalidValue
from gateway.domain.identifiers import Oin, parse_oin

_EXTENSION = "adapters.peer_certificate"


class PeerProtocol(HttpToolsProtocol):
    """uvicorn's httptools protocol, which also puts the client certificate (DER) into each scope."""

    _certificate: bytes | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keeps the certificate of the handshake; TLS has verified it by now."""
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        self._certificate = tls.getpeercert(binary_form=True) if tls is not None else None

    def on_message_begin(self) -> None:
        """Each request on the connection gets the same certificate."""
        super().on_message_begin()
        extensions = cast("dict[str, object]", self.scope.setdefault("extensions", {}))
        extensions[_EXTENSION] = self._certificate


def peer_oin(request: Request) -> Oin | None:
    """The OIN (subject.serialNumber); None without a certificate, or when it holds no single, well-formed OIN."""
    certificate = request.scope.get("extensions", {}).get(_EXTENSION)
    if not isinstance(certificate, bytes):
        return None
    subject = x509.load_der_x509_certificate(certificate).subject
    numbers = subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    try:
        return parse_oin(numbers[0].value) if len(numbers) == 1 else None
    except InvalidValue:
        return None
