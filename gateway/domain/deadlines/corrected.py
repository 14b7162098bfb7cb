"""What becomes of the duty of a message that its own sender takes back.

Only deadlines that say so (`by_correction`) listen: of a release nobody can say by hand that the household was told.
Everywhere else a correction ends nothing: the right values come in a new message of the type, and a duty that was
never there is settled by hand. `onvolledig` and `betwist` leave every duty as it is.

The duty goes on until it is certain that silence harms nobody. (1) `onjuist`: there is a release, but another one. The
duty ends when that agency's message about the other one has begun its own. (2) `ten_onrechte_verzonden` before the
announced moment: nobody was freed by it, and nobody will be without a new message. It ends. (3) After that moment he
may be free, so it goes on; as in (2) when this message stood in for an earlier one that was taken back. It ends by
being done, as in (1), or by a person's word on record that there was no release. Source: domain.md 2.4 D29, 3.1
message 47; the handbook does not say what a correction does to a clock, so the stricter reading is taken.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from gateway.domain.deadlines.clock import Clock, ClockEvent, ClockStatus
from gateway.domain.identifiers import MessageId

CORRECTION: Final = "bericht.correctie"
WRONG: Final = "onjuist"
WRONGLY_SENT: Final = "ten_onrechte_verzonden"


def corrected_clocks(event: ClockEvent, clocks: Sequence[Clock], now: datetime) -> Iterator[Clock]:
    """The clocks of one deadline that change because the event takes back what started them, or takes the place of
    what was taken back before."""
    if event.message == CORRECTION and event.facts.get("soort") in {WRONG, WRONGLY_SENT}:
        mine = {event.sender, *event.in_place_of}
        for clock in clocks:
            if clock.started_by in mine and event.facts.get("bericht_id") in clock.causes:
                marked = replace(clock, corrected=str(event.facts["soort"]))
                yield _taken_back(marked, event, clocks, now) if clock.running else marked
    fresh = [clock for clock in clocks if event.message_id in clock.causes]
    for clock in clocks:
        if clock.running and clock.corrected is not None and (successor := _successor(clock, fresh)):
            yield _fallen_away(clock, successor, now)


def settled_by_word(clock: Clock) -> bool:
    """Whether a person may say that there is nothing to do, of a duty that otherwise only a message ends."""
    return clock.corrected == WRONGLY_SENT


def _taken_back(clock: Clock, event: ClockEvent, clocks: Sequence[Clock], now: datetime) -> Clock:
    if successor := _successor(clock, clocks):  # (1), (3)
        return _fallen_away(clock, successor, now)
    announced = clock.due_at is not None and now < clock.due_at
    if clock.corrected == WRONGLY_SENT and announced and not _stands_in(clock, clocks):  # (2)
        return _fallen_away(clock, event.message_id, now)
    return clock


def _successor(clock: Clock, clocks: Iterable[Clock]) -> MessageId | None:
    """A message of the same agency, itself not taken back, that began the same duty later."""
    later = (
        each
        for each in clocks
        if each.clock_id != clock.clock_id
        and each.started_by == clock.started_by
        and each.corrected is None
        and each.opened_at > clock.opened_at
        and (each.running or each.status is ClockStatus.GESTOPT)
    )
    return next((each.causes[0] for each in later), None)


def _stands_in(clock: Clock, clocks: Iterable[Clock]) -> bool:
    return any(each.status is ClockStatus.VERVALLEN and each.ended_by in clock.causes for each in clocks)


def _fallen_away(clock: Clock, by: MessageId, now: datetime) -> Clock:
    return replace(clock, status=ClockStatus.VERVALLEN, ended_at=now, ended_by=by)
