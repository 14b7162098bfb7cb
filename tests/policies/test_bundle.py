"""The signed bundle: reproducible, verified by OPA and by us, and one changed byte breaks it."""

import gzip
import io
import json
import shutil
import tarfile
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from gateway.hub.policy.bundle import Bundle, BundleError, build_bundle, unpacked_policies, verify_bundle
from gateway.hub.policy.revision import Revision
from gateway.hub.policy.server import opa_command
from gateway.hub.policy.signing import BadSignature, PolicyKey, sign, verify
from tests.policies.policy_makers import new_key, public
from tests.servers import Server, answers_http, free_port, program

POLICIES = Path(__file__).resolve().parents[2] / "policies"


EXPLAINED = "/v1/data/schakel/manifest?explain=full"


def built(folder: Path, key: PolicyKey, *, number: int = 1, policies: Path = POLICIES) -> tuple[Path, Bundle]:
    out = folder / f"{number}.tar.gz"
    return out, build_bundle(policies, out, key=key, number=number)


def real_opa(folder: Path, bundle: Path, key: PolicyKey) -> tuple[Server, int]:
    """OPA as the hub runs it, not yet started."""
    port, pem = free_port(), folder / "key.pem"
    pem.write_bytes(key.public_pem())
    server = Server(
        command=opa_command(program("opa"), bundle=bundle, public_key=pem, port=port),
        log=folder / "opa.log",
        is_ready=lambda _: answers_http(f"http://127.0.0.1:{port}/health"),
    )
    return server, port


