"""What the registers say to a decision: which mandate, agreements, consents and pilots hold for what is decided. Pure.

Absent is known to be false. An entry covers only what it names: one recipient in one role, its category and every
purpose that is possible, or one decision. A message of which some consented category is not covered has no consent.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.domain.catalogue import MessageType
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.context import claimed_mandate
from gateway.domain.identifiers import CategoryId, PurposeId, RoleId
from gateway.domain.pilot import required_by
from gateway.domain.pilot_flags import pilot_flags
from gateway.domain.registers import DECISION_OF_ACT, About, Party, StatementKind, statement_kinds
from gateway.hub.storage.register_rows import MandateRow, PilotRow, StatementRow
from gateway.hub.usecases.case_record import CaseRecord
from gateway.protocol.plan import PilotPlan

SKEW: Final = timedelta(minutes=15)
"""An act in the past stands on an entry that was revoked since, but not within this time before the revocation: the
clocks of two hubs differ, and a revocation is effective at once."""
_TAKES_RIHG: Final = "pilot_rihg_afnemers"
_FIRST_TERM: Final = "pilot_eerste_termijn"
"""Context key of the policy; told only where it is true, which the policy believes in a simulation alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is decided: about whose data, of which categories, for which purposes, in answer to which message; or which
    act."""

    owner: str | None = None
    categories: frozenset[CategoryId] = frozenset()
    purposes: frozenset[PurposeId] = frozenset()
    in_reply_to: str | None = None
    act: str | None = None


NOTHING: Final = Matter()


def matter_of_sending(message: MessageType, owner: str, role: str, in_reply_to: str | None) -> Matter:
    """Sending this message to that role. The policy picks the purpose to read for, so each possible one counts."""
    reading = message.reads_as.get(RoleId(role)) or (*message.purposes, *message.purposes_last)
    categories = frozenset(field.category for field in message.fields)
    return Matter(owner=owner, categories=categories, purposes=frozenset(reading), in_reply_to=in_reply_to)


def register_context(
    record: CaseRecord, oin: str, role: str, matter: Matter, now: datetime
) -> dict[str, bool]:
    """The context keys that the registers answer, for this agency in this role."""
    holding = [row for row in record.situation.statements if _stands(record, row, row.oin, now)]
    return {
        **{
            kind.kind: _is_stated(
                [row for row in holding if row.kind == kind.kind], kind, (oin, role), matter
            )
            for kind in statement_kinds().values()
        },
        **_pilot_context(record, oin, role, now),
    }


def mandate_held(record: CaseRecord, oin: str, role: str, staff: str, now: datetime) -> str | None:
    """The kind of mandate that this person holds of the municipality of the case; None when it is known that there is
    none. Of two the one that the decision claims to rest on counts. Source: Wth 3(1), Awb 10:3, 10:9.

    Where the region chose that the administration itself decides (`bestuurlijke_besluitvorming`), no mandate to decide
    counts; one to sign does."""
    kinds = {
        row.kind
        for row in record.situation.mandates
        if (row.oin, row.role, row.staff) == (oin, role, staff)
        and row.municipality is not None
        and row.municipality == record.municipality
        and _stands(record, row, row.given_by, now)
    }
    if _chosen(record, now).get("bestuurlijke_besluitvorming") is True:
        kinds.discard("beslissing")
    wanted = (claimed_mandate(record.facts), "ondertekening", "beslissing")
    return next((kind for kind in wanted if kind in kinds), None)


def holds(row: MandateRow | StatementRow | PilotRow, at: datetime) -> bool:
    """Whether the entry held at that moment."""
    if not row.starts_at <= rfc3339(at) < row.ends_at:
        return False
    return row.revoked_at is None or at + SKEW < parse_time(row.revoked_at)


def _stands(
    record: CaseRecord, row: MandateRow | StatementRow | PilotRow, giver: str | None, at: datetime
) -> bool:
    """Whether the entry held, and whoever gave it still acted for itself: nobody's word passes to a successor, which
    gives its own."""
    return holds(row, at) and record.successions.ended(giver or "", at) is None


def current_pilot(record: CaseRecord, now: datetime) -> PilotRow | None:
    """The pilot in the municipality of the case: of those that hold, the one that was registered last."""
    holding = [row for row in record.situation.pilots if _stands(record, row, row.oin, now)]
    return max(holding, key=lambda row: (row.registered_at, row.pilot_id), default=None)


def pilot_numbers(record: CaseRecord, at: datetime) -> dict[str, int]:
    """The numbers of the pilot that held at that moment, by flag, for the lengths of clocks; none without a pilot."""
    return {flag: value for flag, value in _chosen(record, at).items() if type(value) is int}


def pilot_plan(record: CaseRecord, message: str, at: datetime) -> PilotPlan | None:
    """What the pilot that held at that moment asks of a message of this type; None without a pilot."""
    pilot = current_pilot(record, at)
    if pilot is None:
        return None
    on = json.loads(pilot.flags)
    return PilotPlan(
        regio=pilot.region,
        simulatie=pilot.simulation,
        verplicht=list(required_by(on, message)),
        risicosignalen_tellen=on.get("risicosignalen_tellen", False) is True,
    )


def _chosen(record: CaseRecord, at: datetime) -> dict[str, Any]:
    pilot = current_pilot(record, at)
    return {} if pilot is None else json.loads(pilot.flags)


def _is_stated(
    rows: Sequence[StatementRow], kind: StatementKind, to: tuple[str, str], matter: Matter
) -> bool:
    if kind.about is About.DECISION:
        decision = DECISION_OF_ACT.get(matter.act or "")
        rows = [row for row in rows if decision is not None and row.decision == decision]
        return all(any(_speaks_for(party, row, None) for row in rows) for party in kind.parties)
    if kind.about is About.COMMISSION:
        rows = [row for row in rows if row.to_oin == to[0]]
        return all(any(_speaks_for(party, row, None) for row in rows) for party in kind.parties)
    needed = matter.categories & frozenset(kind.categories)
    addressed = [row for row in rows if (row.to_oin, row.to_role) == to]
    return bool(needed and matter.purposes) and all(
        _is_covered(addressed, party, category, matter) for party in kind.parties for category in needed
    )


def _is_covered(rows: Iterable[StatementRow], party: Party, category: str, matter: Matter) -> bool:
    return any(
        row.category == category
        and matter.purposes <= {PurposeId(purpose) for purpose in row.purposes.split()}
        and _speaks_for(party, row, matter.owner)
        for row in rows
    )


def _speaks_for(party: Party, row: StatementRow, owner: str | None) -> bool:
    return RoleId(row.role) in party.roles and (not party.own_data or row.oin == owner)


def _pilot_context(record: CaseRecord, oin: str, role: str, now: datetime) -> dict[str, bool]:
    """Who takes the RiHG follows from the pilot and from an assignment that the agency made for it: opening a case or
    taking it on is none (the strict reading of "this recipient takes the RiHG in this case")."""
    chosen = _chosen(record, now)
    context = {
        flag.context: role in chosen.get(flag.id, [])
        for flag in pilot_flags().values()
        if flag.context is not None
    }
    assigned = any((a.oin, a.role, a.basis) == (oin, role, "toewijzing") for a in record.active_assignments())
    first_term = {_FIRST_TERM: True} if "eerste_termijn_dagen" in chosen else {}
    return context | {_TAKES_RIHG: context[_TAKES_RIHG] and assigned} | first_term
