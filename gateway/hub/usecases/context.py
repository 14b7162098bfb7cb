"""The facts that a policy question carries, from what the hub has on record. Pure.

What messages stated is read by `gateway.domain.context`; here come the facts of assignments, rosters, mandates, the
register of messages and the request itself. Nothing here decides: each function states what is on record under the
name that the policy knows it by (domain.md 6.4, context keys).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.domain.catalogue import catalogue
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.context import context_for_agency, context_from_facts
from gateway.domain.identifiers import Oin, RoleId
from gateway.domain.retention import kept_until
from gateway.hub.policy.questions import FactValue
from gateway.hub.storage.clock_reading import clock_of
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.grounds import NOTHING, Matter, mandate_held, register_context
from gateway.hub.usecases.needs import is_needed
from gateway.protocol.registry import Participant
from gateway.protocol.wire import RecordedKant

Context = dict[str, FactValue]

_RELEASE: Final = "D29"
_INCOMPATIBLE: Final = {"politie_hovj": "politie_weegteam", "politie_weegteam": "politie_hovj"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person who acts: agency, role and pseudonymous reference. `opens` when the act opens the case."""

    agency: Participant
    role: str
    staff: str
    opens: bool = False


def actor_context(record: CaseRecord, actor: Actor, now: datetime, *, matter: Matter = NOTHING) -> Context:
    """What is known about a person who sends, reads or decides in the case; `matter` is what.

    The roster assigns whoever is on duty to speak for the agency; whether the agency is competent for the case is a
    question of its own (`gebied_bevoegd`). Reading asks for more: `may_read_as_assigned`.
    """
    return {
        **_of_case_and_agency(record, actor.agency.oin, now),
        **register_context(record, actor.agency.oin, actor.role, matter, now),
        "noodzaak": is_needed(record, actor.agency.oin, actor.role, matter),
        **_side("kant", side_of(record, actor.agency.oin, actor.role, actor.staff)),
        "toegewezen": actor.opens or is_on_case(record, actor) or is_on_duty(record, actor),
        "dienst": is_on_duty(record, actor),
        "gebied_bevoegd": is_competent(record, actor.agency),
        "functiescheiding_conflict": has_conflicting_task(record, actor),
        "mandaat": mandate_held(record, actor.agency.oin, actor.role, actor.staff, now),
        "doel_verklaard": True,
        "break_glass": False,
        # Not judged: no node states yet whether the persons in a message are those of the case, so G14 never refuses.
        "persoon_in_zaak": True,
    }


def recipient_context(
    record: CaseRecord, agency: Participant, role: str, now: datetime, *, matter: Matter = NOTHING
) -> Context:
    """What is known about a listed recipient, for its reading purpose and the conditions of its row."""
    side = side_of(record, agency.oin, role, None)
    return {
        **_of_case_and_agency(record, agency.oin, now),
        **register_context(record, agency.oin, role, matter, now),
        "noodzaak": is_needed(record, agency.oin, role, matter),
        **_side("ontvanger_kant", side),
    }


def _side(key: str, side: RecordedKant) -> Context:
    """A side that nobody stated is no fact; the policy refuses where it matters."""
    return {} if side == "onbekend" else {key: side}


def _of_case_and_agency(record: CaseRecord, oin: str, now: datetime) -> Context:
    assigned = [a for a in record.active_assignments() if record.heir(a.oin) == oin]
    places = (Oin(link.predecessor) for link in record.successions.line(oin, record.at))
    return {
        **context_from_facts(record.facts, now),
        **context_for_agency(record.facts, Oin(oin), *places),
        "vrijlating_taak_open": is_release_untold(record),
        "bewaartermijn_verlopen": is_retention_over(record, now),
        "uitvraag_open": has_open_question(record, oin),
        "eigen_client": any(a.side in {"slachtoffer", "pleger"} for a in assigned),
        "eigen_bericht": _is_own_message(record, oin),
        "kopie_bij_organisatie": any(record.heir(r.oin) == oin for r in record.situation.received),
    }


def is_retention_over(record: CaseRecord, now: datetime) -> bool:
    """The content was destroyed, or should have been: five years after the case was closed. Wth 10(1)."""
    case = record.situation.case
    if case is None or record.standing.state != "gesloten":
        return record.standing.state == "vernietigd"
    return now >= kept_until(parse_time(case.since))


def is_release_untold(record: CaseRecord) -> bool:
    """Whether the clock of a release ran at that moment or began after it. domain.md 6.4, source "clock D29"."""
    releases = (clock_of(row) for row in record.situation.clocks if row.deadline == _RELEASE)
    return any(clock.ended_at is None or clock.ended_at > record.at for clock in releases)


