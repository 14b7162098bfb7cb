"""A simulation tells plainly what it did not play, so that nobody takes it for a proof of that."""

from gateway.domain.catalogue import catalogue
from gateway.local.simulate.coverage import BY_NODES, coverage_of
from gateway.local.simulate.plan import Send
from gateway.local.simulate.stories import plan_cases

PLANS = tuple(plan_cases(1, 200))
SENT = {step.message for plan in PLANS for step in plan.steps if isinstance(step, Send) and not step.refused}
PLAYERS = {step.role for plan in PLANS for step in plan.steps if isinstance(step, Send)}


def test_two_hundred_cases_play_every_type_that_a_local_node_can_send_and_the_others_are_named() -> None:
    coverage = coverage_of(PLANS, sent=SENT, started={"D01"}, players=PLAYERS)
    assert coverage.played + len(coverage.types) == coverage.of == len(catalogue().messages) - len(BY_NODES)
    assert set(coverage.types) == {kind.name for kind in catalogue().messages} - SENT - BY_NODES
    for name in ("crisisdienst.aankomst", "rechtsbijstand.toewijzing"):
        assert coverage.types[name].startswith("geen afzender")
    assert coverage.types["crisisdienst.oproep"].startswith("geen ontvanger")


def test_roles_without_a_node_are_named_with_the_kind_of_agency_that_is_missing() -> None:
    coverage = coverage_of(PLANS, sent=SENT, started=set(), players=PLAYERS)
    for role, agency in (("piketadvocaat", "advocatuur"), ("crisisdienst_medewerker", "crisisdienst")):
        assert agency in coverage.roles[role]
    assert "burgemeester" not in coverage.roles
    assert set(coverage.roles) <= set(catalogue().roles)


def test_a_clock_that_never_started_is_named_and_one_that_did_is_not() -> None:
    coverage = coverage_of(PLANS, sent=SENT, started={"D01"}, players=PLAYERS)
    assert "D01" not in coverage.clocks
    assert coverage.clocks["D18"]
    assert "A0" not in coverage.clocks
