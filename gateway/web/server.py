"""The uvicorn configuration of every listener: TLS 1.3, client certificates, no trust in proxy headers."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from gateway.web.mtls import MutualTlsProtocol


class ClientCertificates(IntEnum):
    """Whether TLS admits a client without a certificate. `OPTIONAL` is for pages that people open."""

    OPTIONAL = ssl.CERT_OPTIONAL
    REQUIRED = ssl.CERT_REQUIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTls:
    """Files (PEM) of the listener, and which clients it admits."""

    certificate: Path
    private_key: Path
    client_ca: Path
    client_certificates: ClientCertificates = ClientCertificates.REQUIRED


def server_config(app: FastAPI, *, host: str, port: int, tls: ServerTls) -> uvicorn.Config:
    """A configuration for `uvicorn.Server`; port 0 lets the system choose one."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=MutualTlsProtocol,
        loop="uvloop",
        ws="none",
        ssl_certfile=str(tls.certificate),
        ssl_keyfile=str(tls.private_key),
        ssl_ca_certs=str(tls.client_ca),
        ssl_cert_reqs=int(tls.client_certificates),
        ssl_context_factory=_tls_1_3,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=10,
    )


def _tls_1_3(_: uvicorn.Config, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """NCSC TLS guideline 2025: TLS 1.3 is "good"; older versions are not offered."""
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
