"""The hub's door on the real policy in a real OPA: whole verdicts, missing facts, AuthZEN, and replay."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.catalogue import catalogue
from gateway.domain.decision import Verdict
from gateway.domain.errors import InvalidInput, Refused
from gateway.domain.identifiers import AgencyKind, Oin, PurposeId, RoleId, StateId
from gateway.hub.policy.asked import started
from gateway.hub.policy.authzen import Action, Entity, Evaluation
from gateway.hub.policy.authzen_decider import PolicyAuthzen
from gateway.hub.policy.authzen_question import CATEGORY_TYPE, ROLE_TYPE
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.policy.difference import difference
from gateway.hub.policy.grid import grid
from gateway.hub.policy.matrix import matrix_pairs
from gateway.hub.policy.questions import (
    AccessQuestion,
    MessageQuestion,
    Question,
    ReadingAction,
    ReadingQuestion,
    RecipientQuestion,
    Subject,
    ThirdParty,
    TransitionQuestion,
)
from gateway.hub.policy.recorded import InvalidRecord, question_from
from gateway.hub.policy.refusals import DecisionUnavailable
from tests.policies.policy_makers import (
    NOW,
    POLITIE,
    VEILIG_THUIS,
    message_question,
    reading_question,
    subject,
    transition_question,
)
from tests.policies.test_bundle import POLICIES
from tests.servers import program

pytestmark = pytest.mark.real

FACTS: dict[str, Any] = {
    "bewaartermijn_verlopen": False,
    "break_glass": False,
    "dienst": False,
    "doel_verklaard": True,
    "functiescheiding_conflict": False,
    "gebied_bevoegd": True,
    "gedragsaanwijzing_actief": False,
    "gemeentelijke_opdracht": False,
    "kant": "neutraal",
    "maanden_na_einde": 0,
    "melding": True,
    "minderjarigen": True,
    "ontvanger_kant": "neutraal",
    "overtreding_open": False,
    "persoon_in_zaak": True,
    "strafzaak": False,
    "toegewezen": True,
    "uitvraag_open": False,
}


@pytest.fixture
async def policy() -> AsyncIterator[DecisionPoint]:
    async with started(POLICIES, program("opa")) as point:
        yield point


async def test_a_whole_message_in_one_verdict(policy: DecisionPoint) -> None:
    verdict = await policy.decide_message(message_question(FACTS))
    assert (verdict.allowed, verdict.rule, verdict.purpose) == (True, "send", "screening")
    assert verdict.revision == policy.revision
    (hovj,) = verdict.recipients
    assert hovj.purpose == "screening"
    assert len(hovj.fields) == 24, "every field of the schema"
    decided = {field.field: (field.decision, field.mask) for field in hovj.fields}
    assert decided["onderbouwing_gevaar"] == (Verdict.ALLOW, None)
    assert all(field.reason_nl and field.reason_en and field.article for field in hovj.fields)


async def test_a_fact_that_is_missing_is_refused_and_named(policy: DecisionPoint) -> None:
    known = {name: value for name, value in FACTS.items() if name != "toegewezen"}
    verdict = await policy.decide_message(message_question(known))
    assert (verdict.allowed, verdict.rule) == (False, "P_feit_ontbreekt")
    assert "toegewezen" in verdict.reason_nl


async def test_a_refused_sender_gives_nothing_to_anybody(policy: DecisionPoint) -> None:
    verdict = await policy.decide_message(message_question(FACTS | {"gebied_bevoegd": False}))
    assert (verdict.allowed, verdict.rule) == (False, "G07_niet_bevoegd_gebied")
    assert not any(
        field.decision is not Verdict.DENY for recipient in verdict.recipients for field in recipient.fields
    )


async def test_reading_and_its_obligations(policy: DecisionPoint) -> None:
    question = ReadingQuestion(
        now=NOW,
        subject=Subject(oin=POLITIE, agency=AgencyKind("politie"), role=RoleId("politie_hovj")),
        case_state=StateId("screening"),
        owner=VEILIG_THUIS,
        action=ReadingAction.READ,
        purpose=PurposeId("screening"),
        categories=reading_question("vt_melding_inhoud", "melder_identiteit").categories,
        context=FACTS,
    )
    verdict = await policy.decide_reading(question)
    assert [(each.category, each.decision, each.mask) for each in verdict.categories] == [
        ("vt_melding_inhoud", Verdict.MASK, "M_BRON"),
        ("melder_identiteit", Verdict.DENY, None),
    ]


async def test_an_act_that_may_not_be_taken_names_what_is_missing(policy: DecisionPoint) -> None:
    question = TransitionQuestion(
        now=NOW,
        subject=Subject(oin=POLITIE, agency=AgencyKind("politie"), role=RoleId("politie_hovj")),
        case_state=StateId("screening_gepland"),
        action="screening_starten",
        context=FACTS,
    )
    verdict = await policy.decide_transition(question)
    assert (verdict.allowed, verdict.rule, verdict.target) == (False, "T_dienst", None)
    assert [each.rule for each in verdict.missing] == ["T_dienst"]
    assert verdict.next_step_nl


async def test_a_question_that_does_not_exist_is_refused_not_unavailable(policy: DecisionPoint) -> None:
    question = AccessQuestion(
        now=NOW,
        subject=subject(),
        case_state=StateId("screening"),
        question="alles_zien",
        purpose=None,
        context=FACTS,
    )
    assert (await policy.decide_access(question)).allowed is False


async def test_a_door_with_another_revision_gets_no_verdict(policy: DecisionPoint) -> None:
    async with DecisionPoint(
        host=policy._host, port=policy._port, revision="7-0123456789ab", timeout_s=30
    ) as other:
        with pytest.raises(DecisionUnavailable, match="beslispunt-verkeerde-revisie"):
            await other.decide_message(message_question(FACTS))


def evaluation(
    *,
    action: str = "lezen",
    category: str = "vt_melding_inhoud",
    oin: Oin = POLITIE,
    context: Mapping[str, Any] | None = None,
    subject_type: str = ROLE_TYPE,
) -> Evaluation:
    return Evaluation(
        subject=Entity(
            type=subject_type, id="politie_hovj", properties={"oin": oin, "organisatie": "politie"}
        ),
        action=Action(name=action),
        resource=Entity(
            type=CATEGORY_TYPE,
            id=category,
            properties={"toestand": "screening", "eigenaar": VEILIG_THUIS},
        ),
        context={"doel": "screening", "feiten": FACTS} if context is None else context,
    )


@pytest.fixture
def authzen(policy: DecisionPoint) -> PolicyAuthzen:
    return PolicyAuthzen(policy, clock=lambda: datetime.now(UTC))


async def test_authzen_gives_the_verdict_of_the_policy(authzen: PolicyAuthzen) -> None:
    masked = await authzen.evaluate(evaluation(), caller=POLITIE)
    assert masked.decision is True
    assert (masked.context["oordeel"], masked.context["masker"]) == ("mask", "M_BRON")
    denied = await authzen.evaluate(evaluation(category="melder_identiteit"), caller=POLITIE)
    assert (denied.decision, denied.context["regel"]) == (False, "G15_melder")
    assert set(denied.information) == {"besluit_id", "revisie", "regel"}


async def test_authzen_without_facts_is_denied_and_not_guessed(authzen: PolicyAuthzen) -> None:
    denied = await authzen.evaluate(evaluation(context={"doel": "screening"}), caller=POLITIE)
    assert (denied.decision, denied.context["regel"]) == (False, "P_feit_ontbreekt")


async def test_authzen_about_people_of_another_agency_is_refused(authzen: PolicyAuthzen) -> None:
    with pytest.raises(Refused, match="own agency"):
        await authzen.evaluate(evaluation(oin=VEILIG_THUIS), caller=POLITIE)
    with pytest.raises(Refused, match="own agency"):
        await authzen.search_subjects(evaluation(oin=VEILIG_THUIS), caller=POLITIE)


async def test_authzen_names_every_part_that_is_missing(authzen: PolicyAuthzen) -> None:
    question = Evaluation(
        subject=Entity(type=ROLE_TYPE, id="politie_hovj"),
        action=Action(name="lezen"),
        resource=Entity(type=CATEGORY_TYPE, id="bsn"),
    )
    with pytest.raises(InvalidInput) as refused:
        await authzen.evaluate(question, caller=POLITIE)
    assert [cause.pointer for cause in refused.value.causes] == [
        "/subject/properties/oin",
        "/subject/properties/organisatie",
    ]


async def test_authzen_takes_the_time_of_the_context_and_refuses_one_without_zone(
    authzen: PolicyAuthzen,
) -> None:
    context = {"doel": "screening", "feiten": FACTS}
    for time in ("2026-11-24T10:00:00+01:00", "2026-11-24T10:00-07:00"):
        assert (await authzen.evaluate(evaluation(context=context | {"time": time}), caller=POLITIE)).decision
    for time in ("2026-11-24T10:00:00", "gisteren"):
        with pytest.raises(InvalidInput) as refused:
            await authzen.evaluate(evaluation(context=context | {"time": time}), caller=POLITIE)
        assert refused.value.causes[0].pointer == "/context/time"


@pytest.mark.parametrize("action", ["verzenden:", "lezen:alles", "wissen", "verzenden:bestaat.niet"])
async def test_authzen_denies_what_does_not_exist(authzen: PolicyAuthzen, action: str) -> None:
    assert (await authzen.evaluate(evaluation(action=action), caller=POLITIE)).decision is False


async def test_authzen_search_finds_exactly_what_evaluation_allows(authzen: PolicyAuthzen) -> None:
    found = await authzen.search_resources(evaluation(), caller=POLITIE)
    names = [each.id for each in found]
    assert "vt_melding_inhoud" in names
    assert "melder_identiteit" not in names
    roles = [each.id for each in await authzen.search_subjects(evaluation(), caller=POLITIE)]
    assert roles == ["politie_hovj"]
    actions = await authzen.search_actions(
        evaluation(context={"doel": "screening", "feiten": FACTS | {"dienst": True}}), caller=POLITIE
    )
    assert "lezen" in actions
    assert "besluiten:verlengen" not in actions
    assert await authzen.search_subjects(evaluation(subject_type="spaceship"), caller=POLITIE) == []


async def test_authzen_keeps_no_word_of_the_asker_in_the_log(authzen: PolicyAuthzen) -> None:
    asked = {
        "subject": {"type": ROLE_TYPE, "id": "Jan Verzonnen", "properties": {"oin": POLITIE, "naam": "Jan"}},
        "action": {"name": "lezen"},
        "context": {"feiten": {"strafzaak": True, "dagen": 123456782, "kant": "Dorpsstraat 1"}},
    }
    kept = authzen.for_log(asked)
    assert kept == {
        "subject": {"type": ROLE_TYPE, "id": "weggelaten", "properties": {"oin": POLITIE}},
        "action": {"name": "lezen"},
        "context": {"feiten": {"strafzaak": True, "dagen": "weggelaten", "kant": "weggelaten"}},
    }


def example(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    decision = path.with_name(path.name.replace(".input.", ".decision."))
    return json.loads(path.read_text("utf-8")), json.loads(decision.read_text("utf-8"))


@pytest.mark.parametrize("path", sorted((POLICIES / "examples").glob("*.input.json")), ids=lambda p: p.stem)
async def test_a_recorded_question_asked_again_gets_the_recorded_verdict(
    policy: DecisionPoint, path: Path
) -> None:
    given, expected = example(path)
    match question_from(f"schakel.{path.name.split('.')[0]}", given):
        case MessageQuestion() as question:
            verdict: Any = await policy.decide_message(question)
        case ReadingQuestion() as question:
            verdict = await policy.decide_reading(question)
        case TransitionQuestion() as question:
            verdict = await policy.decide_transition(question)
        case AccessQuestion() as question:
            verdict = await policy.decide_access(question)
    assert (verdict.allowed, verdict.rule) == (expected["allowed"], expected["rule"])


def test_what_is_sent_reads_back_as_the_same_question() -> None:
    forwarding = ReadingQuestion(
        now=NOW,
        subject=subject(),
        action=ReadingAction.FORWARD,
        case_state=StateId("opgelegd"),
        owner=POLITIE,
        purpose=PurposeId("uitvoering"),
        categories=reading_question("politie_art8").categories,
        message="melding.zorg",
        third_party=ThirdParty(
            oin=POLITIE,
            agency=AgencyKind("politie"),
            role=RoleId("politie_hovj"),
            purpose=None,
            context=FACTS,
        ),
        context=FACTS,
    )
    asked: list[Question] = [
        forwarding,
        message_question(FACTS),
        transition_question(),
        reading_question("bsn"),
        *(question for number, (_, question) in enumerate(grid(set())) if number % 97 == 0),
    ]
    for question in asked:
        sent = json.loads(json.dumps(question.to_input("1-0123456789ab")))
        assert question_from(question.package, sent) == question


def test_the_grid_touches_every_row_message_and_act() -> None:
    names = [name for name, _ in grid(matrix_pairs(POLICIES))]
    assert len(names) == len(set(names))
    parts = {tuple(name.split(", ")[:3]) for name in names}
    words = catalogue()
    assert {("lezen", *pair) for pair in matrix_pairs(POLICIES)} <= parts
    assert {each.name for each in words.messages} == {part[1] for part in parts if part[0] == "verzenden"}
    assert set(words.transitions) == {part[1] for part in parts if part[0] == "besluiten"}


async def test_a_difference_is_found_in_every_kind_of_question(policy: DecisionPoint, tmp_path: Path) -> None:
    changed = tmp_path / "nieuw"
    await asyncio.to_thread(closed_copy, changed)
    access = AccessQuestion(
        now=NOW,
        subject=subject(),
        case_state=StateId("screening"),
        question="zaak_zichtbaar",
        purpose=PurposeId("screening"),
        context=FACTS,
    )
    asked: list[tuple[str, Question]] = [
        ("verzenden", message_question(FACTS)),
        ("lezen", replace(reading_question("identificerend"), context=FACTS)),
        ("besluiten", replace(transition_question(), context=FACTS)),
        ("toegang", access),
    ]
    async with started(changed, program("opa")) as other:
        changes = await difference(policy, other, asked)
    assert {change.question for change in changes} == {"verzenden", "lezen", "besluiten", "toegang"}
    assert {change.new[2] for change in changes} == {"G01_rol_past_niet_bij_organisatie"}
    assert not any(change.opens for change in changes if change.old[0] != "deny")


def closed_copy(place: Path) -> None:
    """Policies in which no role belongs to Veilig Thuis any more."""
    shutil.copytree(POLICIES, place)
    roles = place / "data/schakel/roles/data.json"
    text = roles.read_text("utf-8")
    roles.write_text(text.replace('"veilig_thuis"', '"een_ander"'), "utf-8")


@pytest.mark.parametrize("package", ["schakel.sending", "schakel.nothing", ""])
def test_what_is_no_recorded_question_is_refused(package: str) -> None:
    with pytest.raises(InvalidRecord):
        question_from(package, {"now": "gisteren"})


def test_a_question_cannot_be_changed_after_it_was_asked() -> None:
    facts = dict(FACTS)
    question = message_question(facts)
    facts["toegewezen"] = False
    assert question.context["toegewezen"] is True
    recipient = RecipientQuestion(
        oin=POLITIE,
        agency=AgencyKind("politie"),
        role=RoleId("politie_hovj"),
        competent_or_assigned=True,
        context=facts,
    )
    facts.clear()
    assert recipient.context["toegewezen"] is False
