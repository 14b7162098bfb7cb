"""The questions about what came after a message was sent: answers, recalls, breaches, the end of its case; each to its
own use case."""

from typing import assert_never

from gateway.hub.usecases.breaches import show_breaches, take_breach_step
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.recall import recall
from gateway.hub.usecases.record_case_destruction import record_case_destruction
from gateway.hub.usecases.record_destruction import record_destruction
from gateway.hub.usecases.show_conversations import show_conversations
from gateway.protocol.conversations import ConversationQuestion
from gateway.protocol.exchange import Answer
from gateway.protocol.recall import (
    BreachQuestion,
    BreachStepQuestion,
    DestructionReport,
    RecallQuestion,
    RecallQuestions,
)
from gateway.protocol.retention import CaseDestructionReport


async def answer_afterwards(
    parts: Parts, asker: Asker, question: RecallQuestions | ConversationQuestion | CaseDestructionReport
) -> Answer:
    """The answer. Raises what the question's own module says."""
    match question:
        case RecallQuestion():
            return await recall(parts, asker, question)
        case DestructionReport():
            return await record_destruction(parts, asker, question)
        case CaseDestructionReport():
            return await record_case_destruction(parts, asker, question)
        case BreachQuestion():
            return await show_breaches(parts, asker, question)
        case BreachStepQuestion():
            return await take_breach_step(parts, asker, question)
        case ConversationQuestion():
            return await show_conversations(parts, asker, question)
        case _:
            assert_never(question)
