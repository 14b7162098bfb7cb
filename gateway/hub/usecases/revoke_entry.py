"""An agency ends an entry that it registered: effective before it is acknowledged.

The commit that ends the entry raises the version of the facts that every decision on it reads, so that a decision
which stood ready is made again. Only the agency that registered it, by a person in a role that could have; an entry
of another does not exist. Ending one twice changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audit.events import EventTag
from gateway.domain.clock import rfc3339
from gateway.domain.errors import NotFound
from gateway.domain.identifiers import RoleId
from gateway.domain.registers import MANDATE_GIVER, statement_kinds
from gateway.hub.storage.changes import Change, Judgement, Revision, agency_scope, case_scope
from gateway.hub.storage.register_rows import MandateRow, PilotRow, StatementRow
from gateway.hub.storage.registers import find_mandate, find_pilot, find_statement, municipality_scope
from gateway.hub.storage.rosters import scope_version
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.registering import NOT_YOURS, WRONG_ROLE, audit_refusal, refusal
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.exchange import Answer
from gateway.protocol.register_questions import RevokeQuestion

_Entry = MandateRow | StatementRow | PilotRow


@dataclass(frozen=True, slots=True, kw_only=True)
class _Register:
    """Where an entry is found and what ending it touches."""

    find: Callable[[Any, str], _Entry | None]
    key: str
    event: EventTag


_REGISTERS: Final[Mapping[str, _Register]] = {
    "mandaat": _Register(find=find_mandate, key="mandate_id", event=EventTag.MANDATE_REVOKED),
    "verklaring": _Register(find=find_statement, key="statement_id", event=EventTag.STATEMENT_REVOKED),
    "proef": _Register(find=find_pilot, key="pilot_id", event=EventTag.PILOT_REVOKED),
}


async def revoke_entry(parts: Parts, asker: Asker, question: RevokeQuestion) -> Answer:
    """When the entry ended. Raises InvalidInput, NotFound, Refused, Moved."""
    require_own_role(asker.participant(parts.registry()), question.door)
    register, now = _REGISTERS[question.welk_register], parts.clock()
    entry = await parts.reader.read(lambda c: register.find(c, question.id))
    if entry is None or _giver(entry) != asker.oin:
        await audit_refusal(parts, asker, question.door, NOT_YOURS, "")
        raise NotFound
    if RoleId(question.door.rol) not in _roles(entry):
        await audit_refusal(parts, asker, question.door, WRONG_ROLE, "", case_id=_case(entry))
        raise refusal(WRONG_ROLE, "")
    if entry.revoked_at is None:
        await _end(parts, asker, question, entry, now)
    ended = entry.revoked_at or rfc3339(now)
    return Answer(200, {"register": question.welk_register, "id": question.id, "ingetrokkenOp": ended})


async def _end(parts: Parts, asker: Asker, question: RevokeQuestion, entry: _Entry, now: datetime) -> None:
    register, scope, by = _REGISTERS[question.welk_register], _scope(entry), question.door
    version = await parts.reader.read(lambda c: scope_version(c, scope))
    revision = Revision(
        row=type(entry),
        key={register.key: question.id},
        values={"revoked_at": rfc3339(now), "revoked_staff": by.medewerker},
    )
    written = leaf(register.event, asker, now, role=by.rol, staff=by.medewerker, case_id=_case(entry))
    await parts.writer.write(
        Change(
            key=f"intrekking:{question.welk_register}:{question.id}",
            judge=lambda _: Judgement(revisions=(revision,)),
            leaves=(written,),
            reads={scope: version},
            touches=frozenset({scope}),
        )
    )


def _giver(entry: _Entry) -> str | None:
    return entry.given_by if isinstance(entry, MandateRow) else entry.oin


def _roles(entry: _Entry) -> frozenset[RoleId]:
    if isinstance(entry, StatementRow):
        return statement_kinds()[entry.kind].roles
    return frozenset({MANDATE_GIVER})


def _case(entry: _Entry) -> str | None:
    return entry.case_id if isinstance(entry, StatementRow) else None


def _scope(entry: _Entry) -> str:
    """The facts that decisions on this entry read."""
    match entry:
        case MandateRow():
            return agency_scope(entry.oin)
        case StatementRow():
            return case_scope(entry.case_id)
        case PilotRow():
            return municipality_scope(entry.municipality)
