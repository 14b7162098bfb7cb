package schakel.access_test

import data.schakel.access
import data.schakel.testing

_seeing := object.union(testing.asked, {
	"question": "zaak_zichtbaar",
	"subject": {"oin": "00000099000000001000", "agency": "politie", "role": "politie_hovj"},
	"purpose": "screening",
	"resource": {"case_state": "screening_gepland"},
	"context": {
		"bewaartermijn_verlopen": false,
		"break_glass": false,
		"dienst": false,
		"doel_verklaard": true,
		"gebied_bevoegd": true,
		"toegewezen": true,
	},
})

_breaking := object.union(
	testing.changed(_seeing, {"question": "break_glass"}),
	{"context": {"dienst": true, "kopie_bij_organisatie": true, "reden_vermeld": true}},
)

_searching := testing.changed(_seeing, {"question": "zaak_zoeken", "resource": {"case_state": null}})

_overseeing := testing.changed(_searching, {
	"question": "toezicht",
	"subject": {"oin": "00000099000000010000", "agency": "hub", "role": "fg_auditor"},
	"purpose": "toezicht",
})

_decide(asked) := answer if {
	answer := access.decision with input as asked
}

_rule(asked) := _decide(asked).rule

_given(asked, facts) := testing.changed(asked, {"context": testing.changed(asked.context, facts)})

test_a_case_is_visible_to_the_assigned if {
	_decide(_seeing) == {
		"allowed": true,
		"rule": "access",
		"reason": {"nl": "U mag dit openen of vragen.", "en": "You may open or ask this."},
		"article": "AVG 5(1)(b),(f)",
		"article_status": "S",
		"next_step": {"nl": "U kunt verder; het wordt vastgelegd.", "en": "You can go on; it is logged."},
		"obligations": [],
		"revision": data.schakel.manifest.revision,
	}
}

test_a_case_is_invisible if {
	every facts, rule in {
		{"toegewezen": false}: "G06_niet_toegewezen",
		{"gebied_bevoegd": false}: "G07_niet_bevoegd_gebied",
		{"bewaartermijn_verlopen": true}: "G08_bewaartermijn",
		{"doel_verklaard": false}: "G02_geen_doel",
		{"toegewezen": "(weg)"}: "P_feit_ontbreekt",
		{"naam": true}: "P_onbekende_sleutel",
	} {
		found := _decide(_given(_seeing, facts))
		[found.allowed, found.rule, found.obligations] == [false, rule, []]
	}
}

test_a_case_is_invisible_for_another_purpose_role_or_state if {
	every changes, rule in {
		{"purpose": "nieuwsgierig"}: "G03_onbekend_doel",
		{"purpose": null}: "G02_geen_doel",
		{"purpose": "(weg)"}: "G02_geen_doel",
		{"purpose": "zsm"}: "G05_rol_mag_doel_niet_inroepen",
		{"resource": {"case_state": "gesloten"}}: "G04_doel_niet_geldig_in_toestand",
		{"resource": {"case_state": null}}: "G04_doel_niet_geldig_in_toestand",
		{"subject": {"oin": "00000099000000001000", "agency": "om", "role": "politie_hovj"}}: "G01_rol_past_niet_bij_organisatie",
	} {
		_rule(testing.changed(_seeing, changes)) == rule
	}
}

_listing := object.union(
	object.remove(_seeing, ["context"]),
	{
		"question": "zaak_in_lijst", "purpose": null, "resource": {"case_state": null},
		"context": object.remove(_seeing.context, ["doel_verklaard"]),
	},
)

test_a_case_stands_in_the_list_of_whoever_works_on_it_whatever_its_state_and_without_a_purpose if {
	found := _decide(_listing)
	[found.allowed, found.rule, found.article] == [true, "access", "AVG 5(1)(c),(f), 32"]
	_rule(testing.changed(_listing, {"resource": {"case_state": "monitoring"}})) == "access"
}

test_a_case_stands_in_no_list if {
	every facts, rule in {
		{"toegewezen": false}: "G06_niet_toegewezen",
		{"toegewezen": false, "dienst": true}: "G06_niet_toegewezen",
		{"gebied_bevoegd": false}: "G07_niet_bevoegd_gebied",
		{"bewaartermijn_verlopen": true}: "G08_bewaartermijn",
		{"toegewezen": "(weg)"}: "P_feit_ontbreekt",
		{"gebied_bevoegd": "(weg)"}: "P_feit_ontbreekt",
		{"bewaartermijn_verlopen": "(weg)"}: "P_feit_ontbreekt",
	} {
		found := _decide(_given(_listing, facts))
		[found.allowed, found.rule] == [false, rule]
	}
}

_review := {"id": "O_TOETSING_ACHTERAF", "parameters": {"binnen_uren": 24}}

test_a_case_seen_through_broken_glass_is_reviewed if {
	found := _decide(_given(_seeing, {"toegewezen": false, "break_glass": true, "dienst": true}))
	[found.allowed, found.obligations] == [true, [_review]]
}

test_breaking_glass if {
	found := _decide(_breaking)
	[found.allowed, found.rule, found.obligations] == [true, "access", [_review]]
}

test_breaking_glass_is_refused if {
	every facts, rule in {
		{"dienst": false}: "A_dienst",
		{"reden_vermeld": false}: "A_reden",
		{"kopie_bij_organisatie": false}: "A_kopie",
		{"gebied_bevoegd": false}: "G07_niet_bevoegd_gebied",
		{"dienst": "(weg)"}: "P_feit_ontbreekt",
		{"reden_vermeld": "(weg)"}: "P_feit_ontbreekt",
		{"kopie_bij_organisatie": "(weg)"}: "P_feit_ontbreekt",
	} {
		found := _decide(_given(_breaking, facts))
		[found.allowed, found.rule] == [false, rule]
	}
}

