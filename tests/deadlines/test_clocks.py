"""What each message does to the clocks of a case, deadline by deadline."""

import pytest

from gateway.domain.deadlines import ClockStatus, Party, reckoned_again, settled_by_hand, taking_on_clock
from gateway.domain.deadlines.clock import CASE_CLOSED, FOLLOWED, TERM_OVER, clock_from_record, clock_record
from gateway.domain.identifiers import CopyId, Oin, RoleId, StaffRef
from gateway.domain.urgency import Urgency
from tests.deadlines.story import (
    BAN,
    CASE,
    COURT,
    IMPOSED_AT,
    MUNICIPALITY,
    OM,
    POLICE,
    VEILIG_THUIS,
    Story,
    at,
    message_id,
)

NEXT_MORNING = "2026-02-10T08:00"
RECIPIENTS = ((MUNICIPALITY, "burgemeester"), (VEILIG_THUIS, "vt_medewerker"))


@pytest.fixture
def story() -> Story:
    return Story()


def impose(story: Story, now: str = IMPOSED_AT, **facts: object) -> None:
    story.tell("huisverbod.opgelegd", now, to=RECIPIENTS, facts={**BAN, **facts})


def extend(story: Story, now: str = "2026-02-19T12:00", until: str = "2026-03-10T02:10:00+01:00") -> None:
    story.tell(
        "huisverbod.verlengd",
        now,
        gebeurd_op=at(now).isoformat(),
        verlengd_tot=until,
        totaal_dagen=28,
        to=RECIPIENTS,
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


def test_the_ban_of_an_officer_starts_the_quarter_of_an_hour_to_tell_the_burgemeester(story: Story) -> None:
    ban = story.tell(
        "huisverbod.opgelegd",
        IMPOSED_AT,
        sender=POLICE,
        to=RECIPIENTS,
        facts={**BAN, "bevoegd_door": "hovj_beslissingsmandaat"},
    )
    assert story.one("D06").due_at == at("2026-02-10T02:25")
    story.receipt(ban, MUNICIPALITY, "2026-02-10T02:12", "technisch")
    story.receipt(ban, VEILIG_THUIS, "2026-02-10T02:13", "aanvaard")
    assert story.one("D06").running
    story.receipt(ban, MUNICIPALITY, "2026-02-10T02:20", "geopend")
    assert story.one("D06").status is ClockStatus.GESTOPT


def test_an_oral_ban_written_down_later_starts_no_new_term(story: Story) -> None:
    impose(story, mondeling_aangezegd=True)
    impose(story, NEXT_MORNING, opgelegd_op="2026-02-10T08:00:00+01:00")
    assert story.one("D01").due_at == at("2026-02-20T02:10")
    assert story.one("D09").due_at == at("2026-02-10T14:10")


def test_only_service_in_writing_stops_the_clock_of_the_written_decision(story: Story) -> None:
    impose(story, mondeling_aangezegd=True)
    served = {"soort": "opleggen", "gebeurd_op": "2026-02-10T09:00:00+01:00"}
    story.tell("huisverbod.uitreiking", "2026-02-10T09:00", wijze="mondeling", facts=served)
    assert story.one("D09").running
    assert story.of("D15") == []
    story.tell("huisverbod.uitreiking", "2026-02-10T09:00", wijze="in_persoon", facts=served)
    assert story.one("D09").ended_at == at("2026-02-10T09:00")
    assert story.one("D15").running


def test_a_written_ban_has_no_clock_for_the_written_decision(story: Story) -> None:
    impose(story)
    assert story.of("D09") == []


def test_the_term_for_appeal_ends_with_a_workday(story: Story) -> None:
    """Served on Saturday 4 April 2026: six weeks end on Saturday 16 May, so it runs through Monday 18 May."""
    story.tell(
        "huisverbod.uitreiking",
        "2026-04-04T12:00",
        soort="opleggen",
        wijze="in_persoon",
        gebeurd_op="2026-04-04T12:00:00+02:00",
    )
    assert story.one("D15").due_at == at("2026-05-19T00:00")


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
    for deadline in ("D01", "D02", "D10", "D11"):
        assert story.one(deadline).ended_at == at("2026-02-12T12:00"), deadline
    assert story.one("D17").running


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


def test_each_agency_that_must_be_told_has_its_own_clock(story: Story) -> None:
    ban = story.tell(
        "huisverbod.opgelegd",
        IMPOSED_AT,
        to=RECIPIENTS,
        facts={**BAN, "aangewezen_instantie": "00000099000000000009"},
    )
    assert {clock.party for clock in story.of("D07")} == {VEILIG_THUIS, Oin("00000099000000000009")}
    story.receipt(ban, VEILIG_THUIS, "2026-02-10T02:30")
    assert {clock.party for clock in story.of("D07") if clock.running} == {Oin("00000099000000000009")}


def test_a_group_that_nobody_addressed_has_a_clock_until_it_is_addressed(story: Story) -> None:
    facts = {**BAN, "aangewezen_instantie": "00000099000000000009"}
    story.tell("huisverbod.opgelegd", IMPOSED_AT, facts=facts)
    silent = story.clocks["D07/huisverbod.opgelegd/niemand-veilig_thuis"]
    assert silent.running
    assert silent.party is None
    story.tell("huisverbod.opgelegd", NEXT_MORNING, to=RECIPIENTS, facts=facts)
    assert story.clocks[silent.clock_id].status is ClockStatus.VERVALLEN
    assert story.clocks[f"D07/huisverbod.opgelegd/{VEILIG_THUIS}"].running


def test_a_second_message_that_leaves_out_who_was_told_starts_no_silent_clock(story: Story) -> None:
    impose(story, mondeling_aangezegd=True)
    story.tell("huisverbod.opgelegd", NEXT_MORNING, facts=BAN)
    assert not [clock for clock in story.of("D07") if clock.party is None]


def test_a_receipt_of_the_later_copy_stops_the_clock_of_the_first(story: Story) -> None:
    impose(story, mondeling_aangezegd=True)
    written = story.tell("huisverbod.opgelegd", NEXT_MORNING, to=RECIPIENTS, facts=BAN)
    story.receipt(written, VEILIG_THUIS, "2026-02-10T08:10")
    assert not [clock for clock in story.of("D07") if clock.running]


def test_a_lawyer_who_declines_does_not_stop_the_clock_of_that_wish(story: Story) -> None:
    wish = story.tell(
        "rechtsbijstand.verzoek", "2026-02-10T03:00", wens_kenbaar_op="2026-02-10T03:00:00+01:00"
    )
    other = story.tell(
        "rechtsbijstand.verzoek", "2026-02-10T04:00", wens_kenbaar_op="2026-02-10T04:00:00+01:00"
    )
    assigned = {"toegewezen_op": "2026-02-10T09:00:00+01:00"}
    story.tell("rechtsbijstand.toewijzing", "2026-02-10T09:00", answers=wish, aanvaard=False, facts=assigned)
    assert all(clock.running for clock in story.of("D05"))
    story.tell("rechtsbijstand.toewijzing", "2026-02-10T09:00", answers=wish, aanvaard=True, facts=assigned)
    assert {clock.subject: clock.running for clock in story.of("D05")} == {wish: False, other: True}


def test_an_answer_that_does_not_say_to_what_stops_the_only_clock_but_never_one_of_two(story: Story) -> None:
    story.tell("rechtsbijstand.verzoek", "2026-02-10T03:00", wens_kenbaar_op="2026-02-10T03:00:00+01:00")
    story.tell("rechtsbijstand.verzoek", "2026-02-10T04:00", wens_kenbaar_op="2026-02-10T04:00:00+01:00")
    facts = {"toegewezen_op": "2026-02-10T09:00:00+01:00", "aanvaard": True}
    story.tell("rechtsbijstand.toewijzing", "2026-02-10T09:00", facts=facts)
    assert [clock.running for clock in story.of("D05")] == [True, True]


def test_a_hearing_planned_in_time_stops_its_clock_and_starts_that_of_the_ruling(story: Story) -> None:
    asked = {"beroep_ingesteld": True, "verzoek_op": "2026-02-11T09:00:00+01:00"}
    story.tell(
        "vovo.ingediend",
        "2026-02-11T09:00",
        sender=COURT,
        zitting_op="2026-02-13T10:00:00+01:00",
        facts=asked,
    )
    assert not story.one("D12").running
    assert story.one("D13").due_at == at("2026-02-14T10:00")


def test_a_hearing_planned_too_late_does_not_silence_the_clock(story: Story) -> None:
    asked = {"beroep_ingesteld": True, "verzoek_op": "2026-02-11T09:00:00+01:00"}
    story.tell(
        "vovo.ingediend",
        "2026-02-11T09:00",
        sender=COURT,
        zitting_op="2026-02-16T10:00:00+01:00",
        facts=asked,
    )
    assert story.one("D12").running


def test_an_appeal_stops_the_term_for_appeal(story: Story) -> None:
    served = {"soort": "opleggen", "wijze": "in_persoon", "gebeurd_op": "2026-02-10T09:00:00+01:00"}
    story.tell("huisverbod.uitreiking", "2026-02-10T09:00", facts=served)
    asked = {"beroep_ingesteld": True, "beroep_op": "2026-02-11T09:00:00+01:00"}
    story.tell("vovo.ingediend", "2026-02-11T09:00", verzoek_op="2026-02-11T09:00:00+01:00", facts=asked)
    assert story.one("D15").ended_at == at("2026-02-11T09:00")


@pytest.mark.parametrize(("soort", "due"), [("vovo", "2026-02-13T13:00"), ("beroep", "2026-02-27T12:00")])
def test_the_copy_of_a_ruling_is_due_by_the_kind_of_ruling(story: Story, soort: str, due: str) -> None:
    facts = {
        "soort": soort,
        "uitkomst": "afgewezen",
        "omvang": "geheel",
        "uitspraak_op": "2026-02-13T12:00:00+01:00",
    }
    to = ((MUNICIPALITY, "gemeente_jurist"), (POLICE, "politie_hovj"))
    ruling = story.tell("rechter.uitspraak", "2026-02-13T12:05", sender=COURT, to=to, facts=facts)
    assert {(clock.party, clock.due_at) for clock in story.of("D14")} == {
        (MUNICIPALITY, at(due)),
        (POLICE, at(due)),
    }
    story.receipt(ruling, POLICE, "2026-02-13T12:06", "technisch")
    assert [clock.party for clock in story.of("D14") if clock.running] == [MUNICIPALITY]


def test_the_crisisdienst_is_late_until_it_has_arrived(story: Story) -> None:
    call = story.tell("crisisdienst.oproep", "2026-02-10T03:00", oproep_op="2026-02-10T03:00:00+01:00")
    story.tell("crisisdienst.aankomst", "2026-02-10T03:10", answers=call, reactie="onderweg")
    story.tell("crisisdienst.aankomst", "2026-02-10T03:11", answers=call, reactie="niet_beschikbaar")
    assert story.one("D18").overdue(at("2026-02-10T03:30"))
    story.tell("crisisdienst.aankomst", "2026-02-10T03:50", answers=call, reactie="aangekomen")
    assert story.one("D18").done_late
    assert story.one("D18").ended_at == at("2026-02-10T03:50")


def test_the_clocks_of_a_melding_follow_its_answers(story: Story) -> None:
    report = story.tell("melding.zorg", "2026-03-01T10:00", gemeld_op="2026-03-01T10:00:00+01:00")
    assert story.one("D19").due_at == at("2026-03-06T10:00")
    assert story.one("D21").due_at == at("2026-03-29T10:00")
    judged = {"beoordeeld_op": "2026-03-04T10:00:00+01:00"}
    story.tell("melding.terugkoppeling", "2026-03-04T10:00", answers=report, facts=judged)
    assert (story.one("D19").running, story.one("D20").running, story.one("D21").running) == (
        False,
        True,
        True,
    )
    assert story.one("D20").due_at == at("2026-05-13T10:00")
    story.tell(
        "melding.terugkoppeling",
        "2026-04-01T10:00",
        answers=report,
        afgesloten_op="2026-04-01T10:00:00+02:00",
        betrokkene_geinformeerd_op="2026-04-01T09:00:00+02:00",
        facts=judged,
    )
    assert not story.one("D20").running
    assert story.one("D21").done_late


def test_a_conduct_order_is_extended_and_withdrawn(story: Story) -> None:
    given = {"ingang": "2026-02-10T12:00:00+01:00", "einde": "2026-05-11T12:00:00+02:00"}
    story.tell("gedragsaanwijzing.gegeven", "2026-02-10T12:00", soort="gegeven", facts=given)
    story.tell(
        "gedragsaanwijzing.gegeven",
        "2026-05-01T12:00",
        soort="verlengd",
        facts={**given, "einde": "2026-08-09T12:00:00+02:00"},
    )
    assert (story.one("D22").due_at, story.one("D22").round) == (at("2026-08-09T12:00"), 1)
    story.tell(
        "gedragsaanwijzing.gegeven",
        "2026-06-01T12:00",
        soort="ingetrokken",
        gebeurd_op="2026-06-01T12:00:00+02:00",
        facts=given,
    )
    assert story.one("D22").status is ClockStatus.GESTOPT


def test_monitoring_stops_hard_at_eighteen_months(story: Story) -> None:
    over = {"veiligheid_beoordeeld_op": "2026-03-10"}
    story.tell("zaak.overdracht", "2026-03-10T12:00", monitoring_tot="2027-03-10", facts=over)
    assert story.one("D23").due_at == at("2027-03-11T00:00")
    story.tell("zaak.overdracht", "2026-04-10T12:00", monitoring_tot="2029-03-10", facts=over)
    assert story.one("D23").due_at == at("2027-09-10T00:00")
    story.tell("monitoring.signaal", "2026-05-10T12:00", volgende_check="2026-08-01")
    assert story.one("D23").check_at == at("2026-08-01T00:00")


def release(story: Story, now: str, **facts: object) -> str:
    return story.tell(
        "zsm.afdoening",
        now,
        sender=OM,
        in_vrijheid_op="2026-02-12T17:00:00+01:00",
        strafzaak_loopt=True,
        facts=facts,
    )


def told(story: Story, now: str, of: str, resultaat: str, **facts: object) -> None:
    story.tell(
        "achterblijver.geinformeerd",
        now,
        afdoening_id=of,
        resultaat=resultaat,
        gebeurd_op=at(now).isoformat(),
        facts=facts,
    )


def test_the_task_after_a_release_stays_open_until_the_household_was_told(story: Story) -> None:
    decided = release(story, "2026-02-12T14:00", informeren_door=MUNICIPALITY)
    assert story.one("D29").owner.oin == MUNICIPALITY
    told(story, "2026-02-12T14:10", decided, "niet_bereikt")
    assert story.one("D29").running
    told(story, "2026-02-12T14:20", decided, "overgedragen", overgedragen_aan=VEILIG_THUIS)
    assert story.one("D29").running
    assert story.one("D29").owner.oin == VEILIG_THUIS
    told(story, "2026-02-12T14:30", message_id(99), "geinformeerd")
    assert story.one("D29").running
    told(story, "2026-02-12T14:40", decided, "geinformeerd")
    assert story.one("D29").status is ClockStatus.GESTOPT


def test_a_release_that_names_no_agency_is_for_veilig_thuis(story: Story) -> None:
    release(story, "2026-02-12T14:00")
    assert story.one("D29").owner.roles == (RoleId("vt_medewerker"),)


def test_a_decision_without_release_starts_no_task(story: Story) -> None:
    story.tell("zsm.afdoening", "2026-02-12T14:00", strafzaak_loopt=True)
    assert story.all == []


def test_each_agency_asked_at_zsm_has_two_hours_or_until_the_decision(story: Story) -> None:
    to = ((MUNICIPALITY, "gemeente_jurist"), (VEILIG_THUIS, "vt_medewerker"))
    times = {
        "gevraagd_op": "2026-02-12T10:00:00+01:00",
        "beslismoment_uiterlijk": "2026-02-12T11:00:00+01:00",
    }
    asked = story.tell("zsm.context.verzoek", "2026-02-12T10:00", sender=OM, to=to, facts=times)
    assert {(clock.party, clock.due_at) for clock in story.of("D31")} == {
        (MUNICIPALITY, at("2026-02-12T11:00")),
        (VEILIG_THUIS, at("2026-02-12T11:00")),
    }
    answered = {"beantwoord_op": "2026-02-12T10:30:00+01:00"}
    story.tell("zsm.context.antwoord", "2026-02-12T10:30", sender=VEILIG_THUIS, answers=asked, facts=answered)
    story.pass_to("2026-02-12T11:00")
    late = {"beantwoord_op": "2026-02-12T11:30:00+01:00"}
    story.tell("zsm.context.antwoord", "2026-02-12T11:30", sender=MUNICIPALITY, answers=asked, facts=late)
    assert {clock.party: clock.done_late for clock in story.of("D31")} == {
        MUNICIPALITY: True,
        VEILIG_THUIS: False,
    }


def test_context_for_the_decision_that_nobody_gave_is_over_at_the_moment_of_deciding(story: Story) -> None:
    times = {
        "gevraagd_op": "2026-02-10T01:00:00+01:00",
        "beslismoment_uiterlijk": "2026-02-10T02:00:00+01:00",
    }
    story.tell("besluit.context.verzoek", "2026-02-10T01:00", facts=times)
    story.pass_to("2026-02-10T02:00")
    assert story.one("D30").status is ClockStatus.VERLOPEN


def test_the_consultation_of_veilig_thuis_ends_with_its_answer(story: Story) -> None:
    asked = story.tell("besluit.vt_overleg", "2026-02-10T01:00", gebeurd_op="2026-02-10T01:00:00+01:00")
    assert story.one("D08").due_at is None
    answer = {"gebeurd_op": "2026-02-10T01:20:00+01:00"}
    story.tell("besluit.vt_overleg.antwoord", "2026-02-10T01:20", answers=asked, facts=answer)
    assert story.one("D08").ended_at == at("2026-02-10T01:20")


def test_a_copy_that_must_be_taken_on_runs_until_somebody_does(story: Story) -> None:
    clock = taking_on_clock(
        case_id=CASE,
        message_id=message_id(7),
        copy_id=CopyId("00000000-0000-4000-8000-000000000777"),
        recipient=Party(oin=POLICE, role=RoleId("politie_hovj")),
        urgency=Urgency.U0,
        accepted_at=at(IMPOSED_AT),
        tz_version="2026a",
    )
    assert clock.due_at == at("2026-02-10T02:15")
    story.clocks[clock.clock_id] = clock
    for soort, copy_id, running in (
        ("geopend", clock.subject, True),
        ("aanvaard", "other", True),
        ("aanvaard", clock.subject, False),
    ):
        story.tell(
            "systeem.ontvangst",
            "2026-02-10T02:12",
            sender=POLICE,
            copy_id=CopyId(str(copy_id)),
            soort=soort,
            tijdstip="2026-02-10T02:12:00+01:00",
        )
        assert story.one("A0").running is running


@pytest.mark.parametrize(
    ("urgency", "due"),
    [("U1", "2026-02-06T16:15"), ("U2", "2026-02-07T00:00"), ("U3", "2026-02-10T16:00")],
)
def test_two_working_days_skip_the_weekend(urgency: str, due: str) -> None:
    clock = taking_on_clock(
        case_id=CASE,
        message_id=message_id(7),
        copy_id=CopyId("k"),
        recipient=Party(oin=POLICE, role=RoleId("politie_hovj")),
        urgency=Urgency(urgency),
        accepted_at=at("2026-02-06T16:00"),
        tz_version="2026a",
    )
    assert clock.due_at == at(due)


def test_closing_the_case_leaves_no_clock_running_and_none_comes_back(story: Story) -> None:
    impose(story)
    story.close("2026-02-11T12:00")
    assert {clock.ended_by for clock in story.all} == {CASE_CLOSED}
    extend(story)
    assert not [clock for clock in story.of("D01") + story.of("D02") if clock.running]


def test_a_duty_settled_by_telephone_names_who_said_so(story: Story) -> None:
    impose(story)
    settled = settled_by_hand(story.one("D04"), at("2026-02-10T09:00"), POLICE, StaffRef("m-12"))
    assert (settled.status, settled.ended_by) == (ClockStatus.GESTOPT, f"{POLICE}:m-12")
    assert settled_by_hand(settled, at("2026-02-10T10:00"), POLICE, StaffRef("m-13")) == settled


def test_a_clock_survives_being_written_down(story: Story) -> None:
    impose(story)
    release(story, "2026-02-12T14:00", informeren_door=MUNICIPALITY)
    for clock in story.all:
        assert clock_from_record(clock_record(clock)) == clock


def test_the_end_is_kept_as_local_time_with_zone_and_version(story: Story) -> None:
    impose(story, opgelegd_op="2026-03-25T02:10:00+01:00")
    clock = story.one("D01")
    assert (clock.due_local, clock.zone, clock.tz_version) == (
        "2026-04-04T02:10:00+02:00",
        "Europe/Amsterdam",
        "2026a",
    )


def test_new_time_zone_rules_work_out_the_end_again_and_leave_a_stated_end_alone(story: Story) -> None:
    impose(story)
    release(story, "2026-02-12T14:00")
    first = story.one("D01")
    again = reckoned_again(first, tz_version="2027b")
    assert (again.due_at, again.tz_version, again.round) == (first.due_at, "2027b", 0)
    assert reckoned_again(story.one("D29"), tz_version="2027b").due_at == story.one("D29").due_at
    moved = reckoned_again(
        clock_from_record({**clock_record(first), "due_at": "2026-02-20T02:10:00.000Z"}), tz_version="2027b"
    )
    assert (moved.due_at, moved.round) == (first.due_at, 1)


def test_the_same_message_twice_changes_nothing(story: Story) -> None:
    impose(story)
    before = dict(story.clocks)
    story._count -= 1
    impose(story)
    assert story.clocks == before
