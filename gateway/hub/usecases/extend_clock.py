"""A person gives a duty more time where the law allows that, with a reason. The clock moves, with the person on record.

Whose clock it is, is for `own_clock`; how much is added and when, for the deadline (`domain/deadlines/extending.py`).
"""

from audit.events import EventTag
from gateway.domain.deadlines import Extension, extended
from gateway.hub.usecases.own_clock import own_clock
from gateway.hub.usecases.parts import Asker, Parts
from gateway.protocol.clock_questions import ExtendClockQuestion
from gateway.protocol.exchange import Answer


async def extend_clock(parts: Parts, asker: Asker, question: ExtendClockQuestion) -> Answer:
    """The new end of the clock. Asked again at once it is refused: there is time enough then.

    Raises InvalidInput, NotFound, Refused, Conflict, DecisionUnavailable, Moved.
    """
    own = await own_clock(parts, asker, question)
    oin, staff = own.person
    extension = Extension(at=own.record.at, reason=question.reden, oin=oin, staff=staff)
    moved = extended(own.clock, extension)
    await parts.writer.write(
        own.change(moved, tag=EventTag.CLOCK_EXTENDED, word=f"verlengd:{question.reden}")
    )
    return Answer(200, {"zaakId": question.zaak_id, "klokId": question.klok_id, "eindigtOp": moved.due_local})
