"""How OPA is run beside the hub: on loopback, with the signed bundle, and with everything else closed.

OPA watches the bundle file. Another file in its place is loaded within a second when its signature holds; when
it does not, OPA keeps what it has. It also takes an older bundle that was once signed: the hub does not
(`client.py`, `activation.py`). Measured with OPA 1.22: a `file://` bundle in a configuration is read only
once, and pushing policies would need an open policy API, so the file is watched.
"""

from pathlib import Path


def opa_command(opa: Path, *, bundle: Path, public_key: Path, port: int) -> list[str]:
    """The command line that runs the program `opa` on loopback with the file `bundle`.

    `public_key` is the PEM file of the key that signs bundles. What is open is in `policies/authz`, which
    travels inside the bundle: without a bundle that verifies nothing is answered. Ready when GET /health
    gives 200.
    """
    return [
        str(opa),
        "run",
        "--server",
        f"--addr=127.0.0.1:{port}",
        "--bundle",
        "--watch",
        f"--verification-key={public_key}",
        "--signing-alg=ES256",
        "--authorization=basic",
        "--skip-version-check",
        "--log-level=error",
        "--shutdown-grace-period=2",
        str(bundle),
    ]
