"""What the registers hold for the asking agency: its own entries, those about it, and in one of its cases what was
stated by it or for it. A case that is not there for it, or that the person does not work on, has none."""

from gateway.domain.errors import NotFound
from gateway.hub.storage.registers import mandates_of_agency, pilots_of_agency
from gateway.hub.usecases.context import Actor, is_on_case, is_on_duty
from gateway.hub.usecases.deciding import can_see
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.record_mandate import mandate_view
from gateway.hub.usecases.record_pilot import pilot_view
from gateway.hub.usecases.record_statement import INVISIBLE, statement_view
from gateway.hub.usecases.registering import NOT_ON_CASE, audit_refusal
from gateway.hub.usecases.settling import load_record
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.exchange import Answer
from gateway.protocol.register_questions import RegistersQuestion


async def show_registers(parts: Parts, asker: Asker, question: RegistersQuestion) -> Answer:
    """Mandates and pilots of the agency, by start, and the statements in the case. Raises InvalidInput, NotFound,
    Refused."""
    agency = asker.participant(parts.registry())
    require_own_role(agency, question.door)
    mandates, pilots = await parts.reader.read(
        lambda c: (mandates_of_agency(c, asker.oin), pilots_of_agency(c, asker.oin))
    )
    return Answer(
        200,
        {
            "mandaten": [mandate_view(row) for row in mandates],
            "proeven": [pilot_view(row) for row in pilots],
            "verklaringen": await _statements(parts, asker, question),
        },
    )


async def _statements(parts: Parts, asker: Asker, question: RegistersQuestion) -> list[dict[str, object]]:
    if question.zaak_id is None:
        return []
    case_id, by = question.zaak_id, question.door
    actor = Actor(agency=asker.participant(parts.registry()), role=by.rol, staff=by.medewerker)
    record = await load_record(parts, asker, case_id)
    visible = record.exists and can_see(record, actor)
    if not (visible and (is_on_case(record, actor) or is_on_duty(record, actor))):
        rule = NOT_ON_CASE if visible else INVISIBLE
        await audit_refusal(parts, asker, by, rule, "", case_id=case_id)
        raise NotFound
    return [statement_view(row) for row in record.situation.statements if asker.oin in {row.oin, row.to_oin}]
