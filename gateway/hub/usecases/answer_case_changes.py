"""The questions that change what a case is: linked, merged or handed over."""

from typing import assert_never

from gateway.hub.usecases.hand_over_case import hand_over_case
from gateway.hub.usecases.link_cases import link_cases, merge_cases
from gateway.hub.usecases.parts import Asker, Parts
from gateway.protocol.case_questions import (
    CaseChangeQuestion,
    HandoverCaseQuestion,
    LinkQuestion,
    MergeQuestion,
)
from gateway.protocol.exchange import Answer


async def answer_case_changes(parts: Parts, asker: Asker, question: CaseChangeQuestion) -> Answer:
    """The answer. Raises what the question's own module says."""
    match question:
        case LinkQuestion():
            return await link_cases(parts, asker, question)
        case MergeQuestion():
            return await merge_cases(parts, asker, question)
        case HandoverCaseQuestion():
            return await hand_over_case(parts, asker, question)
        case _:
            assert_never(question)
