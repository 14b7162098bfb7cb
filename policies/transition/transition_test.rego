package schakel.transition_test

import data.schakel.testing
import data.schakel.transition

_imposing := object.union(testing.asked, {
	"action": "opleggen",
	"subject": {"oin": "00000099000000003000", "agency": "gemeente", "role": "burgemeester"},
	"resource": {"case_state": "besluitvorming"},
	"context": {
		"burgemeester_akkoord": false,
		"functiescheiding_conflict": false,
		"gebied_bevoegd": true,
		"gehoord": true,
		"horen_afgezien_reden": null,
		"kindermishandeling": false,
		"mandaat": null,
		"pleger_meerderjarig": true,
		"termijn_dagen": 10,
		"toegewezen": true,
		"vt_geraadpleegd": false,
	},
})

_decide(asked) := answer if {
	answer := transition.decision with input as asked
}

_changed(changes) := testing.changed(_imposing, changes)

_given(facts) := _changed({"context": testing.changed(_imposing.context, facts)})

_rule(asked) := _decide(asked).rule

_failing(asked) := [one.rule | some one in _decide(asked).missing]

_asking(action, role, agency, state, facts) := _changed({
	"action": action,
	"subject": {"oin": "00000099000000001000", "agency": agency, "role": role},
	"resource": {"case_state": state},
	"context": object.union(_imposing.context, facts),
})

test_the_burgemeester_imposes if {
	_decide(_imposing) == {
		"allowed": true,
		"rule": "transition",
		"reason": {"nl": "Dit besluit mag worden genomen.", "en": "This decision may be taken."},
		"article": "Wth 2(1),(2),(4), 3, 4(2)",
		"article_status": "C",
		"next_step": {"nl": "U kunt het besluit vastleggen.", "en": "You can record the decision."},
		"missing": [],
		"target": "opgelegd",
		"revision": data.schakel.manifest.revision,
	}
}

test_a_refused_decision_has_no_target if {
	found := _decide(_given({"gehoord": false}))
	[found.allowed, found.rule, found.target] == [false, "T_horen", null]
	found.missing == [{
		"rule": "T_horen",
		"reason": {"nl": "Betrokkenen zijn niet gehoord.", "en": "The persons concerned were not heard."},
		"article": "Awb 4:8, 4:11",
		"article_status": "C",
		"next_step": found.next_step,
	}]
}

test_everything_that_fails_is_listed_in_order if {
	wrong := _changed({
		"subject": {"oin": "00000099000000001000", "agency": "om", "role": "politie_noodhulp"},
		"resource": {"case_state": "melding"},
		"context": object.union(_imposing.context, {
			"gebied_bevoegd": false,
			"toegewezen": false,
			"functiescheiding_conflict": true,
			"pleger_meerderjarig": false,
			"kindermishandeling": true,
			"termijn_dagen": 14,
			"gehoord": false,
		}),
	})
	_failing(wrong) == [
		"G01_rol_past_niet_bij_organisatie", "T_rol_niet_bevoegd", "T_toestand", "G07_niet_bevoegd_gebied",
		"G06_niet_toegewezen", "G10_functiescheiding", "T_minderjarig", "T_vt_overleg", "T_termijn", "T_horen",
	]
	_rule(wrong) == "G01_rol_past_niet_bij_organisatie"
}

test_the_power_to_decide if {
	_rule(_asking("opleggen", "politie_noodhulp", "politie", "besluitvorming", {})) == "T_rol_niet_bevoegd"
	_rule(_asking("aflopen", "burgemeester", "gemeente", "opgelegd", {})) == "T_rol_niet_bevoegd"
}

test_the_state_of_the_case if {
	_rule(_changed({"resource": {"case_state": "opgelegd_mondeling"}})) == "transition"
	_rule(_changed({"resource": {"case_state": "weging"}})) == "T_toestand"
}

test_broken_glass_gives_no_power_to_decide if {
	_rule(_given({"toegewezen": false, "break_glass": true, "dienst": true})) == "G06_niet_toegewezen"
}

