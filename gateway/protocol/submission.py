"""The submission of a message to the hub: one JWS of the sender's node over everything, and the sealed copies.

Decides that what arrives is complete, signed by its sender, meant for this hub and fresh. Leaves to the hub whether it
may pass. `source` + `id` identify the message; the digest of the whole body tells a verbatim retry from other bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from gateway.domain.clock import parse_time
from gateway.protocol.canonical import malformed, sha256_hex, unb64u
from gateway.protocol.copy import CopyStatement, SealedCopy, verify_statement
from gateway.protocol.envelope import Envelope
from gateway.protocol.keys import VerificationKey
from gateway.protocol.wire import (
    Compact,
    Digest,
    Facts,
    Instant,
    OinRole,
    OinText,
    ShortText,
    Signed,
    Uuid,
    load_json,
)

SUBMISSION = "schakel-inzending+jws"
MAX_AGE = timedelta(minutes=10)
MAX_AHEAD = timedelta(minutes=1)  # clocks of partners differ a little
MAX_COPIES = 50


class Staff(Signed):
    """The person who acts: role and pseudonymous reference; who it is stays with the agency."""

    rol: ShortText
    medewerker: ShortText


class CopyDigest(Signed):
    """Ties one copy to the submission."""

    kopie_id: Uuid
    ontvanger: OinRole
    jws_sha256: Digest
    jwe_sha256: Digest


class Submission(Signed):
    """What the sender's node signs. `ontvangers` are all that were asked for, also those without a purpose to read."""

    versie: Literal[1] = 1
    aud: OinText
    jti: Uuid
    tijdstip: Instant
    envelop: Envelope
    afzender: Staff
    feiten: Facts
    gemeentecode: str | None = None  # in clear when this message opens the case
    handeling: ShortText | None = None
    in_antwoord_op: Uuid | None = None
    plan_sha256: Digest
    revisie: ShortText
    ontvangers: list[OinRole]
    kopieen: list[CopyDigest]

    def to_json(self) -> dict[str, object]:
        body = self.model_dump(mode="json")
        body["envelop"] = self.envelop.to_json()
        return body


class SubmissionBody(Signed):
    """The body as it travels to the hub, by either door."""

    inzending: Compact
    kopieen: list[SealedCopy]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A submission whose signatures and digests hold, copy statements in the order of the submission."""

    submission: Submission
    statements: tuple[CopyStatement, ...]
    copies: tuple[SealedCopy, ...]
    body_sha256: str


def receive(body: bytes, *, sender_oin: str, key: VerificationKey, hub_oin: str) -> Received:
    """The verified submission. `sender_oin` is what the door established, by NATS account or by certificate.

    Raises InvalidInput for a wrong signature, another audience, another organisation in `source`, or copies that are
    not exactly the ones signed. Age is not judged here (`check_age`): a verbatim retry is looked up first.
    """
    parsed = SubmissionBody.parse_bytes(body)
    submission = Submission.parse_bytes(key.verify(parsed.inzending, typ=SUBMISSION))
    if submission.aud != hub_oin:
        raise malformed("aud", "inzending is voor een andere hub")
    if submission.envelop.oin != sender_oin:
        raise malformed("source", "envelop noemt een andere organisatie dan de verbinding")
    if len(parsed.kopieen) > MAX_COPIES or len(parsed.kopieen) != len(submission.kopieen):
        raise malformed("kopieen", "aantal klopt niet")
    statements = tuple(
        _statement(digest, copy, submission, key)
        for digest, copy in zip(submission.kopieen, parsed.kopieen, strict=True)
    )
    _check_unique(submission.kopieen, submission.ontvangers)
    return Received(
        submission=submission,
        statements=statements,
        copies=tuple(parsed.kopieen),
        body_sha256=sha256_hex(body),
    )


def identity_of(body: bytes) -> tuple[str, str]:
    """(source, id) as claimed by an unverified body, for the look-up of a retry before anything else."""
    token = SubmissionBody.parse_bytes(body).inzending.split(".")
    if len(token) != 3:
        raise malformed("handtekening", "geen compacte JWS")
    claimed = Submission.parse(load_json(unb64u(token[1])))
    return claimed.envelop.source, claimed.envelop.id


def check_age(submission: Submission, now: datetime) -> bool:
    """Whether the submission is fresh: at most ten minutes old, hardly in the future."""
    stated = parse_time(submission.tijdstip)
    return -MAX_AHEAD <= now - stated <= MAX_AGE


def _statement(
    digest: CopyDigest, copy: SealedCopy, submission: Submission, key: VerificationKey
) -> CopyStatement:
    if (
        sha256_hex(copy.jws.encode()) != digest.jws_sha256
        or sha256_hex(copy.jwe.encode()) != digest.jwe_sha256
    ):
        raise malformed("kopieen", f"{digest.kopie_id}: andere bytes dan getekend")
    statement = verify_statement(copy.jws, key)
    context, envelope = statement.context, submission.envelop
    pairs = (
        (statement.envelop, envelope),
        (statement.jwe_sha256, digest.jwe_sha256),
        (context.kopie_id, digest.kopie_id),
        (context.ontvanger, digest.ontvanger),
        (context.bericht_id, envelope.id),
        (context.zaak_id, envelope.subject),
        (context.afzender, OinRole(oin=envelope.oin, rol=submission.afzender.rol)),
        (context.revisie, submission.revisie),
    )
    if any(one != other for one, other in pairs):
        raise malformed("kopieen", f"{digest.kopie_id}: kopie en inzending spreken elkaar tegen")
    wrong = [name for name, value in context.feiten.items() if submission.feiten.get(name) != value]
    if wrong:
        raise malformed("feiten", f"{digest.kopie_id}: wijken af van de inzending")
    return statement


def _check_unique(digests: Sequence[CopyDigest], recipients: Sequence[OinRole]) -> None:
    asked = {(r.oin, r.rol) for r in recipients}
    addressed = [(d.ontvanger.oin, d.ontvanger.rol) for d in digests]
    if len(asked) != len(recipients) or len(set(addressed)) != len(addressed) or not set(addressed) <= asked:
        raise malformed("ontvangers", "dubbel, of een kopie zonder genoemde ontvanger")
    if len({d.kopie_id for d in digests}) != len(digests):
        raise malformed("kopieen", "kopie_id komt twee keer voor")
