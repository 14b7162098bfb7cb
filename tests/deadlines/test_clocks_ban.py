"""The clocks of a ban: the first term, the extension, and what ends them."""

import pytest

from gateway.domain.catalogue import catalogue
from gateway.domain.deadlines import ClockStatus
from gateway.domain.deadlines.clock import FOLLOWED, TERM_OVER
from tests.deadlines.bans import NEXT_MORNING, RECIPIENTS, extend, impose
from tests.deadlines.story import (
    IMPOSED_AT,
    Story,
    at,
)


def test_a_ban_starts_the_clocks_that_hang_on_it(story: Story) -> None:
    impose(story)
    assert sorted({clock.deadline for clock in story.all}) == [
        "D01",
        "D02",
        "D04",
        "D07",
        "D10",
        "D11",
        "D17",
    ]
    assert story.one("D01").due_at == at("2026-02-20T02:10")
    assert story.one("D02").due_at == at("2026-03-10T02:10")
    assert not story.one("D02").armed
    assert story.one("D04").due_at == at("2026-02-11T02:10")
    assert story.one("D10").due_at == at("2026-02-18T02:10")
    assert story.one("D11").due_at == at("2026-02-20T02:10")
    assert story.one("D17").due_at == at("2026-02-20T02:10")


def test_an_oral_ban_written_down_later_starts_no_new_term(story: Story) -> None:
    impose(story, mondeling_aangezegd=True)
    impose(story, NEXT_MORNING, opgelegd_op="2026-02-10T08:00:00+01:00")
    assert story.one("D01").due_at == at("2026-02-20T02:10")
    assert story.one("D09").due_at == at("2026-02-10T14:10")


def test_a_written_ban_has_no_clock_for_the_written_decision(story: Story) -> None:
    impose(story)
    assert story.of("D09") == []


def test_a_term_of_ten_days_ends_on_easter_monday_all_the_same(story: Story) -> None:
    """Wth 13: no Algemene termijnenwet for the ban."""
    impose(story, "2026-03-27T12:00", opgelegd_op="2026-03-27T12:00:00+01:00")
    assert story.one("D01").due_at == at("2026-04-06T12:00")


def test_extension_hands_the_end_of_the_ban_to_the_second_clock(story: Story) -> None:
    impose(story)
    extend(story)
    assert story.one("D01").status is ClockStatus.GESTOPT
    assert story.one("D02").armed
    assert story.one("D02").due_at == at("2026-03-10T02:10")
    assert story.one("D10").status is ClockStatus.GESTOPT
    assert story.one("D11").status is ClockStatus.GESTOPT
    assert {clock.anchor_at for clock in story.of("D07")} == {at(IMPOSED_AT), at("2026-02-19T12:00")}
    story.pass_to("2026-03-10T02:10")
    assert (story.one("D02").status, story.one("D02").ended_by) == (ClockStatus.VERLOPEN, TERM_OVER)


def test_an_extension_beyond_four_weeks_is_cut_at_four_weeks(story: Story) -> None:
    impose(story)
    extend(story, until="2026-04-10T02:10:00+02:00")
    assert story.one("D02").due_at == at("2026-03-10T02:10")


def test_without_extension_the_first_term_ends_and_takes_what_follows_it_along(story: Story) -> None:
    impose(story)
    story.pass_to("2026-02-20T02:09:59")
    assert story.one("D01").running
    story.pass_to("2026-02-20T02:10")
    assert story.one("D01").status is ClockStatus.VERLOPEN
    assert {
        (clock.deadline, clock.ended_by) for clock in story.all if clock.status is ClockStatus.VERVALLEN
    } == {
        ("D02", FOLLOWED),
        ("D10", FOLLOWED),
    }


def test_an_extension_registered_after_an_outage_still_counts(story: Story) -> None:
    impose(story)
    story.pass_to("2026-02-20T03:00")
    story.tell(
        "huisverbod.verlengd",
        "2026-02-20T06:00",
        gebeurd_op="2026-02-19T20:00:00+01:00",
        verlengd_tot="2026-03-10T02:10:00+01:00",
        to=RECIPIENTS,
    )
    assert story.one("D01").status is ClockStatus.GESTOPT
    assert not story.one("D11").done_late
    assert story.one("D02").running
    story.pass_to("2026-02-20T06:01")
    assert story.one("D02").running


def test_a_ban_registered_after_an_outage_is_counted_from_when_it_was_imposed(story: Story) -> None:
    impose(story, "2026-02-10T14:00")
    assert story.one("D01").due_at == at("2026-02-20T02:10")
    assert story.one("D01").opened_at == at("2026-02-10T14:00")


@pytest.mark.parametrize(
    ("message", "facts"),
    [
        ("huisverbod.ingetrokken", {"ingetrokken_per": "2026-02-12T12:00:00+01:00"}),
        (
            "rechter.uitspraak",
            {
                "soort": "vovo",
                "uitkomst": "vernietigd",
                "omvang": "geheel",
                "uitspraak_op": "2026-02-12T12:00:00+01:00",
            },
        ),
    ],
)
def test_withdrawal_and_annulment_stop_every_clock_of_the_end_of_the_ban(
    story: Story, message: str, facts: dict[str, object]
) -> None:
    impose(story)
    story.tell(message, "2026-02-12T12:05", facts=facts)
    for deadline in ("D01", "D02", "D04", "D10", "D11"):
        assert story.one(deadline).ended_at == at("2026-02-12T12:00"), deadline


def test_a_plan_is_still_to_be_agreed_after_a_withdrawal_and_not_after_an_annulment(story: Story) -> None:
    """By the states in which its message may be sent (domain.md, message 25)."""
    plan = catalogue().message("veiligheidsplan.vastgesteld")
    assert ("ingetrokken" in plan.states, "vernietigd" in plan.states) == (True, False)
    impose(story)
    withdrawn = {"ingetrokken_per": "2026-02-12T12:00:00+01:00"}
    story.tell("huisverbod.ingetrokken", "2026-02-12T12:05", facts=withdrawn)
    assert story.one("D17").running
    annulled = {"soort": "beroep", "uitkomst": "vernietigd", "omvang": "geheel"}
    story.tell(
        "rechter.uitspraak", "2026-02-13T12:05", uitspraak_op="2026-02-13T12:00:00+01:00", facts=annulled
    )
    assert story.one("D17").ended_at == at("2026-02-13T12:00")


def test_a_partial_annulment_leaves_the_ban_running(story: Story) -> None:
    impose(story)
    facts = {"soort": "vovo", "uitkomst": "vernietigd", "omvang": "contactverbod"}
    story.tell("rechter.uitspraak", "2026-02-12T12:05", uitspraak_op="2026-02-12T12:00:00+01:00", facts=facts)
    assert story.one("D01").running


def test_a_pilot_number_lengthens_the_first_term_but_never_the_whole(story: Story) -> None:
    story.numbers = {"eerste_termijn_dagen": 14}
    impose(story)
    assert story.one("D01").due_at == at("2026-02-24T02:10")
    other = Story(numbers={"eerste_termijn_dagen": 99, "maximum_dagen": 99})
    impose(other)
    assert {other.one("D01").due_at, other.one("D02").due_at} == {at("2026-03-10T02:10")}
