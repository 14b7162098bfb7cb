"""Run by `helm test`: the hub answers under its name with a trusted certificate, and refuses who has none.

Standard library only. Arguments: host, port of the hub, port of its decision point, path of the trust anchor.
"""

import socket
import ssl
import sys

TIMEOUT_S = 10


def main(host: str, port: int, policy_port: int, trust_anchor: str) -> None:
    """Ends with a message and status 1 when something is not as it must be."""
    context = ssl.create_default_context(cafile=trust_anchor)
    with socket.create_connection((host, port), TIMEOUT_S) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=host) as stranger:
                # In TLS 1.3 the server's refusal arrives with the first read.
                stranger.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n")
                answer = stranger.recv(1024)
        except ssl.SSLCertVerificationError as error:
            sys.exit(f"the hub's certificate is not trusted: {error}")
        except (ssl.SSLError, ConnectionResetError):
            answer = b""
    if answer:
        sys.exit(f"the hub answered a caller without a certificate: {answer[:80]!r}")
    try:
        socket.create_connection((host, policy_port), TIMEOUT_S).close()
    except OSError:
        print("the hub answers under its name, refuses strangers, and does not offer its decision point")
        return
    sys.exit("the service of the hub offers its decision point")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
