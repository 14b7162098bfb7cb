"""The client certificate of a TLS connection, handed to the application by the server itself.

uvicorn does not expose it. Never read from a header: a client could send one (NL API Design Rules 2.2, on
internal proxy headers). Whether a certificate is demanded, and by which CA, is decided by
`gateway.web.server`.
"""

import asyncio
from typing import cast

from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.domain.errors import NotAuthenticated
from gateway.domain.identifiers import Oin
from gateway.web.client_certificate import ClientCertificate

_EXTENSION = "schakel.client_certificate"


class MutualTlsProtocol(HttpToolsProtocol):
    """uvicorn's httptools protocol, which also puts the verified client certificate into each scope."""

    _certificate: ClientCertificate | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keeps the certificate of the handshake; TLS has verified it by now."""
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        der = tls.getpeercert(binary_form=True) if tls is not None else None
        self._certificate = ClientCertificate(der) if der else None

    def on_message_begin(self) -> None:
        """Each request on the connection gets the same certificate."""
        super().on_message_begin()
        extensions = cast("dict[str, object]", self.scope.setdefault("extensions", {}))
        extensions[_EXTENSION] = self._certificate


def client_certificate(request: Request) -> ClientCertificate | None:
    """The certificate of this connection, or None on plain HTTP or when the client showed none."""
    found = request.scope.get("extensions", {}).get(_EXTENSION)
    return found if isinstance(found, ClientCertificate) else None


def client_oin(request: Request) -> Oin:
    """The OIN in the verified client certificate.

    Raises: NotAuthenticated without a certificate, or when its subject holds no single, well-formed OIN.
    """
    certificate = client_certificate(request)
    if certificate is None:
        raise NotAuthenticated(
            code="geen-certificaat",
            detail_nl="Verbind met het certificaat van uw organisatie.",
            detail_en="Connect with the certificate of your organisation.",
        )
    return certificate.oin
