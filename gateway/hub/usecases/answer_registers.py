"""The questions about registers: writing an entry, ending one, and what is on record."""

from typing import assert_never

from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.record_mandate import record_mandate
from gateway.hub.usecases.record_pilot import record_pilot
from gateway.hub.usecases.record_statement import record_statement
from gateway.hub.usecases.revoke_entry import revoke_entry
from gateway.hub.usecases.show_registers import show_registers
from gateway.protocol.exchange import Answer
from gateway.protocol.register_questions import (
    MandateQuestion,
    PilotQuestion,
    RegisterQuestion,
    RegistersQuestion,
    RevokeQuestion,
    StatementQuestion,
)


async def answer_registers(parts: Parts, asker: Asker, question: RegisterQuestion) -> Answer:
    """The answer of the question's own module, and what it raises."""
    match question:
        case MandateQuestion():
            return await record_mandate(parts, asker, question)
        case StatementQuestion():
            return await record_statement(parts, asker, question)
        case PilotQuestion():
            return await record_pilot(parts, asker, question)
        case RevokeQuestion():
            return await revoke_entry(parts, asker, question)
        case RegistersQuestion():
            return await show_registers(parts, asker, question)
        case _:
            assert_never(question)
