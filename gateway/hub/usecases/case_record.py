"""A case as it is on record, in the terms of the domain. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.domain.case import START, CaseStanding
from gateway.domain.case_facts import CaseFacts, FactEntry
from gateway.domain.identifiers import MessageId, Oin, StateId
from gateway.hub.storage.rows import AssignmentRow
from gateway.hub.storage.situations import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """What is on record of a case. `municipality` is that of the dwelling; None for a case that does not exist."""

    situation: Situation
    standing: CaseStanding
    facts: CaseFacts
    municipality: str | None

    @classmethod
    def of(cls, situation: Situation, *, opening_in: str | None = None) -> "CaseRecord":
        """The record; `opening_in` is the municipality of a case that the message at hand opens."""
        case = situation.case
        standing = CaseStanding(state=START)
        if case is not None:
            before = None if case.before_suspension is None else StateId(case.before_suspension)
            standing = CaseStanding(state=StateId(case.state), before_suspension=before)
        entries = tuple(
            FactEntry(
                message_id=MessageId(row.message_id),
                message=row.message_type,
                sender=Oin(row.oin),
                facts=json.loads(row.facts),
            )
            for row in situation.sent
        )
        return cls(
            situation=situation,
            standing=standing,
            facts=CaseFacts(state=standing.state, entries=entries),
            municipality=opening_in if case is None else case.municipality,
        )

    @property
    def exists(self) -> bool:
        return self.situation.case is not None

    def active_assignments(self) -> Iterable[AssignmentRow]:
        return (a for a in self.situation.assignments if a.ended_at is None)

    def is_involved(self, oin: str) -> bool:
        """Whether the agency opened the case, works on it or was sent something of it."""
        case = self.situation.case
        return (
            (case is not None and case.opened_by == oin)
            or any(a.oin == oin for a in self.situation.assignments)
            or any(r.oin == oin for r in self.situation.received)
        )
