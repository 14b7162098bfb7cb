"""The questions by which the owner of a duty acts on its clock. Which use case decides on each."""

from gateway.hub.usecases.extend_clock import extend_clock
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.settle_clock import settle_clock
from gateway.protocol.clock_questions import ExtendClockQuestion, SettleClockQuestion
from gateway.protocol.exchange import Answer


async def answer_clocks(
    parts: Parts, asker: Asker, question: SettleClockQuestion | ExtendClockQuestion
) -> Answer:
    """The answer. Raises what the use case raises."""
    if isinstance(question, SettleClockQuestion):
        return await settle_clock(parts, asker, question)
    return await extend_clock(parts, asker, question)
