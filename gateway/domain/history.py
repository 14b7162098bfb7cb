"""The life of a case as a line of acts in time: where it stood at a moment, and whether a past act still fits in.

An act counts from when it took place (`gebeurd_op`), not from when it was registered. So an act may be registered
after a later one; it is then put in its place, and everything after it must still be possible. Powers, and the
preconditions at that moment, are the policy's. Source: domain.md 0.3 (12), 2.3, 3.1.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from gateway.domain.case import START, CaseStanding, CaseState
from gateway.domain.catalogue import Transition, catalogue
from gateway.domain.identifiers import StateId

LATE_AFTER: Final = timedelta(minutes=15)
"""Registered longer than this after it took place, an act is marked `laat_vastgelegd` (design choice)."""
CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""How far the clocks of two agencies may be apart, and how precisely people write a time down."""
CLOSED: Final = frozenset({StateId(CaseState.GESLOTEN), StateId(CaseState.VERNIETIGD)})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAct:
    """An act on record. `position` is the order of registration from 1; `state` is what it led to.

    Not `dated`: its message states no time, so `at` is when it was registered and it took place then or before.
    """

    action: str
    at: datetime
    position: int
    state: StateId
    dated: bool

    @property
    def transition(self) -> Transition:
        return catalogue().transitions[self.action]


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """What comes of putting one more act in its place.

    `after` is where the case stands now, since `since`. `lapsed` are acts of the clock that turn out not to have taken
    place then: the ban was extended, withdrawn or annulled before. `obstacles` are the acts on record that the new one
    makes impossible, and those that close the case; with one of them the act cannot be registered.
    """

    after: CaseStanding
    since: datetime
    lapsed: tuple[RecordedAct, ...] = ()
    obstacles: tuple[RecordedAct, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """The acts of a case, in the order in which they took place; of two at one moment the one registered first."""

    acts: tuple[RecordedAct, ...] = ()

    @classmethod
    def of(cls, acts: Iterable[RecordedAct]) -> "History":
        return cls(tuple(sorted(acts, key=lambda act: (act.at, act.position))))

    def moment(self, claimed: datetime, now: datetime) -> datetime:
        """The moment at which an act is judged that is said to have taken place at `claimed`.

        Never after `now`. A time that lies less than a minute before the last act counts as that of the last act:
        clocks differ and people write down minutes, so the order of arrival tells more.
        """
        at = min(claimed, now)
        last = self.acts[-1].at if self.acts else at
        return min(last, now) if last - CLOCKS_DIFFER < at < last else at

    def at(self, moment: datetime) -> CaseStanding:
        """Where the case stood at that moment, the acts of that very moment included."""
        return self._entered(moment)[0]

    def _entered(self, moment: datetime) -> tuple[CaseStanding, datetime]:
        """Where the case stood at that moment, and since when."""
        standing, since = CaseStanding(state=START), moment
        for act in self.acts:
            if act.at <= moment:
                standing, since = _step(standing, since, act.transition, act.at)
        return standing, since

    def before(self, act: RecordedAct) -> CaseStanding:
        """Where the case stood when this act was taken."""
        return _replayed(self.acts[: self.acts.index(act)])

    def latest(self, actions: Iterable[str]) -> RecordedAct | None:
        """The last of these acts, or None when none is on record."""
        wanted = frozenset(actions)
        return next((act for act in reversed(self.acts) if act.action in wanted), None)

    def making_room(self, moment: datetime, starts_in: Callable[[StateId], bool]) -> "History":
        """The same acts, those without a time of their own put at `moment` as far as an act of that moment needs them.

        What has no time took place at the latest when it was registered; an act that presupposes it shows that it took
        place before. Acts that state their time are never moved. Unchanged when that does not help.
        """
        earlier = [act for act in self.acts if act.at <= moment]
        later = self.acts[len(earlier) :]
        for count in range(len(later) + 1):
            if count and later[count - 1].dated:
                break
            moved = [replace(act, at=moment) for act in later[:count]]
            if starts_in(_replayed([*earlier, *moved]).state):
                return History((*earlier, *moved, *later[count:]))
        return self

    def with_act(self, act: Transition, moment: datetime, *, ends_at: datetime | None = None) -> Insertion:
        """What comes of `act` at `moment`. `ends_at` is when the ban ends once the act counts.

        Raises Conflict when the act does not start in the state that the case had then.
        """
        standing, since = self._entered(moment)
        standing, since = _step(standing, since, act, moment)
        lapsed: list[RecordedAct] = []
        obstacles: list[RecordedAct] = []
        for later in (each for each in self.acts if each.at > moment):
            if _is_outdated(later, standing, ends_at):
                lapsed.append(later)
                continue
            fits = standing.state in later.transition.from_states
            if not fits or later.state in CLOSED or act.to_state in CLOSED:
                obstacles.append(later)
            if fits:
                standing, since = _step(standing, since, later.transition, later.at)
            else:
                standing = replace(standing, state=later.state)
        return Insertion(after=standing, since=since, lapsed=tuple(lapsed), obstacles=tuple(obstacles))


def _step(
    standing: CaseStanding, since: datetime, act: Transition, at: datetime
) -> tuple[CaseStanding, datetime]:
    after = standing.after(act)
    return after, since if after.state == standing.state else at


def is_late(happened_at: datetime, registered_at: datetime) -> bool:
    """Whether an act was registered so long after it took place that it is marked."""
    return registered_at - happened_at > LATE_AFTER


def _replayed(acts: Iterable[RecordedAct]) -> CaseStanding:
    standing = CaseStanding(state=START)
    for act in acts:
        standing = standing.after(act.transition)
    return standing


def _is_outdated(later: RecordedAct, standing: CaseStanding, ends_at: datetime | None) -> bool:
    """An end that only the clock told: it falls away when the ban ended before it, or does not end until after it."""
    if later.action != "aflopen":
        return False
    return standing.state not in later.transition.from_states or (ends_at is not None and ends_at > later.at)
