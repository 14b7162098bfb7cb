"""The questions over the subject `besluit`: acts, assignments, duties and what is known of a case."""

from typing import assert_never

from gateway.hub.usecases.answer_afterwards import answer_afterwards
from gateway.hub.usecases.answer_case_changes import answer_case_changes
from gateway.hub.usecases.answer_clocks import answer_clocks
from gateway.hub.usecases.answer_duties import answer_duties
from gateway.hub.usecases.answer_registers import answer_registers
from gateway.hub.usecases.assign import assign
from gateway.hub.usecases.decide_act import decide_act
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.set_duty import set_duty
from gateway.hub.usecases.settling import settle
from gateway.hub.usecases.show_case import show_case
from gateway.hub.usecases.show_visible import show_visible
from gateway.hub.usecases.succeeding import require_current
from gateway.protocol.case_questions import HandoverCaseQuestion, LinkQuestion, MergeQuestion
from gateway.protocol.clock_questions import ExtendClockQuestion, SettleClockQuestion
from gateway.protocol.conversations import ConversationQuestion
from gateway.protocol.duty_questions import (
    CallListQuestion,
    DutiesQuestion,
    HandoverQuestion,
    RosterQuestion,
    SubstituteQuestion,
    TakeOnQuestion,
)
from gateway.protocol.exchange import Answer
from gateway.protocol.questions import (
    ActQuestion,
    AssignQuestion,
    CaseQuestion,
    DecideQuestion,
    DutyQuestion,
    parse_question,
)
from gateway.protocol.recall import BreachQuestion, BreachStepQuestion, DestructionReport, RecallQuestion
from gateway.protocol.register_questions import (
    MandateQuestion,
    PilotQuestion,
    RegistersQuestion,
    RevokeQuestion,
    StatementQuestion,
)
from gateway.protocol.retention import CaseDestructionReport
from gateway.protocol.visibility import VisibilityQuestion


async def decide_question(parts: Parts, asker: Asker, body: bytes) -> Answer:  # noqa: PLR0911 - one return per group of questions
    """The answer to one of the questions. Raises what the question's own module says."""
    question = parse_question(body)
    await _require_may_ask(parts, asker, question)
    match question:
        case ActQuestion():
            return await settle(lambda: decide_act(parts, asker, question))
        case AssignQuestion():
            return await settle(lambda: assign(parts, asker, question))
        case DutyQuestion():
            return await settle(lambda: set_duty(parts, asker, question))
        case CaseQuestion() | VisibilityQuestion():
            return await settle(lambda: _show(parts, asker, question))
        case (
            ConversationQuestion()
            | RecallQuestion()
            | DestructionReport()
            | CaseDestructionReport()
            | BreachQuestion()
            | BreachStepQuestion()
        ):
            return await settle(lambda: answer_afterwards(parts, asker, question))
        case (
            MandateQuestion() | StatementQuestion() | PilotQuestion() | RevokeQuestion() | RegistersQuestion()
        ):
            return await settle(lambda: answer_registers(parts, asker, question))
        case LinkQuestion() | MergeQuestion() | HandoverCaseQuestion():
            return await settle(lambda: answer_case_changes(parts, asker, question))
        case SettleClockQuestion() | ExtendClockQuestion():
            return await settle(lambda: answer_clocks(parts, asker, question))
        case (
            RosterQuestion()
            | SubstituteQuestion()
            | HandoverQuestion()
            | DutiesQuestion()
            | CallListQuestion()
            | TakeOnQuestion()
        ):
            return await settle(lambda: answer_duties(parts, asker, question))
        case _:
            assert_never(question)


async def _show(parts: Parts, asker: Asker, question: CaseQuestion | VisibilityQuestion) -> Answer:
    if isinstance(question, CaseQuestion):
        return await show_case(parts, asker, question)
    return await show_visible(parts, asker, question)


async def _require_may_ask(parts: Parts, asker: Asker, question: DecideQuestion) -> None:
    """Whoever was succeeded only tells that it destroyed what it had to."""
    if not isinstance(question, DestructionReport | CaseDestructionReport):
        await require_current(parts, asker)
