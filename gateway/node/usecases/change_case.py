"""Changes of a case as a whole: linked to an earlier one, merged into another, handed over to another municipality.

The node says who asks; whether that person may, and whether the cases exist for the agency, is decided by the hub.
"""

from collections.abc import Mapping
from typing import Any

from gateway.node.hub_link import answer_or_error
from gateway.node.usecases.parts import Parts, Person
from gateway.protocol.case_questions import (
    CaseChangeQuestion,
    HandoverCaseQuestion,
    LinkQuestion,
    MergeQuestion,
)
from gateway.protocol.subjects import Verb
from gateway.protocol.submission import Staff


async def link_to_earlier(
    parts: Parts, person: Person, *, case_id: str, earlier: str, role: str
) -> Mapping[str, Any]:
    """The link of a repeated ban to the earlier case. Raises Refused, NotFound, Conflict, Unavailable."""
    question = LinkQuestion(
        soort="koppeling", zaak_id=case_id, eerdere_zaak_id=earlier, door=_staff(person, role)
    )
    return await _ask(parts, question)


async def merge_into(
    parts: Parts, person: Person, *, case_id: str, into: str, role: str
) -> Mapping[str, Any]:
    """The merger of a case that was opened twice. Raises Refused, NotFound, Conflict, Unavailable."""
    question = MergeQuestion(
        soort="samenvoeging", zaak_id=case_id, voortgezet_in=into, door=_staff(person, role)
    )
    return await _ask(parts, question)


async def hand_over(
    parts: Parts, person: Person, *, case_id: str, municipality: str, role: str
) -> Mapping[str, Any]:
    """Where the case is now. Raises InvalidInput, Refused, NotFound, Conflict, Unavailable."""
    question = HandoverCaseQuestion(
        soort="zaak_overdracht", zaak_id=case_id, gemeentecode=municipality, door=_staff(person, role)
    )
    return await _ask(parts, question)


async def _ask(parts: Parts, question: CaseChangeQuestion) -> Mapping[str, Any]:
    return answer_or_error(await parts.hub.ask(Verb.DECIDE, question.canonical()))


def _staff(person: Person, role: str) -> Staff:
    person.require_role(role)
    return Staff(rol=role, medewerker=person.staff)
