"""`schakel simulate`: plans from a seed alone, whole cases to their end, and an account of clocks that can fail."""

import json
import re
import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.catalogue import catalogue
from gateway.local.simulate.account import deadlines_started, unmatched
from gateway.local.simulate.plan import CasePlan, Read, Send, Situation, TakeOn, digest
from gateway.local.simulate.playing import Tally
from gateway.local.simulate.script import SLOT
from gateway.local.simulate.stories import plan_cases
from tests.journeys.runs import ROOT, Run


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


def test_a_message_that_starts_a_clock_is_known_by_its_facts() -> None:
    ban = {"opgelegd_op": "2026-03-02T09:00:00.000Z", "mondeling_aangezegd": False}
    assert {"D01", "D02", "D04", "D07"} <= deadlines_started("huisverbod.opgelegd", ban)
    assert "D09" not in deadlines_started("huisverbod.opgelegd", ban)
    assert "D09" in deadlines_started("huisverbod.opgelegd", ban | {"mondeling_aangezegd": True})
    assert deadlines_started("weegteam.uitnodiging", {}) == set()


def test_a_clock_that_was_never_started_is_a_bad_end() -> None:
    tally = Tally(case_id="z", copies=2, must_have={"D01", "D04"})
    assert list(unmatched([tally], {"z": Counter({"D01": 1, "D04": 1, "A0": 1, "A2": 1})})) == []
    assert list(unmatched([tally], {"z": Counter({"D01": 1, "A0": 1, "A2": 1})})) == [
        "zaak z: geen klok D04, hoewel een bericht haar begint"
    ]
    assert list(unmatched([tally], {"z": Counter({"D01": 1, "D04": 1, "A0": 1})})) == [
        "zaak z: 1 klokken voor het aannemen van 2 kopieën"
    ]


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
    said = re.sub(r"[│\s]+", " ", shown)
    assert (
        "huisverbod.opgelegd door burgemeester: verwacht 403 T_vt_overleg, gekregen 201 aangenomen" in said
    ), shown


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
