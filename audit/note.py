"""Signed notes by C2SP signed-note, with the two signature types that we use, and nothing about what the text
says.

Source: https://c2sp.org/signed-note. Stricter than it in two points, so that one note has one spelling:
base64 must be canonical, and at most MAX_SIGNATURES lines are read (the text asks for at least 16).
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from audit.errors import NoteInvalid, SignatureInvalid

MAX_SIGNATURES = 64
_KEY_ID_BYTES = 4
_LINE_START = "\u2014 "  # Em dash and space.


class SignatureType(IntEnum):
    """The type byte that goes into key id and verifier key (C2SP signed-note, Signature types)."""

    ED25519 = 0x01
    COSIGNATURE_V1 = 0x04


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key with the name and type under which it signs. As text: `<name>+<key id in hex>+<base64(type
    || key)>`."""

    name: str
    type: SignatureType
    public: bytes

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise NoteInvalid("een sleutelnaam is leeg of bevat een spatie of plus")
        if len(self.public) != 32:  # RFC 8032 section 5.1.5: an Ed25519 public key is 32 bytes.
            raise NoteInvalid("een openbare sleutel van Ed25519 telt 32 bytes")

    @property
    def key_id(self) -> bytes:
        """SHA-256(name || 0x0A || type || public key)[:4]."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._typed()).digest()[:_KEY_ID_BYTES]

    def to_text(self) -> str:
        """The verifier key as one line of text, to hand to an auditor."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self._typed()).decode()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of `to_text`. Raises NoteInvalid, also when the key id does not belong to the key."""
        name, key_id, encoded = (*text.strip().split("+", 2), "", "")[:3]
        typed = decode_base64(encoded)
        if not typed or typed[0] not in tuple(SignatureType):
            raise NoteInvalid("geen sleutel van een bekend type")
        key = cls(name=name, type=SignatureType(typed[0]), public=typed[1:])
        if key.key_id.hex() != key_id:
            raise NoteInvalid("het sleutelnummer hoort niet bij deze naam en sleutel")
        return key

    def check(self, signature: bytes, message: bytes) -> None:
        """Returns when this key made `signature` over `message`. Raises SignatureInvalid otherwise."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature as exc:
            raise SignatureInvalid(f"de handtekening van {self.name} klopt niet") from exc

    def _typed(self) -> bytes:
        return bytes([self.type]) + self.public


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSigner:
    """A private key with its name. The key itself never appears in a representation."""

    verifier: VerifierKey
    _private: Ed25519PrivateKey

    @classmethod
    def from_pem(cls, name: str, pem: bytes, *, type: SignatureType = SignatureType.ED25519) -> Self:  # noqa: A002
        """A signer from an unencrypted PKCS#8 PEM. Raises NoteInvalid when that is not an Ed25519 key."""
        try:
            private = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError) as exc:
            raise NoteInvalid("geen leesbare privésleutel") from exc
        if not isinstance(private, Ed25519PrivateKey):
            raise NoteInvalid("de sleutel van een checkpoint moet Ed25519 zijn")
        return cls.from_key(name, private, type=type)

    @classmethod
    def from_key(
        cls,
        name: str,
        private: Ed25519PrivateKey,
        *,
        type: SignatureType = SignatureType.ED25519,  # noqa: A002
    ) -> Self:
        public = private.public_key().public_bytes_raw()
        return cls(verifier=VerifierKey(name=name, type=type, public=public), _private=private)

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of Ed25519 over `message`."""
        return self._private.sign(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line: who says to have signed, and the bytes after the key id."""

    name: str
    key_id: bytes
    blob: bytes

    def to_line(self) -> str:
        return f"{_LINE_START}{self.name} {base64.b64encode(self.key_id + self.blob).decode()}\n"

    def by(self, key: VerifierKey) -> bool:
        """Whether the line claims to be by this key: name and key id both match."""
        return self.name == key.name and self.key_id == key.key_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """A text (ending in a newline) and its signature lines, in the order in which they stand."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def to_text(self) -> str:
        return f"{self.text}\n{''.join(signature.to_line() for signature in self.signatures)}"

    @classmethod
    def parse(cls, note: str) -> Self:
        """Reads a note; nothing in it may be trusted before a signature was checked. Raises NoteInvalid."""
        if not note.endswith("\n") or any(char < " " and char != "\n" for char in note):
            raise NoteInvalid("een notitie eindigt op een nieuwe regel en bevat geen stuurtekens")
        text, separator, block = note.rpartition("\n\n")
        lines = block.removesuffix("\n").split("\n")
        if not separator or not text or not 1 <= len(lines) <= MAX_SIGNATURES:
            raise NoteInvalid("een notitie heeft een tekst, een lege regel en handtekeningen")
        return cls(text=text + "\n", signatures=tuple(_parse_line(line) for line in lines))

    def signature_by(self, key: VerifierKey) -> NoteSignature:
        """The one line that claims to be by `key`. Raises SignatureInvalid when there is none, or more than
        one."""
        lines = [signature for signature in self.signatures if signature.by(key)]
        if len(lines) != 1:
            raise SignatureInvalid(f"{len(lines)} handtekeningen van {key.name} in plaats van één")
        return lines[0]


def is_key_name(name: str) -> bool:
    """Non-empty, printable, no Unicode space, no plus."""
    return bool(name) and name.isprintable() and not any(char.isspace() or char == "+" for char in name)


def decode_base64(text: str) -> bytes:
    """Standard base64, canonical. Raises NoteInvalid: of two spellings of the same bytes only one is
    accepted."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise NoteInvalid("geen base64") from exc
    if base64.b64encode(data).decode() != text:
        raise NoteInvalid("geen canonieke base64")
    return data


def _parse_line(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_LINE_START).partition(" ")
    if not line.startswith(_LINE_START) or not is_key_name(name):
        raise NoteInvalid("een regel onder de notitie is geen handtekening")
    blob = decode_base64(encoded)
    if len(blob) <= _KEY_ID_BYTES:
        raise NoteInvalid("een handtekening is te kort")
    return NoteSignature(name=name, key_id=blob[:_KEY_ID_BYTES], blob=blob[_KEY_ID_BYTES:])
