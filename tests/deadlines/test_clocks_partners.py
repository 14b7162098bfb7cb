"""The clocks of what partners owe each other: crisis service, report of concern, conduct order, context."""

from gateway.domain.deadlines import ClockStatus
from gateway.domain.identifiers import Oin
from tests.deadlines.story import (
    MUNICIPALITY,
    OM,
    POLICE,
    VEILIG_THUIS,
    Story,
    at,
)


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
        facts={"ingang": given["einde"], "einde": "2026-08-09T12:00:00+02:00"},
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


def test_whoever_took_the_place_of_an_agency_answers_for_it_and_nobody_else_does(story: Story) -> None:
    to = ((MUNICIPALITY, "gemeente_jurist"), (VEILIG_THUIS, "vt_medewerker"))
    times = {
        "gevraagd_op": "2026-02-12T10:00:00+01:00",
        "beslismoment_uiterlijk": "2026-02-12T12:00:00+01:00",
    }
    asked = story.tell("zsm.context.verzoek", "2026-02-12T10:00", sender=OM, to=to, facts=times)
    answered = {"beantwoord_op": "2026-02-12T10:30:00+01:00"}
    successor = Oin("00000099000000000033")

    def answer(in_place_of: frozenset[Oin]) -> None:
        story.tell(
            "zsm.context.antwoord",
            "2026-02-12T10:30",
            sender=successor,
            answers=asked,
            in_place_of=in_place_of,
            facts=answered,
        )

    answer(frozenset())
    assert all(clock.running for clock in story.of("D31"))
    answer(frozenset({VEILIG_THUIS}))
    assert {clock.party: clock.running for clock in story.of("D31")} == {
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


def test_context_for_the_decision_is_owed_by_each_agency_that_was_asked(story: Story) -> None:
    """The answer of the police does not silence the prosecutor's alarm; a colleague who is asked owes one too."""
    times = {
        "gevraagd_op": "2026-02-10T01:00:00+01:00",
        "beslismoment_uiterlijk": "2026-02-10T02:00:00+01:00",
    }
    to = ((OM, "om_ovj_zsm"), (POLICE, "politie_zsm"))
    asked = story.tell("besluit.context.verzoek", "2026-02-10T01:00", sender=POLICE, to=to, facts=times)
    assert {clock.party: (clock.owner.oin, clock.owner.roles) for clock in story.of("D30")} == {
        OM: (OM, ("om_ovj_zsm",)),
        POLICE: (POLICE, ("politie_zsm",)),
    }
    answer = {"gebeurd_op": "2026-02-10T01:10:00+01:00"}
    story.tell("besluit.context.antwoord", "2026-02-10T01:10", sender=POLICE, answers=asked, facts=answer)
    assert [clock.party for clock in story.of("D30") if clock.running] == [OM]
    story.pass_to("2026-02-10T02:00")
    assert story.clocks[f"D30/{asked}/{OM}"].status is ClockStatus.VERLOPEN


def test_the_consultation_of_veilig_thuis_ends_with_its_answer(story: Story) -> None:
    asked = story.tell("besluit.vt_overleg", "2026-02-10T01:00", gebeurd_op="2026-02-10T01:00:00+01:00")
    assert story.one("D08").due_at is None
    answer = {"gebeurd_op": "2026-02-10T01:20:00+01:00"}
    story.tell("besluit.vt_overleg.antwoord", "2026-02-10T01:20", answers=asked, facts=answer)
    assert story.one("D08").ended_at == at("2026-02-10T01:20")
