"""What is told about other cases that a case points to: where it goes on, and those of a repeated ban.

Told only to whom the old case existed for; the id of the other case only to whom that exists for as well.
"""

from typing import Any

from gateway.domain.errors import Cause, Conflict
from gateway.hub.storage.case_links import OtherCase
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.context import Actor
from gateway.protocol.registry import Participant


def continued_elsewhere(record: CaseRecord, actor: Actor) -> Conflict | None:
    """The problem for whoever brings something to a case that was merged into another; None for every other case."""
    other = record.situation.ties.goes_on_in
    if other is None:
        return None
    knows = exists_for(other, actor.agency, record)
    nl, en = f"Gebruik zaak {other.case_id}.", f"Use case {other.case_id}."
    return Conflict(
        code="zaak-samengevoegd",
        detail_nl="Deze zaak is samengevoegd met een andere en gaat daar verder."
        + ("" if knows else " Vraag degene die u erbij betrok welke dat is."),
        detail_en="This case was merged into another one and goes on there."
        + ("" if knows else " Ask whoever involved you which one that is."),
        causes=(Cause(pointer="/zaakId", code="gaat_verder_in", detail_nl=nl, detail_en=en),)
        if knows
        else (),
    )


def exists_for(other: OtherCase, agency: Participant, record: CaseRecord) -> bool:
    """Whether the agency may know that the other case exists: it is competent for it, or involved in it. `record` is
    that of the case which points to it."""
    involved = {record.heir(oin) for oin in other.involved}
    return agency.is_competent(other.municipality, record.at) or agency.oin in involved


def shown_ties(record: CaseRecord, agency: Participant) -> list[dict[str, Any]]:
    """The other cases that this one points to or is pointed to by, as far as they exist for the agency."""
    ties = record.situation.ties
    onwards = () if ties.goes_on_in is None else (ties.goes_on_in,)
    named = (("gaat_verder_in", onwards), ("eerdere_zaak", ties.earlier), ("latere_zaak", ties.later))
    return [
        {"aard": kind, "zaakId": other.case_id}
        for kind, others in named
        for other in others
        if exists_for(other, agency, record)
    ]