test_glass_is_broken_for_two_purposes_only if {
	refused := access.refuses.A_doel.rule with input as testing.changed(_breaking, {"purpose": "weging"})
	refused == "A_doel"
	every purpose in ["screening", "handhaving"] {
		not access.refuses.A_doel with input as testing.changed(_breaking, {"purpose": purpose})
	}
	missing := access.refuses.A_doel.rule with input as object.remove(_breaking, ["purpose"])
	missing == "A_doel"
}

test_searching_for_a_case if {
	_rule(_searching) == "access"
	allowed := {purpose |
		some purpose, _ in data.schakel.purposes
		not _search_refused(purpose)
	}
	allowed == {"screening", "handhaving", "zsm", "weging", "melding_vt"}
}

_search_refused(purpose) if {
	asked := testing.changed(_searching, {"purpose": purpose})
	access.refuses.A_zoekdoel with input as asked
}

test_searching_without_a_purpose_is_refused if {
	refused := access.refuses.A_zoekdoel.rule with input as object.remove(_searching, ["purpose"])
	refused == "A_zoekdoel"
	_rule(object.remove(_searching, ["purpose"])) == "G02_geen_doel"
	besluit := testing.changed(_searching, {"purpose": "besluit"})
	_rule(besluit) == "A_zoekdoel"
}

test_oversight if {
	_rule(_overseeing) == "access"
	_rule(testing.changed(_overseeing, {"purpose": "systeem"})) == "A_toezicht"
	_rule(testing.changed(_overseeing, {"subject": _seeing.subject})) == "G05_rol_mag_doel_niet_inroepen"
	refused := access.refuses.A_toezicht.rule with input as object.remove(_overseeing, ["purpose"])
	refused == "A_toezicht"
}

test_nothing_at_all_is_refused if {
	found := _decide({})
	[found.allowed, found.rule, found.obligations] == [false, "P_ongeldige_vraag", []]
}

test_a_question_with_a_part_missing_is_unreadable if {
	every key in ["now", "revision", "question", "subject", "context"] {
		_rule(object.remove(_seeing, [key])) == "P_ongeldige_vraag"
	}
	_rule(testing.changed(_seeing, {"question": "alles"})) == "P_ongeldige_vraag"
	_rule(testing.changed(_seeing, {"context": []})) == "P_ongeldige_vraag"
}

test_another_revision_is_refused if _rule(testing.changed(_seeing, {"revision": "0-anders"})) == "P_revisie"

test_the_default_refuses if {
	answer := access.decision with input as _seeing with data.schakel.manifest as {}
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
		"obligations": [],
		"revision": "",
	}
}

_merging := testing.changed(_seeing, {
	"question": "zaak_samenvoegen",
	"subject": {"oin": "00000099000000002000", "agency": "veilig_thuis", "role": "vt_procescoordinator"},
	"purpose": null,
	"context": {"break_glass": false, "dienst": false, "gebied_bevoegd": true, "toegewezen": true},
})

test_who_answers_for_a_case_merges_links_and_hands_over if {
	_rule(_merging) == "access"
	_rule(testing.changed(_merging, {"question": "zaak_overdragen"})) == "access"
	_rule(testing.changed(_merging, {"question": "zaak_voortzetten", "resource": {"case_state": "opgelegd"}})) == "access"
	_rule(testing.changed(_merging, {
		"question": "zaak_koppelen",
		"subject": {"oin": "00000099000000003000", "agency": "gemeente", "role": "burgemeester"},
		"resource": {"case_state": "besluitvorming"},
	})) == "access"
}

test_an_earlier_case_may_be_closed_and_the_new_one_not if {
	linking := testing.changed(_merging, {
		"subject": {"oin": "00000099000000003000", "agency": "gemeente", "role": "burgemeester"},
		"resource": {"case_state": "gesloten"},
	})
	_rule(testing.changed(linking, {"question": "eerdere_zaak"})) == "access"
	_rule(testing.changed(linking, {"question": "zaak_koppelen"})) == "A_zaakfase"
}

test_nobody_else_changes_what_a_case_is if {
	other := {"oin": "00000099000000001000", "agency": "politie", "role": "politie_wijkagent"}
	every name in ["zaak_samenvoegen", "zaak_voortzetten", "zaak_overdragen", "zaak_koppelen"] {
		_rule(testing.changed(_merging, {"question": name, "subject": other})) == "A_zaakrol"
	}
	_rule(_given(_merging, {"toegewezen": false})) == "G06_niet_toegewezen"
	_rule(_given(_merging, {"gebied_bevoegd": false})) == "G07_niet_bevoegd_gebied"
	_rule(_given(_merging, {"toegewezen": "(weg)"})) == "P_feit_ontbreekt"
}

test_a_case_with_a_ban_in_force_is_not_merged_away_and_not_handed_over if {
	every state in ["opgelegd_mondeling", "opgelegd", "verlenging_voorbereiding", "verlengd", "geschorst", "gesloten", "vernietigd"] {
		every name in ["zaak_samenvoegen", "zaak_overdragen"] {
			_rule(testing.changed(_merging, {"question": name, "resource": {"case_state": state}})) == "A_zaakfase"
		}
	}
}
