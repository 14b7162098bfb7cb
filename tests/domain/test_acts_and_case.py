"""Which act a message records, and what acts make of the state of a case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.domain.acts import act_for, act_rule_for
from gateway.domain.case import SUSPENDED, CaseStanding, apply
from gateway.domain.catalogue import START, catalogue
from gateway.domain.errors import Conflict
from gateway.domain.identifiers import RoleId, StateId

TRANSITIONS = catalogue().transitions
DESTROYED = StateId("vernietigd")
STATES = [START, *catalogue().states]

HOVJ, VT, GRIFFIE = "politie_hovj", "vt_procescoordinator", "rechtbank_griffie"
RULED: dict[str, object] = {"soort": "vovo", "omvang": "geheel"}

RECORDED: list[tuple[str, str, dict[str, object], str, str | None]] = [
    ("melding.zorg", "hulpverlener", {"kinderen_aanwezig": True}, "(start)", "melding_registreren"),
    ("melding.zorg", "hulpverlener", {"kinderen_aanwezig": True}, "melding", None),
    ("melding.zorg", HOVJ, {"kinderen_aanwezig": True}, "acuut_gemeld", None),
    ("melding.acuut", "politie_noodhulp", {}, "(start)", "acuut_melden"),
    ("melding.acuut", "politie_noodhulp", {}, "acuut_gemeld", None),
    ("screening.verzoek", VT, {}, "melding", "verzoek_indienen"),
    ("screening.verzoek", VT, {}, "verzoek_ingediend", None),
    ("weegteam.uitnodiging", VT, {}, "verzoek_ingediend", "weging_starten"),
    ("weegteam.advies", VT, {"advies": "positief"}, "weging", "weging_positief"),
    ("weegteam.advies", VT, {"advies": "negatief"}, "weging", "weging_negatief"),
    ("weegteam.advies", VT, {"advies": "aanvullen"}, "weging", "aanvullen"),
    (
        "screening.gepland.kennisgeving",
        VT,
        {"zonder_weegteam": True},
        "verzoek_ingediend",
        "spoed_zonder_weegteam",
    ),
    ("screening.gepland.kennisgeving", VT, {"zonder_weegteam": False}, "screening_gepland", None),
    ("screening.gepland.kennisgeving", VT, {"zonder_weegteam": 1}, "verzoek_ingediend", None),
    ("screening.gepland.bevestiging", HOVJ, {"reactie": "gestart"}, "screening_gepland", "screening_starten"),
    ("screening.gepland.bevestiging", HOVJ, {"reactie": "ingepland"}, "screening_gepland", None),
    ("screening.gepland.bevestiging", HOVJ, {"reactie": "teruggelegd"}, "screening_gepland", "terugleggen"),
    ("screening.gepland.bevestiging", HOVJ, {"reactie": "teruggelegd"}, "screening", "terugleggen"),
    ("screening.rihg.uitkomst", HOVJ, {}, "screening", "screening_afronden"),
    ("screening.rihg.uitkomst", "vt_medewerker", {}, "screening", None),
    ("huisverbod.opgelegd", HOVJ, {"mondeling_aangezegd": True}, "besluitvorming", "opleggen_mondeling"),
    ("huisverbod.opgelegd", HOVJ, {"mondeling_aangezegd": False}, "opgelegd_mondeling", "opleggen"),
    ("huisverbod.opgelegd", "gemeente_jurist", {"mondeling_aangezegd": False}, "opgelegd", None),
    ("huisverbod.niet_opgelegd", "burgemeester", {}, "screening", "niet_opleggen"),
    ("verlenging.advies", "casemanager_vt", {"advies": "verlengen"}, "opgelegd", "verlenging_voorbereiden"),
    ("verlenging.advies", "casemanager_vt", {"advies": "intrekken"}, "opgelegd", None),
    ("huisverbod.verlengd", "burgemeester", {}, "verlenging_voorbereiding", "verlengen"),
    ("huisverbod.verlengd", "burgemeester", {}, "verlengd", None),
    ("huisverbod.niet_verlengd", "burgemeester", {}, "verlenging_voorbereiding", "niet_verlengen"),
    ("huisverbod.niet_verlengd", "burgemeester", {}, "opgelegd", None),
    ("huisverbod.ingetrokken", "burgemeester", {}, "verlengd", "intrekken"),
    ("rechter.uitspraak", GRIFFIE, RULED | {"uitkomst": "geschorst"}, "opgelegd", "rechter_schorsen"),
    ("rechter.uitspraak", GRIFFIE, {"uitkomst": "geschorst", "omvang": "deel"}, "opgelegd", None),
    ("rechter.uitspraak", GRIFFIE, RULED | {"uitkomst": "vernietigd"}, "geschorst", "rechter_vernietigen"),
    ("rechter.uitspraak", GRIFFIE, RULED | {"uitkomst": "afgewezen"}, "geschorst", "schorsing_opheffen"),
    ("rechter.uitspraak", GRIFFIE, RULED | {"uitkomst": "afgewezen"}, "opgelegd", None),
    ("rechter.uitspraak", GRIFFIE, RULED | {"uitkomst": "vernietigd"}, "afgelopen", None),
    ("zaak.overdracht", "casemanager_vt", {}, "afgelopen", "afronden"),
    ("zaak.overdracht", "casemanager_vt", {}, "afronding", "monitoring_starten"),
    ("gedragsaanwijzing.gegeven", "om_ovj_zsm", {"soort": "verlengd"}, "opgelegd", "gedragsaanwijzing_geven"),
    ("gedragsaanwijzing.gegeven", "om_ovj_zsm", {"soort": "ingetrokken"}, "opgelegd", None),
    ("historie.verzoek", "casemanager_vt", {}, "opgelegd", None),
]


@pytest.mark.parametrize(("message", "sender", "facts", "state", "action"), RECORDED)
def test_the_act_that_a_message_records(
    message: str, sender: str, facts: dict[str, object], state: str, action: str | None
) -> None:
    act = act_for(catalogue().message(message), RoleId(sender), facts, StateId(state))
    assert (act.action if act else None) == action


def test_acts_cover_every_transition_that_a_message_can_record() -> None:
    by_message = {act.action for message in catalogue().messages for act in message.acts}
    seen = {action for *_, action in RECORDED} - {None}
    assert by_message - seen == {"acuut_zonder_screening"}


def test_ending_an_acute_case_without_screening_must_be_declared() -> None:
    zorg = catalogue().message("melding.zorg")
    facts = {"kinderen_aanwezig": False}
    declared = act_for(zorg, RoleId(HOVJ), facts, StateId("acuut_gemeld"), declared="acuut_zonder_screening")
    assert declared is TRANSITIONS["acuut_zonder_screening"]
    other = RoleId("politie_wijkagent")
    assert act_for(zorg, other, facts, StateId("acuut_gemeld"), declared="acuut_zonder_screening") is None


def test_declaring_an_act_that_the_message_does_not_record_changes_nothing() -> None:
    zorg = catalogue().message("melding.zorg")
    assert act_for(zorg, RoleId(HOVJ), {}, StateId("melding"), declared="intrekken") is None


def test_the_hub_itself_registers_the_first_melding() -> None:
    rule_found = act_rule_for(catalogue().message("melding.zorg"), RoleId(HOVJ), {}, START)
    assert rule_found is not None
    assert rule_found.by_hub


@given(name=st.sampled_from(sorted(TRANSITIONS)), state=st.sampled_from(STATES))
def test_an_act_starts_only_in_its_own_states(name: str, state: StateId) -> None:
    transition = TRANSITIONS[name]
    if state in transition.from_states:
        after = apply(transition, state, StateId("opgelegd"))
        assert after in catalogue().states
    else:
        with pytest.raises(Conflict, match="toestand-past-niet"):
            apply(transition, state, None)


def test_lifting_a_suspension_restores_the_state_before_it() -> None:
    standing = CaseStanding(state=StateId("verlengd")).after(TRANSITIONS["rechter_schorsen"])
    assert standing == CaseStanding(state=StateId("geschorst"), before_suspension=StateId("verlengd"))
    assert standing.after(TRANSITIONS["schorsing_opheffen"]) == CaseStanding(state=StateId("verlengd"))


def test_lifting_a_suspension_without_a_known_state_before_it_is_refused() -> None:
    with pytest.raises(Conflict, match="vorige-toestand-onbekend"):
        CaseStanding(state=StateId("geschorst")).after(TRANSITIONS["schorsing_opheffen"])


def test_an_act_without_a_target_keeps_the_state() -> None:
    assert apply(TRANSITIONS["gedragsaanwijzing_geven"], StateId("verlengd"), None) == "verlengd"


class WalkThroughTheCase(RuleBasedStateMachine):
    """Any acts in any order, the possible and the impossible."""

    @initialize()
    def open(self) -> None:
        self.standing = CaseStanding(state=START)
        self.walked = [START]

    @rule(name=st.sampled_from(sorted(TRANSITIONS)))
    def act(self, name: str) -> None:
        before = self.standing
        try:
            self.standing = before.after(TRANSITIONS[name])
        except Conflict:
            assert before.state not in TRANSITIONS[name].from_states
        self.walked.append(self.standing.state)

    @invariant()
    def the_state_before_a_suspension_is_known_exactly_while_suspended(self) -> None:
        suspended = self.standing.state == SUSPENDED
        assert (self.standing.before_suspension is not None) == suspended
        assert self.standing.before_suspension in {None, *TRANSITIONS["rechter_schorsen"].from_states}

    @invariant()
    def a_destroyed_case_stays_destroyed(self) -> None:
        if DESTROYED in self.walked:
            first = self.walked.index(DESTROYED)
            assert set(self.walked[first:]) == {DESTROYED}

    @invariant()
    def nothing_leads_back_to_before_the_case(self) -> None:
        left = [state for state in self.walked if state != START]
        assert START not in self.walked[len(self.walked) - len(left) :]


TestWalkThroughTheCase = WalkThroughTheCase.TestCase