def is_competent(record: CaseRecord, agency: Participant) -> bool:
    """Competent for the dwelling by the registry, or assigned to the case as an organisation, which its people make
    it and those of an agency whose place it took."""
    if record.municipality is not None and agency.is_competent(record.municipality, record.at):
        return True
    mine = (a for a in record.active_assignments() if record.heir(a.oin) == agency.oin)
    return any(_counts(record, agency, a.made_at) for a in mine)


def _counts(record: CaseRecord, agency: Participant, made_at: str) -> bool:
    """Whether the assignment tells of the moment that is judged. One that an agency made once it had taken the place
    of another does not make it competent for what went before."""
    grows_later = any(each.since > record.at for each in agency.inherited)
    return not grows_later or made_at <= rfc3339(record.at)


def is_on_case(record: CaseRecord, actor: Actor) -> bool:
    """The agency assigned this person to the case in this role, and it has not ended. What a predecessor of the agency
    assigned is nobody's any more: people are assigned anew."""
    if actor.agency.is_succeeded(record.at):
        return False
    who = (actor.agency.oin, actor.role, actor.staff)
    return any((a.oin, a.role, a.staff) == who for a in record.active_assignments())


def may_read_as_assigned(record: CaseRecord, actor: Actor) -> bool:
    """On the case; or on duty in the role that the case was sent to, who must read before taking it on.

    Duty in another role is no assignment: then glass must be broken (domain.md 6.1).
    """
    mine = (actor.agency.oin, actor.role)
    reached = any((record.heir(r.oin), r.role) == mine for r in record.situation.received)
    return is_on_case(record, actor) or (reached and is_on_duty(record, actor))


def is_on_duty(record: CaseRecord, actor: Actor) -> bool:
    """On the roster of an agency that still acts for itself."""
    if actor.agency.is_succeeded(record.at):
        return False
    who = (actor.agency.oin, actor.role, actor.staff)
    return any((d.oin, d.role, d.staff) == who for d in record.situation.duties)


def has_conflicting_task(record: CaseRecord, actor: Actor) -> bool:
    """The HOvJ of the weegteam does not screen in the same case, also when that task has ended or was done for an
    agency whose place this one took. Handreiking h.2."""
    who = (actor.agency.oin, actor.staff)
    earlier = {a.role for a in record.situation.assignments if (record.heir(a.oin), a.staff) == who}
    return _INCOMPATIBLE.get(actor.role) in earlier


_OPENS_LESS: Final = frozenset({"pleger", "onbekend"})


def side_of(record: CaseRecord, oin: str, role: str, staff: str | None) -> RecordedKant:
    """The side on which this person, or this role of the agency, works; pleger when any of them does.

    `onbekend` when one of them was put on the case and nobody stated for whom, and when nobody was and the role's
    nature does not tell either. Of an agency whose place it took only these two count: they open less.
    """
    natural = _side_by_nature(role)
    sides = {
        natural if a.side == "onbekend" else a.side
        for a in record.active_assignments()
        if (record.heir(a.oin), a.role) == (oin, role)
        and staff in (None, a.staff)
        and (a.oin == oin or a.side in _OPENS_LESS)
    }
    found = sides or {natural}
    if natural == "pleger" or "pleger" in found:
        return "pleger"
    if "onbekend" in found:
        return "onbekend"
    return "slachtoffer" if "slachtoffer" in found else "neutraal"


def _side_by_nature(role: str) -> RecordedKant:
    """Where a role stands before anybody states it: a public authority on no side, a lawyer or the probation on the
    perpetrator's. Any other works for somebody, and for whom is known only once it was stated. domain.md 6.4, 9."""
    known = catalogue().roles.get(RoleId(role))
    if known is None:
        return "onbekend"
    if known.always_perpetrator_side:
        return "pleger"
    return "neutraal" if known.never_on_a_side else "onbekend"


def has_open_question(record: CaseRecord, oin: str) -> bool:
    """A question reached this agency, or one whose place it took, and neither answered it."""
    sent = record.situation.sent
    answered = {m.in_reply_to for m in sent if record.heir(m.oin) == oin}
    asked = {m.message_id for m in sent if "uitvraag_open" in catalogue().message(m.message_type).opens}
    reached = (r.message_id for r in record.situation.received if record.heir(r.oin) == oin)
    return any(message_id in asked - answered for message_id in reached)


def _is_own_message(record: CaseRecord, oin: str) -> bool:
    """bericht.correctie: the agency sent the message that it corrects."""
    correction = record.facts.last("bericht.correctie")
    original = None if correction is None else correction.facts.get("bericht_id")
    return any((m.message_id, record.heir(m.oin)) == (original, oin) for m in record.situation.sent)
