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
from gateway.domain.identifiers import MessageId, Oin, RoleId, StateId
from gateway.hub.storage.rows import AssignmentRow
from gateway.hub.storage.situations import Situation
from gateway.hub.usecases.clock_terms import is_term_over, standing_at, standing_of
from gateway.protocol.registry import Participant
from gateway.protocol.succession import Succession, Successions


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """What is on record of a case `at` a moment. `municipality` is that of the dwelling; None for a case that does not
    exist. `successions` are those of the registry: what stands under the OIN of a predecessor is the successor's from
    its date on (`heir`), and the rows stay as they are."""

    situation: Situation
    at: datetime
    successions: Successions
    standing: CaseStanding
    facts: CaseFacts
    municipality: str | None

    @classmethod
    def of(
        cls, situation: Situation, at: datetime, successions: Successions, *, opening_in: str | None = None
    ) -> "CaseRecord":
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
                role=RoleId(row.role),
            )
            for row in (*situation.ties.merged, *situation.sent)
        )
        return cls(
            situation=situation,
            at=at,
            successions=successions,
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
            at=moment,
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

    def heir(self, oin: str) -> str:
        """The agency whose it is by now what is on record under this OIN."""
        return self.successions.heir(oin, self.at)

    def is_involved(self, oin: str) -> bool:
        """Whether the agency, or one whose place it took, opened the case, works on it or was sent something of it."""
        return oin in {self.heir(other) for other in self._involved}

    def links_of(self, agency: Participant) -> tuple[Succession, ...]:
        """The successions on which the standing of this agency in the case rests, nearest first: it took the place of
        an agency that was involved in it, or is competent for the dwelling only because of that."""
        line = self.successions.line(agency.oin, self.at)
        dwelling = self.municipality or ""
        inherits = dwelling not in agency.municipalities and agency.is_competent(dwelling, self.at)
        return line if inherits or any(link.predecessor in self._involved for link in line) else ()

    @property
    def _involved(self) -> frozenset[str]:
        situation = self.situation
        opened = () if situation.case is None else (situation.case.opened_by,)
        working, reached = (a.oin for a in situation.assignments), (r.oin for r in situation.received)
        return frozenset((*opened, *working, *reached))
