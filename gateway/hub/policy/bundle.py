"""Builds and verifies the signed bundle of policies, in the format that OPA loads and verifies itself.

The same policies, number and key give the same bytes on every machine: order, times and owners are fixed, the
archive is stored uncompressed (zlib versions differ), and the signature has a deterministic nonce (RFC 6979).
Source: Open Policy Agent 1.22, "Bundles": `.manifest`, `.signatures.json`.
"""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from gateway.hub.policy.revision import Revision
from gateway.hub.policy.signing import BadSignature, PolicyKey, sign, verify

ROOT: Final = "schakel"
MAX_BUNDLE_BYTES: Final = 32 * 1024 * 1024  # the policies are 3 MB; more is not a bundle of ours
REVISION_FILE: Final = "schakel/manifest/data.json"
PILOT_FILE: Final = "schakel/pilot/data.json"
_AUTHORIZATION: Final = "authz/authz.rego"  # what OPA answers at all is signed with what it decides
_MANIFEST: Final = ".manifest"
_SIGNATURES: Final = ".signatures.json"
_NO_RULES: Final = frozenset({"checks", "data", "examples", "schemas"})  # these judge the rules, or show them
_STRUCTURED: Final = frozenset({"data.json", _MANIFEST})


class BundleError(Exception):
    """The bundle is not what it should be. Nothing may be decided with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A verified bundle: its revision, the SHA-256 of the archive (hex), and its files without the signature."""

    revision: Revision
    sha256: str
    files: Mapping[str, bytes]

    @property
    def is_for_simulation(self) -> bool:
        """Whether its rules allow pilots that need a change of law. Anything but a plain no is a yes."""
        pilots = _load(PILOT_FILE, self.files.get(PILOT_FILE, b"{}"))
        return not (isinstance(pilots, dict) and pilots.get("simulation", False) is False)


def build_bundle(
    policies: Path, out: Path, *, key: PolicyKey, number: int, simulation: bool = False
) -> Bundle:
    """Write the signed bundle of the folder `policies` to `out`, in one step, as revision `number`.

    Takes every rule but tests, and every `data.json` under `policies/data`. Only a bundle for a `simulation` (another
    revision) believes in pilots that need a change of law. Raises BundleError.
    """
    files = dict(sorted(_sources(policies)))
    if simulation:
        files[PILOT_FILE] = _json({**_load(PILOT_FILE, files[PILOT_FILE]), "simulation": True})
    if _AUTHORIZATION not in files:
        raise BundleError(f"{policies} holds no {_AUTHORIZATION}: OPA would answer nobody")
    revision = Revision(number, _digest(files))
    files[REVISION_FILE] = _json({"revision": str(revision)})
    files[_MANIFEST] = _json({"revision": str(revision), "roots": [ROOT, "system/authz"]})
    signed = files | {_SIGNATURES: _json({"signatures": [sign(_claims(files), key)]})}
    archive = _archive(signed)
    part = out.with_name(out.name + ".part")
    part.write_bytes(archive)
    part.replace(out)
    return Bundle(revision=revision, sha256=hashlib.sha256(archive).hexdigest(), files=files)


def verify_bundle(archive: bytes, *, key: PolicyKey) -> Bundle:
    """The bundle, when the holder of `key` signed exactly these files and they name one revision.

    Does what OPA does with `--verification-key`, and compares revision, manifest and content as well. Raises
    BundleError.
    """
    files = _unpack(archive)
    signatures = files.pop(_SIGNATURES, None)
    if signatures is None:
        raise BundleError("the bundle is not signed")
    try:
        signed = verify(_only_signature(signatures), key)
    except BadSignature as error:
        raise BundleError("the signature of the bundle does not hold") from error
    if signed != _claims(files):
        raise BundleError("the files of the bundle are not the files that were signed")
    return Bundle(revision=_revision(files), sha256=hashlib.sha256(archive).hexdigest(), files=files)


