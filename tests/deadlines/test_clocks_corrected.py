"""A release that its own sender takes back: when the duty to tell the household goes on, and when it ends."""

import pytest

from gateway.domain.deadlines import ClockStatus, clock_from_record, clock_record, settled_by_word
from gateway.domain.identifiers import Oin
from tests.deadlines.bans import release, told
from tests.deadlines.story import OM, POLICE, Story, at

BEFORE, AFTER = "2026-02-12T15:00", "2026-02-12T17:01"
"""Before and after the moment that the release announces."""


def take_back(story: Story, now: str, of: str, soort: str, sender: Oin = OM) -> str:
    return story.tell("bericht.correctie", now, sender=sender, bericht_id=of, soort=soort)


def test_a_wrong_release_is_told_until_the_right_one_has_its_own_duty(story: Story) -> None:
    first = release(story, "2026-02-12T14:00")
    take_back(story, BEFORE, first, "onjuist")
    assert story.clocks[f"D29/{first}"].running
    story.tell("zsm.afdoening", "2026-02-12T15:10", sender=OM, strafzaak_loopt=True)
    assert story.clocks[f"D29/{first}"].running, "a decision that frees nobody has no duty of its own"
    second = release(story, "2026-02-12T15:20")
    gone = story.clocks[f"D29/{first}"]
    assert (gone.status, gone.ended_by) == (ClockStatus.VERVALLEN, second)
    assert gone.ended_at == at("2026-02-12T15:20")
    told(story, "2026-02-12T15:30", first, "geinformeerd")
    assert story.clocks[f"D29/{second}"].running, "what the household heard was wrong"
    told(story, "2026-02-12T15:40", second, "geinformeerd")
    assert not [clock for clock in story.of("D29") if clock.running]


@pytest.mark.parametrize("soort", ["onjuist", "ten_onrechte_verzonden"])
def test_the_correction_may_come_after_the_right_message(story: Story, soort: str) -> None:
    first = release(story, "2026-02-12T14:00")
    second = release(story, "2026-02-12T15:00")
    assert {clock.running for clock in story.of("D29")} == {True}, "without a correction both are true"
    take_back(story, AFTER, first, soort)
    assert story.clocks[f"D29/{first}"].ended_by == second
    assert story.clocks[f"D29/{second}"].running


@pytest.mark.parametrize("soort", ["onvolledig", "betwist"])
def test_what_is_incomplete_or_contested_must_still_be_told(story: Story, soort: str) -> None:
    first = release(story, "2026-02-12T14:00")
    take_back(story, BEFORE, first, soort)
    second = release(story, "2026-02-12T15:20")
    assert {clock.subject for clock in story.of("D29") if clock.running} == {first, second}


def test_another_agency_ends_nothing(story: Story) -> None:
    first = release(story, "2026-02-12T14:00")
    take_back(story, BEFORE, first, "ten_onrechte_verzonden", sender=POLICE)
    assert story.one("D29").running
    assert not settled_by_word(story.one("D29"))


def test_a_release_that_was_never_to_be_sent_ends_before_its_moment(story: Story) -> None:
    first = release(story, "2026-02-12T14:00")
    withdrawn = take_back(story, BEFORE, first, "ten_onrechte_verzonden")
    clock = story.one("D29")
    assert (clock.status, clock.ended_by, clock.ended_at) == (ClockStatus.VERVALLEN, withdrawn, at(BEFORE))


def test_after_its_moment_he_may_be_free_so_silence_is_no_end(story: Story) -> None:
    first = release(story, "2026-02-12T14:00")
    take_back(story, AFTER, first, "ten_onrechte_verzonden")
    clock = story.one("D29")
    assert clock.running
    assert settled_by_word(clock)
    assert clock_from_record(clock_record(clock)) == clock
    told(story, "2026-02-12T17:30", first, "geinformeerd")
    assert story.one("D29").status is ClockStatus.GESTOPT


def test_a_message_that_stood_in_for_a_wrong_one_does_not_take_the_duty_with_it(story: Story) -> None:
    first = release(story, "2026-02-12T14:00")
    take_back(story, "2026-02-12T14:10", first, "onjuist")
    second = release(story, "2026-02-12T14:20")
    take_back(story, "2026-02-12T14:30", second, "ten_onrechte_verzonden")
    standing = [clock for clock in story.of("D29") if clock.running]
    assert [clock.subject for clock in standing] == [second]
    third = release(story, "2026-02-12T14:40")
    assert [clock.subject for clock in story.of("D29") if clock.running] == [third]


def test_what_was_told_and_then_taken_back_replaces_nothing(story: Story) -> None:
    first = release(story, "2026-02-12T14:00")
    second = release(story, "2026-02-12T14:10")
    told(story, "2026-02-12T14:20", second, "geinformeerd")
    take_back(story, "2026-02-12T14:30", second, "ten_onrechte_verzonden")
    assert story.clocks[f"D29/{second}"].status is ClockStatus.GESTOPT
    take_back(story, "2026-02-12T14:40", first, "onjuist")
    assert story.clocks[f"D29/{first}"].running


def test_a_correction_ends_no_other_duty(story: Story) -> None:
    concern = story.tell("melding.zorg", "2026-02-12T14:00", gemeld_op="2026-02-12T14:00:00+01:00")
    take_back(story, BEFORE, concern, "ten_onrechte_verzonden")
    assert story.one("D21").running
