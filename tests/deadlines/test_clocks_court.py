"""The clocks of service, legal aid, the hearing and the ruling."""

import pytest

from tests.deadlines.bans import impose
from tests.deadlines.story import (
    COURT,
    MUNICIPALITY,
    POLICE,
    Story,
    at,
)


def test_only_service_in_writing_stops_the_clock_of_the_written_decision(story: Story) -> None:
    impose(story, mondeling_aangezegd=True)
    served = {"soort": "opleggen", "gebeurd_op": "2026-02-10T09:00:00+01:00"}
    story.tell("huisverbod.uitreiking", "2026-02-10T09:00", wijze="mondeling", facts=served)
    assert story.one("D09").running
    assert story.of("D15") == []
    story.tell("huisverbod.uitreiking", "2026-02-10T09:00", wijze="in_persoon", facts=served)
    assert story.one("D09").ended_at == at("2026-02-10T09:00")
    assert story.one("D15").running


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
    assert {(clock.party, clock.due_at) for clock in story.of_agencies("D14")} == {
        (MUNICIPALITY, at(due)),
        (POLICE, at(due)),
    }
    for kind in ("technisch", "functioneel"):  # it lies in an inbox: nobody knows of it yet
        story.receipt(ruling, POLICE, "politie_hovj", "2026-02-13T12:06", kind)
    assert len([clock for clock in story.of_agencies("D14") if clock.running]) == 2
    story.receipt(ruling, POLICE, "politie_hovj", "2026-02-13T12:10", "geopend")
    assert [clock.party for clock in story.of_agencies("D14") if clock.running] == [MUNICIPALITY]
    household = next(clock for clock in story.of("D14") if clock.groups == ("huisgenoten",))
    assert household.running
    assert household.owner.roles == ("burgemeester", "gemeente_jurist"), "through the municipality (Wth 8(1))"
