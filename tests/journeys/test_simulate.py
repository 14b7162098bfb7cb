"""`schakel simulate`: plans from a seed alone, whole cases to their end, and an account of clocks that can fail."""

import json
import re
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.deadlines import ClockStatus, clock_record, taking_on_clock
from gateway.domain.deadlines.clock import Party
from gateway.domain.identifiers import CaseId, CopyId, MessageId, Oin, RoleId
from gateway.domain.urgency import Urgency
from gateway.hub.storage.standings import ClockStanding
from gateway.local.simulate.account import account_of, deadlines_started
from gateway.local.simulate.plan import CasePlan, Read, Send, Situation, TakeOn, digest
from gateway.local.simulate.playing import Tally
from gateway.local.simulate.script import SLOT
from gateway.local.simulate.stories import plan_cases
from tests.journeys.runs import ROOT, Run

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CASE = "3d1f0a52-6a0e-4a57-9f0d-5d2f6f6f0001"
COPY = "3d1f0a52-6a0e-4a57-9f0d-5d2f6f6f0002"


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    assert digest(plan_cases(1, 20)) == digest(plan_cases(1, 20))
    assert digest(plan_cases(1, 20)) != digest(plan_cases(2, 20))
    assert tuple(plan_cases(1, 5)) == tuple(plan_cases(1, 20))[:5]


def test_two_hundred_cases_hold_everything_that_a_case_can_meet() -> None:
    plans = tuple(plan_cases(1, 200))
    assert {plan.situation for plan in plans} == set(Situation)
    courses = Counter(plan.course for plan in plans)
    assert set(courses) == {
        "afgelopen",
        "ingetrokken",
        "melding",
        "niet_opgelegd",
        "verlengd",
        "weging_negatief",
    }
    sent = Counter(step.message for plan in plans for step in plan.steps if isinstance(step, Send))
    for message in ("overtreding.melding", "bericht.correctie", "zsm.afdoening", "rvdk.notificatie"):
        assert sent[message] > 10, message
    refused = {
        step.refused.rule
        for plan in plans
        for step in plan.steps
        if isinstance(step, Send | Read) and step.refused
    }
    assert len(refused) >= 8, refused
    assert any(plan.children for plan in plans)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_a_plan_is_in_order_and_asks_nothing_that_cannot_be(seed: int) -> None:
    for plan in plan_cases(seed, 3):
        _is_playable(plan)


def _is_playable(plan: CasePlan) -> None:
    moments = [step.at for step in plan.steps]
    assert moments == sorted(moments)
    assert all(moment % SLOT == timedelta() for moment in moments)
    sends = [step for step in plan.steps if isinstance(step, Send)]
    assert sends[0].opens
    assert not any(step.opens for step in sends[1:])
    sent: dict[str, Send] = {}
    for step in plan.steps:
        if isinstance(step, Send):
            kind = catalogue().message(step.message)
            assert step.refused or step.role in kind.senders or "*" in kind.senders
            assert step.answers is None or step.answers in sent
            sent[step.key] = step
        elif isinstance(step, TakeOn | Read):
            assert step.role in sent[step.key].to
    assert len(sent) == len(sends)


def _standing(status: ClockStatus = ClockStatus.LOPEND, **other: object) -> ClockStanding:
    clock = taking_on_clock(
        case_id=CaseId(CASE),
        message_id=MessageId(COPY),
        copy_id=CopyId(COPY),
        recipient=Party(oin=Oin("00000099000000001000"), role=RoleId("politie_hovj")),
        urgency=Urgency.U1,
        accepted_at=NOW,
        tz_version="2026a",
    )
    record = clock_record(clock) | {"status": status.value}
    fields: dict[str, object] = {
        "case_id": CASE,
        "case_state": "screening",
        "clock_id": clock.clock_id,
        "deadline": clock.deadline,
        "status": status.value,
        "due_at": rfc3339(NOW + timedelta(minutes=15)),
        "next_at": rfc3339(NOW + timedelta(minutes=15)),
        "record": json.dumps(record),
        "alarms": 0,
    }
    return ClockStanding(**{**fields, **other})  # type: ignore[arg-type]


