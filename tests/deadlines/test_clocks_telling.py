"""The clocks of what somebody must be told, must take on, or must tell the household."""

import pytest

from gateway.domain.deadlines import (
    ClockStatus,
    Party,
    clock_from_record,
    clock_record,
    settled_by_hand,
    taking_on_clock,
)
from gateway.domain.identifiers import CopyId, Oin, RoleId, StaffRef
from gateway.domain.urgency import Urgency
from tests.deadlines.bans import NEXT_MORNING, RECIPIENTS, extend, impose, release, told
from tests.deadlines.story import (
    BAN,
    CASE,
    IMPOSED_AT,
    MUNICIPALITY,
    POLICE,
    VEILIG_THUIS,
    Story,
    at,
    message_id,
)


def test_the_ban_of_an_officer_starts_the_quarter_of_an_hour_to_tell_the_burgemeester(story: Story) -> None:
    ban = story.tell(
        "huisverbod.opgelegd",
        IMPOSED_AT,
        sender=POLICE,
        to=RECIPIENTS,
        facts={**BAN, "bevoegd_door": "hovj_beslissingsmandaat"},
    )
    assert story.one("D06").due_at == at("2026-02-10T02:25")
    story.receipt(ban, MUNICIPALITY, "burgemeester", "2026-02-10T02:12", "technisch")
    story.receipt(ban, VEILIG_THUIS, "vt_medewerker", "2026-02-10T02:13", "aanvaard")
    assert story.one("D06").running
    story.receipt(ban, MUNICIPALITY, "burgemeester", "2026-02-10T02:20", "geopend")
    assert story.one("D06").status is ClockStatus.GESTOPT


def test_each_agency_that_must_be_told_has_its_own_clock(story: Story) -> None:
    ban = story.tell(
        "huisverbod.opgelegd",
        IMPOSED_AT,
        to=RECIPIENTS,
        facts={**BAN, "aangewezen_instantie": "00000099000000000009"},
    )
    assert {clock.party for clock in story.of_agencies("D07")} == {VEILIG_THUIS, Oin("00000099000000000009")}
    story.receipt(ban, VEILIG_THUIS, "vt_medewerker", "2026-02-10T02:30")
    assert {clock.party for clock in story.of_agencies("D07") if clock.running} == {
        Oin("00000099000000000009")
    }


def test_a_colleague_in_another_role_was_not_told(story: Story) -> None:
    """The jurist opens it: the burgemeester has not been told (Wth 3(2)). So with the casemanager and Veilig Thuis."""
    ban = story.tell(
        "huisverbod.opgelegd",
        IMPOSED_AT,
        sender=POLICE,
        to=(*RECIPIENTS, (MUNICIPALITY, "gemeente_jurist"), (VEILIG_THUIS, "casemanager_vt")),
        facts={**BAN, "bevoegd_door": "hovj_beslissingsmandaat"},
    )
    for colleague, role in ((MUNICIPALITY, "gemeente_jurist"), (VEILIG_THUIS, "casemanager_vt")):
        for kind in ("geopend", "aanvaard"):
            story.receipt(ban, colleague, role, "2026-02-10T02:12", kind)
    assert story.one("D06").running
    assert [clock.running for clock in story.of_agencies("D07")] == [True]
    story.receipt(ban, MUNICIPALITY, "burgemeester", "2026-02-10T02:20")
    story.receipt(ban, VEILIG_THUIS, "vt_medewerker", "2026-02-10T02:21")
    assert story.one("D06").ended_at == at("2026-02-10T02:20")
    assert [clock.ended_at for clock in story.of_agencies("D07")] == [at("2026-02-10T02:21")]


