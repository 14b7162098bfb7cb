"""Sealing one copy for one recipient, and the sender's signature on it.

A copy is a JWE (ECDH-ES+A256KW, A256GCM, compact) whose protected header carries the SHA-256 of the copy context,
and a JWS of the sender over envelope, context, digest of the whole JWE and commitment. Opening is in `opening`,
which the hub may not import.

Format version 1. Plaintext: canonical JSON of {inhoud, versie, zout}, padded with spaces to a size step, so that the
size tells little; `zip` is never used. The commitment is SHA-256(salt || canonical JSON of the content): without the
salt, which only sender and recipient have, nobody can test a guess against it.

Evolution: a member that comes later in a version is left out while it is empty, so that every copy without it has the
bytes that it always had. A node of before that member sets a copy with it aside, and reports it.
"""

import operator
import secrets
from dataclasses import dataclass
from typing import Any, Literal

from joserfc import jwe
from joserfc.registry import HeaderParameter
from pydantic import Field

from gateway.domain.errors import PayloadTooLarge
from gateway.protocol.canonical import b64u, canonical, sha256_hex
from gateway.protocol.envelope import Envelope
from gateway.protocol.keys import SealingKey, SigningKey, VerificationKey
from gateway.protocol.manifest import Manifest, Obligation
from gateway.protocol.wire import Compact, Digest, Facts, OinRole, RecordedKant, ShortText, Signed, Uuid

COPY = "schakel-kopie+jws"
CONTEXT_HEADER = "schakel_context"
SIZE_STEPS = (1024, 4 * 1024, 16 * 1024, 64 * 1024, 256 * 1024)  # bytes of plaintext
SALT_BYTES = 32
ALGORITHMS = ["ECDH-ES+A256KW", "A256GCM"]

SEALING = jwe.JWERegistry(
    header_registry={CONTEXT_HEADER: HeaderParameter("SHA-256 of the copy context", "str", required=True)},
    algorithms=ALGORITHMS,
)
SEALING.max_ciphertext_length = 2 * SIZE_STEPS[-1]


class CopyContext(Signed):
    """Everything that binds a copy to one recipient, one purpose and one decision."""

    versie: Literal[1] = 1
    afzender: OinRole
    ontvanger: OinRole
    afzender_kid: ShortText
    ontvanger_kid: ShortText
    zaak_id: Uuid
    bericht_id: Uuid
    kopie_id: Uuid
    type: ShortText
    doel: ShortText  # the recipient's reading purpose
    doel_afzender: ShortText
    kant: RecordedKant  # the side on which the recipient stands in this case; both nodes judge obligations by it
    manifest: Manifest
    verplichtingen: list[Obligation]
    feiten: Facts  # only those whose field this copy holds
    revisie: ShortText
    afzendernummer: int  # of this sender, per case and recipient; starts at 1
    ongebruikt: list[int]  # earlier numbers whose submission was finally refused
    onderweg: list[int] = Field(default=[], exclude_if=operator.not_)
    """Earlier numbers that this copy may overtake, because their submission still waits. Later in version 1."""


class CopyStatement(Signed):
    """What the sender signs for one recipient; only this travels to the recipient."""

    versie: Literal[1] = 1
    envelop: Envelope
    context: CopyContext
    jwe_sha256: Digest
    commitment: Digest

    def to_json(self) -> dict[str, Any]:
        body = self.model_dump(mode="json")
        body["envelop"] = self.envelop.to_json()
        return body


class SealedCopy(Signed):
    """One copy as it travels: the sender's JWS and the JWE that only the recipient can open."""

    jws: Compact
    jwe: Compact


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A sealed copy with what the sender keeps: the salt opens the commitment in a dispute."""

    copy: SealedCopy
    salt: bytes
    commitment: str


def seal_copy(
    content: dict[str, Any], *, envelope: Envelope, context: CopyContext, to: SealingKey, by: SigningKey
) -> Sealed:
    """One copy, sealed to the recipient's key and signed by the sender.

    Raises PayloadTooLarge when the content does not fit the largest size step (256 KiB).
    """
    salt = secrets.token_bytes(SALT_BYTES)
    context_digest = sha256_hex(context.canonical())
    header = {
        "alg": "ECDH-ES+A256KW",
        "enc": "A256GCM",
        "typ": "JWE",
        "kid": to.kid,
        CONTEXT_HEADER: context_digest,
    }
    sealed = jwe.encrypt_compact(header, padded_plaintext(content, salt), to.key, registry=SEALING)
    statement = CopyStatement(
        envelop=envelope,
        context=context,
        jwe_sha256=sha256_hex(sealed.encode()),
        commitment=commitment(content, salt),
    )
    copy = SealedCopy(jws=by.sign(statement, typ=COPY), jwe=sealed)
    return Sealed(copy=copy, salt=salt, commitment=statement.commitment)


def padded_plaintext(content: dict[str, Any], salt: bytes) -> bytes:
    """The plaintext of a copy, filled up with spaces to the next size step."""
    plain = canonical({"versie": 1, "inhoud": content, "zout": b64u(salt)})
    for step in SIZE_STEPS:
        if len(plain) <= step:
            return plain.ljust(step, b" ")
    raise PayloadTooLarge(
        detail_nl=f"De inhoud is te groot: hoogstens {SIZE_STEPS[-1] // 1024} KiB per kopie.",
        detail_en=f"The content is too large: at most {SIZE_STEPS[-1] // 1024} KiB per copy.",
    )


def commitment(content: dict[str, Any], salt: bytes) -> str:
    """SHA-256(salt || canonical content): the only digest of content anywhere."""
    return sha256_hex(salt + canonical(content))


def verify_statement(jws: str, key: VerificationKey) -> CopyStatement:
    """The sender's statement. Raises InvalidInput for a signature by another key or another kind of object.

    Does not look at the JWE; the hub compares its digest, the recipient opens it.
    """
    return CopyStatement.parse_bytes(key.verify(jws, typ=COPY))
