"""What people approved for a case, as the masks take it: only with a signature of this node that still holds.

The approval is kept sealed together with its text, since its digest would tell something about the text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.identifiers import CategoryId, PurposeId, RoleId
from gateway.node.masks import ApprovedCleaning, ApprovedSummary
from gateway.node.storage.approvals import ApprovalKind, approvals_of
from gateway.node.storage.database import Connection
from gateway.node.storage.rows import Approval
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.parts import Parts
from gateway.protocol.wire import Digest, Instant, ShortText, Signed, Uuid

APPROVAL = "schakel-goedkeuring+jws"


class ApprovalStatement(Signed):
    """What the node signs when a person approves a text. It never leaves the node.

    `sha256` is of the summary text, or of the value that a cleaned field replaces; `vervangt` names the category of a
    summary, or `<message type>/<field>` of a cleaned field.
    """

    versie: Literal[1] = 1
    zaak_id: Uuid
    soort: Literal["samenvatting", "bewerking"]
    vervangt: ShortText
    rollen: list[ShortText]
    doel: ShortText
    sha256: Digest
    goedgekeurd_door: ShortText
    rol: ShortText
    goedgekeurd_op: Instant
    verloopt_op: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """What may take the place of masked fields in one recipient's copy."""

    summaries: Mapping[CategoryId, ApprovedSummary]
    cleanings: Mapping[str, ApprovedCleaning]


def approved_for(
    parts: Parts, connection: Connection, draft: Draft, *, role: str, purpose: str | None, now: datetime
) -> Approved:
    """The approvals of the case for this recipient's role and purpose; of two, the later one counts."""
    if purpose is None:
        return Approved(summaries={}, cleanings={})
    summaries = {
        CategoryId(statement.vervangt): ApprovedSummary(
            text=str(value),
            category=CategoryId(statement.vervangt),
            role=RoleId(role),
            purpose=PurposeId(purpose),
            expires_at=parse_time(statement.verloopt_op),
            sha256=statement.sha256,
        )
        for statement, value in _statements(parts, connection, draft.case_id, ApprovalKind.SUMMARY, now)
        if role in statement.rollen and statement.doel == purpose
    }
    cleanings: dict[str, ApprovedCleaning] = {}
    for statement, value in _statements(parts, connection, draft.case_id, ApprovalKind.CLEANING, now):
        name, _, field = statement.vervangt.rpartition("/")
        if name == draft.message_type and role in statement.rollen and statement.doel == purpose:
            cleanings[field] = ApprovedCleaning(
                field=field,
                value=value,
                role=RoleId(role),
                purpose=PurposeId(purpose),
                expires_at=parse_time(statement.verloopt_op),
                original_sha256=statement.sha256,
            )
    return Approved(summaries=summaries, cleanings=cleanings)


def belongs_to(approval_id: str) -> str:
    """What an approval is sealed for."""
    return f"goedkeuring:{approval_id}"


def _statements(
    parts: Parts, connection: Connection, case_id: str, kind: ApprovalKind, now: datetime
) -> Iterator[tuple[ApprovalStatement, Any]]:
    for row in approvals_of(connection, case_id, kind, rfc3339(now)):
        statement, value = _opened(parts, row)
        if statement.zaak_id == case_id and statement.soort == kind:
            yield statement, value


def _opened(parts: Parts, row: Approval) -> tuple[ApprovalStatement, Any]:
    """Raises InvalidInput when the signature is not ours: then the file was tampered with, and nothing is sent."""
    opened = parts.own_seal.open(row.sealed, belongs_to=belongs_to(row.approval_id))
    signed = parts.signing_key.public.verify(opened["goedkeuring"], typ=APPROVAL)
    return ApprovalStatement.parse_bytes(signed), opened["waarde"]
