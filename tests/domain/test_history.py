"""The life of a case as a whole machine: acts in any order, late and on time, with the clocks of the domain beside it.

The machine asks the same functions as the hub (`History`, `term_causes`, `context_from_facts`, the legal clocks); the
policy's checks of the term are read from its data, so that the property tests them together.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.domain.case import START
from gateway.domain.case_facts import CaseFacts, FactEntry
from gateway.domain.catalogue import catalogue
from gateway.domain.clock import latest_end, rfc3339
from gateway.domain.context import context_from_facts, end_of_ban
from gateway.domain.deadlines import (
    Clock,
    ClockEvent,
    ClockStatus,
    clocks_after,
    clocks_closed,
    clocks_lapsed,
)
from gateway.domain.errors import Conflict
from gateway.domain.history import CLOSED, History, RecordedAct, is_late
from gateway.domain.identifiers import CaseId, MessageId, Oin, StateId
from gateway.domain.term import TERM_ACTS, term_causes

START_AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SENDER = Oin("00000099000000003000")
ACTIONS = sorted(action for action, act in catalogue().transitions.items() if not act.by_timer)
MESSAGES = {
    "opleggen_mondeling": "huisverbod.opgelegd",
    "opleggen": "huisverbod.opgelegd",
    "verlengen": "huisverbod.verlengd",
    "niet_verlengen": "huisverbod.niet_verlengd",
    "intrekken": "huisverbod.ingetrokken",
}
AGO = st.sampled_from([0, 0, 5, 60, 60, 24 * 60, 3 * 24 * 60, 9 * 24 * 60])
ANY_TIME = st.integers(min_value=-40 * 24 * 60, max_value=0)


def act(
    action: str, minutes: int, position: int, state: str = "melding", *, dated: bool = True
) -> RecordedAct:
    at = START_AT + minutes * MINUTE
    return RecordedAct(action=action, at=at, position=position, state=StateId(state), dated=dated)


ACUTE = [
    act("acuut_melden", 0, 1, "acuut_gemeld"),
    act("screening_starten", 300, 2, "screening", dated=False),
]


def test_the_state_at_a_moment_counts_the_acts_of_that_very_moment() -> None:
    history = History.of(ACUTE)
    assert history.at(START_AT - MINUTE).state == START
    assert history.at(START_AT).state == "acuut_gemeld"
    assert history.at(START_AT + 300 * MINUTE).state == "screening"


def test_an_act_without_a_time_makes_room_and_one_with_a_time_does_not() -> None:
    outcome = catalogue().transitions["screening_afronden"]
    moment = START_AT + 10 * MINUTE
    roomy = History.of(ACUTE).making_room(moment, lambda state: state in outcome.from_states)
    assert roomy.at(moment).state == "screening"
    fixed = History.of([ACUTE[0], act("screening_starten", 300, 2, "screening")])
    assert fixed.making_room(moment, lambda state: state in outcome.from_states) is fixed


def test_a_minute_between_two_clocks_is_no_contradiction_and_more_is() -> None:
    history = History.of([*ACUTE, act("screening_afronden", 400, 3, "besluitvorming")])
    last, now = START_AT + 400 * MINUTE, START_AT + 500 * MINUTE
    assert history.moment(last - timedelta(seconds=40), now) == last
    assert history.moment(last - 2 * MINUTE, now) == last - 2 * MINUTE
    assert history.moment(now + MINUTE, now) == now


def test_late_is_more_than_a_quarter_of_an_hour() -> None:
    assert not is_late(START_AT, START_AT + 15 * MINUTE)
    assert is_late(START_AT, START_AT + 15 * MINUTE + timedelta(seconds=1))


def test_every_later_act_that_no_longer_fits_is_an_obstacle() -> None:
    history = History.of(
        [
            *ACUTE,
            act("screening_afronden", 400, 3, "besluitvorming"),
            act("opleggen", 500, 4, "opgelegd"),
            act("verlenging_voorbereiden", 600, 5, "verlenging_voorbereiding"),
            act("verlengen", 700, 6, "verlengd"),
        ]
    )
    inserted = history.with_act(catalogue().transitions["intrekken"], START_AT + 550 * MINUTE)
    assert [each.action for each in inserted.obstacles] == ["verlenging_voorbereiden"]
    refused = history.with_act(catalogue().transitions["niet_opleggen"], START_AT + 450 * MINUTE)
    assert [each.action for each in refused.obstacles] == ["opleggen"]


def test_an_end_that_the_clock_told_lapses_when_the_ban_was_extended_or_withdrawn_before_it() -> None:
    history = History.of(
        [
            *ACUTE,
            act("screening_afronden", 400, 3, "besluitvorming"),
            act("opleggen", 500, 4, "opgelegd"),
            act("aflopen", 9000, 5, "afgelopen"),
        ]
    )
    moment = START_AT + 8000 * MINUTE
    later = START_AT + 20000 * MINUTE
    extended = history.with_act(catalogue().transitions["verlengen"], moment, ends_at=later)
    assert (extended.after.state, [a.action for a in extended.lapsed]) == ("verlengd", ["aflopen"])
    withdrawn = history.with_act(catalogue().transitions["intrekken"], moment, ends_at=moment)
    assert (withdrawn.after.state, withdrawn.since) == ("ingetrokken", moment)
    shorter = history.with_act(
        catalogue().transitions["verlenging_voorbereiden"], moment, ends_at=START_AT + 9000 * MINUTE
    )
    assert (shorter.after.state, shorter.lapsed) == ("afgelopen", ())


class Life(RuleBasedStateMachine):
    """One case from its opening to its destruction: any act at any moment that it may be said to have taken place."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START_AT
        self.acts: list[RecordedAct] = []
        self.lapsed: set[int] = set()
        self.entries: list[FactEntry] = []
        self.clocks: dict[str, Clock] = {}
        self.terminal: list[str] = []

    @property
    def history(self) -> History:
        return History.of(a for a in self.acts if a.position not in self.lapsed)

    def facts(self) -> CaseFacts:
        return CaseFacts(state=self.history.at(self.now).state, entries=tuple(self.entries))

    @initialize(steps=st.sampled_from([0, 2, 3, 4, 4, 5, 6]), oral=st.booleans())
    def begins(self, steps: int, oral: bool) -> None:
        """So that most walks see a ban; the shortest way there."""
        imposing = "opleggen_mondeling" if oral else "opleggen"
        way = [
            "acuut_melden",
            "screening_starten",
            "screening_afronden",
            imposing,
            "verlenging_voorbereiden",
            "verlengen",
        ]
        for action in way[:steps]:
            self._attempt(action, self.now, 28 if action == "verlengen" else 10)
            self.now += 20 * MINUTE

    @rule(minutes=st.sampled_from([1, 30, 60, 24 * 60, 4 * 24 * 60, 10 * 24 * 60, 18 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        """The watch records what time alone did, as `attend_clocks` does."""
        self.now += minutes * MINUTE
        self._change(clocks_lapsed(list(self.clocks.values()), self.now))
        ends_at, standing = end_of_ban(self.facts()), self.history.at(self.now)
        over = catalogue().transitions["aflopen"]
        if ends_at is not None and ends_at <= self.now and standing.state in over.from_states:
            self._record("aflopen", ends_at if ends_at >= self.acts[-1].at else self.now)

    @rule(action=st.sampled_from(ACTIONS), ago=ANY_TIME, days=st.integers(min_value=1, max_value=40))
    def somebody_acts(self, action: str, ago: int, days: int) -> None:
        self._attempt(action, self.now + ago * MINUTE, days)

    @rule(place=st.integers(0, 99), ago=AGO, days=st.sampled_from([10, 28, 29]))
    def somebody_does_what_fits(self, place: int, ago: int, days: int) -> None:
        """So that the walk gets far: an act that starts where the case stood."""
        at = self.history.moment(max(self._opened, self.now - ago * MINUTE), self.now)
        state = self.history.at(at).state
        fitting = [a for a in ACTIONS if state in catalogue().transitions[a].from_states]
        if fitting:
            self._attempt(fitting[place % len(fitting)], at, days)

    @precondition(lambda self: self.acts)
    @rule(ago=AGO, days=st.sampled_from([18, 28, 29, 40]))
    def somebody_extends(self, ago: int, days: int) -> None:
        self._attempt("verlengen", max(self._opened, self.now - ago * MINUTE), days)

    @precondition(lambda self: end_of_ban(self.facts()) is not None)
    @rule(action=st.sampled_from(sorted(TERM_ACTS)), days=st.integers(min_value=1, max_value=60))
    def somebody_restates(self, action: str, days: int) -> None:
        """A decision that is on record is stated again, with another end."""
        earlier = self.history.latest([action])
        if earlier is None:
            return
        entry = self._entry(action, earlier.at, days)
        before = self.history.before(earlier)
        cause = next(e.message_id for e in self.entries if e.message_id == MessageId(str(earlier.position)))
        facts = self.facts().restating(entry.message, cause, before.state).judging(entry)
        if self._policy_allows(action, facts):
            self._accept(entry)

    def _attempt(self, action: str, claimed: datetime, days: int) -> None:
        transition = catalogue().transitions[action]
        at = self.history.moment(claimed, self.now)
        if self.acts and at < self._opened:
            return
        entry = self._entry(action, at, days)
        standing = self.history.at(at)
        then = self.facts().until(at, standing.state).judging(entry)
        if standing.state not in transition.from_states:
            with pytest.raises(Conflict):
                self.history.with_act(transition, at)
            return
        if not self._policy_allows(action, then) or list(term_causes(then)):
            return
        ends_at = end_of_ban(self.facts().judging(entry))
        inserted = self.history.with_act(transition, at, ends_at=ends_at)
        if inserted.obstacles:
            return
        self.lapsed |= {each.position for each in inserted.lapsed}
        self._record(action, at)
        self._accept(entry)
        assert self.history.at(self.now) == inserted.after
        if inserted.after.state in CLOSED:
            self._change(clocks_closed(list(self.clocks.values()), self.now))

    def _policy_allows(self, action: str, facts: CaseFacts) -> bool:
        """The checks of the term as the policy has them (transitions: T_termijn, T_max_28, T_eenmalig)."""
        context = context_from_facts(facts, self.now)
        if action in {"opleggen", "opleggen_mondeling"}:
            return context.get("termijn_dagen") == 10
        if action == "verlengen":
            total = context.get("totaal_dagen")
            return context["al_verlengd"] is False and isinstance(total, int | float) and total <= 28
        return True

    def _entry(self, action: str, at: datetime, days: int) -> FactEntry:
        imposed = next((e.time("opgelegd_op") for e in self.entries if "opgelegd_op" in e.facts), None)
        start = imposed or at
        facts: dict[str, object] = {"gebeurd_op": rfc3339(at), "vastgelegd_op": rfc3339(self.now)}
        match MESSAGES.get(action):
            case "huisverbod.opgelegd":
                facts |= {
                    "opgelegd_op": rfc3339(at),
                    "eindigt_op": rfc3339(latest_end(at, days)),
                    "mondeling_aangezegd": action == "opleggen_mondeling",
                }
            case "huisverbod.verlengd":
                facts |= {"verlengd_tot": rfc3339(latest_end(start, days)), "totaal_dagen": days}
            case "huisverbod.niet_verlengd":
                facts |= {"eindigt_op": rfc3339(latest_end(start, days))}
            case "huisverbod.ingetrokken":
                facts |= {"ingetrokken_per": rfc3339(latest_end(at, days) if days > 20 else at)}
        message = MESSAGES.get(action, "systeem.weigering")
        return FactEntry(
            message_id=MessageId(str(len(self.acts) + 1)), message=message, sender=SENDER, facts=facts
        )

    def _record(self, action: str, at: datetime) -> None:
        after = self.history.at(at).after(catalogue().transitions[action])
        self.acts.append(
            RecordedAct(action=action, at=at, position=len(self.acts) + 1, state=after.state, dated=True)
        )
        now_in = self.history.at(self.now).state
        if now_in in CLOSED or self.terminal:
            self.terminal.append(now_in)

    def _accept(self, entry: FactEntry) -> None:
        if not list(term_causes(self.facts().judging(entry))):
            self.entries.append(entry)
            event = ClockEvent(
                case_id=CaseId("zaak"),
                message_id=MessageId(f"{entry.message_id}/{len(self.entries)}"),
                message=entry.message,
                sender=SENDER,
                facts=entry.facts,
            )
            self._change(clocks_after(list(self.clocks.values()), event, self.now, tz_version="2026a"))

    def _change(self, changes: Any) -> None:
        for clock in (*changes.started, *changes.changed):
            assert clock.clock_id in self.clocks or clock in changes.started
            self.clocks[clock.clock_id] = clock

    @property
    def _opened(self) -> datetime:
        return self.acts[0].at if self.acts else START_AT

    @invariant()
    def every_act_on_record_starts_in_the_state_that_it_met(self) -> None:
        self.history.at(self.now)

    @invariant()
    def what_is_closed_stays_closed(self) -> None:
        assert not self.terminal or self.terminal[0] == "gesloten"
        assert all(state in CLOSED for state in self.terminal)

    @invariant()
    def a_ban_is_extended_at_most_once(self) -> None:
        assert [each.action for each in self.history.acts].count("verlengen") <= 1

    @invariant()
    def a_ban_never_passes_28_days(self) -> None:
        facts, ends_at = self.facts(), end_of_ban(self.facts())
        starts = [e.time("opgelegd_op") for e in facts.of("huisverbod.opgelegd")]
        if ends_at is not None and starts:
            first = min(moment for moment in starts if moment is not None)
            assert ends_at <= latest_end(first, 28)
            if not facts.of("huisverbod.verlengd"):
                assert ends_at <= latest_end(first, 10)

    @invariant()
    def no_clock_is_lost(self) -> None:
        """A ban that is in force has a clock that ends it; every clock that does not run says why and since when."""
        for clock in self.clocks.values():
            assert clock.running or clock.ended_at is not None or clock.status is ClockStatus.VERLOPEN
        if self.history.at(self.now).state in {"opgelegd", "opgelegd_mondeling", "verlengd"}:
            ends_at = end_of_ban(self.facts())
            running = [c for c in self.clocks.values() if c.running and c.deadline in {"D01", "D02"}]
            assert ends_at is None or ends_at <= self.now or running


Life.TestCase.settings = settings(
    max_examples=120,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestLife = Life.TestCase