def said_revision(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/data/schakel/manifest", timeout=5) as answer:
        said: str = json.load(answer)["result"]["revision"]
        return said


def repacked(archive: bytes, change: dict[str, bytes]) -> bytes:
    """The archive with some files replaced or added."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        files = {entry.name: (tar.extractfile(entry) or io.BytesIO()).read() for entry in tar}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in (files | change).items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    key = new_key()
    copied = tmp_path / "elsewhere"
    shutil.copytree(POLICIES, copied)
    for file in copied.rglob("*"):
        if file.is_file():
            file.touch()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, one = built(tmp_path / "a", key)
    second, other = built(tmp_path / "b", key, policies=copied)
    assert first.read_bytes() == second.read_bytes()
    assert one.revision == other.revision


def test_a_changed_row_changes_the_digest_in_the_revision(tmp_path: Path) -> None:
    copied = tmp_path / "policies"
    shutil.copytree(POLICIES, copied)
    _, before = built(tmp_path, new_key(), policies=copied)
    matrix = copied / "data/schakel/matrix/data.json"
    text = matrix.read_text("utf-8")
    matrix.write_text(text.replace('"decision": "deny"', '"decision": "allow"', 1), "utf-8")
    _, after = built(tmp_path, new_key(), policies=copied)
    assert (before.revision.number, after.revision.number) == (1, 1)
    assert before.revision.digest != after.revision.digest


def test_the_bundle_holds_no_test_and_no_schema(tmp_path: Path) -> None:
    _, bundle = built(tmp_path, new_key())
    assert any(name.endswith("sending.rego") for name in bundle.files)
    assert not [name for name in bundle.files if "_test" in name or "schemas" in name or "examples" in name]


def test_what_was_built_verifies_with_the_public_half(tmp_path: Path) -> None:
    key = new_key()
    path, bundle = built(tmp_path, key)
    assert verify_bundle(path.read_bytes(), key=public(key)) == bundle


def test_another_key_does_not_verify(tmp_path: Path) -> None:
    path, _ = built(tmp_path, new_key())
    with pytest.raises(BundleError, match="signature"):
        verify_bundle(path.read_bytes(), key=public(new_key()))


@pytest.mark.parametrize(
    ("name", "change"),
    {
        "a_rule_changed": {"sending/sending.rego": b"package schakel.sending\ndecision := true\n"},
        "a_file_added": {"extra.rego": b"package schakel.extra\n"},
        "data_added": {"schakel/pilot/data.json": b'{"verzoekers": true}'},
        "another_revision_named": {".manifest": b'{"revision": "9-000000000000", "roots": ["schakel"]}'},
        "roots_widened": {".manifest": b'{"revision": "1-000000000000", "roots": [""]}'},
    }.items(),
)
def test_a_bundle_changed_after_signing_is_refused(
    tmp_path: Path, name: str, change: dict[str, bytes]
) -> None:
    key = new_key()
    path, _ = built(tmp_path, key)
    with pytest.raises(BundleError, match="not the files that were signed"):
        verify_bundle(repacked(path.read_bytes(), change), key=public(key))
    assert name


def test_a_bundle_without_signature_is_refused(tmp_path: Path) -> None:
    path, bundle = built(tmp_path, new_key())
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in bundle.files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    with pytest.raises(BundleError, match="not signed"):
        verify_bundle(packed.getvalue(), key=new_key())
    assert path.exists()


@pytest.mark.parametrize(
    "junk",
    [b"", b"no archive", gzip.compress(b"no tar", mtime=0), b"\x1f\x8b\x08"],
    ids=["empty", "text", "gzip-without-tar", "cut-gzip"],
)
def test_what_is_no_archive_is_refused(junk: bytes) -> None:
    with pytest.raises(BundleError):
        verify_bundle(junk, key=new_key())


def test_data_with_a_fraction_is_not_built(tmp_path: Path) -> None:
    """Go and Python write fractions differently, so their hashes would part."""
    copied = tmp_path / "policies"
    shutil.copytree(POLICIES, copied)
    (copied / "data/schakel/limits/data.json").write_text('{"jaren": 5.0}', "utf-8")
    with pytest.raises(BundleError, match="whole numbers"):
        built(tmp_path, new_key(), policies=copied)


def test_only_data_of_schakel_and_plain_files_go_into_a_bundle(tmp_path: Path) -> None:
    copied = tmp_path / "policies"
    shutil.copytree(POLICIES, copied)
    (copied / "data/elders").mkdir()
    (copied / "data/elders/data.json").write_text("{}", "utf-8")
    with pytest.raises(BundleError, match="data/schakel"):
        built(tmp_path, new_key(), policies=copied)
    shutil.rmtree(copied / "data/elders")
    shutil.rmtree(copied / "authz")
    with pytest.raises(BundleError, match="would answer nobody"):
        built(tmp_path, new_key(), policies=copied)


def test_a_bundle_with_a_path_outside_itself_is_not_unpacked(tmp_path: Path) -> None:
    path, _ = built(tmp_path, new_key())
    for name in ("../buiten.rego", "/tmp/buiten.rego"):  # noqa: S108 - the attack
        with pytest.raises(BundleError, match="outside the bundle"):
            unpacked_policies(repacked(path.read_bytes(), {name: b"package x\n"}), tmp_path / "uit")


def test_a_key_of_another_curve_or_no_key_is_refused() -> None:
    with pytest.raises(BadSignature, match="P-256"):
        PolicyKey.from_pem(ECKey.generate_key("P-384", private=True).as_pem(private=True))
    with pytest.raises(BadSignature, match="no readable key"):
        PolicyKey.from_pem(b"geen sleutel")


@given(st.integers(min_value=0, max_value=999_999_999), st.text("0123456789abcdef", min_size=12, max_size=12))
def test_a_revision_reads_back_as_written(number: int, digest: str) -> None:
    assert Revision.parse(str(Revision(number, digest))) == Revision(number, digest)


@pytest.mark.parametrize("text", ["", "0-werkmap", "01-0123456789ab", "-1-0123456789ab", "1-0123456789AB"])
def test_what_is_no_revision_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="written as"):
        Revision.parse(text)


def test_a_signature_is_the_same_twice_and_holds_for_its_key_only() -> None:
    key = new_key()
    assert sign({"a": 1}, key) == sign({"a": 1}, key)
    assert verify(sign({"a": 1}, key), public(key)) == {"a": 1}
    with pytest.raises(BadSignature):
        verify(sign({"a": 1}, key), new_key())
    with pytest.raises(BadSignature):
        sign({"a": 1}, public(key))


@pytest.mark.real
def test_opa_loads_what_we_build_and_answers_only_what_is_open(tmp_path: Path) -> None:
    key = new_key()
    path, bundle = built(tmp_path, key)
    server, port = real_opa(tmp_path, path, key)
    server.start()
    try:
        assert said_revision(port) == str(bundle.revision)
        for closed in (
            "/v1/data",
            "/v1/config",
            "/v1/policies",
            "/metrics",
            "/v1/data/schakel/matrix",
            EXPLAINED,
        ):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{closed}", timeout=5)
            refused.value.close()
            assert refused.value.code == 401, closed
        query = urllib.request.Request(
            f"http://127.0.0.1:{port}/v1/query", data=b'{"query": "x := opa.runtime().env"}'
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(query, timeout=5)
        refused.value.close()
        assert refused.value.code == 401
    finally:
        server.stop()


@pytest.mark.real
def test_opa_does_not_start_with_a_bundle_of_another_key(tmp_path: Path) -> None:
    path, _ = built(tmp_path, new_key())
    server, _ = real_opa(tmp_path, path, new_key())
    with pytest.raises(RuntimeError, match="verif"):
        server.start()
