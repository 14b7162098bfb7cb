"""A person says that the duty of a clock was done outside Schakel. It stops, with the person on record.

Whose clock it is, is for `own_clock`. Some clocks stop by a message or a receipt only: the end of a term, a copy that
nobody took on, a release that nobody was told of and that was not sent wrongly.
"""

from audit.events import EventTag
from gateway.domain.deadlines import Clock, Ending, rules_of, settled_by_hand, settled_by_word
from gateway.domain.errors import Conflict
from gateway.hub.usecases.own_clock import own_clock
from gateway.hub.usecases.parts import Asker, Parts
from gateway.protocol.clock_questions import SettleClockQuestion
from gateway.protocol.exchange import Answer


async def settle_clock(parts: Parts, asker: Asker, question: SettleClockQuestion) -> Answer:
    """The status of the clock; one that has ended keeps its end.

    Raises InvalidInput, NotFound, Refused, Conflict, DecisionUnavailable, Moved.
    """
    own = await own_clock(parts, asker, question)
    _require_by_hand(own.clock)
    ended = settled_by_hand(own.clock, own.record.at, *own.person)
    if ended != own.clock:
        await parts.writer.write(own.change(ended, tag=EventTag.CLOCK_SETTLED, word="met_de_hand"))
    return Answer(200, {"zaakId": question.zaak_id, "klokId": question.klok_id, "status": ended.status.value})


def _require_by_hand(clock: Clock) -> None:
    rules = rules_of(clock.deadline)
    by_hand = rules.by_hand or settled_by_word(clock)
    if not by_hand or rules.ending is not Ending.DUTY:
        raise Conflict(
            code="klok-niet-met-de-hand",
            detail_nl="Deze klok stopt alleen door een bericht, een ontvangst of haar eigen einde.",
            detail_en="This clock stops only by a message, a receipt or its own end.",
        )