def test_a_clock_that_runs_with_its_end_ahead_is_accounted_for() -> None:
    assert account_of([_standing()], [Tally(case_id=CASE, copies=1)], NOW) == ()


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (_standing(case_state="gesloten"), "loopt nog in een gesloten zaak"),
        (_standing(next_at=rfc3339(NOW - timedelta(seconds=1))), "vroeg om aandacht"),
        (_standing(ClockStatus.GESTOPT), "zonder hoe en wanneer"),
    ],
)
def test_a_clock_that_nobody_minds_is_a_bad_end(standing: ClockStanding, said: str) -> None:
    (problem,) = account_of([standing], [Tally(case_id=CASE, copies=1)], NOW)
    assert said in problem


def test_a_clock_past_its_end_without_an_alarm_is_a_bad_end() -> None:
    later = NOW + timedelta(hours=1)
    standing = _standing(next_at=None)
    (problem,) = account_of([standing], [Tally(case_id=CASE, copies=1)], later)
    assert "zonder alarm" in problem
    assert account_of([_standing(next_at=None, alarms=1)], [Tally(case_id=CASE, copies=1)], later) == ()


def test_a_clock_that_a_message_must_start_and_that_is_not_there_is_a_bad_end() -> None:
    started = deadlines_started(
        "huisverbod.opgelegd", {"opgelegd_op": rfc3339(NOW), "eindigt_op": rfc3339(NOW)}
    )
    assert {"D01", "D02", "D04"} <= started
    problems = account_of([_standing()], [Tally(case_id=CASE, copies=2, must_have={"D01"})], NOW)
    assert any("geen klok D01" in problem for problem in problems)
    assert any("1 klokken voor het aannemen van 2 kopieën" in problem for problem in problems)


@pytest.mark.real
def test_ten_cases_end_as_planned_with_every_clock_accounted_for(tmp_path: Path) -> None:
    _plays_well(cases=10, seed=1, keep=tmp_path / "kept")


@pytest.mark.real
@pytest.mark.full
def test_two_hundred_cases_end_as_planned_with_every_clock_accounted_for(tmp_path: Path) -> None:
    _plays_well(cases=200, seed=1, keep=tmp_path / "kept")


@pytest.mark.real
def test_a_policy_that_asks_less_is_noticed_and_ends_badly(tmp_path: Path) -> None:
    """The same program with one check gone: a ban for child abuse without consulting Veilig Thuis."""
    program = tmp_path / "program"
    for part in ("gateway", "adapters", "audit", "policies"):
        shutil.copytree(ROOT / part, program / part)
    file = program / "policies" / "data" / "schakel" / "transitions" / "data.json"
    data = json.loads(file.read_text("utf-8"))
    checks = data["actions"]["opleggen"]["checks"]
    data["actions"]["opleggen"]["checks"] = [
        check for check in checks if "T_vt_overleg" not in json.dumps(check)
    ]
    assert len(data["actions"]["opleggen"]["checks"]) < len(checks)
    file.write_text(json.dumps(data), "utf-8")
    status, shown = _simulate(Run(program), cases=3, seed=1, keep=tmp_path / "kept")
    assert status == 1, shown
    assert re.search(r"zaak 3 .*verwacht 403\s+T_vt_overleg", shown, re.DOTALL), shown


def _plays_well(*, cases: int, seed: int, keep: Path) -> None:
    run = Run()
    status, shown = _simulate(run, cases=cases, seed=seed, keep=keep)
    assert status == 0, shown
    assert "van elke klok is bekend wat ervan werd" in shown
    assert digest(plan_cases(seed, cases)) in shown
    assert run.processes() == {}


def _simulate(run: Run, *, cases: int, seed: int, keep: Path) -> tuple[int, str]:
    arguments = ("simulate", "--cases", str(cases), "--seed", str(seed), "--keep", keep)
    with run.started(*arguments, "--folder", keep.parent / "none") as process:
        shown, _ = process.communicate(timeout=600 + 20 * cases)
        return process.returncode, shown
