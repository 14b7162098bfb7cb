"""A person approves a summary of a category, or a cleaned version of a field; the node signs that.

Without it M_SAM, M_BRON and M_DERDEN leave out what they concern. Whether the text is right only the person can judge;
here it is judged that the person acts in the role in which the message will be sent, and that the form fits.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.content_schema import check_value
from gateway.domain.errors import Cause, InvalidInput
from gateway.domain.identifiers import CategoryId, PurposeId, RoleId, new_id
from gateway.node.masks import value_digest
from gateway.node.masks.approvals import SUMMARY_MAX, only_cleaned
from gateway.node.storage.approvals import ApprovalKind, insert_approval
from gateway.node.storage.rows import Approval
from gateway.node.usecases.approved import APPROVAL, ApprovalStatement, belongs_to
from gateway.node.usecases.parts import Parts, Person

LONGEST: Final = timedelta(days=28)
"""A text approved in the first days of a ban is not silently sent after the longest ban (Wth 9(1))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """For which case, readers, purpose and time a text is approved, and in which role by its approver."""

    case_id: str
    role: str
    recipient_roles: Sequence[str]
    purpose: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedText:
    """What was recorded."""

    approval_id: str
    expires_at: str


async def approve_summary(
    parts: Parts, person: Person, scope: Scope, category: str, text: str
) -> ApprovedText:
    """The summary counts for every later message of the case. Raises InvalidInput with every mistake, Refused."""
    causes = _scope_causes(parts, scope)
    if CategoryId(category) not in catalogue().categories:
        causes.append(_cause("/categorie", "waarde", "Deze categorie bestaat niet.", "No such category."))
    if not 0 < len(text) <= SUMMARY_MAX:
        causes.append(
            _cause("/tekst", "te_lang", f"Een tot {SUMMARY_MAX} tekens.", f"1 to {SUMMARY_MAX} characters.")
        )
    found = _Text(kind=ApprovalKind.SUMMARY, subject=category, value=text, sha256=_sha256(text))
    return await _record(parts, person, scope, found, causes)


async def approve_cleaning(
    parts: Parts, person: Person, scope: Scope, *, message_type: str, field: str, original: Any, cleaned: Any
) -> ApprovedText:
    """The cleaned value takes the place of exactly that original. Raises InvalidInput with every mistake, Refused."""
    causes = _scope_causes(parts, scope)
    found = {each.name: each for each in catalogue().message(message_type).fields}.get(field)
    if found is None:
        causes.append(_cause("/veld", "waarde", "Dit veld bestaat niet.", "No such field."))
    else:
        causes += check_value(found.spec, original, "/origineel")
        causes += check_value(found.spec, cleaned, "/bewerkt")
        if not causes and not only_cleaned(original, cleaned, found.spec, texts_may_differ=True):
            causes.append(
                _cause("/bewerkt", "niet_geschoond", "Schonen is weglaten.", "Cleaning is leaving out.")
            )
    text = _Text(
        kind=ApprovalKind.CLEANING,
        subject=f"{message_type}/{field}",
        value=cleaned,
        sha256=value_digest(original),
    )
    return await _record(parts, person, scope, text, causes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """What is approved; see ApprovalStatement."""

    kind: ApprovalKind
    subject: str
    value: Any
    sha256: str


async def _record(
    parts: Parts, person: Person, scope: Scope, text: _Text, causes: Sequence[Cause]
) -> ApprovedText:
    person.require_role(scope.role)
    if causes:
        raise InvalidInput(causes=causes)
    now, approval_id = parts.clock(), new_id()
    statement = ApprovalStatement(
        zaak_id=scope.case_id,
        soort=text.kind.value,
        vervangt=text.subject,
        rollen=list(scope.recipient_roles),
        doel=scope.purpose,
        sha256=text.sha256,
        goedgekeurd_door=person.staff,
        rol=scope.role,
        goedgekeurd_op=rfc3339(now),
        verloopt_op=rfc3339(scope.expires_at),
    )
    sealed = {"waarde": text.value, "goedkeuring": parts.signing_key.sign(statement, typ=APPROVAL)}
    row = Approval(
        approval_id=approval_id,
        case_id=scope.case_id,
        kind=text.kind,
        subject=text.subject,
        sealed=parts.own_seal.seal(sealed, belongs_to=belongs_to(approval_id)),
        made_at=rfc3339(now),
        expires_at=rfc3339(scope.expires_at),
    )
    await parts.database.write(lambda connection: insert_approval(connection, row))
    return ApprovedText(approval_id=approval_id, expires_at=row.expires_at)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _scope_causes(parts: Parts, scope: Scope) -> list[Cause]:
    now = parts.clock()
    causes = [
        _cause(f"/rollen/{index}", "waarde", "Deze rol bestaat niet.", "No such role.")
        for index, role in enumerate(scope.recipient_roles)
        if RoleId(role) not in catalogue().roles
    ]
    if not scope.recipient_roles:
        causes.append(_cause("/rollen", "verplicht", "Noem voor wie.", "Name for whom."))
    if PurposeId(scope.purpose) not in catalogue().purposes:
        causes.append(_cause("/doel", "waarde", "Dit doel bestaat niet.", "No such purpose."))
    if not now < scope.expires_at <= now + LONGEST:
        causes.append(
            _cause("/verlooptOp", "waarde", "Tussen nu en over 28 dagen.", "Between now and in 28 days.")
        )
    return causes


def _cause(pointer: str, code: str, detail_nl: str, detail_en: str) -> Cause:
    return Cause(pointer=pointer, code=code, detail_nl=detail_nl, detail_en=detail_en)
