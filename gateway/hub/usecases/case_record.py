"""A case as it is on record, in the terms of the domain. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.case import START, CaseStanding
from gateway.domain.case_facts import CaseFacts, FactEntry
from gateway.domain.catalogue import catalogue
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.history import History, RecordedAct
from gateway.domain.identifiers import MessageId, Oin, StateId
from gateway.hub.storage.rows import AssignmentRow
from gateway.hub.storage.situations import Situation
from gateway.hub.usecases.clock_terms import is_term_over, standing_at, standing_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """What is on record of a case. `municipality` is that of the dwelling; None for a case that does not exist."""

    situation: Situation
    standing: CaseStanding
    facts: CaseFacts
    municipality: str | None

    @classmethod
    def of(cls, situation: Situation, at: datetime, *, opening_in: str | None = None) -> "CaseRecord":
        """The record as it is at `at`: a term that is over by then has ended, also when nobody recorded it yet.

        `opening_in` is the municipality of a case that the message at hand opens.
        """
        case = situation.case
        standing = CaseStanding(state=START)
        if case is not None:
            standing = standing_at(standing_of(case), situation.clocks, at)
        entries = tuple(
            FactEntry(
                message_id=MessageId(row.message_id),
                message=row.message_type,
                sender=Oin(row.oin),
                facts=json.loads(row.facts),
            )
            for row in (*situation.ties.merged, *situation.sent)
        )
        return cls(
            situation=situation,
            standing=standing,
            facts=CaseFacts(state=standing.state, entries=entries),
            municipality=opening_in if case is None else case.municipality,
        )

    @property
    def history(self) -> History:
        """The acts on record, without ends that did not take place after all."""
        return History.of(
            RecordedAct(
                action=row.act,
                at=parse_time(row.since),
                position=row.position,
                state=StateId(row.state),
                dated=row.dated is True or catalogue().transitions[row.act].by_timer,
            )
            for row in self.situation.states
            if row.lapsed_by is None
        )

    def as_of(self, moment: datetime, standing: CaseStanding) -> "CaseRecord":
        """The case as it stood at a moment in the past: its state, what was known to have happened, who was on duty."""
        at = rfc3339(moment)
        then = standing_at(standing, self.situation.clocks, moment)
        duties = tuple(duty for duty in self.situation.roster if duty.starts_at <= at < duty.ends_at)
        return replace(
            self,
            situation=replace(self.situation, duties=duties),
            standing=then,
            facts=self.facts.until(moment, then.state),
            municipality=self.municipality_at(moment),
        )

    def municipality_at(self, moment: datetime) -> str | None:
        """Where the dwelling was registered at that moment; a case that was handed over had another one before."""
        at = rfc3339(moment)
        later = (move for move in self.situation.ties.transfers if move.made_at > at)
        return next((move.from_municipality for move in later), self.municipality)

    @property
    def exists(self) -> bool:
        return self.situation.case is not None

    def lapse_is_due(self, at: datetime) -> bool:
        """Whether a term ended before `at` that nobody has recorded yet. Whoever writes an act records it first."""
        return is_term_over(self.situation.clocks, at)

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
