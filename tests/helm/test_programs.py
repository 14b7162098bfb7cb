"""What the chart runs, run here: its OPA on a signed bundle, and the script of `helm test` against real listeners."""

import json
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from joserfc.jwk import ECKey

from gateway.hub.policy.bundle import build_bundle
from gateway.hub.policy.bundle_service import BUNDLE_PATH
from gateway.hub.policy.signing import PolicyKey
from gateway.local.pki import Authority, Subject, certificate_pem, new_private_key, private_pem
from tests.helm.rendering import CHART, Manifest, one, pods
from tests.servers import Server, accepts, free_port, program, wait_until

pytestmark = pytest.mark.real

POLICIES = CHART.parents[1] / "policies"
SCRIPT = CHART / "files" / "hub_refuses_strangers.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    port: int
    health: int
    log: Path


def _status(url: str, body: dict[str, object] | None = None) -> int:
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=30) as response:
            status: int = response.status
            return status
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


class _Bundle(BaseHTTPRequestHandler):
    """Serves one bundle, as the hub does beside its OPA."""

    archive = b""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == BUNDLE_PATH else 404)
        self.send_header("Content-Length", str(len(self.archive)))
        self.end_headers()
        self.wfile.write(self.archive)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the name is the base class's)
        pass


@contextmanager
def _serving(archive: bytes) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Serving", (_Bundle,), {"archive": archive}))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _opa(
    render: list[Manifest], folder: Path, *, signed_with: PolicyKey, trusts: PolicyKey
) -> Iterator[_Running]:
    """The chart's OPA, with its paths and ports moved to this machine."""
    build_bundle(POLICIES, folder / "bundle", key=signed_with, number=1)
    with _serving((folder / "bundle").read_bytes()) as bundle_port:
        settings = one(render, "ConfigMap", "schakel-opa")["data"]["opa.yaml"]
        (folder / "opa.yaml").write_text(settings.replace(":8182", f":{bundle_port}"), "utf-8")
        (folder / "policy-key.pem").write_bytes(trusts.public_pem())
        running = _Running(port=free_port(), health=free_port(), log=folder / "opa.log")
        moves = {
            "127.0.0.1:8181": f"127.0.0.1:{running.port}",
            "0.0.0.0:8282": f"127.0.0.1:{running.health}",
            "/etc/schakel/policy-key/": f"{folder}/",
            "/etc/opa/": f"{folder}/",
        }
        (container,) = (c for c in pods(render)["schakel-hub"]["containers"] if c["name"] == "opa")
        arguments = [_moved(argument, moves) for argument in container["args"]]
        server = Server(
            command=[program("opa"), *arguments],
            log=running.log,
            is_ready=lambda _: accepts(running.port) and accepts(running.health),
        )
        server.start()
        try:
            yield running
        finally:
            server.stop()


def _moved(argument: str, moves: dict[str, str]) -> str:
    for there, here in moves.items():
        argument = argument.replace(there, here)
    return argument


def test_the_decision_point_answers_its_four_questions_and_nothing_else(
    default_render: list[Manifest], tmp_path: Path
) -> None:
    key = PolicyKey(ECKey.generate_key("P-256"))
    with _opa(default_render, tmp_path, signed_with=key, trusts=key) as opa:
        health = f"http://127.0.0.1:{opa.health}/health"
        wait_until(lambda: _status(health) == 200, "the bundle was loaded")
        address = f"http://127.0.0.1:{opa.port}"
        assert _status(f"{address}/v1/data/schakel/sending/decision", {"input": {}}) == 200
        assert _status(f"{address}/v1/query", {"query": "x := opa.runtime()"}) == 401
        assert _status(f"{address}/v1/policies") == 401
        assert _status(f"http://127.0.0.1:{opa.health}/v1/policies") in {401, 404}


def test_the_decision_point_answers_nothing_on_a_bundle_of_another_key(
    default_render: list[Manifest], tmp_path: Path
) -> None:
    ours, other = (PolicyKey(ECKey.generate_key("P-256")) for _ in range(2))
    with _opa(default_render, tmp_path, signed_with=other, trusts=ours) as opa:
        wait_until(lambda: "invalid ECDSA signature" in opa.log.read_text("utf-8"), "the bundle was refused")
        question = f"http://127.0.0.1:{opa.port}/v1/data/schakel/sending/decision"
        assert _status(question, {"input": {}}) >= 400
        assert _status(f"http://127.0.0.1:{opa.health}/health") != 200


@contextmanager
def _listener(folder: Path, authority: Authority, *, asks_for_certificate: bool) -> Iterator[int]:
    """A TLS server that answers what connects, and refuses who has no certificate if it asks for one."""
    key = new_private_key()
    subject = Subject(oin="00000099000000009000", organisation="Verzonnen hub", common_name="hub")
    certificate = authority.issue_tls(subject, key.public_key(), now=datetime.now(UTC))
    (folder / "tls.pem").write_bytes(certificate_pem(certificate) + private_pem(key))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "tls.pem")
    if asks_for_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=certificate_pem(authority.certificate).decode())
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = Thread(target=_answer_one, args=(server, context))
        answering.start()
        yield server.getsockname()[1]
        answering.join()


def _answer_one(server: socket.socket, context: ssl.SSLContext) -> None:
    plain, _ = server.accept()
    with plain:
        try:
            with context.wrap_socket(plain, server_side=True) as connection:
                connection.recv(1024)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        except (ssl.SSLError, ConnectionError):
            return  # the refusal, or the caller's, is what the test looks at


def _helm_test(
    port: int, policy_port: int, trusted: Authority, folder: Path
) -> subprocess.CompletedProcess[str]:
    anchor = folder / "trust-anchor.pem"
    anchor.write_bytes(certificate_pem(trusted.certificate))
    arguments = ["localhost", str(port), str(policy_port), str(anchor)]
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def authority() -> Authority:
    return Authority.create(now=datetime.now(UTC))


def test_helm_test_passes_when_the_hub_refuses_a_stranger(tmp_path: Path, authority: Authority) -> None:
    with _listener(tmp_path, authority, asks_for_certificate=True) as port:
        done = _helm_test(port, free_port(), authority, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_helm_test_fails_when_the_hub_answers_a_stranger(tmp_path: Path, authority: Authority) -> None:
    with _listener(tmp_path, authority, asks_for_certificate=False) as port:
        done = _helm_test(port, free_port(), authority, tmp_path)
    assert done.returncode == 1
    assert "answered a caller without a certificate" in done.stderr


def test_helm_test_fails_on_a_certificate_of_another_authority(tmp_path: Path, authority: Authority) -> None:
    with _listener(tmp_path, authority, asks_for_certificate=True) as port:
        done = _helm_test(port, free_port(), Authority.create(now=datetime.now(UTC)), tmp_path)
    assert done.returncode == 1
    assert "certificate is not trusted" in done.stderr


def test_helm_test_fails_when_the_decision_point_is_offered(tmp_path: Path, authority: Authority) -> None:
    with (
        _listener(tmp_path, authority, asks_for_certificate=True) as port,
        socket.create_server(("", 0)) as open_,
    ):
        done = _helm_test(port, open_.getsockname()[1], authority, tmp_path)
    assert done.returncode == 1
    assert "offers its decision point" in done.stderr
