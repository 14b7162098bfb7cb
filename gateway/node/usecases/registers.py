"""The registers that decisions rest on, as people of the agency write them. The node signs what its people give, so
that it proves itself later; who may give what is decided by the hub."""

from collections.abc import Mapping
from typing import Any

from gateway.node.hub_link import answer_or_error
from gateway.node.usecases.parts import Parts, Person
from gateway.protocol.register_questions import (
    MANDATE,
    STATEMENT,
    CaseStatement,
    Mandate,
    MandateQuestion,
    PilotQuestion,
    Register,
    RegisterQuestion,
    RegistersQuestion,
    RevokeQuestion,
    StatementQuestion,
)
from gateway.protocol.subjects import Verb
from gateway.protocol.submission import Staff


async def give_mandate(parts: Parts, person: Person, mandate: Mandate) -> Mapping[str, Any]:
    """The mandate as it is on record. Raises InvalidInput, Refused, Conflict, Unavailable."""
    person.require_role(mandate.door.rol)
    token = parts.signing_key.sign(mandate, typ=MANDATE)
    return await _ask(parts, MandateQuestion(soort="mandaat", mandaat=token))


async def give_statement(parts: Parts, person: Person, stated: CaseStatement) -> Mapping[str, Any]:
    """The agreement or consent as it is on record. Raises InvalidInput, NotFound, Refused, Conflict, Unavailable."""
    person.require_role(stated.door.rol)
    token = parts.signing_key.sign(stated, typ=STATEMENT)
    return await _ask(parts, StatementQuestion(soort="verklaring", verklaring=token))


async def register_pilot(parts: Parts, person: Person, question: PilotQuestion) -> Mapping[str, Any]:
    """The municipality's part in a pilot as it is on record. Raises InvalidInput with every mistake, Refused."""
    person.require_role(question.door.rol)
    return await _ask(parts, question)


async def revoke(
    parts: Parts, person: Person, *, register: Register, entry_id: str, role: str
) -> Mapping[str, Any]:
    """When the entry ended. Raises NotFound for one that is not the agency's, Refused, Unavailable."""
    person.require_role(role)
    question = RevokeQuestion(
        soort="intrekking", welk_register=register, id=entry_id, door=staff_of(person, role)
    )
    return await _ask(parts, question)


async def show_registers(
    parts: Parts, person: Person, *, role: str, case_id: str | None
) -> Mapping[str, Any]:
    """What is on record for the agency. Raises NotFound for a case that the person does not work on, Unavailable."""
    person.require_role(role)
    return await _ask(
        parts, RegistersQuestion(soort="registers", zaak_id=case_id, door=staff_of(person, role))
    )


def staff_of(person: Person, role: str) -> Staff:
    """The person as the hub knows him."""
    return Staff(rol=role, medewerker=person.staff)


async def _ask(parts: Parts, question: RegisterQuestion) -> Mapping[str, Any]:
    return answer_or_error(await parts.hub.ask(Verb.DECIDE, question.canonical()))
