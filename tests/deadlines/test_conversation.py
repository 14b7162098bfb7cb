"""Replies: expected, late, missing, duplicate and contradictory ones are visible."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.answer_rules import ANSWER_RULES, DECISIVE
from gateway.domain.catalogue import Kind, catalogue
from gateway.domain.conversation import (
    Conversation,
    ExpectedAnswer,
    MessageRecord,
    Standing,
    answer_due,
    check_answer,
    conversation,
)
from gateway.domain.errors import InvalidInput
from gateway.domain.identifiers import MessageId, Oin, RoleId
from gateway.domain.urgency import Urgency
from tests.deadlines.story import MUNICIPALITY, OM, POLICE, VEILIG_THUIS, at, message_id

NOON = at("2026-02-12T12:00")
QUESTION = message_id(1)
PROBATION = Oin("00000099000000000007")


def record(
    message: str,
    number: int,
    *,
    sender: Oin,
    minutes: int = 0,
    answers: MessageId | None = QUESTION,
    urgency: str = "U1",
    to: tuple[tuple[Oin, str], ...] = (),
    **facts: Any,
) -> MessageRecord:
    return MessageRecord(
        message_id=message_id(number),
        message=message,
        sender=sender,
        role=RoleId("vt_medewerker"),
        accepted_at=NOON + timedelta(minutes=minutes),
        urgency=Urgency(urgency),
        facts=facts,
        recipients=tuple((oin, RoleId(role)) for oin, role in to),
        answers=answers,
    )


def zsm_question(**facts: Any) -> MessageRecord:
    return record(
        "zsm.context.verzoek",
        1,
        sender=OM,
        answers=None,
        to=(
            (MUNICIPALITY, "gemeente_jurist"),
            (VEILIG_THUIS, "vt_medewerker"),
            (PROBATION, "reclassering_adviseur"),
        ),
        **{"beslismoment_uiterlijk": "2026-02-12T13:00:00+01:00", **facts},
    )


def standings(result: Conversation) -> dict[tuple[Oin, ...], Standing]:
    return {each.owed_by: each.standing for each in result.expected}


def only(result: Conversation) -> ExpectedAnswer:
    [expected] = result.expected
    return expected


def test_one_late_one_in_time_and_one_silent() -> None:
    records = [
        record("zsm.context.antwoord", 2, sender=VEILIG_THUIS, minutes=30),
        record("zsm.context.antwoord", 3, sender=MUNICIPALITY, minutes=61),
    ]
    result = conversation(zsm_question(), records, NOON + timedelta(minutes=90))
    assert standings(result) == {
        (MUNICIPALITY,): Standing.TE_LAAT,
        (VEILIG_THUIS,): Standing.BEANTWOORD,
        (PROBATION,): Standing.UITGEBLEVEN,
    }
    assert not result.complete


def test_context_for_the_decision_is_owed_by_each_agency_that_was_asked() -> None:
    to = ((OM, "om_ovj_zsm"), (POLICE, "politie_zsm"))
    question = record(
        "besluit.context.verzoek",
        1,
        sender=MUNICIPALITY,
        answers=None,
        to=to,
        beslismoment_uiterlijk="2026-02-12T13:00:00+01:00",
    )
    answer = record("besluit.context.antwoord", 2, sender=POLICE, minutes=10)
    result = conversation(question, [answer], NOON + timedelta(minutes=90))
    assert standings(result) == {(OM,): Standing.UITGEBLEVEN, (POLICE,): Standing.BEANTWOORD}
    assert not result.complete


def test_a_refusal_is_no_silence_and_an_answer_after_it_counts() -> None:
    refusals = [
        record("systeem.weigering", 2, sender=VEILIG_THUIS, minutes=10),
        record("systeem.weigering", 3, sender=MUNICIPALITY, minutes=10),
        record("systeem.weigering", 4, sender=PROBATION, minutes=10, answers=message_id(9)),
    ]
    answer = record("zsm.context.antwoord", 5, sender=MUNICIPALITY, minutes=20)
    result = conversation(zsm_question(), [*refusals, answer], NOON + timedelta(minutes=90))
    assert standings(result) == {
        (MUNICIPALITY,): Standing.BEANTWOORD,
        (VEILIG_THUIS,): Standing.GEWEIGERD,
        (PROBATION,): Standing.UITGEBLEVEN,
    }


def test_before_the_end_an_answer_is_awaited_not_missing() -> None:
    result = conversation(zsm_question(), [], NOON + timedelta(minutes=59))
    assert set(standings(result).values()) == {Standing.WACHT}


def test_the_same_answer_twice_is_a_duplicate() -> None:
    records = [
        record(
            "zsm.context.antwoord",
            2,
            sender=VEILIG_THUIS,
            minutes=10,
            beantwoord_op="2026-02-12T12:10:00+01:00",
        ),
        record(
            "zsm.context.antwoord",
            3,
            sender=VEILIG_THUIS,
            minutes=20,
            beantwoord_op="2026-02-12T12:20:00+01:00",
        ),
    ]
    result = conversation(zsm_question(), records, NOON)
    [mine] = [each for each in result.expected if each.owed_by == (VEILIG_THUIS,)]
    assert (mine.standing, mine.duplicates) == (Standing.BEANTWOORD, (message_id(3),))


def test_an_answer_of_an_agency_that_was_not_asked_is_shown_apart() -> None:
    result = conversation(zsm_question(), [record("zsm.context.antwoord", 2, sender=POLICE)], NOON)
    assert result.unasked == (message_id(2),)
    assert set(standings(result).values()) == {Standing.WACHT}


def notice(**facts: Any) -> MessageRecord:
    to = ((POLICE, "politie_hovj"), (POLICE, "politie_wijkagent"), (MUNICIPALITY, "gemeente_jurist"))
    return record(
        "screening.gepland.kennisgeving", 1, sender=VEILIG_THUIS, answers=None, to=to, urgency="U0", **facts
    )


def test_only_who_may_answer_owes_an_answer() -> None:
    assert only(conversation(notice(), [], NOON)).owed_by == (POLICE,)


@pytest.mark.parametrize(
    ("spoed", "minutes"), [("nu", 30), ("vandaag", 480), ("binnen_48u", 2880), (None, 30)]
)
def test_the_time_to_answer_follows_the_urgency_that_the_message_states(
    spoed: str | None, minutes: int
) -> None:
    facts = {} if spoed is None else {"spoedeisendheid": spoed}
    assert answer_due(notice(**facts)) == NOON + timedelta(minutes=minutes)


def test_a_message_without_urgency_has_no_end() -> None:
    asked = record("rvdk.onderzoek.verzoek", 1, sender=VEILIG_THUIS, answers=None, urgency="U3")
    assert answer_due(asked) is None


def test_planned_and_then_started_is_how_things_go() -> None:
    records = [
        record("screening.gepland.bevestiging", 2, sender=POLICE, minutes=5, reactie="ingepland"),
        record("screening.gepland.bevestiging", 3, sender=POLICE, minutes=9, reactie="gestart"),
    ]
    expected = only(conversation(notice(), records, NOON))
    assert (expected.standing, expected.contradictions, expected.duplicates) == (Standing.BEANTWOORD, (), ())


def test_started_and_then_returned_contradict_each_other() -> None:
    records = [
        record("screening.gepland.bevestiging", 3, sender=POLICE, minutes=9, reactie="teruggelegd"),
        record("screening.gepland.bevestiging", 2, sender=POLICE, minutes=5, reactie="gestart"),
    ]
    expected = only(conversation(notice(), records, NOON))
    assert expected.standing is Standing.TEGENSTRIJDIG
    assert expected.contradictions == ((message_id(2), message_id(3)),)


def test_imposed_and_not_imposed_contradict_each_other_until_one_is_corrected_by_its_sender() -> None:
    asked = record(
        "screening.rihg.uitkomst",
        1,
        sender=POLICE,
        answers=None,
        to=((MUNICIPALITY, "burgemeester"),),
        urgency="U0",
    )
    records = [
        record("huisverbod.opgelegd", 2, sender=MUNICIPALITY, minutes=5),
        record("huisverbod.niet_opgelegd", 3, sender=MUNICIPALITY, minutes=6),
    ]
    assert only(conversation(asked, records, NOON)).standing is Standing.TEGENSTRIJDIG
    wrong: dict[str, Any] = {"bericht_id": message_id(3), "soort": "ten_onrechte_verzonden"}
    strangers = record("bericht.correctie", 4, sender=POLICE, minutes=7, answers=None, **wrong)
    assert only(conversation(asked, [*records, strangers], NOON)).standing is Standing.TEGENSTRIJDIG
    own = record("bericht.correctie", 5, sender=MUNICIPALITY, minutes=8, answers=None, **wrong)
    assert only(conversation(asked, [*records, own], NOON)).answers == (message_id(2),)


@pytest.mark.parametrize(("advies", "owed"), [("positief", 1), ("negatief", 0), ("aanvullen", 0)])
def test_only_a_positive_advice_expects_the_notice(advies: str, owed: int) -> None:
    asked = record(
        "weegteam.advies",
        1,
        sender=VEILIG_THUIS,
        answers=None,
        to=((VEILIG_THUIS, "vt_medewerker"),),
        advies=advies,
    )
    assert len(conversation(asked, [], NOON).expected) == owed


@pytest.mark.parametrize(("facts", "owed"), [({"in_vrijheid_op": "2026-02-12T17:00:00+01:00"}, 1), ({}, 0)])
def test_a_release_expects_word_that_the_household_was_told(facts: dict[str, Any], owed: int) -> None:
    asked = record(
        "zsm.afdoening", 1, sender=OM, answers=None, to=((VEILIG_THUIS, "vt_medewerker"),), **facts
    )
    assert len(conversation(asked, [], NOON).expected) == owed


@pytest.mark.parametrize("message", ["weegteam.inbreng", "monitoring.signaal", "huisverbod.opgelegd"])
def test_where_no_answer_is_owed_none_is_missed(message: str) -> None:
    asked = record(message, 1, sender=POLICE, answers=None, to=((VEILIG_THUIS, "vt_medewerker"),))
    assert conversation(asked, [], NOON + timedelta(days=9)).expected == ()


def test_an_answer_to_nothing_and_an_answer_of_the_wrong_type_are_refused() -> None:
    check_answer("zsm.context.antwoord", "zsm.context.verzoek")
    check_answer("systeem.weigering", "zsm.context.verzoek")
    with pytest.raises(InvalidInput, match="antwoord-op-niets"):
        check_answer("zsm.context.antwoord", None)
    with pytest.raises(InvalidInput, match="antwoord-op-niets"):
        check_answer("systeem.weigering", None)
    with pytest.raises(InvalidInput, match="antwoord-past-niet"):
        check_answer("historie.antwoord", "zsm.context.verzoek")


def test_the_rules_look_at_case_facts_only() -> None:
    for message, rule in ANSWER_RULES.items():
        facts = {each.name: each for each in catalogue().message(message).fields if each.is_fact}
        times = [name for name in (rule.due_fact, rule.present) if name]
        assert all(facts[name].spec.kind is Kind.DATETIME for name in times)
        for name, values in rule.when.items():
            assert set(values) <= set(facts[name].spec.codes)
        for name, codes in rule.within.items():
            assert set(codes) == set(facts[name].spec.codes)
    for message, name in DECISIVE.items():
        assert name in {each.name for each in catalogue().message(message).fields if each.is_fact}


@given(st.permutations(range(2, 8)))
def test_the_order_in_which_records_come_in_does_not_matter(order: list[int]) -> None:
    words = ["ingepland", "gestart", "teruggelegd"]
    records = [
        record(
            "screening.gepland.bevestiging", number, sender=POLICE, minutes=number, reactie=words[number % 3]
        )
        for number in range(2, 8)
    ]
    shuffled = [records[number - 2] for number in order]
    assert conversation(notice(), shuffled, NOON) == conversation(notice(), records, NOON)