def unpacked_policies(archive: bytes, folder: Path) -> None:
    """Lay a bundle out as a folder of policies again, to compare it. Verifies nothing; raises BundleError."""
    for name, content in _unpack(archive).items():
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts:
            raise BundleError(f"{name}: outside the bundle")
        if inside.name in {_MANIFEST, _SIGNATURES}:
            continue
        place = folder / ("data" if inside.name == "data.json" else ".") / inside
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def _sources(policies: Path) -> Iterator[tuple[str, bytes]]:
    for path in policies.rglob("*"):
        name = path.relative_to(policies)
        if path.suffix == ".rego" and not path.stem.endswith("_test") and name.parts[0] not in _NO_RULES:
            yield name.as_posix(), path.read_bytes()
        elif path.name == "data.json" and name.parts[0] == "data":
            inside = PurePosixPath(*name.parts[1:])
            if inside.parts[0] != ROOT:
                raise BundleError(f"{name}: data stands under data/{ROOT}")
            if inside.as_posix() != REVISION_FILE:  # in the folder it names the working copy
                yield inside.as_posix(), path.read_bytes()


def _digest(files: Mapping[str, bytes]) -> str:
    listed = "".join(f"{_hash(name, content)}  {name}\n" for name, content in files.items())
    return hashlib.sha256(listed.encode()).hexdigest()[:12]


def _claims(files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "files": [
            {"name": name, "hash": _hash(name, files[name]), "algorithm": "SHA-256"} for name in sorted(files)
        ]
    }


def _hash(name: str, content: bytes) -> str:
    """As OPA hashes: rules as bytes, data by its value with sorted keys, so that layout does not count."""
    if PurePosixPath(name).name in _STRUCTURED:
        content = _json(_load(name, content))
    return hashlib.sha256(content).hexdigest()


def _load(name: str, content: bytes) -> Any:
    def refuse(number: str) -> Any:
        raise BundleError(f"{name}: {number}: data of policies hold whole numbers only")

    try:
        return json.loads(content, parse_float=refuse, parse_constant=refuse)
    except ValueError as error:
        raise BundleError(f"{name}: not JSON: {error}") from error


def _json(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    # Go's encoder, which OPA hashes with, escapes these two and no other character outside ASCII.
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").encode()


def _archive(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=0, mtime=0, filename="") as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size = len(files[name])
            entry.mode = 0o644
            tar.addfile(entry, io.BytesIO(files[name]))
    return packed.getvalue()


def _unpack(archive: bytes) -> dict[str, bytes]:
    if len(archive) > MAX_BUNDLE_BYTES:
        raise BundleError("larger than a bundle of policies can be")
    files: dict[str, bytes] = {}
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(archive)) as zipped:
            content = zipped.read(MAX_BUNDLE_BYTES + 1)
        if len(content) > MAX_BUNDLE_BYTES:
            raise BundleError("larger than a bundle of policies can be")
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            for entry in tar:
                opened = tar.extractfile(entry) if entry.isreg() else None
                if opened is None or entry.name in files:
                    raise BundleError(f"{entry.name}: not a plain file, or twice in the bundle")
                files[entry.name] = opened.read()
    except (OSError, EOFError, tarfile.TarError) as error:
        raise BundleError("not a bundle") from error
    return files


def _only_signature(content: bytes) -> str:
    match _load(_SIGNATURES, content):
        case {"signatures": [str() as signature]}:
            return signature
    raise BundleError("not exactly one signature")


def _revision(files: Mapping[str, bytes]) -> Revision:
    try:
        named = _load(_MANIFEST, files[_MANIFEST])["revision"]
        decided_with = _load(REVISION_FILE, files[REVISION_FILE])["revision"]
        revision = Revision.parse(named)
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError("the bundle does not name its revision") from error
    content = {name: files[name] for name in sorted(files) if name not in {_MANIFEST, REVISION_FILE}}
    if named != decided_with or revision.digest != _digest(content):
        raise BundleError("the bundle is not the revision that it names")
    return revision