def test_two_groups_in_one_agency_are_both_told(story: Story) -> None:
    """After an extension: Veilig Thuis, and the casemanager, who is of Veilig Thuis here."""
    impose(story)
    longer = {"gebeurd_op": "2026-02-19T12:00:00+01:00", "verlengd_tot": "2026-03-01T02:10:00+01:00"}
    to = ((VEILIG_THUIS, "vt_medewerker"), (VEILIG_THUIS, "casemanager_vt"))
    extended = story.tell("huisverbod.verlengd", "2026-02-19T12:00", to=to, facts=longer)
    key = f"D07/huisverbod.verlengd/{VEILIG_THUIS}"
    story.receipt(extended, VEILIG_THUIS, "casemanager_vt", "2026-02-19T12:10")
    heard = story.clocks[key]
    assert (heard.running, heard.waits_for) == (True, (("vt_medewerker",),))
    assert clock_from_record(clock_record(heard)) == heard
    story.receipt(extended, VEILIG_THUIS, "casemanager_vt", "2026-02-19T12:15")
    assert story.clocks[key] == heard
    story.receipt(extended, VEILIG_THUIS, "vt_medewerker", "2026-02-19T12:20")
    assert story.clocks[key].ended_at == at("2026-02-19T12:20")


def test_an_agency_that_is_designated_alone_is_told_by_any_of_its_people(story: Story) -> None:
    """The decision names the agency and no role."""
    facts = {**BAN, "aangewezen_instantie": MUNICIPALITY}
    to = (*RECIPIENTS, (MUNICIPALITY, "casemanager_gemeente"))
    ban = story.tell("huisverbod.opgelegd", IMPOSED_AT, sender=POLICE, to=to, facts=facts)
    story.receipt(ban, MUNICIPALITY, "casemanager_gemeente", "2026-02-10T02:20")
    assert not story.clocks[f"D07/huisverbod.opgelegd/{MUNICIPALITY}"].running


def test_a_clock_from_before_roles_were_kept_is_stopped_by_its_agency(story: Story) -> None:
    impose(story)
    [clock] = story.of_agencies("D07")
    record = clock_record(clock)
    del record["waits_for"]
    assert clock_from_record(record).waits_for == ()


def test_no_receipt_tells_the_household_and_its_clock_runs_until_somebody_says_so(story: Story) -> None:
    """Wth 2(8), 9(1): the burgemeester informs them. The written decision after an oral ban starts no second duty."""
    impose(story, mondeling_aangezegd=True)
    written = story.tell("huisverbod.opgelegd", NEXT_MORNING, to=RECIPIENTS, facts=BAN)
    for oin, role in RECIPIENTS:
        story.receipt(written, oin, role, "2026-02-10T08:10")
    story.tell(
        "huisverbod.uitreiking", NEXT_MORNING, soort="opleggen", gebeurd_op="2026-02-10T08:00:00+01:00"
    )
    untold = story.household("D07", "huisverbod.opgelegd")
    assert (untold.running, untold.owner.roles) == (True, ("burgemeester",))
    extend(story)
    assert story.household("D07", "huisverbod.verlengd").running
    told_at = at("2026-02-10T09:00")
    settled = settled_by_hand(untold, told_at, MUNICIPALITY, StaffRef("gem-12"))
    assert (settled.ended_at, settled.ended_by) == (told_at, f"{MUNICIPALITY}:gem-12")
    story.clocks[settled.clock_id] = settled
    story.tell("huisverbod.opgelegd", "2026-02-10T10:00", to=RECIPIENTS, facts=BAN)
    assert story.clocks[settled.clock_id] == settled


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
    assert not [clock for clock in story.of_agencies("D07") if clock.party is None]


def test_a_receipt_of_the_later_copy_stops_the_clock_of_the_first(story: Story) -> None:
    impose(story, mondeling_aangezegd=True)
    written = story.tell("huisverbod.opgelegd", NEXT_MORNING, to=RECIPIENTS, facts=BAN)
    story.receipt(written, VEILIG_THUIS, "vt_medewerker", "2026-02-10T08:10")
    assert not [clock for clock in story.of_agencies("D07") if clock.running]


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


def test_a_duty_settled_by_telephone_names_who_said_so(story: Story) -> None:
    impose(story)
    settled = settled_by_hand(story.one("D04"), at("2026-02-10T09:00"), POLICE, StaffRef("m-12"))
    assert (settled.status, settled.ended_by) == (ClockStatus.GESTOPT, f"{POLICE}:m-12")
    assert settled_by_hand(settled, at("2026-02-10T10:00"), POLICE, StaffRef("m-13")) == settled
