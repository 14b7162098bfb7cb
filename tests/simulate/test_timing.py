"""Time in an exchange that runs by the clock of the machine."""

import math
from datetime import timedelta

import pytest

from gateway.local.simulate.plan import AwaitState, CheckAnswers, TakeOn
from gateway.local.simulate.run import needs_time
from gateway.local.simulate.timing import Waits

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("speed", "waited_s"), [(1.0, 3600.0), (60.0, 60.0), (math.inf, 0.0)])
def test_one_waits_as_much_shorter_as_asked(speed: float, waited_s: float) -> None:
    waited: list[float] = []
    Waits(speed, waited.append).reach(HOUR)
    assert waited == [pytest.approx(waited_s, abs=10)]


def test_what_is_past_already_is_not_waited_for() -> None:
    waited: list[float] = []
    Waits(1.0, waited.append).reach(timedelta(hours=-1))
    assert waited == [0.0]


@pytest.mark.parametrize(("speed", "passes"), [(1.0, True), (60.0, False), (math.inf, False)])
def test_a_term_of_days_ends_only_at_the_pace_of_the_machine(speed: float, *, passes: bool) -> None:
    assert Waits(speed).passes_legal_time is passes


@pytest.mark.parametrize(
    ("stands", "needs"),
    [({"a": "beantwoord"}, False), ({"a": "beantwoord", "b": "te_laat"}, True), ({"a": "uitgebleven"}, True)],
)
def test_a_late_answer_and_a_missing_one_cannot_come_out_where_time_does_not_go_by(
    stands: dict[str, str], needs: bool
) -> None:
    assert needs_time(CheckAnswers(at=HOUR, key="02", role="politie_weegteam", stands=stands)) is needs
    assert needs_time(AwaitState(at=HOUR, role="burgemeester", purpose="uitvoering", state="afgelopen"))
    assert not needs_time(TakeOn(at=HOUR, key="02", role="politie_hovj"))