test_a_state_before_the_suspension_is_for_the_caller if {
	lifted := _asking("schorsing_opheffen", "gemeente_jurist", "gemeente", "geschorst", {"uitspraak_geregistreerd": true})
	[_decide(lifted).rule, _decide(lifted).target] == ["transition", "vorige"]
}

test_a_decision_without_a_change_of_state if {
	facts := {"strafzaak": true, "ernstige_bezwaren": true, "dagen": 90, "verlenging_nr": 0, "vervolging_ingesteld": false}
	found := _decide(_asking("gedragsaanwijzing_geven", "om_ovj_zsm", "om", "opgelegd", facts))
	[found.allowed, found.target] == [true, null]
}

test_a_pilot_role_counts_while_the_flag_is_on if {
	asked := _asking("verzoek_indienen", "crisisdienst_medewerker", "crisisdienst", "melding", {})
	_rule(asked) == "P_feit_ontbreekt"
	on := object.union(asked, {"context": object.union(asked.context, {"pilot_verzoekers": true})})
	_rule(on) == "transition"
	off := object.union(asked, {"context": object.union(asked.context, {"pilot_verzoekers": false})})
	_rule(off) == "T_rol_niet_bevoegd"
}

test_a_regular_role_needs_no_flag if {
	_rule(_asking("verzoek_indienen", "vt_medewerker", "veilig_thuis", "melding", {})) == "transition"
}

test_a_flag_gives_no_power_to_another_role if {
	facts := {"pilot_verzoekers": true}
	_rule(_asking("verzoek_indienen", "politie_noodhulp", "politie", "melding", facts)) == "T_rol_niet_bevoegd"
}

test_nothing_at_all_is_refused if {
	found := _decide({})
	[found.allowed, found.rule, found.target] == [false, "P_ongeldige_vraag", null]
	_failing({}) == ["P_ongeldige_vraag", "P_revisie", "P_feit_ontbreekt"]
}

test_the_default_refuses if {
	answer := transition.decision with input as _imposing with data.schakel.manifest as {}
	answer == {
		"allowed": false,
		"rule": "G00_default",
		"reason": {"nl": "Er is geen regel die dit toestaat.", "en": "No rule allows this."},
		"article": "AVG 5(1)(b),(c)",
		"article_status": "S",
		"next_step": {
			"nl": "Vraag de eigenaar van de gegevens om ze zelf te sturen.",
			"en": "Ask the owner of the data to send them.",
		},
		"missing": [],
		"target": null,
		"revision": "",
	}
}

test_a_question_with_a_part_missing_is_unreadable if {
	every key in ["now", "revision", "action", "subject", "resource", "context"] {
		_rule(object.remove(_imposing, [key])) == "P_ongeldige_vraag"
	}
	_rule(_changed({"action": "afschaffen"})) == "P_ongeldige_vraag"
	_rule(_changed({"resource": {"case_state": 1}})) == "P_ongeldige_vraag"
}

test_another_revision_is_refused if _failing(_changed({"revision": "0-anders"})) == ["P_revisie"]

test_each_fact_of_a_decision_must_be_known if {
	every key in object.keys(_imposing.context) - {"pleger_meerderjarig", "burgemeester_akkoord"} {
		_failing(_given({key: "(weg)"})) == ["P_feit_ontbreekt"]
	}
	_failing(_given({"burgemeester_akkoord": "(weg)"})) == ["P_feit_ontbreekt"]
}

test_one_of_age_and_coming_of_age_must_be_known if {
	_failing(_given({"pleger_meerderjarig": "(weg)"})) == ["P_feit_ontbreekt"]
	_rule(_given({"pleger_meerderjarig": "(weg)", "pleger_leeftijd": 18})) == "transition"
}

test_facts_of_other_decisions_are_not_asked if {
	_rule(_asking("intrekken", "burgemeester", "gemeente", "opgelegd", {})) == "transition"
}

test_every_check_of_a_transition_has_its_rule_and_its_facts if {
	used := {check |
		some action in data.schakel.transitions.actions
		some check in action.checks
	}
	used == object.keys(data.schakel.transitions.checks)
	failing := object.keys(transition.fails) with input as {"context": {"kindermishandeling": true}, "subject": {"role": "politie_hovj"}}
	failing == used
}
