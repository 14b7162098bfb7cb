"""Where an act or a message stands in the life of its case: the moment at which it is judged, and the case as it was.

What took place in the past is judged by the state, the facts and the roster of that moment; what it discloses is
judged by the present as well. Facts that state no time count as known then: they say how the household is, not what
happened. Pure.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.domain.case import CaseStanding
from gateway.domain.catalogue import Transition
from gateway.domain.clock import LOCAL, parse_time, rfc3339
from gateway.domain.context import end_of_ban
from gateway.domain.errors import Cause, InvalidInput, Refused
from gateway.domain.history import History, Insertion, RecordedAct, is_late
from gateway.domain.identifiers import StateId
from gateway.hub.storage.changes import Revision
from gateway.hub.storage.rows import CaseStateRow
from gateway.hub.usecases.case_record import CaseRecord

LATE_NL: Final = (
    "Meer dan een kwartier na het gebeuren vastgelegd. Of het mocht, is beoordeeld naar het moment zelf; "
    "wie wat mag zien, ook naar nu."
)
_LOCAL_FORM: Final = "%d-%m-%Y %H:%M"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """The moment `at` which counts, and `then`: the case as it stood at that moment, with what was known of it.

    Not `dated` when nothing states a time: it takes place now. `is_early` when it lies before the case was opened.
    `record` is the case as it is now. `moved` are acts without a time of their own that must have taken place before
    this one.
    """

    at: datetime
    now: datetime
    dated: bool
    is_early: bool
    record: CaseRecord
    then: CaseRecord
    history: History
    moved: tuple[RecordedAct, ...]

    @property
    def is_late(self) -> bool:
        """Registered so long after it took place that it is marked (`laat_vastgelegd`)."""
        return self.dated and is_late(self.at, self.now)

    def too_early(self) -> InvalidInput | None:
        """What is told about a time before the case was opened."""
        if not self.is_early:
            return None
        nl, en = (
            "Dit tijdstip ligt voordat de zaak werd geopend.",
            "This time lies before the case was opened.",
        )
        return InvalidInput(
            causes=(Cause(pointer="/feiten/gebeurd_op", code="voor_opening", detail_nl=nl, detail_en=en),)
        )

    def insert(self, act: Transition) -> Insertion:
        """What the act makes of the case. Raises Conflict when it does not start in the state of that moment."""
        if self.history.at(self.at) != self.then.standing:  # a term is over that nobody recorded yet
            return Insertion(after=self.then.standing.after(act), since=self.at)
        return self.history.with_act(act, self.at, ends_at=end_of_ban(self.record.facts))

    def without(self, lapsed: Iterable[RecordedAct]) -> CaseStanding:
        """Where the case stands today without these acts of the clock."""
        gone = frozenset(lapsed)
        return History(tuple(act for act in self.history.acts if act not in gone)).at(self.now)


def place(
    record: CaseRecord,
    claimed: datetime | None,
    now: datetime,
    starts_in: Callable[[StateId], bool] = lambda _: True,
) -> Placing:
    """Where something stands that is said to have taken place at `claimed` (None: nothing says so, hence now).

    `record` holds the facts of the message at hand as pending; `starts_in` tells in which states its act starts.
    """
    case = record.situation.case
    history = record.history
    now = _not_before_the_record(record, now)
    at = now if claimed is None else history.moment(claimed, now)
    is_early = case is not None and at < parse_time(case.opened_at)
    if claimed is None or is_early:
        return Placing(
            at=now,
            now=now,
            dated=claimed is not None,
            is_early=is_early,
            record=record,
            then=record,
            history=history,
            moved=(),
        )
    roomy = history.making_room(at, starts_in)
    return Placing(
        at=at,
        now=now,
        dated=True,
        is_early=False,
        record=record,
        then=record.as_of(at, roomy.at(at)),
        history=roomy,
        moved=tuple(act for act in roomy.acts if act not in history.acts),
    )


def _not_before_the_record(record: CaseRecord, now: datetime) -> datetime:
    """Now, or the last moment on record: a clock may have been set back, and that of another hub may be ahead."""
    case, acts = record.situation.case, record.history.acts
    opened = [] if case is None else [parse_time(case.opened_at)]
    return max([now, *opened, *(act.at for act in acts[-1:])])


def late_mark(happened_at: datetime, registered_at: datetime) -> dict[str, object]:
    """How an answer or a timeline tells that something was registered late; empty when it was not."""
    if not is_late(happened_at, registered_at):
        return {}
    return {"gebeurdOp": rfc3339(happened_at), "laatVastgelegd": True, "uitleg": LATE_NL}


def obstructed(insertion: Insertion, at: datetime) -> Refused | None:
    """What is told when acts that are on record already leave no place for this one; names every one of them."""
    if not insertion.obstacles:
        return None
    return Refused(
        rule="T_toestand",
        article=insertion.obstacles[0].transition.basis,
        detail_nl="Dit kan niet meer worden vastgelegd: wat daarna is vastgelegd, laat het niet toe.",
        detail_en="This can no longer be recorded: what was recorded after it does not allow it.",
        next_step_nl="Kijk na of het tijdstip klopt, of overleg met wie de latere handeling vastlegde.",
        next_step_en="Check whether the time is right, or consult whoever recorded the later act.",
        causes=[_obstacle(act, at) for act in insertion.obstacles],
    )


def history_revisions(placing: Placing, insertion: Insertion, case_id: str, cause: str) -> list[Revision]:
    """What an act in the past changes in the rows of acts that are on record already."""
    lapsed = [_revision(case_id, act, {"lapsed_by": cause}) for act in insertion.lapsed]
    moved = [_revision(case_id, act, {"since": rfc3339(act.at)}) for act in placing.moved]
    return lapsed + moved


def _revision(case_id: str, act: RecordedAct, values: dict[str, object]) -> Revision:
    return Revision(row=CaseStateRow, key={"case_id": case_id, "position": act.position}, values=values)


def _obstacle(act: RecordedAct, at: datetime) -> Cause:
    then, moment = (each.astimezone(LOCAL).strftime(_LOCAL_FORM) for each in (act.at, at))
    return Cause(
        pointer="/feiten/gebeurd_op",
        code="latere_handeling",
        detail_nl=f"Op {then} is {act.action} vastgelegd; die handeling kan niet na deze van {moment}.",
        detail_en=f"{act.action} was recorded at {then}; that act cannot follow this one of {moment}.",
        article=act.transition.basis,
    )
