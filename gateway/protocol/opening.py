"""Opening a copy at the recipient's node. The hub may not import this module (import contract).

The procedure, in order; every step refuses with a named reason and nothing is shown before the last:
(1) the hub's stamp is good and names this copy, (2) the sender's signature is good, by the key of the OIN that the
envelope names, (3) the copy is addressed to this agency, (4) the stamp, the envelope and the context agree, (5) the
JWE is the one that the sender signed, (6) it opens with our key, (7) its protected header binds the context, (8) the
commitment holds, (9) the manifest covers the schema, (10) the facts equal the content. That the content holds nothing
beyond its manifest is checked by the caller with the masks, which this module does not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from joserfc import jwe
from joserfc.errors import JoseError

from gateway.domain.catalogue import catalogue
from gateway.protocol.canonical import malformed, sha256_hex, unb64u
from gateway.protocol.copy import (
    CONTEXT_HEADER,
    SALT_BYTES,
    SEALING,
    CopyStatement,
    SealedCopy,
    commitment,
    verify_statement,
)
from gateway.protocol.facts import check_facts_match
from gateway.protocol.keys import OpeningKey
from gateway.protocol.manifest import check_covers
from gateway.protocol.registry import Registry
from gateway.protocol.stamp import STAMP, Stamp
from gateway.protocol.wire import Signed, load_json


class Plaintext(Signed):
    """The inside of a copy; see `copy` for the format."""

    versie: Literal[1]
    inhoud: dict[str, Any]
    zout: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCopy:
    """A copy whose origin, address, integrity and facts were verified."""

    statement: CopyStatement
    stamp: Stamp
    content: dict[str, Any]
    salt: bytes


def sender_of(jws: str, registry: Registry) -> CopyStatement:
    """The sender's verified statement, (2). The OIN that is claimed picks the key; the signature then proves it."""
    claimed = CopyStatement.parse(load_json(_payload(jws)))
    sender = registry.participant(claimed.envelop.oin)
    return verify_statement(jws, sender.verification_key)


def open_copy(
    copy: SealedCopy, stamp_jws: str, *, own_oin: str, keys: Mapping[str, OpeningKey], registry: Registry
) -> OpenedCopy:
    """The verified content of a copy. `keys` are the node's opening keys by kid, old ones included.

    Raises InvalidInput (UnsupportedVersion for an unknown version) with the step that failed.
    """
    stamp = Stamp.parse_bytes(registry.hub_key.verify(stamp_jws, typ=STAMP))  # (1)
    statement = sender_of(copy.jws, registry)  # (2)
    context = statement.context
    if context.ontvanger.oin != own_oin:  # (3)
        raise malformed("ontvanger", "kopie is voor een ander")
    _check_agreement(copy, stamp, statement)  # (4)
    if sha256_hex(copy.jwe.encode()) != statement.jwe_sha256:  # (5)
        raise malformed("zegel", "andere JWE dan de afzender tekende")
    plain = _decrypt(copy.jwe, keys.get(context.ontvanger_kid), sha256_hex(context.canonical()))  # (6), (7)
    salt = unb64u(plain.zout)
    if len(salt) != SALT_BYTES or commitment(plain.inhoud, salt) != statement.commitment:  # (8)
        raise malformed("commitment", "hoort niet bij de inhoud")
    message_type = catalogue().message(context.type)
    check_covers(context.manifest, (f.name for f in message_type.fields))  # (9)
    unmasked = {f.veld for f in context.manifest if f.besluit == "allow"}
    check_facts_match(message_type, context.feiten, plain.inhoud, unmasked=unmasked)  # (10)
    return OpenedCopy(statement=statement, stamp=stamp, content=plain.inhoud, salt=salt)


def _payload(jws: str) -> bytes:
    parts = jws.split(".")
    if len(parts) != 3:
        raise malformed("handtekening", "geen compacte JWS")
    return unb64u(parts[1])


def _check_agreement(copy: SealedCopy, stamp: Stamp, statement: CopyStatement) -> None:
    envelope, context = statement.envelop, statement.context
    message_type = catalogue().message(context.type)
    pairs = (
        (stamp.jws_sha256, sha256_hex(copy.jws.encode())),
        (stamp.kopie_id, context.kopie_id),
        (stamp.bericht_id, context.bericht_id),
        (stamp.zaak_id, context.zaak_id),
        (stamp.ontvanger, context.ontvanger),
        (envelope.id, context.bericht_id),
        (envelope.subject, context.zaak_id),
        (envelope.oin, context.afzender.oin),
        (envelope.type, message_type.event_type),
    )
    if any(one != other for one, other in pairs):
        raise malformed("samenhang", "stempel, envelop en context spreken elkaar tegen")


def _decrypt(token: str, key: OpeningKey | None, context_digest: str) -> Plaintext:
    if key is None:
        raise malformed("sleutel", "niet verzegeld met een sleutel van dit knooppunt")
    try:
        opened = jwe.decrypt_compact(token, key.key, registry=SEALING)
    except (JoseError, ValueError, TypeError) as error:
        raise malformed("zegel", type(error).__name__) from error
    header = opened.headers()
    if "zip" in header or header.get("kid") != key.kid or header.get(CONTEXT_HEADER) != context_digest:
        raise malformed("zegel", "header hoort niet bij deze context")
    return Plaintext.parse(load_json(opened.plaintext or b""))
